from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .test_pos_capture import PosCaptureCommon


@tagged("post_install", "-at_install")
class TestPosReferral(PosCaptureCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.malee = cls.env["res.partner"].create({"name": "Malee"})

    def claims(self):
        return self.env["relationship.referral"].sudo().search(
            [("referred_id", "=", self.customer.id)])

    def test_a_friend_told_at_the_till_is_one_claim(self):
        note = self._note(feelings=[], friend={"id": self.malee.id, "name": "Malee"})
        for _time in range(3):
            self.assertTrue(self._send(note))
        claim = self.claims()
        self.assertEqual(len(claim), 1)
        self.assertEqual((claim.referrer_id, claim.source), (self.malee, "pos"))
        self.assertEqual(claim.staff_id, self.cashier.partner_id)
        self.assertFalse(self._stored(note), "a name alone is no conversation")

    def test_with_a_feeling_it_is_both(self):
        note = self._note(friend={"id": self.malee.id, "name": "Malee"})
        self._send(note)
        self.assertTrue(self._stored(note))
        self.assertEqual(self.claims().referrer_id, self.malee)

    def test_an_unknown_name_is_kept_as_text(self):
        self._send(self._note(feelings=[], friend={"id": False, "name": " Uncle   Somsak "}))
        self.assertEqual(self.claims().referrer_name, "Uncle Somsak")
        self.assertFalse(self.claims().referrer_id)

    def test_themselves_is_no_friend(self):
        self._send(self._note(feelings=[], friend={"id": self.customer.id, "name": "Me"}))
        self.assertFalse(self.claims().filtered(
            lambda claim: claim.state in ("confirmed", "qualified", "rewarded")))

    def test_what_makes_no_sense_is_refused_and_stores_nothing(self):
        for friend in ("Malee", {"id": 2**40, "name": ""}, {"id": -1, "name": "x"}, {"name": 7}):
            with self.assertRaises(ValidationError), self.env.cr.savepoint():
                self._send(self._note(feelings=[], friend=friend))
        self._send(self._note(feelings=[], friend={"id": False, "name": " "}))
        self.assertFalse(self.claims())
