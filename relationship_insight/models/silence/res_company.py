from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    relationship_coverage_days = fields.Integer(
        string="A Top Customer Is Untouched After (days)",
        default=90,
        help="Days without a call, visit or counter talk on record.",
    )

    _coverage_days_check = models.Constraint(
        "CHECK(relationship_coverage_days > 0)", "The days must be above zero."
    )

    def write(self, vals):
        res = super().write(vals)
        if "relationship_minimum_group" in vals:
            self.env["relationship.silence"].sudo()._hide_below_minimum(self)
        return res
