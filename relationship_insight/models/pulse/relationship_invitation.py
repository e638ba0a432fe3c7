import re
from datetime import timedelta
from urllib.parse import urlencode

from odoo import api, fields, models

from ...tools import pulse_token

PATH = "/pulse"
TOKEN_PATTERN = re.compile(r"[A-Za-z0-9_-]{16,128}\Z")
UNSUBSCRIBE = "unsubscribe"
PREFERENCES = "preferences"
# Whoever wants no more mail may find the way in an old one.
KEPT_LINK = timedelta(days=400)


class RelationshipInvitation(models.Model):
    _inherit = "relationship.invitation"

    @api.model
    def _get_link_key(self):
        """Return the bytes with which the public pages sign."""
        secret = self.env["ir.config_parameter"].sudo().get_param("database.secret")
        return b"relationship_insight:" + secret.encode()

    def _get_base_url(self):
        self.ensure_one()
        return self.company_id.sudo().get_base_url().rstrip("/")

    def _get_answer_url(self, measure=None, value=None, lang=None):
        """Return the link to the page of this invitation.

        With a measure and a value the page opens with that answer chosen; nothing is stored
        until the customer confirms it there.

        :param str value: as :meth:`_get_mail_choices` names it
        """
        self.ensure_one()
        url = self.env.context.get("relationship_preview") or (
            f"{self._get_base_url()}{PATH}/{self.sudo().access_token}")
        query = {}
        if measure is not None and value is not None:
            query = {"m": measure.code, "v": value}
        if lang:
            query["lang"] = lang
        return f"{url}?{urlencode(query)}" if query else url

    def _get_unsubscribe_url(self):
        """Return the link for the header List-Unsubscribe (RFC 8058) and for the mail's end."""
        return self._get_sealed_url(UNSUBSCRIBE)

    def _get_preferences_url(self):
        """Return the link to the page that says why they were asked and takes their wishes."""
        return self._get_sealed_url(PREFERENCES)

    def _get_sealed_url(self, purpose):
        return self.env.context.get("relationship_preview") or (
            self._get_base_url() + self._get_sealed_path(purpose))

    def _get_sealed_path(self, purpose):
        return f"{PATH}/{purpose}/{self._seal(purpose)}"

    def _seal(self, purpose):
        """Return the token that names this invitation for one purpose."""
        self.ensure_one()
        return pulse_token.seal(
            self._get_link_key(), purpose, self.id, self.sudo().access_token or "")

    @api.model
    def _unseal_sudo(self, purpose, token):
        """Return the invitation that a sealed token names, or none, whatever is wrong with it."""
        nobody = self.sudo().browse()
        key = self._get_link_key()
        claim = pulse_token.unseal(key, purpose, token)
        if claim is None:
            return nobody
        record_id, mac = claim
        invitation = nobody.browse(record_id if record_id < 2**31 else 0).exists()
        held = invitation.access_token or ""
        if not pulse_token.is_sealed(key, purpose, record_id, held, mac) or not invitation:
            return nobody
        if invitation.create_date < fields.Datetime.now() - KEPT_LINK:
            return nobody
        return invitation

    @api.model
    def _get_waiting_for(self, partner):
        """Return, in sudo, what a person may answer just now, newest first."""
        now = fields.Datetime.now()
        return self.sudo().search([
            ("partner_id", "=", partner.id),
            ("state", "in", ("sent", "uncertain", "failed", "opened", "started")),
            "|", ("date_expire", "=", False), ("date_expire", ">=", now),
        ]) if partner else self.sudo().browse()

    def _revoke_links(self):
        """Make every link of these invitations worthless."""
        self.sudo().write({"access_token": False})
