from odoo import api, fields, models

REMINDERS = {"cadence": (4, 10), "event": (5, 0)}
LINK_DAYS = {"cadence": 30, "event": 14}


class RelationshipCampaign(models.Model):
    _inherit = "relationship.campaign"

    mail_template_id = fields.Many2one(
        "mail.template", string="E-mail", ondelete="set null",
        domain=[("model", "=", "relationship.invitation")],
        help="Empty: the usual invitation.")
    reminder_template_id = fields.Many2one(
        "mail.template", string="E-mail of a Reminder", ondelete="set null",
        domain=[("model", "=", "relationship.invitation")], help="Empty: the usual reminder.")
    email_from = fields.Char(
        string="Sender", help="Empty: the e-mail address of the company.")
    reply_to = fields.Char(
        string="Replies Go To", help="Empty: the sender. Somebody should read what comes there.")
    sms_text = fields.Char(
        string="SMS Text", translate=True,
        help="Empty: the usual text. {company} and {link} are filled in.")
    reminder_day_1 = fields.Integer(
        compute="_compute_reminder_days", store=True, readonly=False, precompute=True,
        default=None)
    reminder_day_2 = fields.Integer(
        compute="_compute_reminder_days", store=True, readonly=False, precompute=True,
        default=None)
    link_days = fields.Integer(
        compute="_compute_reminder_days", store=True, readonly=False, precompute=True,
        default=None)

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
        Server = self.env["ir.mail_server"].sudo().with_context(
            domain_notifications_email=alias_domain.default_from_email,
            domain_bounce_address=alias_domain.bounce_email)
        server, smtp_from = Server._find_mail_server(
            self.email_from or company.email_formatted,
            Server.search([("owner_user_id", "=", False)], order="sequence, id"))
        # With the sender's name: Odoo writes over what a mail says with it.
        return server or Server.browse(), smtp_from

    @api.model
    def _tell_stopped(self, company, reason):
        """Tell who is responsible that nothing is sent until somebody acts, once."""
        summary = self.env._("Nothing is sent: the mail server refuses us")
        for campaign in self.search([
                ("company_id", "=", company.id), ("state", "=", "running"),
                ("user_id", "!=", False)]):
            if summary not in campaign.activity_ids.mapped("summary"):
                campaign.activity_schedule(
                    "mail.mail_activity_data_warning", user_id=campaign.user_id.id,
                    summary=summary, note=reason)
