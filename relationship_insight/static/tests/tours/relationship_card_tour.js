import { registry } from "@web/core/registry";

function countCalls() {
    return performance
        .getEntriesByType("resource")
        .filter((entry) => entry.name.endsWith("/get_customer_card")).length;
}

function expectCalls(count) {
    return () => {
        if (countCalls() !== count) {
            throw new Error(`The card was asked for ${countCalls()} times instead of ${count}`);
        }
    };
}

registry.category("web_tour.tours").add("relationship_card", {
    steps: () => [
        {
            content: "The contact opens without the card",
            trigger: ".o_form_view .oe_stat_button:contains(Buys often, not attached)",
            run: expectCalls(0),
        },
        { trigger: ".o_notebook a[name=relationship]", run: "click" },
        {
            content: "Its tab asks once",
            trigger: ".o_relationship_card:contains(because we are close by)",
            run: expectCalls(1),
        },
        { trigger: ".o_relationship_axes .o_relationship_tile:eq(3)" },
        { trigger: ".o_relationship_card button:contains(Log a Conversation)", run: "click" },
        {
            trigger: ".modal .o_field_widget[name=summary] textarea",
            run: "edit She moves house in spring",
        },
        { trigger: ".modal .modal-footer .btn-primary", run: "click" },
        {
            content: "The talk shows at once",
            trigger: ".o_relationship_evidence:contains(She moves house in spring)",
        },
        {
            content: "The badge opens the customer's insight",
            trigger: ".oe_stat_button[name=action_open_relationship_profile]",
            run: "click",
        },
        { trigger: ".o_form_view .oe_stat_button[name=action_open_customer]" },
        { trigger: ".o_relationship_card:contains(She moves house in spring)" },
    ],
});

registry.category("web_tour.tours").add("relationship_card_empty", {
    steps: () => [
        { trigger: ".o_notebook a[name=relationship]", run: "click" },
        { trigger: ".o_relationship_card_empty button:contains(Log a Conversation)" },
    ],
});
