import re

from odoo import api, models
from odoo.tools import html2plaintext

_DSN = re.compile(r"^(action|status):\s*(\S+)", re.I | re.M)


class MailThread(models.AbstractModel):
    _inherit = "mail.thread"

    @api.model
    def _routing_handle_bounce(self, email_message, message_dict):
        res = super()._routing_handle_bounce(email_message, message_dict)
        if message_ids := message_dict.get("bounced_msg_ids"):
            report = self._read_delivery_report(email_message)
            self.env["relationship.delivery"].sudo()._receive_bounce(
                message_ids, html2plaintext(message_dict.get("body") or ""), report
            )
        return res

    @api.model
    def _read_delivery_report(self, email_message):
        """Return {"action", "status"} of a report (RFC 3464), empty where there is none."""
        for part in email_message.walk():
            if part.get_content_type() == "message/delivery-status":
                return {
                    name.lower(): value.lower() for name, value in _DSN.findall(part.as_string())
                }
        return {}
