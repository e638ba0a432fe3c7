from lxml import html

from odoo.modules.migration import load_script
from odoo.tests import tagged
from odoo.tools import file_path, mute_logger

from ..pulse.common_pulse import PulseCase

SCRIPT = "relationship_insight/migrations/19.0.1.4.0/post-mail-first-tap.py"


@tagged("post_install", "-at_install")
class TestMailFirstTap(PulseCase):
    """A tap in a mail stores what the mail named, and nothing else."""

    def _mail(self, invitation):
        return html.fromstring(f"<div>{invitation.mail_question}</div>")

    def _taps(self, invitation):
        """Return {words of a link: its address} of what can be answered in the mail."""
        return {
            " ".join(link.text_content().split()): link.get("href")
            for link in self._mail(invitation).xpath("//a[contains(@href, 'm=')]")
        }

    def test_feelings_are_tapped_by_name(self):
        invitation = self._invite(self._make_campaign("felt", "M02", "M04_visit", "M18"))
        taps = self._taps(invitation)
        self.assertEqual(
            sorted(taps),
            sorted(
                [
                    "😊 Glad",
                    "💗 Cared for",
                    "😌 At ease",
                    "😍 Valued",
                    "🌟 Impressed",
                    "😠 Annoyed",
                    "😞 Let down",
                    "😶 Ignored",
                    "😰 Worried",
                    "😣 Pressured",
                ]
            ),
        )
        path = taps["😠 Annoyed"]
        page = self._load(path)
        self.assertEqual(page.xpath("//input[@checked]/@name"), ["M02_annoyed"])
        self.assertFalse(self._answers(invitation))
        nonce = page.xpath("//input[@name='n']/@value")[0]
        (value,) = page.xpath("//input[@checked]/@value")
        self._tap(path, nonce, M02_annoyed=value)
        self.assertEqual(self._answers(invitation), {"M02_annoyed": 2})

    def test_numbers_of_older_mails_choose_no_feeling(self):
        invitation = self._invite(self._make_campaign("felt", "M02", "M04_visit"))
        path = self._path(invitation._get_answer_url())
        for value in (1, 2, 3):
            page = self._load(f"{path}?m=M02_glad&v={value}")
            self.assertFalse(page.xpath("//input[@checked]"))

    def test_only_what_stands_in_the_mail_is_chosen_by_a_link(self):
        path = self._path(self._invite()._get_answer_url())
        self.assertTrue(self._load(f"{path}?m=M04&v=5").xpath("//input[@checked]"))
        self.assertFalse(self._load(f"{path}?m=M10_honest&v=5").xpath("//input[@checked]"))

    def test_what_needs_the_page_is_a_button(self):
        questions = {
            "M01": "how often did dealing with us make you feel each of these?",
            "M16": "You have 10 tokens.",
            "M06": "which stores come to mind?",
            "M03_why": "What is the main reason",
        }
        for code, question in questions.items():
            with self.subTest(code):
                invitation = self._invite(self._make_campaign(code, code, "M04"))
                self.assertFalse(self._taps(invitation))
                mail = self._mail(invitation)
                self.assertIn(question, mail.text_content())
                (link,) = mail.xpath("//a")
                self.assertEqual(link.get("href"), invitation._get_answer_url())

    def test_named_points_stay(self):
        for code, count in (("M04", 5), ("M05", 7), ("M03", 11), ("M18", 2), ("M07", 5)):
            with self.subTest(code):
                invitation = self._invite(self._make_campaign(code, code))
                self.assertEqual(len(self._taps(invitation)), count)

    def _answered(self, campaign, *saves, channel="email"):
        """Return the readings of a mail's invitation: each save is (time, {code: value})."""
        invitation = self._invite(campaign, channel=channel)
        for at, answers in saves:
            self.env["relationship.reading"].sudo().create(
                [
                    {
                        "measure_id": self._measure_id(code),
                        "value": value,
                        "origin": "pulse",
                        "partner_id": self.partner.id,
                        "invitation_id": invitation.id,
                        "company_id": campaign.company_id.id,
                        "source_key": f"pulse:{invitation.id}:{self._measure_id(code)}:{at}",
                    }
                    for code, value in answers.items()
                ]
            )
        return invitation.reading_ids

    def _measure_id(self, code):
        return self.env.ref(f"relationship_insight.measure_{code.lower()}").id

    def test_migration_voids_what_no_mail_had_named(self):
        felt = self._make_campaign("felt", "M02", "M04_visit", "M18")
        named = self._make_campaign("named", "M04_visit", "M02")
        often = self._make_campaign("often", "M01", "M04_visit")
        came_chosen = [
            self._answered(felt, (1000, {"M02_glad": 3})),
            self._answered(felt, (1000, {"M02_glad": 3}), (2000, {"M04_visit": 1})),
            self._answered(
                felt, (1000, {"M02_glad": 3, "M02_annoyed": 2}), (3000, {"M02_letdown": 2})
            ),
        ]
        anew = self._answered(felt, (1000, {"M02_glad": 3}), (2000, {"M02_glad": 1}))
        anew.filtered(lambda r: r.value == 3)._void("Answered anew on the page")
        tapped = [
            anew.filtered(lambda r: r.value == 1),
            self._answered(felt, (1000, {"M02_annoyed": 3}), (2000, {"M02_glad": 3})),
            self._answered(felt, (1000, {"M02_glad": 3}), (2000, {"M02_annoyed": 3})),
            self._answered(felt, (1000, {"M02_ease": 3})),
            self._answered(felt, (1000, {"M02_glad": 3}), channel="kiosk"),
            self._answered(named, (1000, {"M02_glad": 3})),
            self._answered(often, (1000, {"M01_glad": 3})),
        ]
        with mute_logger("odoo.upgrade"):
            script = load_script(file_path(SCRIPT), "post-mail-first-tap")
        for _turn in range(2):
            script.migrate(self.env.cr, "19.0.1.3.0")
            self.env.invalidate_all()
        glad = self._measure_id("M02_glad")
        for readings in came_chosen:
            for reading in readings:
                self.assertEqual(reading.voided, reading.measure_id.id == glad, reading.source_key)
        for readings in tapped:
            self.assertFalse(readings.filtered("voided"), readings.mapped("source_key"))
        self.assertEqual(
            {reading.void_reason for readings in came_chosen for reading in readings} - {False},
            {"Tapped in a mail that did not name this feeling"},
        )
        told = felt.message_ids.filtered(lambda message: "“Glad”" in (message.body or ""))
        self.assertEqual(len(told), 1)
        self.assertIn("3 answers were taken out of all figures", told.body)
        self.assertFalse((named + often).message_ids.filtered(lambda m: "taken out" in m.body))
