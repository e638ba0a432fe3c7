import { registry } from "@web/core/registry";

const MAX_CLICKS = 10;

/** Count every click from here on, so that the tour itself can say how many it took. */
function startCounting() {
    window.relationshipClicks = 0;
    document.addEventListener("click", () => window.relationshipClicks++, true);
}

function checkClicks() {
    const clicks = window.relationshipClicks;
    if (!clicks || clicks > MAX_CLICKS) {
        throw new Error(`Logging a conversation took ${clicks} clicks instead of ${MAX_CLICKS}`);
    }
}

/** Nothing here depends on the language: fields, values and codes only. */
function logConversation({ summary, promise }) {
    return [
        { trigger: ".o_form_view .o-form-buttonbox", run: startCounting },
        { trigger: "button:has(.o_relationship_log)", run: "click" },
        {
            trigger: `.modal .o_field_widget[name=channel] .o_selection_badge[value='"call_in"']`,
            run: "click",
        },
        {
            trigger: `.modal .o_field_widget[name=purpose] .o_selection_badge[value='"care"']`,
            run: "click",
        },
        { trigger: ".modal .o_feeling_good .o_feeling:first", run: "click" },
        { trigger: ".modal .o_feeling_good .o_feeling[aria-pressed=true]" },
        { trigger: ".modal .o_feeling_bad .o_feeling:eq(1)", run: "click" },
        { trigger: ".modal .o_feeling_bad .o_feeling[aria-pressed=true]" },
        {
            trigger: ".modal .o_field_widget[name=summary] textarea",
            run: `click && edit ${summary}`,
        },
        {
            trigger: ".modal .o_field_widget[name=promise] input",
            run: `click && edit ${promise}`,
        },
        { trigger: ".modal .modal-footer button.btn-primary", run: "click" },
        { trigger: "body:not(:has(.modal))", run: checkClicks },
        { trigger: "button[name=action_view_relationship_notes]", run: "click" },
        { trigger: ".o_list_view .o_data_row .o_feeling_good .o_feeling_chosen" },
    ];
}

registry.category("web_tour.tours").add("relationship_conversation", {
    steps: () =>
        logConversation({
            summary: "The fridge hums at night and wakes the baby.",
            promise: "Send the noise table",
        }),
});

registry.category("web_tour.tours").add("relationship_conversation_thai", {
    steps: () =>
        logConversation({
            summary: "ตู้เย็นเสียงดังตอนกลางคืน ทำให้ลูกตื่น",
            promise: "ส่งตารางระดับเสียงให้",
        }),
});
