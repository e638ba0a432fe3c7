from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    relationship_store_names = fields.Char(
        string="Names of Our Store",
        help="Names customers use for us, separated by commas. They tell whether a customer who "
        "lists the stores that come to mind means us.",
    )
