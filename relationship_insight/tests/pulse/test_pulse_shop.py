import hashlib
import hmac
import struct
import time
import uuid

from lxml import html

from odoo.modules.migration import load_script
from odoo.tests import new_test_user, tagged
from odoo.tools import file_path

from ...models.pos.pos_config import BODY
from ...tools.pulse_token import encode
from .common_pulse import PulseCase

SCRIPT = "relationship_insight/migrations/19.0.1.4.0/post-till_marks.py"


@tagged("post_install", "-at_install")
class TestPulseShop(PulseCase):
    """Posters, tablets and receipts: nobody is known before they answer."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.point = cls.env["relationship.feedback.point"].create(
            {"name": "Riverside", "campaign_id": cls.campaign.id, "is_kiosk": True}
        )
        cls.config = cls.env["pos.config"].create(
            {"name": "Till 1", "relationship_receipt_campaign_id": cls.campaign.id}
        )

    def _visits(self):
        self.env.invalidate_all()
        return self.env["relationship.invitation"].search(
            [("campaign_id", "=", self.campaign.id), ("channel", "in", ("kiosk", "receipt"))]
        )

    # Posters and tablets

    def test_looking_at_a_poster_stores_nothing(self):
        before = self._counts()
        for _turn in range(3):
            self._get(self.point.url)
        self._post(self.point.url, {"M04": 5, "step": "done"})
        nonce = self._nonce(self.point.url)
        self._post(self.point.url, {"n": nonce, "at": 5, "tap": 1, "step": "open"}, script=True)
        self._post(self.point.url, {"n": nonce, "step": "done"})
        drop = ("relationship_rate_limit",)
        self.assertEqual(
            [row for row in self._counts() if row[0] not in drop],
            [row for row in before if row[0] not in drop],
        )

    def test_visitors_are_told_apart_and_nobody_is_named(self):
        first = self._nonce(self.point.url)
        second = self._nonce(self.point.url)
        for _turn in range(2):
            self._tap(self.point.url, first, M04=5)
        self._tap(self.point.url, second, M04=1)
        visits = self._visits()
        self.assertEqual(len(visits), 2)
        self.assertEqual(set(visits.mapped("shop_name")), {"Riverside"})
        self.assertFalse(visits.partner_id)
        readings = visits.reading_ids
        self.assertEqual(sorted(readings.mapped("value")), [1, 5])
        self.assertEqual(set(readings.mapped("channel")), {"store"})
        self.assertFalse(readings.partner_id)

    def test_tablet_gets_ready_for_the_next_customer(self):
        answer = self._post(
            self.point.url, {"n": self._nonce(self.point.url), "M04": 5, "step": "done"}
        )
        page = self._load(answer.headers["Location"])
        again = page.get_element_by_id("again").get("href")
        self.assertEqual(again, self._path(self.point.url))
        scripts = page.xpath("//script/@src")
        self.assertEqual(len(scripts), 2)
        for script in scripts:
            self.assertEqual(self._get(script).status_code, 200)
        self.point.is_kiosk = False
        self.assertFalse(
            self._load(answer.headers["Location"]).xpath("//a[@id='again'] | //script")
        )

    def test_a_tablet_counts_its_visitors(self):
        """Of one page each number is a visitor; whatever is sent again stays one row."""
        nonce = self._nonce(self.point.url)
        for visit in ("0", "1", "2", "1", "2"):
            answer = self._post(
                self.point.url,
                {"n": nonce, "visit": visit, "M04": 5, "at": 10, "tap": 1, "step": "done"},
                script=True,
            )
            self.assertIn(answer.status_code, (303, 404))
        self.assertEqual(self._visits().mapped("state"), ["done"] * 3)
        self.assertEqual(len(self._visits().reading_ids), 3)
        self.point.is_kiosk = False  # a poster has one visitor for each page
        for visit in ("3", "4"):
            self._tap(self.point.url, nonce, visit=visit, M04=5)
        self.assertEqual(len(self._visits()), 3)

    def test_what_a_tablet_kept_is_taken_for_weeks_and_is_no_row(self):
        nonce = self._nonce(self.point.url)
        self.clock[0] += 29 * 24 * 3600 * 1000
        for visit in range(8):
            self._post(
                self.point.url,
                {"n": nonce, "visit": visit, "M04": 5, "at": 10, "tap": 1, "step": "done"},
                script=True,
            )
        self.assertEqual(self._visits().mapped("flag"), [False] * 8)
        self.clock[0] += 2 * 24 * 3600 * 1000
        self.assertEqual(self._tap(self.point.url, nonce, visit=9, M04=5)[0], 409)

    def test_the_next_customer_begins_in_the_language_of_the_shop(self):
        self.company.partner_id.lang = "th_TH"
        headers = {"Accept-Language": "en-US"}

        def lang(path):
            return html.fromstring(self._get(path, headers=headers).content).get("lang")

        self.assertEqual(lang(self.point.url), "th-TH")
        self.assertEqual(lang(f"{self.point.url}?lang=en_US"), "en-US")
        page = self._load(f"{self.point.url}?lang=en_US")
        self._tap(page.get_element_by_id("pulse").get("action"), self._nonce(self.point.url), M04=5)
        self.assertEqual(self._visits().lang, "en_US")
        self.point.is_kiosk = False  # a phone has its owner's
        self.assertEqual(lang(self.point.url), "en-US")

    def test_new_link_and_archived_point(self):
        old = self.point.url
        self.point.with_user(
            new_test_user(
                self.env, "rel", groups="relationship_insight.group_relationship_relations"
            )
        ).action_renew()
        self.env.invalidate_all()
        self.assertEqual(self._get(old).status_code, 404)
        self.assertEqual(self._get(self.point.url).status_code, 200)
        self.point.active = False
        self.assertEqual(self._get(self.point.url).status_code, 404)

    def test_staff_have_no_points(self):
        staff = new_test_user(
            self.env, "staff", groups="relationship_insight.group_relationship_staff"
        )
        self.assertFalse(
            self.env["relationship.feedback.point"].with_user(staff).has_access("read")
        )

    def test_poster_and_letter(self):
        Report = self.env["ir.actions.report"]
        html, _kind = Report._render_qweb_html(
            "relationship_insight.report_feedback_poster", self.point.ids
        )
        self.assertIn(b"barcode_type=QR", html)
        self.assertIn(b"%2Fpulse%2Fshop%2F", html)
        html, _kind = Report._render_qweb_html(
            "relationship_insight.report_invitation_letter", self._invite().ids
        )
        self.assertIn(b"%2Fpulse%2F", html)
        self.assertIn(b"Malee Srisuk", html)

    # Receipts

    def _token(self, order_uuid, config=None, minute=None, key=None):
        """The token as the till makes it."""
        config = config or self.config
        minute = int(time.time() // 60) if minute is None else minute
        body = BODY.pack(config.id, minute, uuid.UUID(order_uuid).bytes)
        key = bytes.fromhex(key or config._get_receipt_key())
        return encode(body + hmac.new(key, body, hashlib.sha256).digest()[:16])

    def _order(self, **vals):
        self.config.open_ui()
        session = self.config.current_session_id
        return self.env["pos.order"].create(
            {
                "session_id": session.id,
                "company_id": self.company.id,
                "uuid": str(uuid.uuid4()),
                "amount_tax": 0,
                "amount_total": 10,
                "amount_paid": 10,
                "amount_return": 0,
                "state": "paid",
                "partner_id": self.partner.id,
                **vals,
            }
        )

    def test_receipt_is_bound_to_order_shop_and_staff(self):
        order = self._order()
        path = "/pulse/receipt/" + self._token(order.uuid)
        before = self._counts()
        self._get(path)
        self.assertEqual(self._counts(), before)
        answer = self._post(path, {"n": self._nonce(path), "M04": 5, "step": "done"})
        self.assertEqual(answer.status_code, 303)
        visit = self._visits()
        self.assertRecordValues(
            visit,
            [
                {
                    "channel": "receipt",
                    "partner_id": self.partner.id,
                    "order_model": "pos.order",
                    "order_id": order.id,
                    "shop_model": "pos.config",
                    "shop_id": self.config.id,
                    "staff_id": order.user_id.partner_id.id,
                    "state": "done",
                }
            ],
        )
        self.assertRecordValues(
            visit.reading_ids,
            [
                {
                    "order_model": "pos.order",
                    "order_id": order.id,
                    "partner_id": self.partner.id,
                    "channel": "store",
                    "value": 5,
                }
            ],
        )
        self.assertEqual(self._get(path).status_code, 404)
        self.assertEqual(self._post(path, {"M04": 1, "step": "done"}).status_code, 404)
        # Printed again a minute later it is the same receipt.
        again = "/pulse/receipt/" + self._token(order.uuid, minute=int(time.time() // 60) + 1)
        self.assertEqual(self._get(again).status_code, 404)

    def test_receipt_of_a_till_without_network(self):
        order_uuid = str(uuid.uuid4())
        path = "/pulse/receipt/" + self._token(order_uuid)
        self._tap(path, self._nonce(path), M04=4)
        visit = self._visits()
        self.assertFalse(visit.partner_id)
        order = self._order(uuid=order_uuid)
        self.env.invalidate_all()
        self.assertEqual(visit.order_id, order.id)
        self.assertRecordValues(
            visit.reading_ids, [{"order_id": order.id, "partner_id": self.partner.id}]
        )

    def test_receipts_that_open_nothing(self):
        order_uuid = str(uuid.uuid4())
        other = self.env["pos.config"].create({"name": "Till 2"})
        now = int(time.time() // 60)
        good = self._token(order_uuid)
        tokens = {
            "of a shop that doesn't ask": self._token(order_uuid, other),
            "signed by another shop": self._token(order_uuid, key=other._get_receipt_key()),
            "old": self._token(order_uuid, minute=now - 7 * 24 * 60 - 1),
            "from the future": self._token(order_uuid, minute=now + 3 * 24 * 60),
            "changed": good[:-1] + ("A" if good[-1] != "A" else "B"),
            "another order, same signature": encode(
                BODY.pack(self.config.id, now, uuid.uuid4().bytes) + b"\x00" * 16
            ),
            "no shop": encode(struct.pack(">II16s", 2**32 - 1, now, b"x" * 16) + b"\x00" * 16),
            "cut": good[:-2],
            "padded": good + "=",
            "the order's own": order_uuid,
        }
        for name, token in tokens.items():
            with self.subTest(name):
                answer = self._get(f"/pulse/receipt/{token}")
                self.assertEqual(answer.status_code, 404)
                self.assertIn("nothing to answer here any more", answer.text)
        self.assertEqual(self._get(f"/pulse/receipt/{good}").status_code, 200)
        self.assertEqual(self._get(f"/pulse/{good}").status_code, 404)
        self.assertFalse(self._visits())

    def test_receipt_of_who_is_never_asked(self):
        order = self._order()
        path = "/pulse/receipt/" + self._token(order.uuid)
        self.env["relationship.contact.preference"].create(
            {"partner_id": self.partner.id, "opted_out": True}
        )
        self.assertEqual(self._get(path).status_code, 404)
        self.company.relationship_holdout_share = 0.5
        partners = self.env["res.partner"].create([{"name": f"X{n}"} for n in range(30)])
        never = self.env["relationship.invitation"]._filter_holdout(partners, self.company)
        other = self._order(partner_id=never[:1].id)
        self.assertEqual(self._get("/pulse/receipt/" + self._token(other.uuid)).status_code, 404)

    def test_key_reaches_the_till_only_where_receipts_ask(self):
        def key():
            read = self.env["pos.config"]._load_pos_data_read(self.config, self.config)
            self.assertNotIn("relationship_receipt_seed", read[0])
            return read[0]["_relationship_receipt_key"]

        self.assertEqual(key(), self.config._get_receipt_key())
        self.campaign.state = "paused"
        self.assertFalse(key())

    def _load_till(self):
        """Load the data of a till as its page does; return its cookie for the pages of answers."""
        self.authenticate("admin", "admin")
        self.config.open_ui()
        self.make_jsonrpc_request(
            "/web/dataset/call_kw/pos.session/load_data",
            {
                "model": "pos.session",
                "method": "load_data",
                "args": [self.config.current_session_id.ids, ["res.lang"]],
                "kwargs": {},
            },
        )
        return next((cookie for cookie in self.opener.cookies if cookie.name == "ri_till"), None)

    def test_tablets_lose_the_mark_of_their_address(self):
        visits = self.env["relationship.invitation"].create(
            [
                {
                    "campaign_id": self.campaign.id,
                    "company_id": self.company.id,
                    "channel": channel,
                    "version_id": self.campaign.instrument_id.live_version_id.id,
                    "flag": flag,
                }
                for channel, flag in (("kiosk", "till"), ("kiosk", "burst"), ("receipt", "till"))
            ]
        )
        script = load_script(file_path(SCRIPT), "post-till_marks")
        script.migrate(self.env.cr, "19.0.1.3.0")
        self.env.invalidate_all()
        self.assertEqual(visits.mapped("flag"), [False, "burst", "till"])

    def _answer_receipt(self):
        path = "/pulse/receipt/" + self._token(self._order().uuid)
        self._post(path, {"n": self._nonce(path), "M04": 5, "step": "done"})
        return self._visits()[0]

    def test_answers_typed_in_at_the_till_are_flagged(self):
        cookie = self._load_till()
        self.assertEqual(cookie.path, "/pulse")
        self.assertTrue(cookie.has_nonstandard_attr("HttpOnly"))
        session = self.config.current_session_id
        self.env.invalidate_all()
        devices = session.sudo().relationship_till_devices
        self.assertNotIn(cookie.value, devices)
        for _turn in range(10):  # however often it loads, it pushes no other till out
            self._load_till()
        self.env.invalidate_all()
        self.assertEqual(session.sudo().relationship_till_devices, devices)
        self.assertEqual(self._answer_receipt().flag, "till")

    def test_only_what_a_till_carries_makes_it_one(self):
        """A tablet, and a customer on the shop's Wi-Fi: the same address and browser."""
        till = self._load_till()
        self.opener.cookies.clear()
        self._post(self.point.url, {"n": self._nonce(self.point.url), "M04": 5, "step": "done"})
        self.assertRecordValues(self._visits(), [{"channel": "kiosk", "flag": False}])
        self.assertFalse(self.opener.cookies)  # pages of customers set none
        self.assertFalse(self._answer_receipt().flag)
        for forged in (
            "",
            "%",
            "_" * 32,
            self.config.current_session_id.sudo().relationship_till_devices,
            till.value.upper(),
            "0" * 5000,
        ):
            self.opener.cookies.set("ri_till", forged, path="/pulse")
            self.assertNotEqual(self._answer_receipt().flag, "till", forged)

    # Afterwards

    def test_long_questionnaire_and_friend(self):
        campaign = self._make_campaign(
            "first", "M18", thanks_campaign_id=self._make_campaign("more", "M01").id
        )
        invitation = self._invite(campaign)
        path = invitation._get_answer_url()
        answer = self._post(
            path, {"n": self._nonce(path), "M18": 1, "M18.text": " Khun  Somchai\n", "step": "done"}
        )
        self.env.invalidate_all()
        referral = self.env["relationship.referral"].search([("referred_id", "=", self.partner.id)])
        self.assertRecordValues(referral, [{"referrer_name": "Khun Somchai", "source": "pulse"}])
        thanks = answer.headers["Location"]
        more = self._post(thanks, {"n": self._nonce(thanks), "step": "long"})
        page = self._load(more.headers["Location"])
        self.assertTrue(page.xpath("//input[@name='M01_glad']"))
        again = self._post(thanks, {"n": self._nonce(thanks), "step": "long"})
        self.assertEqual(again.headers["Location"], more.headers["Location"])
