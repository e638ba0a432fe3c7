from collections import defaultdict
from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.tools import plaintext2html

MOST_DAYS = 90


class RelationshipPlanTalks(models.TransientModel):
    """A talk to have with each of some customers, in the calendar of whoever looks after them."""

    _name = "relationship.plan.talks"
    _description = "Plan Talks"
    _inherit = "relationship.each"

    date = fields.Date(
        string="From",
        required=True,
        default=lambda self: self.env.company._relationship_today(),
    )
    days = fields.Integer(
        string="Spread Over (working days)",
        default=1,
        required=True,
        help="1: all on one day. More: each colleague gets about as many a day, those who spend "
        "most first.",
    )
    user_id = fields.Many2one(
        "res.users",
        string="Who Talks",
        domain=[("share", "=", False)],
        help="Empty: each customer's salesperson, and you where there is none.",
    )
    summary = fields.Char(string="What About")

    def action_plan(self):
        """Plan one talk each; who has one planned already isn't given another."""
        self.ensure_one()
        self._check_customers()
        self._check_days()
        kind = self.env.ref("relationship_insight.mail_activity_type_talk")
        planned = self._get_planned(kind)
        by_owner = defaultdict(list)
        for customer in self._get_by_spend():
            if customer.id not in planned:
                by_owner[self.user_id or customer.user_id or self.env.user].append(customer)
        model_id = self.env["ir.model"]._get_id("res.partner")
        days = self._get_days()
        # Whoever sees a customer may plan to talk with them, without the right to change contacts.
        # No mail to a colleague for each of them.
        self.env["mail.activity"].sudo().with_context(mail_activity_quick_update=True).create(
            [
                {
                    "res_model_id": model_id,
                    "res_id": customer.id,
                    "activity_type_id": kind.id,
                    "summary": self.summary or kind.summary,
                    "note": plaintext2html(self.summary) if self.summary else False,
                    "user_id": owner.id,
                    "date_deadline": days[place * len(days) // len(customers)],
                }
                for owner, customers in by_owner.items()
                for place, customer in enumerate(customers)
            ]
        )
        count = sum(map(len, by_owner.values()))
        message = self.env._("%(count)s talks planned.", count=count)
        if planned:
            message += " " + self.env._("%(count)s had one planned already.", count=len(planned))
        return self._tell(message)

    def _check_days(self):
        if self.date < self.env.company._relationship_today():
            raise UserError(self.env._("Choose today or a later day."))
        if not 1 <= self.days <= MOST_DAYS:
            raise UserError(
                self.env._("Spread them over 1 to %(most)s working days.", most=MOST_DAYS)
            )
        if self.user_id.share:
            raise UserError(self.env._("Talks are for colleagues."))

    def _get_planned(self, kind):
        """Return the ids of those for whom a talk is planned already."""
        activities = (
            self.env["mail.activity"]
            .sudo()
            .search_fetch(
                [
                    ("res_model", "=", "res.partner"),
                    ("res_id", "in", self.partner_ids.ids),
                    ("activity_type_id", "=", kind.id),
                ],
                ["res_id"],
            )
        )
        return set(activities.mapped("res_id"))

    def _get_by_spend(self):
        """Return the customers, those who spend most first."""
        profiles = self.env["relationship.profile"].search_fetch(
            [
                ("commercial_partner_id", "in", self.partner_ids.commercial_partner_id.ids),
                ("company_id", "=", self.env.company.id),
            ],
            ["commercial_partner_id", "spend_12m"],
        )
        spend = {profile.commercial_partner_id: profile.spend_12m for profile in profiles}
        return self.partner_ids.sorted(lambda p: (-spend.get(p.commercial_partner_id, 0), p.id))

    def _get_days(self):
        """Return the days to plan for: those the company works on, from the first one on."""
        worked = {int(line.dayofweek) for line in self._get_attendances()} or set(range(7))
        days, day = [], self.date
        while len(days) < self.days:
            if day.weekday() in worked or self.days == 1:
                days.append(day)
            day += timedelta(days=1)
        return days

    def _get_attendances(self):
        return self.env.company.sudo().resource_calendar_id.attendance_ids
