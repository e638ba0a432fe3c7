from odoo import api, fields, models
from odoo.exceptions import ValidationError

WEEKDAYS = {
    "all": range(7),
    "six": range(6),
    "five": range(5),
}


class ResCompany(models.Model):
    _inherit = "res.company"

    relationship_mail_from = fields.Float(string="E-mails From", default=8.0)
    relationship_mail_to = fields.Float(string="E-mails Until", default=11.0)
    relationship_message_from = fields.Float(string="SMS From", default=12.0)
    relationship_message_to = fields.Float(string="SMS Until", default=13.5)
    relationship_send_days = fields.Selection(
        [
            ("all", "Every day"),
            ("six", "Monday to Saturday"),
            ("five", "Monday to Friday"),
        ],
        string="Days to Send",
        default="all",
        required=True,
    )
    relationship_send_hourly = fields.Integer(
        string="Messages an Hour", default=0, help="0: as many as the mail server takes."
    )
    relationship_send_daily = fields.Integer(
        string="Messages a Day", default=0, help="0: as many as the mail server takes."
    )

    @api.constrains(
        "relationship_mail_from",
        "relationship_mail_to",
        "relationship_message_from",
        "relationship_message_to",
        "relationship_send_hourly",
        "relationship_send_daily",
    )
    def _check_relationship_hours(self):
        for company in self:
            for first, last in (
                company._relationship_hours("email"),
                company._relationship_hours("sms"),
            ):
                if not 0 <= first < last <= 24:
                    raise ValidationError(
                        self.env._(
                            "Messages are sent between two hours of one day, the first before the "
                            "second. %(first)g to %(last)g can't be.",
                            first=first,
                            last=last,
                        )
                    )
            if company.relationship_send_hourly < 0 or company.relationship_send_daily < 0:
                raise ValidationError(
                    self.env._("How many messages may be sent can't be below zero.")
                )

    def _relationship_hours(self, channel):
        """(from, to): the local hours in which a channel may reach customers."""
        self.ensure_one()
        if channel == "sms":
            return self.relationship_message_from, self.relationship_message_to
        return self.relationship_mail_from, self.relationship_mail_to

    def _relationship_weekdays(self):
        """Weekdays on which customers may be reached, 0 being Monday."""
        self.ensure_one()
        return WEEKDAYS[self.relationship_send_days]
