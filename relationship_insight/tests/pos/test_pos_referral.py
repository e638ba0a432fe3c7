from odoo.exceptions import AccessError, ValidationError
from odoo.tests import new_test_user, tagged

from .test_pos_capture import PosCaptureCommon


@tagged("post_install", "-at_install")
class TestPosReferral(PosCaptureCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.malee = cls.env["res.partner"].create({"name": "Malee"})

    def claims(self):
        return (
            self.env["relationship.referral"]
            .sudo()
            .search([("referred_id", "=", self.customer.id)])
        )

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
        self.assertFalse(
            self.claims().filtered(
                lambda claim: claim.state in ("confirmed", "qualified", "rewarded")
            )
        )

    def test_what_makes_no_sense_is_refused_and_stores_nothing(self):
        for friend in ("Malee", {"id": 2**40, "name": ""}, {"id": -1, "name": "x"}, {"name": 7}):
            with self.assertRaises(ValidationError), self.env.cr.savepoint():
                self._send(self._note(feelings=[], friend=friend))
        self._send(self._note(feelings=[], friend={"id": False, "name": " "}))
        self.assertFalse(self.claims())

    # A friend's code, typed or scanned

    def code(self):
        return self.env["relationship.referral.code"]._get_or_create(self.malee, self.company)

    def test_a_code_binds_to_the_orders_customer_once(self):
        code = self.code()
        for text in (code.code, code.share_url):
            note = self._note(feelings=[], friend={"id": False, "name": "Malee", "code": text})
            for _time in range(2):
                self.assertTrue(self._send(note))
        self.assertRecordValues(
            self.claims(),
            [
                {
                    "source": "code",
                    "code_id": code.id,
                    "referrer_id": self.malee.id,
                    "referred_id": self.customer.id,
                    "staff_id": self.cashier.partner_id.id,
                }
            ],
        )

    def test_a_code_kept_as_a_name_without_the_network_is_found(self):
        text = self.code()._format_code().lower()
        self._send(self._note(feelings=[], friend={"id": False, "name": text}))
        self.assertRecordValues(self.claims(), [{"source": "code", "referrer_id": self.malee.id}])

    def test_a_wrong_code_is_refused_with_the_reason(self):
        own = self.env["relationship.referral.code"]._get_or_create(self.customer, self.company)
        old = self.code().code
        self.code().sudo().action_renew()
        for text, words in (
            ("NOSUCH22", "Nobody has"),
            (own.code, "own code"),
            (old, "any more"),
            (7, "must be text"),
        ):
            with self.assertRaisesRegex(ValidationError, words), self.env.cr.savepoint():
                self._send(self._note(feelings=[], friend={"id": False, "name": "", "code": text}))
        self.assertFalse(self.claims())

    def test_the_till_asks_whose_code_it_is(self):
        session = self.session.with_user(self.cashier)
        code = self.code()
        for text in (code.code.lower(), code.share_url):
            self.assertEqual(
                session.relationship_check_code(text, self.customer.id),
                {"name": "Malee", "code": code.code},
            )
        self.assertIn("Nobody", session.relationship_check_code("nothing")["problem"])
        self.assertIn(
            "own code", session.relationship_check_code(code.code, self.malee.id)["problem"]
        )
        self.env["relationship.profile"].sudo().create(
            {
                "commercial_partner_id": self.customer.id,
                "company_id": self.company.id,
                "first_purchase": "2020-01-01",
            }
        )
        self.assertIn(
            "bought here before",
            session.relationship_check_code(code.code, self.customer.id)["problem"],
        )
        clerk = new_test_user(self.env, "no cashier", "base.group_user")
        with self.assertRaises(AccessError):
            self.session.with_user(clerk).relationship_check_code(code.code)

    def test_the_server_searches_by_what_is_scanned(self):
        code = self.code()
        Partner = self.env["res.partner"].with_user(self.cashier).with_company(self.company)
        found = Partner.find_referrers(code.share_url, self.customer.id)
        self.assertEqual([(row["id"], row["code"]) for row in found], [(self.malee.id, code.code)])
        self.assertFalse(Partner.find_referrers("Mal", self.customer.id)[0]["code"])
