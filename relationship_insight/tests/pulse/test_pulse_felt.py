from lxml import html

from odoo.exceptions import ValidationError
from odoo.tests import tagged

from .common_pulse import PulseCase

TEN = (
    "glad",
    "cared",
    "ease",
    "valued",
    "impressed",
    "annoyed",
    "letdown",
    "ignored",
    "worried",
    "pressured",
)


@tagged("post_install", "-at_install")
class TestPulseFelt(PulseCase):
    """One card of faces, and how long it all takes."""

    def setUp(self):
        super().setUp()
        self.felt = self._make_campaign("felt", "M02", "M04_visit", "M18")
        self.invitation = self._invite(self.felt)
        self.path = self._path(self.invitation._get_answer_url())
        self.card = ",".join(f"M02_{name}" for name in TEN)

    def _save(self, at, *names, **more):
        nonce = getattr(self, "nonce", None) or self._nonce(self.path)
        self.nonce = nonce
        answers = {"felt": self.card, **{f"M02_{name}": 2 for name in names}, **more}
        status, told = self._tap(self.path, nonce, at=at, **answers)
        self.assertEqual((status, told["refused"]), (200, []))
        return self._answers(self.invitation)

    def test_short_pulse_is_three_cards_and_few_taps(self):
        page = self._load(self.path)
        self.assertEqual(len(page.xpath("//section[contains(@class, 'card')]")), 3)
        card = page.get_element_by_id("card0")
        self.assertEqual(card.get("data-widget"), "felt")
        boxes = card.xpath(".//input[@type='checkbox']")
        self.assertEqual(len(boxes), 11)
        self.assertFalse(card.xpath(".//input[@type='radio']"))
        self.assertEqual(
            sorted(box.get("name") for box in boxes),
            sorted([f"M02_{name}" for name in TEN] + ["nothing"]),
        )
        self.assertIn("Tap again to take it back", card.text_content())
        self.assertFalse(page.find_class("length"))

    def test_faces_tapped_are_readings_the_others_are_none(self):
        self.assertEqual(
            self._save(2000, "annoyed", "letdown"), {"M02_annoyed": 2, "M02_letdown": 2}
        )
        page = self._load(self.path)
        self.assertEqual(set(page.xpath("//input[@checked]/@name")), {"M02_annoyed", "M02_letdown"})
        self.assertEqual(page.get_element_by_id("card0").get("data-answered"), "1")

    def test_undo(self):
        self._save(2000, "annoyed", "letdown")
        self.assertEqual(self._save(3000, "annoyed"), {"M02_annoyed": 2, "M02_letdown": "na"})
        self.assertEqual(self._save(4000), {"M02_annoyed": "na", "M02_letdown": "na"})
        # What was sent before the undo and comes late changes nothing.
        self.assertEqual(self._save(3500, "annoyed"), {"M02_annoyed": "na", "M02_letdown": "na"})
        self.assertEqual(
            self._save(5000, "glad"), {"M02_annoyed": "na", "M02_letdown": "na", "M02_glad": 2}
        )

    def test_nothing_in_particular_is_an_answer(self):
        none = {f"M02_{name}": "na" for name in TEN}
        self.assertEqual(self._save(2000, nothing=self.card), none)
        page = self._load(self.path)
        self.assertEqual(page.xpath("//input[@checked]/@name"), ["nothing"])
        answer = self._post(
            self.path,
            {
                "n": self.nonce,
                "at": 3000,
                "tap": 1,
                "nothing": self.card,
                "felt": self.card,
                "step": "done",
            },
        )
        self.assertEqual(answer.status_code, 303)
        self.assertEqual(self._answers(self.invitation), none)
        self.assertEqual(self.invitation.state, "done")

    def test_a_face_counts_more_than_nothing(self):
        self.assertEqual(self._save(2000, "glad", nothing=self.card), {"M02_glad": 2})

    def test_required_needs_one_face(self):
        version = self.felt.instrument_id.live_version_id
        self.env.cr.execute(
            "UPDATE relationship_instrument_item SET required = TRUE WHERE version_id = %s"
            " AND measure_id = %s",
            [version.id, self.env.ref("relationship_insight.measure_m02").id],
        )
        self.env.invalidate_all()
        self.env.registry.clear_cache()
        form = {
            "n": self._nonce(self.path),
            "at": 2000,
            "tap": 1,
            "felt": self.card,
            "M04_visit": 4,
            "step": "done",
        }
        self.assertIn("Please answer the marked question", self._post(self.path, form).text)
        self.assertEqual(self._post(self.path, {**form, "M02_glad": 2}).status_code, 303)

    def test_feelings_put_in_one_by_one_share_the_card(self):
        campaign = self._make_campaign("two", "M02_glad", "M04", "M02_annoyed")
        page = self._load(self._invite(campaign)._get_answer_url())
        self.assertEqual(page.xpath("//section/@data-widget"), ["felt", "faces"])

    def test_other_answers_of_the_pulse_stay(self):
        self._save(2000, M04_visit=4)
        self.assertEqual(self._save(3000, "glad"), {"M04_visit": 4, "M02_glad": 2})

    def test_a_short_pulse_asks_at_most_three_questions(self):
        instrument = self.env["relationship.instrument"].create({"name": "Short", "code": "SHORT"})
        version = self.env["relationship.instrument.version"].create(
            {
                "instrument_id": instrument.id,
                "item_ids": [
                    (0, 0, {"measure_id": self.env.ref("relationship_insight.measure_m01").id})
                ],
            }
        )
        with self.assertRaisesRegex(ValidationError, "would ask 10 questions"):
            version.action_go_live()
        instrument.is_deep = True
        version.action_go_live()
        for shipped in self.env["relationship.instrument"].search(
            [("kind", "=", "pulse"), ("is_deep", "=", False)]
        ):
            self.assertLessEqual(shipped.live_version_id._count_questions(), 3, shipped.name)

    def test_what_is_long_says_so_before(self):
        quarterly = self.env.ref("relationship_insight.relationship_instrument_quarterly")
        version = quarterly.live_version_id
        self.assertEqual(len(version._split_cards()), 11)
        self.assertEqual(version._get_length(), "11 questions, about 4 minutes")
        campaign = self.env["relationship.campaign"].create(
            {"name": "Quarterly", "instrument_id": quarterly.id, "state": "running"}
        )
        invitation = self._invite(campaign)
        words = "11 questions, about 4 minutes. Stop whenever you like"
        page = self._load(invitation._get_answer_url())
        self.assertIn(words, page.find_class("length")[0].text_content())
        self.assertEqual(len(page.xpath("//section[contains(@class, 'card')]")), 11)
        self.assertEqual(page.get_element_by_id("place").get("class"), "place")
        self.assertIn(words, html.fromstring(f"<p>{invitation.mail_question}</p>").text_content())
        self.assertEqual(invitation.mail_minutes, 4)
        for each, length in (
            (campaign, "11 questions, about 4 minutes"),
            (self.felt, "3 questions, about a minute"),
        ):
            point = self.env["relationship.feedback.point"].create(
                {"name": "Till", "campaign_id": each.id}
            )
            poster = (
                self.env["ir.actions.report"]
                ._render_qweb_html("relationship_insight.report_feedback_poster", point.ids)[0]
                .decode()
            )
            self.assertIn(length, poster)
            self.assertNotIn("minute.<", poster.replace(f"{length}.", ""))
            self.assertNotIn("in a minute", poster)
