import random
import re
from datetime import datetime, timedelta
from unittest.mock import patch
from urllib.parse import quote

from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from odoo.addons.relationship_insight.controllers.pulse_page import PulsePage


@tagged("post_install", "-at_install")
class TestReferralPublic(HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env.company
        cls.company.country_id = cls.env.ref("base.th")
        cls.anna = cls.env["res.partner"].create({"name": "Anna Sukjai", "lang": "en_US"})
        cls.code = cls.env["relationship.referral.code"]._get_or_create(cls.anna, cls.company)
        cls.path = f"/referral/{cls.code.token}"

    def setUp(self):
        super().setUp()
        # A person needs more than a second to read the page; tests don't.
        self.env["relationship.rate.limit"].search([]).unlink()
        patcher = patch.object(PulsePage, "_now", lambda page: self.clock)
        self.clock = int(datetime.now().timestamp() * 1000)
        patcher.start()
        self.addCleanup(patcher.stop)

    def post(self, path=None, wait=5000, **fields):
        page = self.url_open(path or self.path)
        nonce = re.search(r'name="n" value="([^"]+)"', page.text)
        self.clock += wait
        data = {"n": nonce and nonce[1], "step": "join", "name": "Bo", "agreed": "1", **fields}
        return self.url_open(path or self.path, data=data)

    def friends(self, **vals):
        return self.env["relationship.referral"].search([("referrer_id", "=", self.anna.id)])

    def test_opening_stores_nothing(self):
        counts = [
            self.env[m].search_count([])
            for m in ("res.partner", "relationship.referral", "relationship.rate.limit")
        ]
        page = self.url_open(self.path)
        cookie = page.headers["Set-Cookie"]
        for _visit in range(2):
            self.assertEqual(self.url_open(self.path).status_code, 200)
        self.assertIn("Anna invites you", page.text)
        self.assertNotIn("Sukjai", page.text)
        self.assertEqual(self.url_open(self.path, method="HEAD").status_code, 200)
        self.env.invalidate_all()
        self.assertEqual(
            counts,
            [
                self.env[m].search_count([])
                for m in ("res.partner", "relationship.referral", "relationship.rate.limit")
            ],
        )
        self.assertEqual(self.code.visit_count, 0)
        self.assertIn("HttpOnly", cookie)
        self.assertIn("SameSite=Lax", cookie)

    def test_friend_joins_once(self):
        for _time in range(2):
            answer = self.post(email="Bo@Example.com", phone="081 234 5678")
            self.assertIn("Welcome!", answer.text)
        friend = self.friends().referred_id
        self.assertEqual(len(self.friends()), 1)
        self.assertEqual((friend.name, friend.email), ("Bo", "bo@example.com"))
        self.assertEqual(friend.phone_sanitized, "+66812345678")
        self.assertEqual(self.friends().source, "link")
        self.assertIn("agreed to be contacted", str(friend.message_ids.mapped("body")))

    def test_known_contact_is_neither_told_nor_changed(self):
        known = self.env["res.partner"].create({"name": "Chai", "email": "chai@example.com"})
        fresh = self.post(email="new@example.com").text
        same = self.post(email="chai@example.com", name="Somebody Else").text
        clean = [re.sub(r"\s+", " ", text) for text in (fresh, same)]
        self.assertEqual(*clean)
        self.assertEqual(known.name, "Chai")
        claim = self.friends().filtered(lambda r: r.referred_id == known)
        self.assertIn("unproven", claim.flag_ids.mapped("rule"))

    def test_what_is_missing_is_told_and_kept(self):
        for fields, words in (
            ({"email": "not an address"}, "complete"),
            ({"phone": "12"}, "complete"),
            ({"phone": "08123456 seven"}, "complete"),
            ({}, "e-mail address or a phone"),
            ({"name": " ", "email": "a@example.com"}, "your name"),
            ({"email": "a@example.com", "agreed": ""}, "agree"),
        ):
            answer = self.post(**fields)
            self.assertIn(words, answer.text)
            self.assertEqual(answer.status_code, 200)
        self.assertIn('value="a@example.com"', answer.text)
        self.assertFalse(self.friends())

    def test_what_is_no_text_is_left_out(self):
        self.post(name="B\x00o", email="bo@example.com\x00")
        self.assertEqual(self.friends().referred_id.name, "B o")
        for token in ("\x00", "a\x00b", "ก", "a b", "a" * 65):
            self.assertFalse(self.env["relationship.referral.code"]._find_by_token(token))
            self.assertFalse(self.env["relationship.referral.code"]._find(f"x/referral/{token}"))

    def test_programs_store_nothing(self):
        self.post(email="a@example.com", wait=10)
        self.post(email="a@example.com", n="forged")
        self.post(email="a@example.com", website="spam")
        self.assertFalse(self.friends())

    def test_visits_are_counted_without_the_visitor(self):
        answer = self.post(step="visit")
        self.assertEqual(answer.status_code, 204)
        self.code.invalidate_recordset()
        self.assertEqual(self.code.visit_count, 1)
        self.assertFalse(self.friends())

    def test_wrong_links_look_alike(self):
        other = self.env["relationship.referral.code"].create(
            {"partner_id": self.env["res.partner"].create({"name": "Gone", "active": False}).id}
        )
        bodies = set()
        for path in (
            "/referral/x",
            "/referral/" + "a" * 32,
            f"/referral/{other.token}",
            "/referral/share/x",
            f"/referral/share/{self.code.token}",
        ):
            answer = self.url_open(path)
            self.assertEqual(answer.status_code, 404, path)
            bodies.add(re.sub(r"/referral/[^\"?]*", "", answer.text))
        self.assertEqual(len(bodies), 1)

    def test_bad_bytes_and_floods(self):
        answer = self.url_open(
            self.path,
            data=b"name=%ff%fe&step=join",
            headers={"Content-Type": "application/x-www-form-urlencoded"},
        )
        self.assertEqual(answer.status_code, 400)
        self.assertEqual(self.url_open(self.path, data={"name": "x" * 100_000}).status_code, 413)
        self.env["ir.config_parameter"].set_param("relationship_insight.limit_join", "2")
        statuses = [self.post(email=f"f{i}@example.com").status_code for i in range(3)]
        self.assertEqual(statuses, [200, 200, 429])

    def test_a_shop_full_of_friends_may_join_and_mistakes_count_for_nobody(self):
        for number in range(15):
            answer = self.post(email=f"friend{number}@example.com")
            self.assertIn("Welcome!", answer.text)
        self.env["ir.config_parameter"].set_param("relationship_insight.limit_join", "16")
        for _mistake in range(3):
            self.assertEqual(self.post(email="no address").status_code, 200)
        self.assertIn("Welcome!", self.post(email="last@example.com").text)
        self.assertEqual(self.post(email="more@example.com").status_code, 429)

    def test_whoever_tries_on_and_on_waits_longer_and_longer(self):
        self.env["ir.config_parameter"].set_param("relationship_insight.limit_try", "2")
        sent = ["mistake"] * 3
        self.assertEqual([self.post(email=email).status_code for email in sent], [200, 200, 429])
        Limit = self.env["relationship.rate.limit"]

        def after(**passed):
            for row in Limit.search([]):
                row.date = row.date - timedelta(**passed)
            return [self.post(email=email).status_code for email in sent]

        self.assertEqual(after(minutes=1, seconds=1), [200, 200, 429])
        self.assertEqual(after(minutes=1, seconds=1), [200, 200, 429])
        self.assertEqual(after(minutes=1, seconds=1), [429] * 3, "six in ten minutes")
        self.assertEqual(after(minutes=10), [200, 200, 429])

    def test_whatever_is_sent_is_answered(self):
        rng = random.Random(11)
        letters = "aA0-_=&%?#/\\'\"<>{}()[]:;.,ก💐\x00\n \u202e"
        self.env["ir.config_parameter"].set_param("relationship_insight.limit_guess", "1000")
        self.env["ir.config_parameter"].set_param("relationship_insight.limit_join", "1000")
        before = self.env["res.partner"].search_count([])

        def noise(most):
            return "".join(rng.choice(letters) for _char in range(rng.randrange(1, most)))

        for turn in range(60):
            token = rng.choice([self.code.token, noise(70), noise(60)])
            kind = rng.choice(["referral", "referral", "referral/share"])
            # One part of the path: what is no address of ours isn't ours to answer.
            token = quote(token, safe="").replace("%2F", "-")
            url = f"/{kind}/{token}?{noise(20)}=https://evil.example.com"
            data = {
                rng.choice(["n", "name", "email", "phone", "agreed", "step", noise(9)]): noise(300)
                for _field in range(rng.randrange(6))
            }
            if turn % 4 == 0:
                data.update(n="0", next="//evil.example.com", redirect="https://evil.example.com")
            with mute_logger("odoo.http", "odoo.addons.base.models.ir_http", "werkzeug"):
                answer = self.url_open(url, data=data if turn % 3 else None, allow_redirects=False)
            self.assertIn(answer.status_code, (200, 204, 303, 400, 404, 405, 429), (url, data))
            self.assertNotIn("evil.example.com", answer.headers.get("Location", ""))
            self.assertNotIn("Traceback", answer.text)
        self.assertEqual(self.env["res.partner"].search_count([]), before)
        self.assertFalse(self.friends())

    def test_markup_is_text(self):
        self.anna.name = "<script>alert(1)</script> Anna"
        self.assertNotIn("<script>alert", self.url_open(self.path).text)
        answer = self.post(name='"><script>alert(2)</script>', email="bad")
        self.assertNotIn("<script>alert", answer.text)

    def test_share_page_is_the_customers_own(self):
        url = self.code._get_share_page_url()
        path = "/referral" + url.partition("/referral")[2]
        page = self.url_open(path).text
        self.assertIn(self.code.share_url, page)
        self.assertIn("line.me", page)
        self.assertIn(self.code.code[:4], page)
        self.assertNotIn(path.rpartition("/")[2], self.code.share_url)
        self.code.action_renew()
        self.assertEqual(self.url_open(path).status_code, 404)

    def test_thank_you_page_offers_the_link(self):
        invitation = self.env["relationship.invitation"].new(
            {"partner_id": self.anna.id, "company_id": self.company.id}
        )
        self.assertTrue(invitation._offers_referral())
        self.assertIn("/referral/share/", invitation._get_referral_path())
        self.assertFalse(
            self.env["relationship.invitation"]
            .new({"company_id": self.company.id})
            ._offers_referral()
        )

    def test_portal_account_after_the_link(self):
        self.env["res.config.settings"].create({"auth_signup_uninvited": "b2c"}).execute()
        self.url_open(self.path)
        page = self.url_open("/web/signup")
        token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)[1]
        self.url_open(
            "/web/signup",
            data={
                "csrf_token": token,
                "login": "dee@example.com",
                "name": "Dee",
                "password": "A long one 42",
                "confirm_password": "A long one 42",
            },
        )
        user = self.env["res.users"].search([("login", "=", "dee@example.com")])
        self.assertTrue(user)
        self.assertEqual(self.friends().referred_id, user.partner_id)

    def test_who_was_let_down_is_not_asked_for_friends(self):
        def ask():
            return self.anna._may_be_asked_for_friends(self.company)

        self.assertTrue(ask())
        Reading = self.env["relationship.reading"]
        vals = {"partner_id": self.anna.id, "company_id": self.company.id, "origin": "pulse"}
        recommend, annoyed = (
            self.env.ref(f"relationship_insight.measure_{name}") for name in ("m03", "m02_annoyed")
        )
        for measure, value, allowed in (
            (recommend, 9, True),
            (recommend, 2, False),
            (annoyed, annoyed.scale_min, False),
        ):
            reading = Reading.create({**vals, "measure_id": measure.id, "value": value})
            self.assertEqual(ask(), allowed, (measure.code, value))
            reading.date = datetime.now() - timedelta(days=60)
        Reading.search([("partner_id", "=", self.anna.id)]).unlink()
        self.assertTrue(ask())
        case = self.env["relationship.case"].create(
            {"name": "Scratched", "partner_id": self.anna.id, "company_id": self.company.id}
        )
        self.assertFalse(ask())
        case.action_cancel()
        self.assertTrue(ask())

    def test_portal_entry(self):
        self.env["res.users"].create(
            {
                "name": "Anna",
                "login": "anna",
                "password": "anna-portal-1",
                "partner_id": self.anna.id,
                "group_ids": [(6, 0, [self.env.ref("base.group_portal").id])],
            }
        )
        self.authenticate("anna", "anna-portal-1")
        page = self.url_open("/my/referral")
        self.assertIn(self.code.share_url, page.text)
        self.assertGreater(datetime.now() + timedelta(1), self.code.create_date)

    def test_looking_makes_no_code(self):
        self.env["res.users"].create(
            {
                "name": "Chai",
                "login": "chai",
                "password": "chai-portal-1",
                "group_ids": [(6, 0, [self.env.ref("base.group_portal").id])],
            }
        )
        chai = self.env["res.users"].search([("login", "=", "chai")]).partner_id
        codes = [("partner_id", "=", chai.id)]
        self.authenticate("chai", "chai-portal-1")
        for method in ("GET", "HEAD"):
            page = self.url_open("/my/referral", method=method)
            self.assertEqual(page.status_code, 200)
            self.assertFalse(self.env["relationship.referral.code"].search_count(codes))
        page = self.url_open("/my/referral")
        token = re.search(r'name="csrf_token" value="([^"]+)"', page.text)[1]
        page = self.url_open("/my/referral", data={"csrf_token": token})
        code = self.env["relationship.referral.code"].search(codes)
        self.assertIn(code.share_url, page.text)
        self.assertIn(code.share_url, self.url_open("/my/referral").text)
