from odoo import models


class RelationshipCustomerLink(models.AbstractModel):
    """Rows about a customer, from which one goes on to the contact."""

    _name = "relationship.customer.link"
    _inherit = "relationship.doing"
    _description = "Leads to a Customer"

    def action_open_customer(self):
        """Open the customer's contact form."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "res_model": "res.partner",
            "res_id": self.commercial_partner_id.id,
            "view_mode": "form",
        }
