from odoo import api, fields, models


class ResUsers(models.Model):
    _inherit = "res.users"

    relationship_call_card = fields.Boolean(
        string="Ask After Calls", default=True,
        help="When you come back from a call to a customer's number: how did it go?")

    @property
    def SELF_READABLE_FIELDS(self):
        return super().SELF_READABLE_FIELDS + ["relationship_call_card"]

    @property
    def SELF_WRITEABLE_FIELDS(self):
        return super().SELF_WRITEABLE_FIELDS + ["relationship_call_card"]

    @api.model
    def stop_relationship_call_card(self):
        """Never ask this user again; the preferences of the user bring it back."""
        self.env.user.sudo().relationship_call_card = False
