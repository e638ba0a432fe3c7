from odoo.tests import HttpCase, new_test_user, tagged

from .common_note import STAFF


@tagged("post_install", "-at_install")
class TestCaptureTour(HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.staff = new_test_user(
            cls.env, "tour_staff", groups=STAFF + ",sales_team.group_sale_salesman")
        cls.customer = cls.env["res.partner"].create({"name": "Somchai"})

    def test_one_line_in_two_clicks_and_enter(self):
        self.start_tour(
            f"/odoo/contacts/{self.customer.id}", "relationship_composer", login=self.staff.login)
        notes = self.env["relationship.note"].search(
            [("partner_id", "=", self.customer.id)], order="id")
        self.assertEqual(notes.mapped("summary"), ["Wants the blue one", "From the palette"])
        self.assertRecordValues(notes[0], [{
            "channel": "visit", "staff_id": self.staff.partner_id.id, "initiator": "staff"}])
