import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("relationship_star", {
    steps: () => [
        {
            content: "The tab shows who is close to the customer",
            trigger: ".o_notebook a[name=relationship]",
            run: "click",
        },
        { trigger: ".o_bond_star_ray.o_chosen[data-staff='Star Nok']" },
        { trigger: ".o_bond_star_parts:contains(Star Nok)" },
        {
            content: "Another colleague is chosen by a click",
            trigger: ".o_bond_star_ray[data-staff='Star Dao'] circle",
            run: "click",
        },
        { trigger: ".o_bond_star_parts:contains(Star Dao):contains(Staff-reported)" },
        {
            content: "A part opens the talks behind it",
            trigger: ".o_bond_star_part[data-part=I]",
            run: "click",
        },
        { trigger: ".o_list_view .o_data_row:contains(Star Dao)" },
    ],
});

registry.category("web_tour.tours").add("relationship_silence", {
    url: "/odoo/silent-sales",
    steps: () => [
        { trigger: ".o_silence [data-card=silence] canvas" },
        { trigger: ".o_insight_headline:contains(Ask, don't judge)" },
        {
            content: "Bonds instead of talks",
            trigger: ".o_silence [data-axis=bond]",
            run: "click",
        },
        { trigger: ".o_silence [data-axis=bond][aria-pressed=true]" },
        {
            content: "A line opens the figures",
            trigger: ".o_silence_table tr[data-status=silent] button",
            run: "click",
        },
        { trigger: ".o_form_view .alert-info:contains(Ask, don't judge)" },
        {
            content: "And the customers to ask about",
            trigger: "button[name=action_open_pairs]",
            run: "click",
        },
        { trigger: ".o_list_view .o_data_row:contains(Silent one)" },
    ],
});

registry.category("web_tour.tours").add("relationship_key_people", {
    url: "/odoo/coverage",
    steps: () => [
        { trigger: ".o_key_people [data-card=untouched]" },
        { trigger: ".o_key_people_person:contains(Star Nok)", run: "click" },
        { trigger: ".o_key_people_sum:contains(If Star Nok leaves)" },
        {
            content: "A second warm bond lowers what is at risk",
            trigger: "[data-card=leaver] tbody tr:contains(Star Customer) input",
            run: "click",
        },
        { trigger: ".o_key_people_sum .text-success" },
    ],
});
