import { Activity } from "@mail/core/web/activity";
import { useService } from "@web/core/utils/hooks";
import { patch } from "@web/core/utils/patch";
import { user } from "@web/core/user";
import { onWillStart } from "@odoo/owl";

const CUSTOMER_MODELS = ["res.partner", "crm.lead", "sale.order", "relationship.case"];

/** Before doing what is planned with a customer: what to know about them. */
patch(Activity.prototype, {
    setup() {
        super.setup();
        this.relationshipAction = useService("action");
        this.relationshipOrm = useService("orm");
        onWillStart(async () => {
            this.hasRelationshipBrief =
                CUSTOMER_MODELS.includes(this.props.activity.res_model) &&
                (await user.hasGroup("relationship_insight.group_relationship_staff"));
        });
    },

    async openRelationshipBrief() {
        const action = await this.relationshipOrm.call(
            "mail.activity",
            "action_relationship_brief",
            [[this.props.activity.id]]
        );
        await this.relationshipAction.doAction(action);
    },
});
