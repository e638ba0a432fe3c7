from datetime import timedelta

from odoo import api, fields, models

from ...tools.cron_wake import trigger
from ...tools.local_hours import to_utc, zone

NIGHT_HOUR = 1.5  # local: after the day is over everywhere in the shop, before anybody comes


class ResCompany(models.Model):
    _inherit = "res.company"

    relationship_target_interval = fields.Integer(
        string="A Loyal Customer Buys Every (days)",
        default=0,
        help="0: taken from the data, the middle rate of customers who came back.",
    )
    relationship_behaviour_half_life = fields.Integer(
        string="Purchases Count Half After (days)",
        default=0,
        help="0: taken from the data, four times the usual gap, between 30 and 365 days.",
    )
    relationship_attitude_half_life = fields.Integer(
        string="Feelings Count Half After (days)", default=180
    )
    relationship_attitude_threshold = fields.Float(
        string="Attached From",
        default=65,
        help="Attitude (0-100) from which a customer counts as attached.",
    )
    relationship_refreshed = fields.Datetime(
        string="Customers Last Read",
        readonly=True,
        copy=False,
        help="When all customers were last worked out from purchases, answers and conversations.",
    )
    relationship_next_refresh = fields.Datetime(
        string="Customers to Read From", readonly=True, copy=False
    )

    # When the company's customers are read anew.

    @api.model_create_multi
    def create(self, vals_list):
        companies = super().create(vals_list)
        self._wake_relationship_refresh()
        return companies

    def _relationship_night(self):
        """The moment, in UTC, at which the company's next night is due."""
        tz, now = zone(self._relationship_tz()), fields.Datetime.now()
        today = self._relationship_today()
        return next(
            moment
            for moment in (
                to_utc(today + timedelta(days=days), NIGHT_HOUR, tz) for days in range(3)
            )
            if moment > now
        )

    def _relationship_to_refresh(self):
        """Those of these companies whose customers are to be read now."""
        now = fields.Datetime.now()
        return self.filtered(
            lambda company: (
                not company.relationship_refreshed
                or (company.relationship_next_refresh or now) <= now
            )
        )

    def _relationship_being_read(self):
        """Whether all customers of one of these companies have yet to be read a first time."""
        return not all(self.sudo().mapped("relationship_refreshed"))

    def _note_relationship_refresh(self, begin):
        """Note that all customers were read; what was asked for meanwhile stays asked for."""
        self.ensure_one()
        self.relationship_refreshed = begin
        if not (self.relationship_next_refresh and self.relationship_next_refresh > begin):
            self.relationship_next_refresh = self._relationship_night()

    def _ask_relationship_refresh(self):
        """Have all customers of these companies read as soon as a worker is free."""
        self.sudo().relationship_next_refresh = fields.Datetime.now()
        self._wake_relationship_refresh()

    def _wake_relationship_refresh(self):
        if not self.env.context.get("relationship_no_refresh"):
            trigger(self.env, "relationship_insight.ir_cron_relationship_refresh")
