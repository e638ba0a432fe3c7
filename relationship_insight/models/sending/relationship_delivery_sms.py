import uuid

from odoo import api, models
from odoo.tools import SQL

SMS_FAILURES = {
    "sms_number_missing": "sms_number_missing",
    "sms_number_format": "sms_number_format",
    "sms_country_not_supported": "sms_number_format",
    "sms_blacklist": "mail_bl",
    "sms_optout": "mail_optout",
    "sms_duplicate": "mail_dup",
}


class RelationshipDelivery(models.Model):
    """SMS, where that application is installed. It keeps a queue of its own."""

    _inherit = "relationship.delivery"

    def _send_sms(self, number):
        """Hand a claimed message to the SMS queue, in one transaction with recording it."""
        self.ensure_one()
        if "sms.sms" not in self.env:
            self._record("failed", "sms_missing")
            return
        token = uuid.uuid4().hex
        self.env["sms.sms"].sudo().with_company(self.company_id).create({
            "number": number,
            "body": self._get_sms_text(),
            "partner_id": self.partner_id.id,
            "uuid": token,
        })
        self.env.flush_all()
        self._record("sent")
        self.env.cr.execute(SQL(
            "UPDATE relationship_delivery SET sms_uuid = %s WHERE id = %s", token, self.id))

    def _get_sms_text(self):
        """Return the words of the SMS in the customer's language."""
        lang = self._get_lang()
        campaign = self.campaign_id.with_context(lang=lang)
        words = campaign.sms_text or campaign.env._(
            "%(company)s: may we ask for your opinion (%(length)s)? %(link)s",
            company="{company}", link="{link}",
            length=self.invitation_id.version_id.with_context(lang=lang)._get_length())
        values = {
            "{company}": self.company_id.name,
            "{link}": self.invitation_id._get_answer_url(),
        }
        if "{link}" not in words:
            words += " {link}"
        for mark, value in values.items():
            words = words.replace(mark, value)
        return words

    @api.model
    def _check_sms(self):
        """Learn what the provider refused. An SMS that went out is gone from the queue."""
        if "sms.sms" not in self.env:
            return
        rows = self.env.execute_query(SQL(
            """
            SELECT delivery.id, sms.failure_type
              FROM sms_sms sms JOIN relationship_delivery delivery ON delivery.sms_uuid = sms.uuid
             WHERE sms.state = 'error' AND delivery.state = 'sent'
            """))
        for delivery_id, failure in rows:
            self.browse(delivery_id)._record("failed", SMS_FAILURES.get(failure, "sms_server"))
