from odoo.exceptions import UserError
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..sending.common_sending import FakeServer, SendingCase
from .common_pulse import PulseCase

RELATIONS = "base.group_user,relationship_insight.group_relationship_relations"


@tagged("post_install", "-at_install")
class TestPulsePreview(PulseCase):
    """Looking at a page before anybody is asked."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        new_test_user(cls.env, "maker", groups=RELATIONS, password="maker_password")
        new_test_user(
            cls.env,
            "clerk",
            password="clerk_password",
            groups=("base.group_user,relationship_insight.group_relationship_staff"),
        )

    def test_preview_of_a_draft_stores_nothing(self):
        self.authenticate("maker", "maker_password")
        version = self.campaign.instrument_id.live_version_id._copy_to_draft()
        path = version.action_preview()["url"]
        before = self._counts()
        page = self._load(f"{path}?m=M04&v=5")
        self.assertTrue(page.xpath("//input[@name='M04'][@checked]"))
        self.assertIn("nothing you answer here is stored", page.text_content())
        self.assertEqual(self._tap(path, "x", M04=4), (200, {"saved": [], "refused": []}))
        end = self._post(path, {"M04": 4, "step": "done"})
        self.assertIn("The preview ends here", end.text)
        self.assertEqual(self._load(f"{path}/th_TH").get("lang"), "th-TH")
        self.assertEqual(self._counts(), before)

    def test_preview_is_for_those_who_make_questions(self):
        path = self.campaign.action_preview()["url"]
        self.assertEqual(self._get(path).status_code, 303)  # to the login
        self.authenticate("clerk", "clerk_password")
        self.assertIn(self._get(path).status_code, (403, 404))
        self.authenticate("maker", "maker_password")
        self.assertEqual(self._get("/pulse/preview/999999999").status_code, 404)

    def test_kept_page_follows_every_change(self):
        invitation = self._invite()
        path = invitation._get_answer_url()
        measure = self.env["relationship.measure"].search([("code", "=", "M04")])
        self.assertIn(measure.question, self._get(path).text)
        for record, name in (
            (measure, "question"),
            (self.campaign.instrument_id, "introduction"),
            (self.company, "name"),
        ):
            with self.subTest(name):
                # In one transaction the clock of the database stands still.
                record[name] = f"Quite another {name}"
                self.env.flush_all()
                self.env.cr.execute(
                    f"UPDATE {record._table} SET write_date = write_date + interval '1 minute'"  # noqa: S608
                    " WHERE id = %s",
                    [record.id],
                )
                self.assertIn(f"Quite another {name}", self._get(path).text)
        self.env.ref("relationship_insight.pulse_page").arch_db = self.env.ref(
            "relationship_insight.pulse_page"
        ).arch_db.replace("<h1 ", '<h1 id="new" ')
        self.assertIn('<h1 id="new"', self._get(path).text)

    def test_kept_page_tells_people_apart(self):
        other = self.env["res.partner"].create({"name": "<b>Somchai</b> & Co"})
        pages = [
            self._get(self._invite(partner_id=partner.id)._get_answer_url()).text
            for partner in (self.partner, other)
        ]
        self.assertIn("Hello Malee!", pages[0])
        self.assertNotIn("Malee", pages[1])
        self.assertIn("Hello &lt;b&gt;Somchai&lt;/b&gt;!", pages[1])
        for word in ('name="n" value="', "/pulse/unsubscribe/", 'action="/pulse/'):
            first, second = (page.split(word)[1].split('"')[0] for page in pages)
            self.assertNotEqual(first, second)

    def test_kept_page_is_the_page(self):
        """Filled in, it equals what is rendered for one customer alone, in the order of theirs."""
        campaign = self._make_campaign("kept", "M01", "M16", "M04", "M08E_pleasure")
        staff = self.env["res.partner"].create({"name": "Nok <3"})
        for _turn in range(3):
            invitation = self._invite(campaign, staff_id=staff.id, lang="th_TH")
            path = invitation._get_answer_url()
            page = self._load(path)
            self.assertTrue(any("Nok <3" in b.text_content() for b in page.xpath("//b")))
            shown = [
                i.get("name") for i in page.xpath("//ul[@class='feelings']//input[@value='1']")
            ]
            measures = invitation.version_id.item_ids[0]._get_measures()
            self.assertEqual(shown, invitation._shuffle(measures).mapped("code"))
            reasons = [i.get("name") for i in page.xpath("//li[@class='reason']//input")]
            motives = invitation.version_id.item_ids[1]._get_measures()
            self.assertEqual(reasons, invitation._shuffle(motives).mapped("code"))
            self.assertNotIn("rimark", self._get(path).text)


@tagged("post_install", "-at_install")
class TestTestMail(SendingCase):
    """The mail in one's own inbox."""

    def test_one_mail_in_each_language_and_nobody_asked(self):
        self.env["res.lang"]._activate_lang("th_TH")
        maker = new_test_user(
            self.env, "maker", groups=RELATIONS, name="Ann Maker", email="ann@example.com"
        )
        self.server = FakeServer()
        counts = [
            self.env[name].search_count([])
            for name in ("relationship.invitation", "relationship.delivery")
        ]
        with self.smtp():
            self.campaign.with_user(maker).action_send_test()
        mails = [mail for address, _sender, mail in self.server.mails]
        self.assertEqual(len(mails), len(self.env["res.lang"].get_installed()))
        version = self.campaign.instrument_id.live_version_id
        for mail in mails:
            body = mail.get_body(("html",)).get_content()
            self.assertIn("Ann Maker", body)
            self.assertIn(f"/pulse/preview/{version.id}/", body)
            self.assertNotIn("/pulse/unsubscribe", body)
            self.assertIn("m=M04_visit", body)
        self.assertEqual(
            counts,
            [
                self.env[name].search_count([])
                for name in ("relationship.invitation", "relationship.delivery")
            ],
        )

    def test_it_is_the_mail_that_customers_get(self):
        maker = new_test_user(
            self.env, "maker", groups=RELATIONS, name="Ann Maker", email="ann@example.com"
        )
        self.campaign.email_from = '"Nok of the shop" <nok@example.com>'
        self.campaign.reply_to = "desk@example.com"
        self.server = FakeServer()
        self._invite(self._make_partner("Bea"))
        self.send()
        with self.smtp():
            self.campaign.with_user(maker).action_send_test()
        (real,), (test, *_others) = (
            [
                mail
                for address, _sender, mail in self.server.mails
                if address == name and "ทดสอบ" not in mail["Subject"]
            ]
            for name in ("bea@example.com", "ann@example.com")
        )
        for mail in (real, test):
            self.assertEqual(str(mail["From"]), "Nok of the shop <nok@example.com>")
            self.assertEqual(mail["Reply-To"], "desk@example.com")
            self.assertEqual(mail["List-Unsubscribe-Post"], "List-Unsubscribe=One-Click")
            self.assertRegex(mail["List-Unsubscribe"].strip(), "^<http.*/pulse/.*>$")
        self.assertEqual(set(real.keys()), set(test.keys()))
        self.assertEqual(test["Subject"], f"Test: {real['Subject']}")
        self.assertIn("/pulse/preview/", test["List-Unsubscribe"])

    def test_a_server_that_refuses_is_told_and_pauses_nothing(self):
        maker = new_test_user(
            self.env, "maker", groups=RELATIONS, name="Ann Maker", email="ann@example.com"
        )
        self.server.down = OSError("nobody there")
        with (
            self.smtp(),
            self.assertRaisesRegex(UserError, "nobody there|test mail"),
            mute_logger("odoo.addons.base.models.ir_mail_server"),
        ):
            self.campaign.with_user(maker).action_send_test()
        self.assertFalse(self.env["relationship.sending.pause"].search([]))

    def test_without_an_address(self):
        maker = new_test_user(self.env, "maker", groups=RELATIONS, email=False)
        maker.partner_id.email = False
        with self.assertRaises(UserError):
            self.campaign.with_user(maker).action_send_test()
