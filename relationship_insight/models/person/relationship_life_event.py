from odoo import api, fields, models
from odoo.exceptions import AccessError, ValidationError
from odoo.tools import SQL
from odoo.tools.misc import format_date

from ...tools.calendar_days import BUDDHIST_YEARS, is_day, next_day

TYPES = [
    ("birthday", "Birthday"),
    ("wedding", "Anniversary"),
    ("opening", "Founding day"),
    ("first", "Customer since"),
    ("feast", "Feast"),
    ("remembrance", "Day of remembrance"),
    ("other", "Other"),
]
MONTHS = [
    ("1", "January"),
    ("2", "February"),
    ("3", "March"),
    ("4", "April"),
    ("5", "May"),
    ("6", "June"),
    ("7", "July"),
    ("8", "August"),
    ("9", "September"),
    ("10", "October"),
    ("11", "November"),
    ("12", "December"),
]
REMIND_BATCH = 500


class RelationshipLifeEvent(models.Model):
    """A day that matters to a person; every year it comes back, and we think of it in time."""

    _name = "relationship.life.event"
    _description = "Life Event"
    _inherit = ["relationship.guarded", "relationship.of.customer"]
    _order = "next_date, id"
    _check_company_auto = True

    partner_id = fields.Many2one(
        "res.partner", string="Customer", required=True, index=True, ondelete="cascade"
    )
    commercial_partner_id = fields.Many2one(
        "res.partner", string="Customer Entity", compute="_compute_customer", store=True, index=True
    )
    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    type = fields.Selection(TYPES, required=True, default="birthday")
    name = fields.Char(string="What or Whose", help="For example “the shop” or “daughter Mali”.")
    day = fields.Integer(required=True, default=1)
    month = fields.Selection(MONTHS, required=True, default="1")
    year = fields.Integer(help="Leave 0 if nobody knows.")
    yearly = fields.Boolean(string="Every Year", default=True)
    leap_day = fields.Selection(
        [
            ("before", "28 February"),
            ("after", "1 March"),
        ],
        string="Without 29 February",
        required=True,
        default="before",
    )
    lead_days = fields.Integer(
        string="Remind Before (days)", default=7, help="How long before the day somebody is told."
    )
    calendar = fields.Selection(
        [
            ("gregorian", "Common calendar"),
            ("buddhist", "Buddhist calendar"),
        ],
        required=True,
        compute="_compute_calendar",
        store=True,
        readonly=False,
        precompute=True,
        help="In which years are counted: 2000 is 2543 in the Buddhist calendar.",
    )
    user_id = fields.Many2one(
        "res.users",
        string="Remind",
        ondelete="set null",
        domain=[("share", "=", False)],
        help="Nobody: the customer's salesperson.",
    )
    next_date = fields.Date(
        string="Next Time", compute="_compute_next_date", store=True, index=True
    )
    date_display = fields.Char(string="Date", compute="_compute_date_display")
    turns = fields.Integer(string="Years", compute="_compute_turns")
    reminded_for = fields.Date(
        readonly=True, copy=False, help="The day the last reminder was about: there is one a year."
    )
    sensitive = fields.Boolean(help="Shown to Customer Relations and managers only.")
    active = fields.Boolean(default=True)

    _due_idx = models.Index("(next_date) WHERE active IS TRUE")

    @api.depends("partner_id")
    def _compute_calendar(self):
        for event in self:
            thai = (event.partner_id.lang or "").startswith("th")
            event.calendar = "buddhist" if thai else "gregorian"

    @api.depends("day", "month", "year", "yearly", "leap_day")
    def _compute_next_date(self):
        today = fields.Date.context_today(self)
        for event in self:
            month = int(event.month or 0)
            if not is_day(month, event.day):
                event.next_date = False
            elif event.yearly:
                event.next_date = next_day(today, month, event.day, event.leap_day)
            else:
                event.next_date = event.year and next_day(
                    fields.Date.to_date(f"{event.year:04}-01-01"), month, event.day
                )

    @api.depends("next_date", "year", "yearly")
    def _compute_turns(self):
        for event in self:
            known = event.yearly and event.year and event.next_date
            event.turns = max(0, event.next_date.year - event.year) if known else 0

    @api.depends("day", "month", "year", "calendar")
    @api.depends_context("lang")
    def _compute_date_display(self):
        for event in self:
            month = int(event.month or 0)
            if not is_day(month, event.day):
                event.date_display = ""
                continue
            # A leap year, so that 29 February can be written out.
            shown = format_date(
                self.env,
                fields.Date.to_date(f"2000-{month:02}-{event.day:02}"),
                date_format="d MMMM",
            )
            if event.year:
                later = BUDDHIST_YEARS if event.calendar == "buddhist" else 0
                shown = f"{shown} {event.year + later}"
            event.date_display = shown

    @api.depends("type", "name")
    def _compute_display_name(self):
        types = dict(self._fields["type"]._description_selection(self.env))
        for event in self:
            label = types.get(event.type, "")
            event.display_name = f"{label}, {event.name}" if event.name else label

    @api.constrains("day", "month", "year", "yearly")
    def _check_day(self):
        for event in self:
            if not is_day(int(event.month), event.day):
                raise ValidationError(self.env._("This day doesn't exist in any year."))
            if event.year and not 1000 <= event.year <= 2999:
                raise ValidationError(self.env._("Give the year with four digits, or 0."))
            if not event.yearly and not event.year:
                raise ValidationError(self.env._("A day that comes once needs its year."))

    @api.constrains("lead_days")
    def _check_lead_days(self):
        if any(not 0 <= event.lead_days <= 180 for event in self):
            raise ValidationError(self.env._("Remind between 0 and 180 days before."))

    @api.model_create_multi
    def create(self, vals_list):
        events = super().create([self._to_common_year(vals) for vals in vals_list])
        events._check_sensitive_right()
        return events

    def write(self, vals):
        res = super().write(vals)
        if vals.get("sensitive"):
            self._check_sensitive_right()
        return res

    @api.model
    def _to_common_year(self, vals):
        """Years of 2400 and later are Buddhist ones: people write what they say."""
        year = vals.get("year") or 0
        if 2400 <= year <= 2999:
            return {**vals, "year": year - BUDDHIST_YEARS, "calendar": "buddhist"}
        return vals

    @api.onchange("year")
    def _onchange_year(self):
        if 2400 <= self.year <= 2999:
            self.calendar = "buddhist"
            self.year -= BUDDHIST_YEARS

    def _check_sensitive_right(self):
        if (
            any(self.mapped("sensitive"))
            and not self.env.su
            and not self.env.user.has_group("relationship_insight.group_relationship_relations")
        ):
            raise AccessError(
                self.env._("Sensitive things are noted and read by Customer Relations only.")
            )

    # ------------------------------------------------------------
    # Once a year
    # ------------------------------------------------------------

    @api.model
    def _sql_day_in_year(self, year):
        """SQL of the day on which ``event`` is kept in a year; see ``tools.calendar_days``."""
        return SQL(
            """
            CASE WHEN event.month = '2' AND event.day = 29
                  AND NOT (%(year)s %% 4 = 0 AND (%(year)s %% 100 <> 0 OR %(year)s %% 400 = 0))
                 THEN CASE WHEN event.leap_day = 'after' THEN MAKE_DATE(%(year)s, 3, 1)
                           ELSE MAKE_DATE(%(year)s, 2, 28) END
                 ELSE MAKE_DATE(%(year)s, event.month::int, event.day)
            END
            """,
            year=year,
        )

    @api.model
    def _roll_forward(self, today):
        """Move the days that are past to their next year, all in one statement."""
        self.flush_model()
        year = SQL("EXTRACT(YEAR FROM %s::date)::int", today)
        this_year = self._sql_day_in_year(year)
        self.env.cr.execute(
            SQL(
                """
            UPDATE relationship_life_event event
               SET next_date = CASE WHEN %(this_year)s >= %(today)s::date THEN %(this_year)s
                                    ELSE %(next_year)s END
             WHERE event.yearly AND event.next_date < %(today)s::date
            """,
                this_year=this_year,
                today=today,
                next_year=self._sql_day_in_year(SQL("(%s + 1)", year)),
            )
        )
        self.invalidate_model(["next_date"])

    # The reminder: one activity per event and year.

    @api.model
    def _cron_remind(self):
        """Roll the days forward, then remind of those that come near."""
        self._roll_forward(fields.Date.today())
        while events := self._take_due(REMIND_BATCH):
            events._remind()
            remaining = len(self._find_due(REMIND_BATCH))
            if not self.env["ir.cron"]._commit_progress(len(events), remaining=remaining):
                return

    @api.model
    def _find_due(self, limit):
        """Return ids of events near enough that nobody was reminded of this year.

        A day is today's as soon as it is somewhere on Earth where the company is; the lead days
        are counted from there.
        """
        self.flush_model()
        return [
            row[0]
            for row in self.env.execute_query(
                SQL(
                    """
            SELECT event.id FROM relationship_life_event event
              JOIN res_partner partner ON partner.id = event.partner_id AND partner.active
             WHERE event.active AND event.next_date >= %(today)s
               AND event.next_date - COALESCE(event.lead_days, 0) <= %(today)s
               AND event.next_date IS DISTINCT FROM event.reminded_for
          ORDER BY event.next_date, event.id LIMIT %(limit)s
            """,
                    today=SQL("%s::date", fields.Date.today()),
                    limit=limit,
                )
            )
        ]

    @api.model
    def _take_due(self, limit):
        return self.browse(self._find_due(limit)).try_lock_for_update()

    def _remind(self):
        """Create one activity each, and note that it was done for this year."""
        users = self._get_reminded_users()
        vals_list = []
        for event in self:
            if event not in users:
                continue
            user = users[event]
            env = self.env(context={**self.env.context, "lang": user.lang})
            vals_list.append(event.with_env(env)._prepare_reminder_vals(user))
        self.env["mail.activity"].with_context(mail_activity_quick_update=True).create(vals_list)
        for day, events in self.grouped("next_date").items():
            events.reminded_for = day

    def _get_reminded_users(self):
        """Return {event: user}: named on it, the salesperson, or whoever noted it."""
        relations = "relationship_insight.group_relationship_relations"
        found = {}
        for event in self:
            choices = (
                event.user_id,
                event.partner_id.user_id,
                event.commercial_partner_id.user_id,
                event.create_uid,
            )
            for user in choices:
                allowed = (
                    user.active
                    and not user.share
                    and (not event.sensitive or user.has_group(relations))
                )
                if allowed:
                    found[event] = user
                    break
        return found

    def _prepare_reminder_vals(self, user):
        """Return the values of the reminder. A sensitive day stays out of the chatter."""
        self.ensure_one()
        summary = self.env._(
            "%(event)s of %(customer)s on %(day)s",
            event=self.display_name,
            customer=self.partner_id.display_name,
            day=self.date_display,
        )
        vals = {
            "activity_type_id": self.env.ref("mail.mail_activity_data_todo").id,
            "summary": summary,
            "date_deadline": self.next_date,
            "user_id": user.id,
            "automated": True,
        }
        if not self.sensitive:
            vals.update(self.partner_id._get_activity_place(self.company_id))
        return vals
