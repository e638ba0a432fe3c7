import random

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import tagged

from ..common_card import MANAGER, RELATIONS
from .common_interview import InterviewCase

WORDS = "I come for the bread. พนักงานจำชื่อฉันได้ 👩‍👩‍👧‍👦!"


@tagged("post_install", "-at_install")
class TestCoding(InterviewCase):
    """Marks of several coders: whole signs, blind until all are done, true after corrections."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ann = cls.new_user("coder_ann", RELATIONS)
        cls.bo = cls.new_user("coder_bo", MANAGER)
        cls.new_buyer("Nok Chan")
        cls.study = cls.new_study({"wanted": 1})
        cls.study.action_draw()
        one = cls.study.interviewee_ids
        one.action_invite()
        one.write({"consent_ids": [(0, 0, {"kind": "record"})]})
        cls.interview = cls.env["relationship.interview"].browse(one.action_hold()["res_id"])
        cls.turn = cls.env["relationship.interview.turn"].create(
            {
                "interview_id": cls.interview.id,
                "speaker_id": cls.interview.speaker_ids.filtered("interviewee_id").id,
                "text": WORDS,
            }
        )
        Code = cls.env["relationship.code"].with_user(cls.ann)
        where = {"company_id": cls.company.id}
        cls.goods = Code.create({"name": "Goods", **where})
        cls.bread = Code.create({"name": "Bread", "parent_id": cls.goods.id, **where})
        cls.people = Code.create({"name": "People", **where})
        for user in (cls.ann, cls.bo):
            cls.env["relationship.interview.coder"].create(
                {"interview_id": cls.interview.id, "user_id": user.id}
            )

    def mark(self, user, code, start, end, turn=None):
        return self.as_user(user, "relationship.coding").create(
            {
                "turn_id": (turn or self.turn).id,
                "code_id": code.id,
                "start": start,
                "end": end,
            }
        )

    def close(self, user):
        coder = self.env["relationship.interview.coder"].search(
            [("interview_id", "=", self.interview.id), ("user_id", "=", user.id)]
        )
        self.as_user(user, "relationship.interview.coder").browse(coder.id).action_close()

    def test_marks_take_whole_signs(self):
        coding = self.mark(self.ann, self.people, WORDS.index("ชื่อ") + 1, WORDS.index("ชื่อ") + 2)
        self.assertEqual(coding.words, "ชื่")
        start = WORDS.index("👩")
        self.assertEqual(self.mark(self.ann, self.people, start + 1, start + 2).words, WORDS[-8:-1])
        for span in ((0, 0), (5, 4), (-2, 4), (0, 999), (1, 2)):
            with self.assertRaises(ValidationError), self.cr.savepoint():
                self.mark(self.ann, self.people, *span)

    def test_blind_by_every_way_until_both_are_done(self):
        mine, theirs = (self.mark(user, self.bread, 15, 20) for user in (self.ann, self.bo))
        for reader, other in ((self.ann, theirs), (self.bo, mine), (self.relations, mine)):
            Coding = self.as_user(reader, "relationship.coding")
            self.assertNotIn(other, Coding.search([]))
            self.assertFalse(Coding.search_count([("id", "=", other.id)]))
            self.assertFalse(Coding._read_group([("id", "=", other.id)], ["code_id"], ["__count"]))
            for method, args in (
                ("read", (["words"],)),
                ("export_data", (["start"],)),
                ("write", ({"memo": "x"},)),
                ("unlink", ()),
            ):
                with (
                    self.subTest(reader=reader.login, method=method),
                    self.assertRaises(AccessError),
                    self.cr.savepoint(),
                ):
                    getattr(Coding.browse(other.id), method)(*args)
            Code = self.as_user(reader, "relationship.code").browse(self.bread.id)
            self.assertEqual(Code.coding_count, 0 if reader == self.relations else 1)
            found = Code.search([("coding_ids.user_id", "=", other.user_id.id)])
            self.assertFalse(found)
        self.close(self.ann)
        self.assertNotIn(theirs, self.as_user(self.ann, "relationship.coding").search([]))
        with self.assertRaises(UserError):
            self.mark(self.ann, self.people, 0, 5)
        self.close(self.bo)
        for reader in (self.ann, self.bo, self.relations):
            seen = self.as_user(reader, "relationship.coding").search([])
            self.assertLessEqual(mine + theirs, seen)
        with self.assertRaises(UserError):
            theirs.with_user(self.bo).write({"start": 0})
        with self.assertRaises(AccessError):
            self.as_user(self.bo, "relationship.coding").browse(mine.id).write({"memo": "x"})

    def test_nobody_opens_it_by_the_back_door(self):
        theirs = self.mark(self.bo, self.bread, 15, 20)
        self.close(self.ann)
        coders = self.interview.coder_ids
        theirs_row = coders.filtered(lambda coder: coder.user_id == self.bo)
        own_row = coders - theirs_row
        as_ann = self.as_user(self.ann, "relationship.interview")
        for action in (
            lambda: theirs_row.with_user(self.ann).action_close(),
            lambda: theirs_row.with_user(self.ann).unlink(),
            lambda: theirs_row.with_user(self.ann).write({"date_closed": "2031-01-01"}),
            lambda: own_row.with_user(self.ann).write({"user_id": self.bo.id}),
            lambda: as_ann.browse(self.interview.id).write({"codings_open": True}),
            lambda: self.study.with_user(self.ann).write({"coding": "together"}),
            lambda: self.as_user(self.ann, "relationship.coding").create(
                {
                    "turn_id": self.turn.id,
                    "code_id": self.bread.id,
                    "start": 0,
                    "end": 4,
                    "user_id": self.bo.id,
                }
            ),
        ):
            with self.assertRaises(UserError), self.cr.savepoint():
                action()
        # A manager may take a coder off: their marks go along, and nobody sees them.
        self.env["relationship.interview.coder"].create(
            {"interview_id": self.interview.id, "user_id": self.relations.id}
        )
        self.close(self.relations)
        theirs_row.with_user(self.manager).unlink()
        self.assertFalse(theirs.exists())

    def test_together_sees_all_at_once(self):
        study = self.new_study({"wanted": 1}, coding="together")
        interview = self.env["relationship.interview"].create({"study_id": study.id})
        self.env["relationship.interview.coder"].create(
            [{"interview_id": interview.id, "user_id": user.id} for user in (self.ann, self.bo)]
        )
        self.assertTrue(interview.codings_open)

    def test_merge_split_and_move_keep_every_mark(self):
        one = self.mark(self.ann, self.bread, 15, 20)
        two = self.mark(self.ann, self.bread, 0, 6)
        doubled = self.mark(self.ann, self.people, 15, 20)
        others = self.mark(self.bo, self.bread, 15, 20)
        self.people.name = "Team"
        self.bread.parent_id = self.people
        self.assertEqual(self.bread.complete_name, "Team / Bread")
        part = self.bread._split(two, "Reason")
        self.assertEqual((two.code_id, part.parent_id), (part, self.bread))
        self.bread.parent_id = self.goods
        self.bread._merge(self.people)
        self.env.invalidate_all()
        kept = self.env["relationship.coding"].search([("turn_id", "=", self.turn.id)])
        self.assertEqual(
            sorted((each.user_id.login, each.code_id.name, each.start) for each in kept),
            [("coder_ann", "Reason", 0), ("coder_ann", "Team", 15), ("coder_bo", "Team", 15)],
        )
        self.assertEqual(len((one + doubled).exists()), 1)
        self.assertTrue(others.exists())
        self.assertFalse(self.bread.active)
        self.assertEqual(part.parent_id, self.people)
        with self.assertRaises(UserError):
            self.people._merge(part)
        with self.assertRaises(UserError), self.cr.savepoint():
            self.people.parent_id = part
            self.env.flush_all()

    def test_corrections_move_marks_or_lose_them(self):
        bread = self.mark(self.ann, self.bread, 15, 20)
        name = self.mark(self.bo, self.people, WORDS.index("พ"), WORDS.index("พ") + 7)
        self.turn.text = "Well:\r\n" + WORDS.replace("พนักงาน", "ทุกคน")
        self.env.invalidate_all()
        self.assertEqual((bread.words, bread.lost), ("bread", False))
        self.assertEqual((name.words, name.lost), (False, True))
        self.turn.text = ""
        self.assertTrue(bread.lost)
        self.assertFalse(bread.words)

    def test_same_marks_that_follow_each_other_move_together(self):
        self.turn.text = "bread bread bread"
        marks = [self.mark(self.ann, self.bread, place, place + 5) for place in (0, 6, 12)]
        self.turn.text = "bread bread bread bread"
        self.env.flush_all()
        self.turn.text = "Oh bread bread bread"
        self.env.flush_all()
        self.env.invalidate_all()
        for mark in marks:
            self.assertIn(mark.words, ("bread", False))
            self.assertEqual(mark.lost, not mark.words)

    def test_random_corrections_never_show_other_words(self):
        rng = random.Random(3)
        text = WORDS
        marks = {}
        for start in range(0, len(WORDS) - 9, 7):
            mark = self.mark(self.ann, self.bread, start, start + 6)
            marks[mark] = mark.words
        for _edit in range(60):
            place = rng.randrange(len(text) + 1)
            cut = rng.randrange(4)
            text = text[:place] + rng.choice(("", "x", "ก", "\u0e49", "👍")) + text[place + cut :]
            self.turn.text = text
            self.env.flush_all()
            self.env.invalidate_all()
            for mark, words in marks.items():
                self.assertIn(mark.words, (words, False))

    def test_marks_go_with_the_words(self):
        mark = self.mark(self.ann, self.bread, 15, 20)
        self.interview.speaker_ids.interviewee_id.sudo()._set_consents({"record": None}, "page")
        self.assertFalse(mark.exists())
