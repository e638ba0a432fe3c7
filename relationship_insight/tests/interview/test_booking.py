import re
from datetime import datetime, timedelta

from lxml import html

from odoo import fields
from odoo.tests import tagged

from ..pulse.common_pulse import PulseCase
from .common_interview import InterviewCase


@tagged("post_install", "-at_install")
class TestBooking(InterviewCase, PulseCase):
    """The customer's page: free times in their own zone, no change by looking, consent, no."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.relations.company_id
        cls.buyer = cls.new_buyer("Nok Chan")
        cls.buyer.tz = "Asia/Tokyo"
        cls.study = cls.new_study({"wanted": 1}, notice_hours=24, days_ahead=10)
        cls.study.action_draw()
        cls.one = cls.study.sudo().interviewee_ids
        cls.study.interviewee_ids.action_invite()
        cls.path = f"/interview/{cls.one.access_token}?lang=en_US"
        cls.env.flush_all()

    def slots(self):
        page = self._load(self.path)
        return page.xpath("//select[@name='slot']//option/@value")[1:]

    def send(self, **form):
        page = self._load(self.path)
        nonce = page.xpath("//input[@name='n']/@value")[0]
        answer = self._post(self.path, {"n": nonce, **form})
        self.env.invalidate_all()
        return answer

    def test_only_working_hours_and_only_free_ones(self):
        calendar = self.company.resource_calendar_id
        calendar.tz = "Asia/Bangkok"
        calendar.attendance_ids.unlink()
        calendar.attendance_ids = [
            (0, 0, {"dayofweek": str(day), "hour_from": 9, "hour_to": 11, "name": "M"})
            for day in range(7)
        ]
        found = self.slots()
        # 09:00 to 11:00 in Bangkok is 02:00 to 04:00 UTC; 45 minutes fit at 9, 9:30 and 10.
        self.assertEqual({slot[11:] for slot in found}, {"02:00", "02:30", "03:00"})
        page = self._load(self.path)
        texts = page.xpath("//select[@name='slot']//option/text()")[1:]
        # Two hours later on the customer's own clock.
        self.assertTrue(all(re.search(r"\b(11|12):[03]0", text) for text in texts), texts)
        day = found[3][:10]
        self.env["calendar.event"].create(
            {
                "name": "Meeting",
                "start": f"{day} 02:10:00",
                "stop": f"{day} 02:20:00",
                "user_id": self.relations.id,
                "partner_ids": [(6, 0, self.relations.partner_id.ids)],
            }
        )
        self.assertEqual(
            [slot[11:] for slot in self.slots() if slot[:10] == day], ["02:30", "03:00"]
        )
        self.env["calendar.event"].create(
            {
                "name": "Away",
                "allday": True,
                "start_date": day,
                "stop_date": day,
                "user_id": self.relations.id,
                "partner_ids": [(6, 0, self.relations.partner_id.ids)],
            }
        )
        self.assertFalse([slot for slot in self.slots() if slot[:10] == day])

    def test_looking_changes_nothing(self):
        before = self._counts()
        self._get(self.path)
        self._get(self.path + "&step=book&slot=2031-01-01T10:00")
        self.assertEqual(self._counts(), before)
        self.assertEqual(self.one.state, "invited")

    def test_book_move_and_call_off(self):
        first, *_others, last = self.slots()
        self.send(step="book", slot=first)
        self.assertEqual(self.one.state, "booked")
        event = self.one.event_id
        self.assertEqual(event.start, datetime.strptime(first, "%Y-%m-%dT%H:%M"))
        self.assertEqual(event.stop - event.start, timedelta(minutes=45))
        self.assertEqual(event.privacy, "private")
        self.assertEqual(event.partner_ids, self.relations.partner_id | self.buyer)
        self.send(step="book", slot=last)
        self.assertFalse(event.exists())
        self.assertEqual(self.one.date_booked, datetime.strptime(last, "%Y-%m-%dT%H:%M"))
        self.send(step="off")
        self.assertEqual((self.one.state, self.one.date_booked), ("invited", False))
        for message in self.env["mail.message"].search(
            [("partner_ids", "in", self.relations.partner_id.ids)]
        ):
            self.assertNotIn("Nok", f"{message.subject} {message.body}")

    def test_what_is_not_offered_is_not_booked(self):
        found = self.slots()
        taken = found[0]
        start = datetime.strptime(taken, "%Y-%m-%dT%H:%M")
        self.env["calendar.event"].create(
            {
                "name": "Quicker",
                "start": start,
                "stop": start + timedelta(hours=1),
                "user_id": self.relations.id,
                "partner_ids": [(6, 0, self.relations.partner_id.ids)],
            }
        )
        self.env.flush_all()
        for slot in (taken, "2020-01-01T10:00", "2040-01-01T10:00", "x" * 99, "", found[1] + ":17"):
            answer = self.send(step="book", slot=slot)
            self.assertEqual(answer.status_code, 200)
            self.assertEqual(self.one.state, "invited", slot)

    def test_a_program_that_follows_links_books_nothing(self):
        slot = self.slots()[0]
        self._post(self.path, {"step": "book", "slot": slot})
        self._post(self.path, {"n": "A" * 60, "step": "no"})
        self.env.invalidate_all()
        self.assertEqual(self.one.state, "invited")

    def test_no_and_never(self):
        self.send(step="no")
        self.assertEqual(self.one.state, "refused")
        self.one.state = "invited"
        self.env.flush_all()
        self.send(step="never")
        self.assertEqual(self.one.state, "refused")
        self.assertTrue(
            self.env["relationship.contact.preference"]
            .search([("partner_id", "=", self.buyer.id), ("company_id", "=", self.company.id)])
            .opted_out
        )

    def test_consent_is_dated_kept_and_taken_back(self):
        self.send(step="book", slot=self.slots()[0])
        self.send(step="consent", record="study", quote="public", name="no")
        given = self.one.consent_ids
        self.assertEqual(
            sorted(given.mapped(lambda each: (each.kind, each.scope, each.source))),
            [("quote", "public", "page"), ("record", "study", "page")],
        )
        self.assertTrue(all(given.mapped("date")))
        self.assertTrue(self.one._allows("quote", "inside"))
        self.assertFalse(self.one._allows("name"))
        self.send(step="consent", record="study", quote="no", name="no")
        self.assertEqual(self.one._get_consents(), {"record": "study"})
        self.assertEqual(len(self.one.consent_ids), 2, "What was given stays, with both dates")
        self.study.action_close()
        self.env.flush_all()
        self.send(step="consent", record="no")
        self.assertEqual(self.one._get_consents(), {})

    def test_closed_links_open_nothing(self):
        for token in ("A" * 64, "x", "%27", self.one.access_token[:-1]):
            self.assertEqual(self._get(f"/interview/{token}").status_code, 404)
        self.one._forget_person(False)
        self.env.flush_all()
        self.assertEqual(self._get(self.path).status_code, 404)

    def test_event_moved_or_deleted_by_the_interviewer(self):
        self.send(step="book", slot=self.slots()[0])
        event = self.one.event_id
        event.write(
            {"start": event.start + timedelta(hours=1), "stop": event.stop + timedelta(hours=1)}
        )
        self.assertEqual(self.one.date_booked, event.start)
        event.action_archive()
        self.assertEqual(self.one.state, "invited")

    def test_held_talk_is_not_rebooked(self):
        self.one.write({"state": "held", "date_held": fields.Datetime.now()})
        self.env.flush_all()
        page = html.fromstring(self._get(self.path).content)
        self.assertFalse(page.xpath("//select[@name='slot']"))
