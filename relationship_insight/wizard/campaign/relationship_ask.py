from odoo import api, fields, models

from ...models.campaign.relationship_eligibility import REASONS


class RelationshipAsk(models.TransientModel):
    _name = "relationship.ask"
    _description = "Ask Customers for Feedback"
    _inherit = "relationship.guarded"

    campaign_id = fields.Many2one(
        "relationship.campaign",
        required=True,
        ondelete="cascade",
        domain=[("state", "=", "running")],
        default=lambda self: self.env["relationship.campaign"].search(
            [("state", "=", "running"), ("priority", "=", "4_adhoc")], limit=1
        ),
    )
    partner_ids = fields.Many2many("res.partner", string="Customers", required=True)

    @api.model
    def default_get(self, fields):
        vals = super().default_get(fields)
        if self.env.context.get("active_model") == "res.partner":
            vals.setdefault("partner_ids", [(6, 0, self.env.context.get("active_ids", []))])
        return vals

    def action_ask(self):
        """Ask them as far as the rules allow, and say who wasn't and why."""
        self.ensure_one()
        lines = self.campaign_id._ask(self.partner_ids)
        labels = dict(
            self.env["relationship.eligibility"]._fields["reason"]._description_selection(self.env)
        )
        counts = [
            (sum(line.reason == reason for line in lines), labels[reason])
            for reason, _label in REASONS
        ]
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "title": self.env._("Who is asked"),
                "message": ", ".join(f"{label}: {count}" for count, label in counts if count),
                "type": "info",
                "next": {"type": "ir.actions.act_window_close"},
            },
        }
