from odoo import models
from odoo.fields import Domain


class RelationshipBond(models.Model):
    _inherit = "relationship.bond"

    def _get_served_domain(self):
        """Customers are face to face with whoever serves them at the till."""
        return super()._get_served_domain() & Domain("channel", "=", "pos")
