from odoo import api, fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    relationship_referral_margin = fields.Float(
        string="Margin on Sales (%)",
        default=100,
        help="What is left of a sale after its goods are paid. 100: referral values are sales.",
    )
    relationship_acquisition_cost = fields.Monetary(
        string="Cost of Winning a Customer",
        currency_field="currency_id",
        help="What a new customer costs you without a friend, in advertising and the like.",
    )

    @api.model_create_multi
    def create(self, vals_list):
        companies = super().create(vals_list)
        self.env["relationship.referral.program"]._create_missing(companies)
        return companies
