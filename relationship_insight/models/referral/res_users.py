from odoo import models
from odoo.http import request

from .relationship_referral_code import COOKIE


class ResUsers(models.Model):
    _inherit = "res.users"

    def _signup_create_user(self, values):
        user = super()._signup_create_user(values)
        token = request and request.cookies.get(COOKIE)
        if token:
            user._claim_from_link(token)
        return user

    def _claim_from_link(self, token):
        """A new portal user came by a customer's link.

        :param str token: of the link, from the visitor's own cookie
        """
        code = self.env["relationship.referral.code"]._find_by_token(token)
        for user in self.filtered("share"):
            if code:
                self.env["relationship.referral"]._claim(
                    {
                        "referred_id": user.partner_id.id,
                        "token": code.token,
                        "company_id": code.company_id.id,
                        "source": "link",
                        "source_key": f"link:{code.id}:{user.partner_id.id}",
                    }
                )
