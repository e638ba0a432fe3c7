import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("relationship_handover", {
    url: "/odoo/handovers/new",
    steps: () => [
        {
            content: "Who leaves?",
            trigger: ".o_field_widget[name=user_id] input",
            run: "edit Tour Leaver",
        },
        { trigger: ".o-autocomplete--dropdown-item:contains(Tour Leaver)", run: "click" },
        {
            content: "Find the customers",
            trigger: "button[name=action_propose]",
            run: "click",
        },
        {
            trigger:
                ".o_field_widget[name=line_ids] .o_data_row:contains(Tour Customer):contains(Tour Friend)",
        },
        {
            content: "Hand over, and say yes",
            trigger: ".o_statusbar_buttons button[name=action_hand_over]",
            run: "click",
        },
        { trigger: ".modal .btn-primary", run: "click" },
        { trigger: ".o_statusbar_status .o_arrow_button_current:contains(Handed over)" },
        { trigger: ".o_field_widget[name=activity_moved]:contains(2)" },
        {
            content: "The customers taken over, with their brief",
            trigger: "button[name=action_open_lines]",
            run: "click",
        },
        { trigger: ".o_last_breadcrumb_item:contains(Customers Taken Over)" },
        {
            trigger:
                ".o_list_view .o_data_row td[name=commercial_partner_id]:contains(Tour Customer)",
            run: "click",
        },
        { trigger: ".o_field_widget[name=brief]:contains(Open promises)" },
        { trigger: "button[name=action_introduced]", run: "click" },
        { trigger: ".o_statusbar_status .o_arrow_button_current:contains(Introduced)" },
    ],
});
