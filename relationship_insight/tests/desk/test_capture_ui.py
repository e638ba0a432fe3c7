from odoo import fields
from odoo.tests import HttpCase, new_test_user, tagged

from ..common_note import STAFF


@tagged("post_install", "-at_install")
class TestCaptureTour(HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.staff = new_test_user(
            cls.env, "tour_staff", groups=STAFF + ",sales_team.group_sale_salesman"
        )
        cls.customer = cls.env["res.partner"].create({"name": "Somchai"})

    def test_one_line_in_two_clicks_and_enter(self):
        self.start_tour(
            f"/odoo/contacts/{self.customer.id}", "relationship_composer", login=self.staff.login
        )
        notes = self.env["relationship.note"].search(
            [("partner_id", "=", self.customer.id)], order="id"
        )
        self.assertEqual(notes.mapped("summary"), ["Wants the blue one", "From the palette"])
        self.assertRecordValues(
            notes[0],
            [{"channel": "visit", "staff_id": self.staff.partner_id.id, "initiator": "staff"}],
        )


@tagged("post_install", "-at_install")
class TestFieldTour(HttpCase):
    browser_size = "390x844"
    touch_enabled = True

    def test_two_taps_finish_later_and_a_call(self):
        staff = new_test_user(
            self.env, "tour_staff", groups=STAFF + ",sales_team.group_sale_salesman"
        )
        customer = self.env["res.partner"].create(
            {"name": "Somchai", "phone": "+66812345678", "user_id": staff.id}
        )
        self.start_tour("/odoo/relationship-field", "relationship_field", login=staff.login)
        visit, missed, later = self.env["relationship.note"].search(
            [("partner_id", "=", customer.id)], order="id"
        )
        self.assertRecordValues(
            visit + missed + later,
            [
                {"channel": "visit", "promise": "Send the noise table", "summary": False},
                {"channel": "call_missed", "promise": False, "summary": False},
                {"channel": "call_missed", "promise": "Call again", "summary": "Was driving"},
            ],
        )
        self.assertEqual(len(visit.feeling_ids), 2)
        self.assertEqual(
            later.promise_date, fields.Date.add(fields.Date.context_today(later), days=1)
        )
        self.assertFalse(self.env["relationship.note.draft"].search([]))
        self.assertFalse(staff.relationship_call_card)
