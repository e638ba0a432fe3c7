from datetime import date, timedelta

from lxml import etree

from odoo.exceptions import ValidationError
from odoo.tests import Form, freeze_time, tagged

from ...tools.calendar_days import next_day
from ..common_note import NoteCase


@tagged("post_install", "-at_install")
@freeze_time("2026-11-24 03:00:00")
class TestLifeEvent(NoteCase):
    def event(self, **vals):
        return (
            self.env["relationship.life.event"]
            .with_user(self.nok)
            .create({"partner_id": self.customer.id, "day": 3, "month": "12", **vals})
        )

    def reminders(self):
        return (
            self.env["mail.activity"]
            .with_context(active_test=False)
            .search(
                [
                    ("res_model", "=", "res.partner"),
                    ("res_id", "=", self.customer.id),
                    ("automated", "=", True),
                ]
            )
        )

    def run_cron(self):
        with self.enter_registry_test_mode():
            self.env.ref(
                "relationship_insight.ir_cron_relationship_life_event"
            ).method_direct_trigger()

    def test_years_of_a_day_without_a_year_are_nothing(self):
        """Where the year isn't known no view shows 0 years."""
        Event = self.env["relationship.life.event"]
        for view_type in ("list", "form"):
            arch = etree.fromstring(Event.get_view(view_type=view_type)["arch"])
            for node in arch.iter("field"):
                if node.get("name") == "turns":
                    self.assertEqual(node.get("invisible"), "not turns")

    def test_next_time_and_years(self):
        self.assertEqual(self.event().next_date, date(2026, 12, 3))
        self.assertEqual(self.event(day=23, month="11").next_date, date(2027, 11, 23))
        self.assertEqual(self.event(day=24, month="11").next_date, date(2026, 11, 24))
        event = self.event(year=1986)
        self.assertEqual((event.turns, event.date_display), (40, "3 December 1986"))
        self.assertEqual(self.event().turns, 0)
        self.assertEqual(self.event().date_display, "3 December")

    def test_leap_day(self):
        before, after = (
            self.event(day=29, month="2"),
            self.event(day=29, month="2", leap_day="after"),
        )
        self.assertEqual((before.next_date, after.next_date), (date(2027, 2, 28), date(2027, 3, 1)))
        self.assertEqual(before.date_display, "29 February")
        with freeze_time("2027-03-02 03:00:00"):
            (before + after)._roll_forward(date(2027, 3, 2))
            self.assertEqual(before.next_date, date(2028, 2, 29))
            self.assertEqual(after.next_date, date(2028, 2, 29))

    def test_years_of_the_customers_calendar(self):
        thai = self.event(year=2529)
        self.assertEqual((thai.year, thai.calendar), (1986, "buddhist"))
        self.assertEqual(thai.date_display, "3 December 2529")
        with Form(
            self.env["relationship.life.event"]
            .with_user(self.nok)
            .with_context(default_partner_id=self.customer.id)
        ) as form:
            form.day = 3
            form.month = "12"
            form.year = 2529
        self.assertEqual((form.record.year, form.record.calendar), (1986, "buddhist"))

    def test_days_that_do_not_exist(self):
        for vals in (
            {"day": 31, "month": "4"},
            {"day": 30, "month": "2"},
            {"day": 0},
            {"year": 99},
            {"yearly": False},
            {"lead_days": -1},
        ):
            with self.assertRaises(ValidationError):
                self.event(**vals)

    def test_once(self):
        event = self.event(yearly=False, year=2026)
        self.assertEqual(event.next_date, date(2026, 12, 3))
        event._roll_forward(date(2026, 12, 5))
        self.assertEqual(event.next_date, date(2026, 12, 3))

    def test_sql_agrees_with_the_formula(self):
        days = [(day, month) for month in range(1, 13) for day in (1, 15, 28)] + [(29, 2)]
        events = self.env["relationship.life.event"].create(
            [
                {"partner_id": self.customer.id, "day": day, "month": str(month), "leap_day": rule}
                for day, month in days
                for rule in ("before", "after")
            ]
        )
        for today in (
            date(2027, 1, 1),
            date(2027, 2, 28),
            date(2027, 3, 1),
            date(2028, 2, 29),
            date(2028, 12, 31),
            date(2100, 3, 1),
        ):
            events._roll_forward(today)
            for event in events:
                self.assertEqual(
                    event.next_date, next_day(today, int(event.month), event.day, event.leap_day)
                )

    def test_one_reminder_a_year(self):
        event = self.event(day=1, name="daughter Mali")
        self.run_cron()
        self.assertEqual(len(self.reminders()), 1)
        reminder = self.reminders()
        self.assertEqual(reminder.user_id, self.nok)
        self.assertEqual(reminder.date_deadline, date(2026, 12, 1))
        self.assertIn("daughter Mali", reminder.summary)
        reminder.action_feedback()
        self.run_cron()
        self.assertEqual(len(self.reminders()), 1)
        with freeze_time("2027-11-26 03:00:00"):
            self.run_cron()
            self.run_cron()
            self.assertEqual(len(self.reminders()), 2)
            self.assertEqual(event.reminded_for, date(2027, 12, 1))

    def test_whom_it_reminds(self):
        self.firm.user_id = self.dao
        self.event(day=1)
        self.run_cron()
        self.assertEqual(self.reminders().user_id, self.dao)

    def test_far_and_archived_ones_wait(self):
        self.event(day=20)
        self.event(day=1).action_archive()
        gone = self.env["res.partner"].create({"name": "Gone", "active": False})
        self.event(day=1, partner_id=gone.id)
        self.run_cron()
        self.assertFalse(self.reminders())

    def test_sensitive_day_stays_out_of_the_chatter(self):
        self.firm.user_id = self.dao
        event = (
            self.env["relationship.life.event"]
            .with_user(self.boss)
            .create(
                {
                    "partner_id": self.customer.id,
                    "type": "remembrance",
                    "day": 1,
                    "month": "12",
                    "sensitive": True,
                }
            )
        )
        self.run_cron()
        self.assertFalse(self.reminders())
        mine = self.env["mail.activity"].search([("user_id", "=", self.boss.id)])
        self.assertEqual(mine.date_deadline, event.next_date)
        self.assertFalse(
            self.env["relationship.life.event"].with_user(self.dao).search([("id", "=", event.id)])
        )

    def test_many_cost_as_much_as_one(self):
        events = self.env["relationship.life.event"].create(
            [{"partner_id": self.customer.id, "day": 1, "month": "1"} for _number in range(50)]
        )
        self.env.flush_all()
        start = self.env.cr.sql_log_count
        events._roll_forward(date(2026, 11, 24) + timedelta(days=60))
        self.assertLessEqual(self.env.cr.sql_log_count - start, 2)
