from odoo import fields, models

from ...models.campaign.relationship_eligibility import REASONS


class RelationshipAsk(models.TransientModel):
    _name = "relationship.ask"
    _description = "Ask Customers for Feedback"
    _inherit = "relationship.each"

    campaign_id = fields.Many2one(
        "relationship.campaign",
        required=True,
        ondelete="cascade",
        domain=[("state", "in", ("draft", "running"))],
        default=lambda self: self.env["relationship.campaign"].search(
            [("state", "=", "running"), ("priority", "=", "4_adhoc")], limit=1
        ),
    )
    campaign_state = fields.Selection(related="campaign_id.state")

    def action_ask(self):
        """Ask them as far as the rules allow, and say who wasn't and why.

        A campaign that hasn't begun asks nobody: they become part of whom it will ask.
        """
        self.ensure_one()
        self._check_customers()
        if self.campaign_id.state == "draft":
            self.campaign_id._add_to_audience(self.partner_ids)
            return self._tell(
                self.env._(
                    "%(campaign)s will ask them once it runs, as far as the rules allow.",
                    campaign=self.campaign_id.name,
                ),
                self.env._("%(count)s customers added", count=len(self.partner_ids)),
            )
        lines = self.campaign_id._ask(self.partner_ids)
        labels = dict(
            self.env["relationship.eligibility"]._fields["reason"]._description_selection(self.env)
        )
        counts = [
            (sum(line.reason == reason for line in lines), labels[reason])
            for reason, _label in REASONS
        ]
        return self._tell(
            ", ".join(f"{label}: {count}" for count, label in counts if count),
            self.env._("Who is asked"),
        )
