import smtplib

from odoo import fields, models
from odoo.exceptions import UserError

from odoo.addons.base.models.ir_mail_server import MailDeliveryException

from .smtp_session import Sender

MOST_LANGUAGES = 4


class RelationshipCampaign(models.Model):
    """Look before anybody is asked: the page, and the mail in one's own inbox."""

    _inherit = "relationship.campaign"

    def action_preview(self):
        """Open the page as customers see it; nothing done there is stored."""
        self.ensure_one()
        return self.instrument_id.action_preview()

    def action_send_test(self):
        """Send the invitation to the user in each language; its links open the preview."""
        self.ensure_one()
        self.check_access("write")
        user = self.env.user
        if not user.email_normalized:
            raise UserError(self.env._("You have no e-mail address: add one to your profile."))
        campaign = self.sudo()
        server, smtp_from = campaign._find_server()
        sender = Sender(campaign.env, campaign.company_id, server, smtp_from)
        try:
            sender.connect()
            for lang, _name in self.env["res.lang"].get_installed()[:MOST_LANGUAGES]:
                sender.send(campaign._build_test_message(lang, user), user.email_normalized)
        except (MailDeliveryException, smtplib.SMTPException, OSError) as error:
            raise UserError(self.env._(
                "The mail server didn't take the test mail: %(reason)s", reason=error)) from error
        finally:
            sender.close()
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("Sent to %(address)s.", address=user.email),
            },
        }

    def _build_test_message(self, lang, user):
        """Return the message that customers get, made by the same code, but for its links.

        It is made for an invitation that is taken back at once: nobody was asked.
        """
        version = self.instrument_id._get_previewed()
        preview = f"{self.company_id.get_base_url().rstrip('/')}/pulse/preview/{version.id}/{lang}"
        savepoint = self.env.cr.savepoint()
        try:
            invitation = self.env["relationship.invitation"].create({
                "campaign_id": self.id, "version_id": version.id, "channel": "email",
                "company_id": self.company_id.id, "lang": lang})
            delivery = self.env["relationship.delivery"].create({
                "invitation_id": invitation.id, "campaign_id": self.id, "channel": "email",
                "company_id": self.company_id.id, "step": 0, "lang": lang,
                "date_due": fields.Datetime.now(),
            }).with_context(relationship_preview=preview, relationship_addressee=user.name)
            vals = delivery._fill_form(delivery._prepare_form(lang), lang)
            env = self.with_context(lang=lang).env
            subject = env._("Test: %(subject)s", subject=vals["subject"])
            return delivery._build_message(
                {**vals, "subject": subject, "name": user.name}, user.email_normalized)
        finally:
            savepoint.close(rollback=True)
