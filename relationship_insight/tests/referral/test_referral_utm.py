from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import HttpCase, tagged

from odoo.addons.http_routing.tests.common import MockRequest

from .common_referral import STAFF, ReferralCase, new_test_user


@tagged("post_install", "-at_install")
class TestReferralUtm(HttpCase):
    """A visit of a customer's link is attributed as Odoo attributes visits."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.anna = cls.env["res.partner"].create({"name": "Anna Sukjai"})
        cls.code = cls.env["relationship.referral.code"]._get_or_create(cls.anna)
        cls.program = cls.env["relationship.referral.program"]._get_program(cls.env.company)
        cls.path = f"/referral/{cls.code.token}"

    def visit(self):
        return self.url_open(self.path)

    def test_cookies_are_those_of_odoo(self):
        self.program.utm_campaign_id = self.env["utm.campaign"].create({"title": "ชวนเพื่อน"})
        page = self.visit()
        cookies = page.headers["Set-Cookie"]
        for name in ("odoo_utm_campaign", "odoo_utm_source", "odoo_utm_medium"):
            self.assertIn(name, cookies)
        self.assertNotIn("Domain=", cookies)
        self.assertNotIn("Sukjai", cookies)
        again = self.visit().headers.get("Set-Cookie", "")
        self.assertNotIn("odoo_utm", again, "what the browser has is not sent again")

    def test_no_yes_no_cookie(self):
        # As Odoo's website does until a visitor agrees to optional cookies.
        self.patch(
            self.env.registry["ir.http"],
            "_is_allowed_cookie",
            classmethod(lambda cls, kind: kind == "required"),
        )
        page = self.visit()
        self.assertEqual(page.status_code, 200)
        kept = [
            cookie.name
            for cookie in self.opener.cookies
            if cookie.value and not (cookie.is_expired())
        ]
        self.assertFalse([name for name in kept if "utm" in name or "referral" in name])

    def as_visitor(self, model, **vals):
        """Create a record as a page does for a visitor who came by the link, in sudo."""
        self.visit()
        with self.visitor_request():
            return self.env[model].with_user(self.env.ref("base.public_user")).sudo().create(vals)

    def visitor_request(self):
        cookies = {cookie.name: cookie.value.strip('"') for cookie in self.opener.cookies}
        public = self.env(user=self.env.ref("base.public_user"))
        return MockRequest(public, cookies=cookies)

    def test_a_lead_of_the_session_carries_it_and_is_a_claim(self):
        lead = self.as_visitor("crm.lead", name="A kitchen, please", contact_name="Bo")
        self.assertEqual(lead.campaign_id, self.program.utm_campaign_id)
        self.assertEqual(lead.source_id, self.env.ref("relationship_insight.utm_source_referral"))
        self.assertEqual(lead.medium_id, self.env.ref("relationship_insight.utm_medium_referral"))
        claim = self.env["relationship.referral"].search([("lead_id", "=", lead.id)])
        self.assertRecordValues(
            claim,
            [
                {
                    "referrer_id": self.anna.id,
                    "source": "link",
                    "state": "confirmed",
                    "document_model": "crm.lead",
                    "document_id": lead.id,
                }
            ],
        )

    def test_an_order_of_the_session_carries_it_and_is_a_claim(self):
        bo = self.env["res.partner"].create({"name": "Bo"})
        nobody = self.env.ref("base.public_partner")
        order = self.as_visitor("sale.order", partner_id=nobody.id)
        self.assertEqual(order.campaign_id, self.program.utm_campaign_id)
        Referral = self.env["relationship.referral"]
        self.assertFalse(Referral.search([("referrer_id", "=", self.anna.id)]))
        with self.visitor_request():
            order.partner_id = bo
            order.partner_id = bo
        claim = Referral.search([("referrer_id", "=", self.anna.id)])
        self.assertRecordValues(claim, [{"referred_id": bo.id, "source": "link"}])

    def test_staff_and_strangers_bring_nothing(self):
        Referral = self.env["relationship.referral"]
        before = Referral.search_count([])
        self.env["crm.lead"].create({"name": "By the desk"})
        with self.visitor_request():
            self.env["crm.lead"].with_user(self.env.ref("base.public_user")).sudo().create(
                {"name": "By nobody's link"}
            )
        self.assertEqual(Referral.search_count([]), before)

    def test_the_way_to_the_shop_is_counted_without_the_visitor(self):
        self.program.shop_url = "https://shop.example.com/tea"
        tracker = self.program.link_tracker_id
        self.assertEqual(tracker.campaign_id, self.program.utm_campaign_id)
        self.assertIn(tracker.short_url, self.visit().text)
        answer = self.url_open(f"/r/{tracker.code}", allow_redirects=False)
        self.assertIn("utm_source=", answer.headers["Location"])
        self.assertTrue(answer.headers["Location"].startswith("https://shop.example.com/tea"))
        click = tracker.link_click_ids
        self.assertEqual(len(click), 1)
        self.assertFalse(click.ip or click.country_id)
        self.assertEqual(self.program.shop_click_count, 1)
        self.program.name = "Renamed"
        self.assertEqual(self.program.link_tracker_id, tracker, "the same page, the same link")
        other = self.env["link.tracker"].create({"url": "https://www.example.com", "title": "x"})
        self.url_open(f"/r/{other.code}", allow_redirects=False)
        self.assertTrue(other.link_click_ids.ip, "others' links count as Odoo does")
        self.program.shop_url = False
        self.assertFalse(self.program.link_tracker_id)
        self.assertNotIn("/r/", self.visit().text)


@tagged("post_install", "-at_install")
class TestReferralCodeErrors(ReferralCase):
    """Whoever types a code is told what is wrong with it."""

    def setUp(self):
        super().setUp()
        self.code = self.env["relationship.referral.code"]._get_or_create(self.anna)
        self.order = self.env["sale.order"].create({"partner_id": self.bee.id})
        self.rep = new_test_user(
            self.env, "ref_rep", groups=f"{STAFF},sales_team.group_sale_salesman_all_leads"
        )

    def enter(self, code):
        wizard = (
            self.env["relationship.referral.tell"]
            .with_user(self.rep)
            .create(
                {
                    "referred_id": self.order.partner_id.id,
                    "document_model": "sale.order",
                    "document_id": self.order.id,
                    "code": code,
                }
            )
        )
        return wizard.action_tell()["params"]

    def claims(self):
        return self.Referral.search([("referred_id", "=", self.order.partner_id.id)])

    def test_as_read_aloud_and_as_scanned(self):
        self.assertEqual(self.enter(self.code.share_url)["type"], "success")
        self.assertEqual(self.enter(self.code._format_code().lower())["type"], "success")
        self.assertRecordValues(
            self.claims(),
            [
                {
                    "source": "code",
                    "referrer_id": self.anna.id,
                    "state": "confirmed",
                    "document_id": self.order.id,
                }
            ],
        )

    def test_unknown(self):
        for wrong in ("NOSUCHCODE", "https://example.com/referral/x" + "y" * 60, "💐"):
            with self.assertRaisesRegex(UserError, "Nobody has the code"):
                self.enter(wrong)

    def test_replaced(self):
        old, link = self.code.code, self.code.share_url
        self.code.with_user(self.boss).action_renew()
        for gone in (old, link):
            with self.assertRaisesRegex(UserError, "doesn't count any more"):
                self.enter(gone)

    def test_their_own(self):
        self.order.partner_id = self.anna
        with self.assertRaisesRegex(UserError, "own code"):
            self.enter(self.code.code)
        self.assertFalse(self.claims())

    def test_of_another_company(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        elsewhere = self.env["relationship.referral.code"]._get_or_create(self.cat, other)
        with self.assertRaisesRegex(UserError, "Nobody has the code"):
            self.enter(elsewhere.code)

    def test_existing_customer(self):
        self.buy(self.bee, days=40)
        told = self.enter(self.code.code)
        self.assertEqual(told["type"], "warning")
        self.assertIn("Was a customer before", told["message"])
        self.assertEqual(self.claims().state, "rejected")

    def test_same_household_says_why(self):
        self.anna.phone = self.bee.phone = "+66812345678"
        told = self.enter(self.code.code)
        self.assertEqual(told["type"], "warning")
        self.assertIn("Same phone", told["message"])

    def test_too_late(self):
        claim = self.claim(self.anna, self.bee, date=self.ago(181))
        self.buy(self.bee, days=0)
        claim._process()
        self.assertEqual(claim.state, "expired")
        self.assertLess(claim.deadline, fields.Datetime.now())
