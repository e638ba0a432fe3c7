from odoo import models
from odoo.exceptions import UserError


class MailActivity(models.Model):
    _inherit = "mail.activity"

    def action_relationship_brief(self):
        """Open the brief of the customer whom this activity is about."""
        self.ensure_one()
        customer = self._get_relationship_customer()
        if not customer:
            raise UserError(self.env._("This activity isn't about a customer you may see."))
        return customer._get_relationship_brief_action()
