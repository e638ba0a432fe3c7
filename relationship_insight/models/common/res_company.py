from odoo import fields, models


class ResCompany(models.Model):
    _inherit = "res.company"

    relationship_minimum_group = fields.Integer(
        string="Smallest Group Shown", default=5,
        help="Averages over fewer customers are hidden.")

    def _relationship_floor(self):
        """Smallest group of customers whose figure may be shown: the strictest of these."""
        return max([*self.mapped("relationship_minimum_group"), 1])
