import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("relationship_desk", {
    steps: () => [
        {
            content: "The desk names who waits, why, and what was said last",
            trigger:
                ".o_relationship_desk_person:contains(Somchai):contains(at the latest):contains(She likes lilies)",
        },
        { trigger: ".o_relationship_desk_promises:contains(Send the list)" },
        {
            content: "A promise is kept with one tap",
            trigger: ".o_relationship_desk_promises button[title=Kept]",
            run: "click",
        },
        { trigger: ".o_relationship_desk:not(:has(.o_relationship_desk_promises))" },
        {
            trigger: ".o_relationship_desk_person:contains(Somchai) .o_relationship_desk_brief",
            run: "click",
        },
        {
            content: "The brief says what is known, and over which time",
            trigger: ".o_relationship_brief:contains(in 90 days)",
        },
        { trigger: ".o_relationship_brief [data-section=touches]:contains(She likes lilies)" },
        {
            content: "Its sentences open their records",
            trigger: ".o_relationship_brief [data-section=touches] .o_relationship_brief_line",
            run: "click",
        },
        { trigger: ".o_form_view .o_field_widget[name=summary] textarea" },
        { trigger: ".o_back_button, .breadcrumb-item:last", run: "click" },
        { trigger: ".o_relationship_brief h1 button", run: "click" },
        { trigger: ".o_notebook a[name=relationship]", run: "click" },
        { trigger: ".o_relationship_chip_add", run: "click" },
        { trigger: ".o_relationship_tag:contains(Coffee)", run: "click" },
        {
            content: "One tap on a chip is one thing known",
            trigger: ".o_relationship_chip:contains(Coffee) .o_relationship_chip_yes",
            run: "click",
        },
        {
            content: "And one tap says that it holds no longer",
            trigger: ".o_relationship_chip_fresh:contains(Coffee) .o_relationship_chip_no",
            run: "click",
        },
        { trigger: ".o_relationship_person:not(:has(.o_relationship_chip))" },
    ],
});
