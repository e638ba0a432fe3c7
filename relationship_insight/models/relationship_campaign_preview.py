from odoo import fields, models
from odoo.exceptions import UserError

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
        if not user.email:
            raise UserError(self.env._("You have no e-mail address: add one to your profile."))
        languages = self.env["res.lang"].get_installed()[:MOST_LANGUAGES]
        mails = self.env["mail.mail"].sudo().create([{
            **self.sudo()._prepare_test_mail(code, user),
            "email_to": user.email_formatted, "auto_delete": True,
        } for code, _name in languages])
        mails.send(raise_exception=True)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "type": "success",
                "message": self.env._("Sent to %(address)s.", address=user.email),
            },
        }

    def _prepare_test_mail(self, lang, user):
        """Return the values of a mail as customers get it, but for its links.

        It is rendered for an invitation that is taken back at once: nobody was asked.
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
        finally:
            savepoint.close(rollback=True)
        env = self.with_context(lang=lang).env
        return {
            "subject": env._("Test: %(subject)s", subject=vals["subject"]),
            "body_html": vals["body"],
            "email_from": vals["email_from"],
            "reply_to": vals["reply_to"],
        }
