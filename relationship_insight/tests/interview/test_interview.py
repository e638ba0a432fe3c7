import base64

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from .common_interview import InterviewCase

MP3 = b"ID3\x04" + b"\0" * 600
VTT = """WEBVTT

00:00:01.000 --> 00:00:03.000
<v Interviewer>Why do you come back?

00:00:03.500 --> 00:00:09.000
<v Nok>เพราะพนักงานจำชื่อฉันได้
"""


@tagged("post_install", "-at_install")
class TestInterview(InterviewCase):
    """Consent first, then words: who said what, from files, and gone when taken back."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.nok, cls.mali = cls.new_buyer("Nok Chan"), cls.new_buyer("Mali Dee")
        cls.study = cls.new_study({"wanted": 2})
        cls.study.action_draw()
        cls.study.interviewee_ids.action_invite()
        cls.one, cls.two = (
            cls.study.interviewee_ids.filtered(lambda one, who=who: one.partner_id == who)
            for who in (cls.nok, cls.mali)
        )
        cls.interview = cls.one.env["relationship.interview"].browse(
            cls.one.action_hold()["res_id"]
        )

    def allow(self, one, kind="record", scope="study"):
        one.write({"consent_ids": [(0, 0, {"kind": kind, "scope": scope})]})

    def write_down(self, interview=None, **vals):
        interview = interview or self.interview
        wizard = interview.env["relationship.transcript"].create(
            {"interview_id": interview.id, **vals}
        )
        wizard.action_read()
        return interview.turn_ids

    def vtt(self, text=VTT, name="talk.vtt"):
        return {"file": base64.b64encode(text.encode()), "file_name": name}

    def test_nothing_is_kept_before_a_yes(self):
        speaker = self.interview.speaker_ids[0]
        audio = self.new_audio()
        for action in (
            lambda: self.write_down(**self.vtt()),
            lambda: self.interview.env["relationship.interview.turn"].create(
                {"interview_id": self.interview.id, "speaker_id": speaker.id, "text": "x"}
            ),
            lambda: self.interview.write({"audio_ids": [(4, audio.id)]}),
        ):
            with self.assertRaisesRegex(UserError, "Nok Chan"), self.cr.savepoint():
                action()
        self.assertFalse(self.interview.turn_ids)
        self.assertFalse(self.interview.audio_ids)

    def new_audio(self, user=None, **vals):
        return (
            self.env["ir.attachment"]
            .with_user(user or self.relations)
            .create(
                {
                    "name": "talk.mp3",
                    "raw": MP3,
                    "mimetype": "audio/mpeg",
                    "res_model": "relationship.interview",
                    "res_id": self.interview.id,
                    **vals,
                }
            )
        )

    def test_vtt_finds_its_speakers(self):
        self.assertEqual(self.one.state, "held")
        self.allow(self.one)
        turns = self.write_down(**self.vtt())
        self.assertEqual(
            turns.mapped(lambda turn: (turn.speaker_id.interviewee_id, turn.start_ms, turn.text)),
            [
                (self.two.browse(), 1000, "Why do you come back?"),
                (self.one, 3500, "เพราะพนักงานจำชื่อฉันได้"),
            ],
        )
        self.assertTrue(turns[0].speaker_id.is_interviewer)
        self.assertEqual(len(self.interview.speaker_ids), 2)
        with self.assertRaises(UserError):
            self.write_down(text="Anna: again")
        self.assertEqual(
            self.write_down(text="Anna: Anew\r\nNok Chan: Yes\rindeed", replace=True).mapped(
                "text"
            ),
            ["Anew", "Yes\nindeed"],
        )

    def test_a_name_in_the_words_is_said_to_be_the_customer(self):
        self.allow(self.one)
        self.write_down(text="Anna: Why?\nN.: Because\nN.: Yes")
        named = self.interview.speaker_ids.filtered(lambda each: each.name == "N.")
        self.assertFalse(named.interviewee_id)
        self.interview.write({"speaker_ids": [(1, named.id, {"interviewee_id": self.one.id})]})
        self.assertEqual(self.one.speaker_ids, named)
        self.assertEqual(self.interview.turn_ids.mapped("speaker_id.interviewee_id"), self.one)

    def test_bad_files_leave_everything_as_it_was(self):
        self.allow(self.one)
        before = self.write_down(text="Anna: Hi\nNok Chan: Yes").mapped("text")
        for name, text in (("a.vtt", "x"), ("a.docx", "x"), ("a.txt", ""), ("a.pdf", "x")):
            with self.assertRaises(UserError), self.cr.savepoint():
                self.write_down(**self.vtt(text or " ", name), replace=True)
        self.assertEqual(self.interview.turn_ids.mapped("text"), before)

    def test_taken_back_on_the_page_deletes_words_voices_and_notes(self):
        self.allow(self.one)
        self.allow(self.one, "quote")
        self.write_down(**self.vtt())
        self.interview.write({"notes": "Smiled.", "audio_ids": [(4, self.new_audio().id)]})
        files = self.interview.audio_ids
        self.one.sudo()._set_consents({"quote": None}, "page")
        self.assertEqual(self.interview.turn_count, 2)
        self.one.sudo()._set_consents({"record": None}, "page")
        self.env.invalidate_all()
        self.assertEqual(self.interview.turn_ids.mapped("text"), ["Why do you come back?"])
        self.assertFalse(files.exists())
        self.assertFalse(self.interview.notes)
        with self.assertRaises(UserError):
            self.write_down(text="Nok Chan: Yes", replace=True)

    def test_group_keeps_apart_who_said_what(self):
        group = self.interview.create({"study_id": self.study.id})
        group.write(
            {
                "speaker_ids": [
                    (0, 0, {"name": "Nok", "interviewee_id": self.one.id}),
                    (0, 0, {"name": "Mali", "interviewee_id": self.two.id}),
                ]
            }
        )
        self.assertEqual(self.two.state, "held")
        self.allow(self.one)
        with self.assertRaisesRegex(UserError, "Mali Dee"):
            self.write_down(group, text="Nok: Yes\nMali: No\nMali: Never")
        self.allow(self.two)
        self.write_down(
            group, text="Nok: Yes\nMali: No\nMali: Never\nAnna: Why\nAnna: Why?\nXi: I\nXi: Too"
        )
        group.speaker_ids.filtered(lambda each: each.name == "Anna").is_interviewer = True
        self.two.consent_ids.action_withdraw()
        self.env.invalidate_all()
        self.assertEqual(
            [(turn.speaker_id.name, turn.text) for turn in group.turn_ids],
            [("Nok", "Yes"), ("Anna", "Why"), ("Anna", "Why?")],
        )
        self.assertEqual((group.kind, self.interview.kind), ("group", "single"))
        other = self.new_study({"wanted": 1}, name="Other")
        talk = self.interview.create({"study_id": other.id})
        with self.assertRaises(ValidationError):
            talk.write({"speaker_ids": [(0, 0, {"name": "M", "interviewee_id": self.two.id})]})

    def test_forgotten_person_leaves_no_word(self):
        self.allow(self.one)
        self.write_down(**self.vtt())
        self.interview.write({"notes": "Nok smiled.", "audio_ids": [(4, self.new_audio().id)]})
        files = self.interview.audio_ids
        self.nok.with_user(self.env.ref("base.user_admin"))._relationship_anonymise()
        self.env.invalidate_all()
        self.assertFalse(files.exists())
        self.assertFalse(self.interview.notes)
        self.assertNotIn("Nok", " ".join(self.interview.speaker_ids.mapped("name")))
        self.assertEqual(self.interview.turn_ids.mapped("text"), ["Why do you come back?"])

    def test_files_are_ones_own_and_sound(self):
        self.allow(self.one)
        theirs = self.new_audio(self.colleague, res_model=False, res_id=False)
        text = self.new_audio(name="x.txt", mimetype="text/plain", raw=b"x")
        for file in (theirs, text):
            with self.assertRaises(UserError), self.cr.savepoint():
                self.interview.sudo(False).write({"audio_ids": [(4, file.id)]})

    def test_who_reads(self):
        self.allow(self.one)
        turns = self.write_down(**self.vtt())
        self.interview.write({"audio_ids": [(4, self.new_audio().id)]})
        file = self.interview.audio_ids
        stranger = self.new_user("iv_stranger", "base.group_user", self.other_company)
        stranger.group_ids += self.env.ref("relationship_insight.group_relationship_manager")
        for user in (self.rep, self.colleague, self.plain, self.cashier, stranger):
            for model, record, field in (
                ("relationship.interview", self.interview, "notes"),
                ("relationship.interview.turn", turns, "text"),
                ("relationship.interview.speaker", self.interview.speaker_ids, "name"),
                ("relationship.interview.consent", self.one.consent_ids, "kind"),
                ("relationship.interviewee", self.one, "url"),
                ("ir.attachment", file, "raw"),
            ):
                with self.subTest(user=user.login, model=model), self.assertRaises(AccessError):
                    self.as_user(user, model).browse(record.ids).read([field])
            self.assertFalse(self.as_user(user, "ir.attachment").search([("id", "=", file.id)]))
        self.assertEqual(
            self.as_user(self.manager, "relationship.interview.turn")
            .browse(turns.ids)
            .mapped("text"),
            turns.mapped("text"),
        )

    def test_guide_in_the_language_of_the_talk(self):
        self.env["res.lang"]._activate_lang("th_TH")
        question = self.study.question_ids
        question.with_context(lang="th_TH").question = "ครั้งล่าสุดเป็นอย่างไร"
        question.probes = "Why?\n<b>More</b>"
        self.interview.lang = "th_TH"
        self.assertIn("ครั้งล่าสุดเป็นอย่างไร", self.interview.guide)
        self.assertIn("&lt;b&gt;More", self.interview.guide)
