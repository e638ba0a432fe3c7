import secrets

from odoo import api, fields, models

TOKEN_BYTES = 32


class ResUsers(models.Model):
    _inherit = "res.users"

    relationship_digest = fields.Boolean(
        string="My Desk by Mail",
        default=True,
        help="Every morning the people to talk with and the promises due, if there are any.",
    )
    relationship_digest_date = fields.Date(readonly=True, copy=False, groups="base.group_system")
    # 256 random bits; whoever has it may switch the mail off, and nothing else.
    relationship_digest_token = fields.Char(readonly=True, copy=False, groups=fields.NO_ACCESS)
    relationship_call_card = fields.Boolean(
        string="Ask After Calls",
        default=True,
        help="When you come back from a call to a customer's number: how did it go?",
    )

    _relationship_digest_token_uniq = models.UniqueIndex(
        "(relationship_digest_token) WHERE relationship_digest_token IS NOT NULL"
    )

    @property
    def SELF_READABLE_FIELDS(self):
        return super().SELF_READABLE_FIELDS + ["relationship_call_card", "relationship_digest"]

    @property
    def SELF_WRITEABLE_FIELDS(self):
        return super().SELF_WRITEABLE_FIELDS + ["relationship_call_card", "relationship_digest"]

    def _get_relationship_digest_token(self):
        """Return the token of the link that switches the mail off, made on first use."""
        self.ensure_one()
        user_sudo = self.sudo()
        if not user_sudo.relationship_digest_token:
            user_sudo.relationship_digest_token = secrets.token_urlsafe(TOKEN_BYTES)
        return user_sudo.relationship_digest_token

    @api.model
    def stop_relationship_call_card(self):
        """Never ask this user again; the preferences of the user bring it back."""
        self.env.user.sudo().relationship_call_card = False
