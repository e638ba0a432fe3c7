import { registry } from "@web/core/registry";

function startCounting() {
    window.relationshipClicks = 0;
    window.relationshipCounter = () => window.relationshipClicks++;
    document.addEventListener("click", window.relationshipCounter, true);
}

function checkClicks(most) {
    document.removeEventListener("click", window.relationshipCounter, true);
    if (!window.relationshipClicks || window.relationshipClicks > most) {
        throw new Error(`It took ${window.relationshipClicks} clicks instead of ${most}`);
    }
}

/** Two impatient Enters at once. */
function pressEnterTwice({ anchor }) {
    for (let time = 0; time < 2; time++) {
        anchor.dispatchEvent(new KeyboardEvent("keydown", { key: "Enter", bubbles: true }));
    }
}

/** Type where the cursor is: a click that a person needs must not come from the tour. */
function typeAtCursor(text) {
    return ({ anchor }) => {
        if (document.activeElement !== anchor) {
            throw new Error("The cursor isn't in the line");
        }
        anchor.value = text;
        anchor.dispatchEvent(new Event("input", { bubbles: true }));
    };
}

const LINE = ".o_relationship_composer .o_relationship_line";

registry.category("web_tour.tours").add("relationship_composer", {
    steps: () => [
        { trigger: ".o_notebook a[name=relationship]", run: "click" },
        { trigger: ".o_relationship_person:contains(No talk that you may read)" },
        { trigger: LINE, run: startCounting },
        { trigger: LINE, run: "click" },
        { trigger: ".o_relationship_composer [data-channel=visit]", run: "click" },
        { trigger: ".o_relationship_composer [data-channel=visit][aria-pressed=true]" },
        { trigger: LINE, run: typeAtCursor("Wants the blue one") },
        { trigger: LINE, run: pressEnterTwice },
        {
            trigger: ".o_relationship_line_row:contains(Wants the blue one)",
            run: () => checkClicks(2),
        },
        { trigger: "button[name=action_view_relationship_notes]:contains(1)" },
        { trigger: ".o_relationship_person:contains(Last talk on)" },
        // Escape keeps the draft, and so does leaving the page.
        { trigger: LINE, run: "click" },
        { trigger: ".o_relationship_composer .o_feeling_good .o_feeling:first", run: "click" },
        { trigger: LINE, run: typeAtCursor("Not finished") },
        {
            trigger: LINE,
            run: ({ anchor }) =>
                anchor.dispatchEvent(
                    new KeyboardEvent("keydown", { key: "Escape", bubbles: true })
                ),
        },
        { trigger: ".o_relationship_composer:not(.o_relationship_composer_open)" },
        { trigger: "button[name=action_view_relationship_notes]", run: "click" },
        { trigger: ".o_list_view .o_data_row:contains(Wants the blue one)" },
        {
            trigger:
                ".o_control_panel .breadcrumb-item:contains(Somchai) a, .o_back_button:contains(Somchai)",
            run: "click",
        },
        {
            trigger: LINE,
            run({ anchor }) {
                if (anchor.value !== "Not finished") {
                    throw new Error(`The draft is "${anchor.value}"`);
                }
            },
        },
        { trigger: LINE, run: "click" },
        { trigger: ".o_relationship_composer .o_feeling_good .o_feeling_chosen" },
        // The palette guesses the customer from the open record.
        {
            trigger: "body",
            run() {
                document.dispatchEvent(
                    new KeyboardEvent("keydown", { key: "k", ctrlKey: true, bubbles: true })
                );
            },
        },
        { trigger: ".o_command_palette_search input", run: "edit log conv" },
        { trigger: ".o_command:contains(Log Conversation)", run: "click" },
        {
            trigger: ".modal .o_field_widget[name=partner_id] input",
            run({ anchor }) {
                if (!anchor.value.includes("Somchai")) {
                    throw new Error(`The palette guessed "${anchor.value}"`);
                }
            },
        },
        { trigger: ".modal .o_field_widget[name=summary] textarea", run: "edit From the palette" },
        { trigger: ".modal .modal-footer button.btn-primary", run: "click" },
        { trigger: "body:not(:has(.modal))" },
        { trigger: "button[name=action_view_relationship_notes]" },
    ],
});

/** Tapping a number goes nowhere in a test; coming back does what it does on a telephone. */
async function callAndReturn({ anchor }) {
    anchor.addEventListener("click", (ev) => ev.preventDefault(), { once: true });
    anchor.click();
    await new Promise((resolve) => setTimeout(resolve, 1700));
    window.dispatchEvent(new Event("focus"));
}

const TRAY = ".o_relationship_field_tray";

registry.category("web_tour.tours").add("relationship_field", {
    steps: () => [
        { trigger: ".o_relationship_field_search", run: startCounting },
        { trigger: ".o_relationship_field_pick:contains(Somchai)", run: "click" },
        { trigger: ".o_relationship_field_person [data-channel=visit]", run: "click" },
        {
            content: "Two taps made a draft",
            trigger: `${TRAY}:contains(Somchai) .badge:contains(1)`,
            run: () => checkClicks(2),
        },
        { trigger: ".o_relationship_field_person .o_feeling_good .o_feeling:first", run: "click" },
        { trigger: ".o_relationship_field_person .o_feeling_bad .o_feeling:eq(1)", run: "click" },
        { trigger: `${TRAY} .o_relationship_field_draft span[title]:eq(1)` },
        // Taken off by a slip of the thumb, and back.
        { trigger: `${TRAY} button[title="Take off"]`, run: "click" },
        { trigger: `.o_relationship_field:not(:has(${TRAY}))` },
        { trigger: ".o_notification button:contains(Undo)", run: "click" },
        { trigger: ".o_relationship_field_finish:enabled", run: "click" },
        {
            trigger: ".modal .o_field_widget[name=promise] input",
            run: "edit Send the noise table",
        },
        { trigger: ".modal .modal-footer button.btn-primary", run: "click" },
        {
            content: "The finished talk is off the tray",
            trigger: `.o_relationship_field:not(:has(${TRAY}))`,
        },
        {
            content: "After a call: how did it go?",
            trigger: ".o_relationship_field_person:contains(Somchai) a[href^='tel:']",
            run: callAndReturn,
        },
        {
            trigger: ".o_relationship_call_card:contains(Somchai) [data-outcome=missed]",
            run: "click",
        },
        { trigger: "body:not(:has(.o_relationship_call_card))" },
        {
            trigger: ".o_relationship_field_person:contains(Somchai) a[href^='tel:']",
            run: callAndReturn,
        },
        { trigger: ".o_relationship_call_card [data-outcome=later]", run: "click" },
        { trigger: ".o_relationship_call_line", run: "edit Was driving" },
        { trigger: ".o_relationship_call_card .btn-primary:enabled", run: "click" },
        { trigger: "body:not(:has(.o_relationship_call_card))" },
        {
            trigger: ".o_relationship_field_person:contains(Somchai) a[href^='tel:']",
            run: callAndReturn,
        },
        { trigger: ".o_relationship_call_stop", run: "click" },
        { trigger: "body:not(:has(.o_relationship_call_card))" },
    ],
});
