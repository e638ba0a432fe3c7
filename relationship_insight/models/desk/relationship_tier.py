from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.tools import SQL

from ...tools.cron_wake import trigger


class RelationshipTier(models.Model):
    """How often we want to talk with a kind of customer."""

    _name = "relationship.tier"
    _description = "Customer Level"
    _inherit = "relationship.guarded"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10, help="The first level that fits a customer is theirs.")
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    top_percent = fields.Float(
        string="Best Customers (%)",
        help="The share of customers with the highest spend of 12 months. 0: only by hand.",
    )
    ideal_days = fields.Integer(string="Talk Every (days)", required=True, default=30)
    max_days = fields.Integer(string="At the Latest After (days)", required=True, default=60)
    minimum_spend = fields.Float(
        string="Spend From",
        readonly=True,
        digits=False,
        help="What the last of these customers spent in 12 months, as of last night.",
    )
    active = fields.Boolean(default=True)

    @api.constrains("top_percent", "ideal_days", "max_days")
    def _check_days(self):
        for tier in self:
            if not 0 <= tier.top_percent <= 100:
                raise ValidationError(self.env._("A share of customers lies between 0 and 100."))
            if not 0 < tier.ideal_days <= tier.max_days:
                raise ValidationError(
                    self.env._(
                        "The latest day can't come before the ideal one, and both are at least 1."
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        tiers = super().create(vals_list)
        tiers._apply()
        return tiers

    def write(self, vals):
        companies = self.company_id
        res = super().write(vals)
        if {"active", "company_id", "ideal_days", "max_days", "sequence", "top_percent"} & set(
            vals
        ):
            self._apply(companies)
        return res

    def unlink(self):
        companies = self.company_id
        res = super().unlink()
        self._apply(companies)
        return res

    def _apply(self, companies=None):
        """Let the nightly job follow the change, soon."""
        if not self.env.context.get("relationship_no_refresh"):
            trigger(self.env, "relationship_insight.ir_cron_relationship_cadence")

    @api.model
    def _set_minimum_spend(self, company):
        """Find the spend from which a customer belongs to each tier; ties belong to it as well."""
        self.flush_model()
        self.env["relationship.profile"].flush_model(["company_id", "spend_12m"])
        self.env.cr.execute(
            SQL(
                """
            WITH spender AS (
                SELECT profile.spend_12m,
                       ROW_NUMBER() OVER (ORDER BY profile.spend_12m DESC) AS place,
                       COUNT(*) OVER () AS total
                  FROM relationship_profile profile
                  JOIN res_partner partner ON partner.id = profile.commercial_partner_id
                 WHERE profile.company_id = %(company)s AND profile.spend_12m > 0
                   AND partner.active
            )
            UPDATE relationship_tier tier
               SET minimum_spend = (
                    SELECT spender.spend_12m FROM spender
                     WHERE spender.place = CEIL(spender.total * tier.top_percent::numeric / 100))
             WHERE tier.company_id = %(company)s
            """,
                company=company.id,
            )
        )
        self.invalidate_model(["minimum_spend"])
