import re

from lxml import html

from odoo import fields
from odoo.modules.migration import load_script
from odoo.tests import new_test_user, tagged
from odoo.tools import file_path, mute_logger

from .pulse.common_pulse import PulseCase

THAI = re.compile(r"[\u0e00-\u0e7f]+")
LATIN = re.compile(r"[A-Za-z]{2,}")
# Names, and what is the same in both languages.
NAMES = {
    "Malee",
    "Srisuk",
    "Nok",
    "My",
    "Company",
    "QR",
    "code",
    "SMS",
    "LINE",
    "EN",
    "English",
    "US",
    "Corner",
    "WhatsApp",
}
SCRIPT = "relationship_insight/migrations/19.0.1.4.0/post-words.py"
HIDDEN = (
    "//script | //style | //*[contains(@class, 'langs')] | //select[@name='lang']"
    " | //*[contains(concat(' ', @class, ' '), ' code ')]"
)


@tagged("post_install", "-at_install")
class TestPublicWords(PulseCase):
    """Every page and every mail in each language, and nothing of the other in it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["ir.module.module"].search(
            [
                ("name", "in", ("base", "portal", "web", "relationship_insight")),
            ]
        )._update_translations(["th_TH"], overwrite=True)
        cls.all = cls._make_campaign(
            "all", "M02", "M01", "M04", "M06", "M16", "M18", "M03", "M03_why", "M17_good", "M05"
        )
        # What a shop writes is its own.
        cls.all.instrument_id.introduction = False
        cls.all.thanks_campaign_id = cls.campaign

    def _words(self, text, lang):
        """Return the words that are of the other language."""
        root = html.fromstring(text)
        for element in root.xpath(HIDDEN):
            element.drop_tree()
        said = [
            *root.xpath("//text()"),
            *root.xpath("//@title | //@aria-label | //@placeholder"),
            *(
                value
                for name, value in (root.xpath("//form[@id='pulse']") or [root])[0].items()
                if name.startswith("data-")
            ),
        ]
        said = [re.sub(r"%\(\w+\)s|%\d|https?://\S+|\S+@\S+", "", each) for each in said]
        found = {
            word for each in said for word in (THAI if lang == "en_US" else LATIN).findall(each)
        }
        return found - NAMES

    def _check(self, name, text, lang):
        with self.subTest(name, lang=lang):
            self.assertFalse(self._words(text, lang))

    def test_pages(self):
        for lang in ("en_US", "th_TH"):
            self.partner.lang = lang
            invitation = self._invite(self.all, lang=lang)
            done = self._invite(self.all, lang=lang)
            done._mark_done()
            self.env["relationship.eligibility"].create(
                [
                    {
                        "campaign_id": self.all.id,
                        "partner_id": self.partner.id,
                        "company_id": self.company.id,
                        "outcome": "skipped",
                        "reason": reason,
                        "date": fields.Datetime.now(),
                    }
                    for reason in ("paused", "fatigue", "lottery")
                    if reason
                    in dict(
                        self.env["relationship.eligibility"]
                        ._fields["reason"]
                        ._description_selection(self.env)
                    )
                ]
            )
            point = self.env["relationship.feedback.point"].create(
                {"name": "Corner", "campaign_id": self.all.id, "is_kiosk": True}
            )
            code = self.env["relationship.referral.code"]._get_or_create(self.partner, self.company)
            pages = {
                "pulse": invitation._get_answer_url(),
                "shop": point.url,
                "thanks": done._get_sealed_url("thanks"),
                "unsubscribe": invitation._get_unsubscribe_url(),
                "preferences": invitation._get_preferences_url(),
                "closed": "/pulse/" + "A" * 32,
                "friend": f"/referral/{code.token}",
                "share": code._get_share_page_url(),
            }
            for name, url in pages.items():
                path = self._path(url)
                path += ("&" if "?" in path else "?") + f"lang={lang}"
                self._check(name, self._get(path).text, lang)
            path = self._path(pages["unsubscribe"])
            for step in ("campaign", "all", "undo"):
                answer = self._post(path, {"n": self._nonce(path), "step": step})
                self._check(f"unsubscribe {step}", answer.text, lang)
            path = self._path(pages["pulse"])
            answer = self._post(path, {"n": self._nonce(path), "step": "done"})
            self._check("nothing answered", answer.text, lang)
            bad = self._post(
                path,
                b"M03_why=%ff%fe",
                headers={
                    "Content-Type": "application/x-www-form-urlencoded",
                    "Accept-Language": lang.replace("_", "-"),
                },
            )
            self._check("no text", bad.text, lang)

    def test_mails(self):
        for lang in ("en_US", "th_TH"):
            for number, campaign in enumerate((self.all, self.campaign)):
                invitation = self._invite(campaign, lang=lang)
                for step in (0, 1, 9):
                    delivery = self.env["relationship.delivery"].create(
                        {
                            "invitation_id": invitation.id,
                            "campaign_id": campaign.id,
                            "channel": "email",
                            "company_id": self.company.id,
                            "step": step,
                            "lang": lang,
                            "partner_id": self.partner.id,
                            "date_due": fields.Datetime.now(),
                        }
                    )
                    mail = delivery._fill_form(delivery._prepare_form(lang), lang)
                    for part in ("subject", "body", "text"):
                        self._check(f"{number} {step} {part}", f"<p>{mail[part]}</p>", lang)
                self._check("sms", f"<p>{delivery._get_sms_text()}</p>", lang)

    def test_portal_and_paper(self):
        new_test_user(
            self.env,
            "portal",
            groups="base.group_portal",
            partner_id=self.partner.id,
            password="portal_password",
        )
        self.partner.name = "Malee Srisuk"
        for lang in ("en_US", "th_TH"):
            self.partner.lang = lang
            invitation = self._invite(self.all, lang=lang)
            self.authenticate("portal", "portal_password")
            path = "/th/my/feedback" if lang == "th_TH" else "/my/feedback"
            page = html.fromstring(self._get(path).text)
            (part,) = page.xpath("//h3[contains(@class, 'my-3')]/..")
            self._check("portal", html.tostring(part, encoding="unicode"), lang)
            point = (
                self.env["relationship.feedback.point"]
                .with_context(lang=lang)
                .create({"name": "Corner", "campaign_id": self.all.id})
            )
            for report, record in (
                ("report_feedback_poster", point),
                ("report_invitation_letter", invitation),
            ):
                paper = (
                    self.env["ir.actions.report"]
                    .with_context(lang=lang)
                    ._render_qweb_html(f"relationship_insight.{report}", record.ids)[0]
                )
                (body, *_more) = html.fromstring(paper).xpath("//div[contains(@class, 'page')]")
                self._check(report, html.tostring(body, encoding="unicode"), lang)

    def test_what_is_asked_in_thai_asks_you(self):
        for measure in self.env["relationship.measure"].with_context(lang="th_TH").search([]):
            self.assertFalse(LATIN.search(measure.question or ""), measure.code)
            self.assertNotIn("ลูกค้ารู้สึก", measure.question or "", measure.code)
        self.assertEqual(
            self.env.ref("relationship_insight.measure_m02_glad")
            .with_context(lang="th_TH")
            .question,
            "ครั้งนี้คุณรู้สึกอย่างไร",
        )
        for instrument in self.env["relationship.instrument"].search(
            [
                (
                    "code",
                    "in",
                    (
                        "first_visit",
                        "after_purchase",
                        "after_service",
                        "quarterly",
                        "yearly",
                        "lost",
                    ),
                )
            ]
        ):
            thai = instrument.with_context(lang="th_TH").introduction
            self.assertFalse(LATIN.search(thai), instrument.code)

    def test_words_of_older_databases(self):
        measure = self.env.ref("relationship_insight.measure_m02_glad")
        point = self.env["relationship.feedback.point"].create(
            {
                "name": "Corner",
                "campaign_id": self.all.id,
                "invitation_text": "How was it? Tell us in a minute.",
            }
        )
        own = point.copy({"invitation_text": "Tell us, please"})
        template = self.env.ref("relationship_insight.mail_template_invitation")
        template.subject = "A short question from {{ object.company_id.name }}"
        measure.with_context(lang="th_TH").question = "ลูกค้ารู้สึกอย่างไร"
        self.env.flush_all()
        with mute_logger("odoo.upgrade"):
            script = load_script(file_path(SCRIPT), "post-words")
        for _turn in range(2):
            script.migrate(self.env.cr, "19.0.1.3.0")
            self.env.invalidate_all()
        self.assertEqual(measure.with_context(lang="th_TH").question, "ครั้งนี้คุณรู้สึกอย่างไร")
        self.assertEqual(
            (point + own).mapped("invitation_text"),
            ["How was it? Please tell us.", "Tell us, please"],
        )
        self.assertEqual(
            template.subject, "May we ask for your opinion? {{ object.company_id.name }}"
        )
