import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("relationship_insight", {
    url: "/odoo/relationship-insights",
    steps: () => [
        { trigger: ".o_insight [data-card=matrix] canvas" },
        { trigger: ".o_insight [data-card=feelings] canvas" },
        { trigger: ".o_insight [data-card=motives] canvas" },
        { trigger: ".o_insight [data-card=history] canvas" },
        {
            content: "The picture has a table for those who can't see it",
            trigger: "[data-card=matrix] .o_insight_toggle",
            run: "click",
        },
        { trigger: "[data-card=matrix] table tbody tr:eq(3)" },
        { trigger: "[data-card=matrix] .o_insight_toggle[aria-pressed=true]", run: "click" },
        {
            content: "A corner opens the customers behind it",
            trigger: "[data-card=matrix] [data-corner=true]",
            run: "click",
        },
        { trigger: ".o_list_view .o_data_row:contains(Often and attached)" },
        { trigger: ".o_list_view:not(:has(.o_data_row:contains(Rarely and cold)))" },
        { trigger: ".o_breadcrumb .o_back_button, .breadcrumb-item a", run: "click" },
        {
            content: "A filter reloads the pictures and survives coming back",
            trigger: ".o_insight select[data-filter=customer_type]",
            run: "select company",
        },
        { trigger: "[data-card=matrix] [data-class=unknown]:contains(0 customers)" },
        { trigger: "[data-card=matrix] [data-class=low]", run: "click" },
        { trigger: ".o_list_view .o_data_row:contains(Rarely and cold)" },
        { trigger: ".o_breadcrumb .o_back_button, .breadcrumb-item a", run: "click" },
        { trigger: ".o_insight select[data-filter=customer_type]:value(company)" },
        {
            content: "Every other filter does as well",
            trigger: ".o_insight select[data-filter=months]",
            run: "select 24",
        },
        { trigger: "[data-card=matrix] [data-class=low]:contains(1 customer)" },
        {
            trigger: ".o_insight select[data-filter=user_id]",
            run: "selectByLabel insight_manager",
        },
        { trigger: "[data-card=matrix] .o_insight_message:contains(No customer matches)" },
    ],
});

registry.category("web_tour.tours").add("relationship_insight_first", {
    url: "/odoo/relationship-insights",
    steps: () => [
        { trigger: ".o_insight_first [data-step=refresh]", run: "click" },
        { trigger: ".o_notification_manager .o_notification" },
        { trigger: ".o_insight_first [data-step=note]", run: "click" },
        { trigger: ".o_action_manager .o_view_controller" },
    ],
});
