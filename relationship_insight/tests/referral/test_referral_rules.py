from odoo.exceptions import AccessError, UserError
from odoo.tests import new_test_user, tagged

from .common_referral import STAFF, ReferralCase


@tagged("post_install", "-at_install")
class TestReferralRules(ReferralCase):
    """Every rule: a referral it must stop or flag, and one like it that it must let go."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.program.farm_count = 3
        cls.env["relationship.profile"].search([]).unlink()

    def people(self, *vals):
        return self.env["res.partner"].create(
            [{"name": f"Person {n}", **one} for n, one in enumerate(vals)]
        )

    def check(self, rule, state, *pairs, good=None):
        """The last pair is the one that has to be let go."""
        *bad, fine = pairs
        for referrer, referred in bad:
            referral = self.claim(referrer, referred)
            self.assertEqual(self.rules(referral), {rule})
            self.assertEqual(referral.state, state)
            self.assertTrue(referral.flag_ids.evidence)
        referral = self.claim(*fine)
        self.assertNotIn(rule, self.rules(referral))
        self.assertEqual(referral.state, "confirmed")

    def test_self(self):
        (home,) = self.people({"parent_id": self.anna.id, "name": "Her home"})
        self.check("self", "rejected", (self.anna, home), (self.anna, self.bee))

    def test_company(self):
        firm, other = self.people({"is_company": True}, {"is_company": True})
        one, two, far = self.people(
            {"parent_id": firm.id}, {"parent_id": firm.id}, {"parent_id": other.id}
        )
        self.check("company", "rejected", (one, two), (one, far))

    def test_same_tax_number(self):
        one, two, far = self.people({"vat": "TH12345"}, {"vat": "th12345"}, {"vat": "TH12346"})
        self.check("company", "rejected", (one, two), (one, far))

    def test_email(self):
        one, two, far = self.people(
            {"email": "Joy@example.com"},
            {"email": "joy+shop@example.com"},
            {"email": "joya@example.com"},
        )
        self.check("email", "rejected", (one, two), (one, far))

    def test_phone(self):
        thailand = {"country_id": self.env.ref("base.th").id}
        one, two, far = self.people(
            {"phone": "081 234 5678", **thailand},
            {"phone": "+66 81 2345678", **thailand},
            {"phone": "081 234 5679", **thailand},
        )
        self.check("phone", "rejected", (one, two), (one, far))

    def test_card(self):
        one, two, far = self.people({}, {}, {})
        self.env["res.partner.bank"].create(
            [
                {"acc_number": number, "partner_id": partner.id}
                for number, partner in (("111-22", one), ("111 22", two), ("111-23", far))
            ]
        )
        self.check("card", "rejected", (one, two), (one, far))

    def test_household(self):
        one, two, far = self.people(
            {"street": "12/3 Rama IX Rd.", "zip": "10310"},
            {"street": "12/3 rama ix rd", "zip": "10310"},
            {"street": "12/4 Rama IX Rd.", "zip": "10310"},
        )
        # A family is no fraud: it counts, but somebody looks before it is rewarded.
        self.check("household", "confirmed", (one, two), (one, far))
        flagged = one.referral_ids.filtered(lambda ref: ref.referred_id == two)
        self.buy(two, days=20)
        flagged.date = self.ago(30)
        flagged._process()
        self.assertEqual(flagged.state, "qualified")
        flagged._process()
        self.assertFalse(flagged.reward_ids)
        flagged.flag_ids.with_user(self.boss).action_clear()
        flagged._process()
        self.assertEqual(flagged.state, "rewarded")

    def test_circular(self):
        one, two, three, four = self.people({}, {}, {}, {})
        self.claim(one, two)
        self.claim(two, three)
        self.check("circular", "rejected", (three, one), (three, four))
        self.assertEqual(self.rules(self.claim(four, one)), {"circular"})

    def test_staff_bring_themselves(self):
        me, colleague = self.nok.partner_id, self.dao.partner_id
        referral = self.claim(me, self.bee, staff_id=me.id)
        self.assertEqual(self.rules(referral), {"staff_self"})
        self.assertEqual(referral.state, "rejected")
        referral = self.claim(self.anna, me, staff_id=me.id)
        self.assertEqual(referral.state, "rejected")
        referral = self.claim(me, self.cat, staff_id=colleague.id)
        self.assertEqual(self.rules(referral), {"staff"})
        self.assertEqual(referral.state, "confirmed")
        self.assertFalse(self.rules(self.claim(self.anna, self.dang, staff_id=me.id)))

    def test_recycled_phone(self):
        old, new, fresh = self.people(
            {"phone": "+66812345678"}, {"phone": "+66812345678"}, {"phone": "+66812345670"}
        )
        self.env.cr.execute(
            "INSERT INTO relationship_profile (commercial_partner_id, company_id, first_purchase)"
            " VALUES (%s, %s, '2020-01-01')",
            [old.id, self.company.id],
        )
        self.check("recycled", "confirmed", (self.anna, new), (self.anna, fresh))

    def test_farming(self):
        friends = self.people(*[{}] * 4)
        loyal = self.people(*[{}] * 4)
        for referrer, brought, days in ((self.anna, friends, 1), (self.bee, loyal, 5)):
            for place, friend in enumerate(brought[:3]):
                ref = self.rewarded(referrer, friend, days=100 + 9 * place)
                self.assertEqual(ref.state, "rewarded")
                self.env.cr.execute(
                    "INSERT INTO relationship_profile (commercial_partner_id, company_id,"
                    " purchase_days) VALUES (%s, %s, %s)",
                    [friend.id, self.company.id, days],
                )
        self.env.invalidate_all()
        self.check("farming", "confirmed", (self.anna, friends[3]), (self.bee, loyal[3]))

    def test_burst(self):
        friends = self.people(*[{}] * 6)
        for friend in friends[:2]:
            self.assertFalse(self.rules(self.claim(self.anna, friend)))
        self.check("burst", "confirmed", (self.anna, friends[2]), (self.bee, friends[3]))
        slow = [
            self.claim(self.cat, friend, date=self.ago(3 * n))
            for n, friend in enumerate(friends[3:], 1)
        ]
        self.assertFalse(set().union(*map(self.rules, slow)))

    def test_device(self):
        friends = self.people(*[{}] * 3)
        self.assertFalse(self.rules(self.claim(self.anna, friends[0], device_key="a")))
        second = self.claim(self.bee, friends[1], device_key="a")
        self.assertEqual(self.rules(second), {"device"})
        self.assertFalse(self.rules(self.claim(self.bee, friends[2], device_key="b")))

    def test_cashier(self):
        friends = self.people(*[{}] * 9)
        nok, dao = self.nok.partner_id, self.dao.partner_id
        for place, friend in enumerate(friends[:4]):
            # What is usual: both hear about friends.
            self.claim(self.people({}), friend, staff_id=(nok, dao, dao, dao)[place].id)
        for place, friend in enumerate(friends[4:6]):
            self.claim(self.anna, friend, staff_id=nok.id, date=self.ago(5 + 5 * place))
        referral = self.claim(self.anna, friends[6], staff_id=nok.id)
        self.assertEqual(self.rules(referral), {"cashier"})
        self.assertTrue(referral.flag_ids.evidence)
        for place, friend in enumerate(friends[7:]):
            self.claim(self.cat, friend, staff_id=dao.id, date=self.ago(9 + 5 * place))
        self.assertFalse(self.rules(self.claim(self.cat, self.dang, staff_id=nok.id)))

    def test_reversible(self):
        referral = self.claim(*self.people({"email": "a@example.com"}, {"email": "a@example.com"}))
        flag = referral.flag_ids
        with self.assertRaises(AccessError):
            flag.with_user(self.nok).action_clear()
        with self.assertRaises(UserError):
            referral.with_user(self.boss).action_reopen()
        flag.with_user(self.boss).action_clear()
        self.assertRecordValues(flag, [{"decision": "cleared", "decided_by_id": self.boss.id}])
        self.assertEqual(referral.state, "confirmed")
        referral._apply_rules()
        self.assertEqual(referral.flag_ids, flag)
        flag.with_user(self.boss).action_uphold()
        self.assertRecordValues(referral, [{"state": "rejected", "reason": "flag"}])

    def test_access(self):
        outsider = new_test_user(self.env, "ref_plain", groups="base.group_user")
        self.bee.user_id = self.anna.user_id = self.dao
        referral = self.claim(self.anna, self.bee, staff_id=self.boss.partner_id.id)
        Referral = self.env["relationship.referral"]
        self.assertEqual(Referral.with_user(self.boss).search([]), referral)
        self.assertEqual(Referral.with_user(self.dao).search([]), referral)
        self.assertFalse(Referral.with_user(self.nok).search([]))
        with self.assertRaises(AccessError):
            Referral.with_user(outsider).search([])
        with self.assertRaises(AccessError):
            Referral.with_user(outsider).get_referral_tree(self.anna.id)
        with self.assertRaises(AccessError):
            referral.with_user(self.dao).write({"source": "code"})
        for user in (self.boss, self.manager):
            with self.assertRaises(AccessError):
                referral.with_user(user).write({"state": "rewarded"})
        with self.assertRaises(AccessError):
            Referral.with_user(self.nok).create(
                {"referrer_id": self.anna.id, "referred_id": self.bee.id, "state": "rewarded"}
            )
        own = Referral.with_user(self.nok).create(
            {"referrer_id": self.cat.id, "referred_id": self.dang.id}
        )
        self.assertEqual(own.state, "confirmed")
        code = self.env["relationship.referral.code"]._get_or_create(self.anna)
        with self.assertRaises(AccessError):
            code.with_user(self.dao).read(["token"])

    def test_companies_stay_apart(self):
        other = self.env["res.company"].create({"name": "Other shop"})
        here = self.claim(self.anna, self.bee)
        there = self.claim(self.cat, self.bee, company_id=other.id)
        self.assertEqual(here.state, "confirmed")
        self.assertEqual(there.state, "confirmed")
        self.assertEqual(there.program_id.company_id, other)
        self.assertNotEqual(there.program_id, here.program_id)
        both = new_test_user(
            self.env,
            "ref_both",
            groups=STAFF,
            company_id=other.id,
            company_ids=[(6, 0, [other.id])],
        )
        self.assertEqual(self.env["relationship.referral"].with_user(both).search([]), there)
        self.buy(self.bee)
        (here | there)._process()
        self.assertEqual(here.state, "qualified")
        self.assertEqual(there.state, "confirmed")
        code = self.env["relationship.referral.code"]._get_or_create(self.anna)
        self.assertFalse(
            self.claim(None, self.dang, source="code", code=code.code, company_id=other.id)
        )
