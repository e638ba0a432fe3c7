from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ResCompany(models.Model):
    _inherit = "res.company"

    relationship_review_days = fields.Integer(
        string="Ask Again After (days)",
        default=365,
        help="After so long a preference is asked about instead of taken for granted.",
    )
    relationship_cooling_days = fields.Integer(string="Cooling After (days)", default=30)
    relationship_dormant_days = fields.Integer(string="Dormant After (days)", default=60)
    relationship_stale_days = fields.Integer(string="Stale After (days)", default=90)
    relationship_contact_gap = fields.Integer(
        string="Leave in Peace For (days)",
        default=3,
        help="Staff are warned when a customer was contacted within so many days.",
    )
    relationship_promise_grace = fields.Integer(
        string="Broken After (days)",
        default=14,
        help="So many days after it was due a promise counts as broken.",
    )

    @api.constrains(
        "relationship_cooling_days", "relationship_dormant_days", "relationship_stale_days"
    )
    def _check_relationship_ladder(self):
        for company in self:
            steps = (
                company.relationship_cooling_days,
                company.relationship_dormant_days,
                company.relationship_stale_days,
            )
            if not 0 < steps[0] < steps[1] < steps[2]:
                raise ValidationError(
                    self.env._(
                        "The steps from cooling to dormant to stale must grow, from 1 day on."
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        companies = super().create(vals_list)
        companies._create_relationship_tiers()
        return companies

    @api.model
    def _create_missing_relationship_tiers(self):
        """Give every company without tiers the usual ones."""
        have = (
            self.env["relationship.tier"]
            .sudo()
            .with_context(active_test=False)
            ._read_group([], ["company_id"])
        )
        without = self.sudo().search([("id", "not in", [company.id for (company,) in have])])
        without._create_relationship_tiers()

    def _create_relationship_tiers(self):
        """Give these companies the usual tiers, with the names they have in every language."""
        usual = (
            self.env["relationship.tier"]
            .sudo()
            .union(
                *filter(
                    None,
                    (
                        self.env.ref(f"relationship_insight.relationship_tier_{name}", False)
                        for name in ("key", "good")
                    ),
                )
            )
        )
        for company in self:
            usual.copy({"company_id": company.id, "minimum_spend": 0})
