import smtplib

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.base.models.ir_mail_server import MailDeliveryException

from ..campaign.relationship_wave import WAITING_FOR
from .smtp_session import Sender

REMINDERS = {"cadence": (4, 10), "event": (5, 0)}
# What went wrong with a message; what comes after the second was never handed over.
TROUBLE = ("bounced", "uncertain", "failed")
LINK_DAYS = {"cadence": 30, "event": 14}
MOST_LANGUAGES = 4


class RelationshipCampaign(models.Model):
    _inherit = "relationship.campaign"

    mail_template_id = fields.Many2one(
        "mail.template",
        string="E-mail",
        ondelete="set null",
        domain=[("model", "=", "relationship.invitation")],
        help="Empty: the usual invitation.",
    )
    reminder_template_id = fields.Many2one(
        "mail.template",
        string="E-mail of a Reminder",
        ondelete="set null",
        domain=[("model", "=", "relationship.invitation")],
        help="Empty: the usual reminder.",
    )
    email_from = fields.Char(string="Sender", help="Empty: the sender in the settings.")
    reply_to = fields.Char(
        string="Replies Go To", help="Empty: the sender. Somebody should read what comes there."
    )
    sms_text = fields.Char(
        string="SMS Text",
        translate=True,
        help="Empty: the usual text. {company} and {link} are filled in.",
    )
    reminder_day_1 = fields.Integer(
        compute="_compute_reminder_days", store=True, readonly=False, precompute=True, default=None
    )
    reminder_day_2 = fields.Integer(
        compute="_compute_reminder_days", store=True, readonly=False, precompute=True, default=None
    )
    link_days = fields.Integer(
        compute="_compute_reminder_days", store=True, readonly=False, precompute=True, default=None
    )
    sending_problem = fields.Char(
        compute="_compute_sending_problem",
        groups="relationship_insight.group_relationship_relations",
    )
    wave_problem = fields.Selection(
        WAITING_FOR, string="Why the Wave Doesn't Start", compute="_compute_wave_problem"
    )
    bounced_count = fields.Integer(
        string="Bounced",
        compute="_compute_sending",
        groups="relationship_insight.group_relationship_relations",
    )
    unsure_count = fields.Integer(
        string="Uncertain",
        compute="_compute_sending",
        groups="relationship_insight.group_relationship_relations",
        help="The connection broke while it was handed over: it may have arrived or not.",
    )
    unsent_count = fields.Integer(
        string="Not Sent",
        compute="_compute_sending",
        groups="relationship_insight.group_relationship_relations",
    )

    @api.depends("state")
    def _compute_sending_problem(self):
        running = self.filtered(lambda campaign: campaign.state == "running")
        messages = self.env["relationship.sending.pause"]._get_messages(running.company_id)
        for campaign in self:
            campaign.sending_problem = campaign in running and messages.get(campaign.company_id)

    @api.depends("wave_ids.state", "wave_ids.waiting_for")
    def _compute_wave_problem(self):
        for campaign in self:
            campaign.wave_problem = campaign.wave_ids.filtered(
                lambda wave: wave.waiting_for and wave.state != "closed"
            )[:1].waiting_for

    def _compute_sending(self):
        """Count what became of messages, reminders too, in one query for all campaigns."""
        counts = {
            (campaign, state): count
            for campaign, state, count in self.env["relationship.delivery"]
            .sudo()
            ._read_group(
                [("campaign_id", "in", self.ids), ("state", "in", TROUBLE)],
                ["campaign_id", "state"],
                ["__count"],
            )
        }
        for campaign in self:
            bounced, unsure, *unsent = (counts.get((campaign, state), 0) for state in TROUBLE)
            campaign.bounced_count, campaign.unsure_count = bounced, unsure
            campaign.unsent_count = sum(unsent)

    def action_view_trouble(self):
        """Open the messages that bounced, failed, or of which nobody knows."""
        self.ensure_one()
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "relationship_insight.relationship_delivery_action"
            ),
            "domain": [("campaign_id", "=", self.id), ("state", "in", TROUBLE)],
            "context": {"search_default_group_state": 1},
        }

    @api.depends("kind")
    def _compute_reminder_days(self):
        for campaign in self:
            campaign.reminder_day_1, campaign.reminder_day_2 = REMINDERS[campaign.kind]
            campaign.link_days = LINK_DAYS[campaign.kind]

    def _find_server(self):
        """Return (mail server, envelope sender) of this campaign, as Odoo chooses them."""
        self.ensure_one()
        company = self.company_id
        alias_domain = company.sudo().alias_domain_id
        Server = (
            self.env["ir.mail_server"]
            .sudo()
            .with_context(
                domain_notifications_email=alias_domain.default_from_email,
                domain_bounce_address=alias_domain.bounce_email,
            )
        )
        server, smtp_from = Server._find_mail_server(
            self.email_from or company._get_relationship_sender() or "",
            Server.search([("owner_user_id", "=", False)], order="sequence, id"),
        )
        # With the sender's name: Odoo writes over what a mail says with it.
        return server or Server.browse(), smtp_from

    @api.model
    def _tell_stopped(self, company, reason):
        """Tell who is responsible that nothing is sent until somebody acts, once."""
        summary = self.env._("Nothing is sent: the mail server refuses us")
        for campaign in self.search(
            [("company_id", "=", company.id), ("state", "=", "running"), ("user_id", "!=", False)]
        ):
            if summary not in campaign.activity_ids.mapped("summary"):
                campaign.activity_schedule(
                    "mail.mail_activity_data_warning",
                    user_id=campaign.user_id.id,
                    summary=summary,
                    note=reason,
                )

    # Look before anybody is asked: the page, and the mail in one's own inbox.

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
            raise UserError(
                self.env._("The mail server didn't take the test mail: %(reason)s", reason=error)
            ) from error
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
            invitation = self.env["relationship.invitation"].create(
                {
                    "campaign_id": self.id,
                    "version_id": version.id,
                    "channel": "email",
                    "company_id": self.company_id.id,
                    "lang": lang,
                }
            )
            delivery = (
                self.env["relationship.delivery"]
                .create(
                    {
                        "invitation_id": invitation.id,
                        "campaign_id": self.id,
                        "channel": "email",
                        "company_id": self.company_id.id,
                        "step": 0,
                        "lang": lang,
                        "date_due": fields.Datetime.now(),
                    }
                )
                .with_context(relationship_preview=preview, relationship_addressee=user.name)
            )
            vals = delivery._fill_form(delivery._prepare_form(lang), lang)
            env = self.with_context(lang=lang).env
            subject = env._("Test: %(subject)s", subject=vals["subject"])
            return delivery._build_message(
                {**vals, "subject": subject, "name": user.name}, user.email_normalized
            )
        finally:
            savepoint.close(rollback=True)
