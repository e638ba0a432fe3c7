from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import tagged

from ..common_note import NoteCase

KEY = "fedcba9876543210"


@tagged("post_install", "-at_install")
class TestField(NoteCase):
    def keep(self, user=None, **draft):
        return (
            self.env["relationship.note.draft"]
            .with_user(user or self.nok)
            .keep_draft({"key": KEY, "partner_id": self.customer.id, "channel": "visit", **draft})
        )

    def page(self, user=None):
        return self.env["relationship.field"].with_user(user or self.nok).get_page()

    def test_two_taps_keep_a_draft_that_counts_nowhere(self):
        self.clear_queue()
        row = self.keep(feelings=self.glad.ids, age=3600)
        draft = self.env["relationship.note.draft"].browse(row["id"])
        self.assertEqual(draft.user_id, self.nok)
        self.assertEqual(draft.feeling_ids, self.glad)
        self.assertLess(abs(fields.Datetime.now() - timedelta(hours=1) - draft.date).seconds, 60)
        customer = self.customer.with_user(self.nok)
        self.assertFalse(customer.relationship_last_talk)
        self.assertEqual(customer.relationship_note_count, 0)
        self.assertFalse(self.queued())
        self.assertFalse(
            self.env["relationship.reading"].search([("partner_id", "=", self.customer.id)])
        )

    def test_the_same_key_is_one_draft(self):
        first = self.keep()
        self.assertEqual(self.keep(channel="store", feelings=self.glad.ids)["id"], first["id"])
        drafts = self.page()["drafts"]
        self.assertEqual([row["channel"] for row in drafts], ["store"])
        self.assertEqual(len(drafts[0]["feelings"]), 1)

    def test_finishing_takes_it_off_the_tray(self):
        row = self.keep(feelings=self.glad.ids)
        Note = self.env["relationship.note"].with_user(self.nok).with_context(**row["defaults"])
        note = Note.create({"summary": "Now with words"})
        self.assertRecordValues(
            note,
            [
                {
                    "partner_id": self.customer.id,
                    "channel": "visit",
                    "feeling_ids": self.glad.ids,
                    "date": row["date"],
                    "source_key": KEY,
                }
            ],
        )
        self.assertFalse(self.page()["drafts"])
        self.assertFalse(self.keep(), "a late repetition makes no second draft")
        self.assertFalse(self.page()["drafts"])

    def test_drafts_are_their_owners_alone(self):
        self.keep()
        Draft = self.env["relationship.note.draft"]
        for user in (self.dao, self.boss):
            self.assertFalse(Draft.with_user(user).search([]))
            self.assertFalse(self.page(user)["drafts"])
        with self.assertRaises(AccessError):
            self.keep(user=self.plain)
        # Somebody else's talk under the same key doesn't touch it.
        self.log(user=self.dao, source_key=KEY)
        self.assertEqual(len(self.page()["drafts"]), 1)

    def test_bad_drafts_are_refused(self):
        for bad in (
            {"key": "x"},
            {"key": None},
            {"partner_id": 2**30},
            {"partner_id": False},
            {"channel": "pigeon"},
        ):
            with self.subTest(bad=bad), self.assertRaises(UserError):
                self.keep(**bad)

    def test_clocks_of_telephones_are_not_trusted(self):
        for number, (age, days) in enumerate(((-99999, 0), (10**12, 30), ("old", 0))):
            row = self.keep(key=f"{KEY}{number}", age=age)
            self.assertEqual((fields.Datetime.now() - row["date"]).days, days)

    def test_whom_one_meets_and_met(self):
        self.nok.tz = "Asia/Bangkok"
        now = fields.Datetime.now()
        met, own = self.env["res.partner"].create(
            [{"name": "Met"}, {"name": "Own", "user_id": self.nok.id}]
        )
        self.env["calendar.event"].with_user(self.nok).create(
            {
                "name": "Visit",
                "start": now,
                "stop": now + timedelta(hours=1),
                "partner_ids": [Command.set((self.nok.partner_id + met).ids)],
            }
        )
        self.log(visibility="me")
        people = self.page()["people"]
        self.assertEqual(
            [person["id"] for person in people[:3]], [met.id, self.customer.id, own.id]
        )
        self.assertRegex(people[0]["detail"], r"\d\d:\d\d")
        self.assertNotIn(
            self.customer.id, [person["id"] for person in self.page(self.dao)["people"]]
        )

    def test_search_by_name_and_number(self):
        self.customer.write({"name": "Anchalee of Nan", "phone": "+66812345678"})
        Field = self.env["relationship.field"].with_user(self.nok)
        for text in ("anchalee of", "2345678"):
            self.assertIn(self.customer.id, [row["id"] for row in Field.find_people(text)])
        self.assertEqual(Field.find_people("a"), [])
        self.assertFalse(Field.find_people(self.nok.name + " nobody"))

    def test_nearest_first(self):
        near, nearer, far = self.env["res.partner"].create(
            [
                {"name": name, "partner_latitude": 18.79 + step, "partner_longitude": 98.98}
                for name, step in (("Near", 0.02), ("Nearer", 0.01), ("Far", 1.0))
            ]
        )
        rows = self.env["relationship.field"].with_user(self.nok).find_near(18.79, 98.98)
        found = [row["id"] for row in rows]
        self.assertEqual([i for i in found if i in (near + nearer + far).ids], [nearer.id, near.id])
        self.assertIn("1.1", next(row for row in rows if row["id"] == nearer.id)["detail"])

    def test_places_that_are_none(self):
        Field = self.env["relationship.field"].with_user(self.nok)
        for place in ((91, 0), (0, 181), (None, 0), ("18", "98")):
            with self.subTest(place=place), self.assertRaises(UserError):
                Field.find_near(*place)

    def test_desk_counts_what_is_to_finish(self):
        self.keep()
        desk = self.env["relationship.desk"]
        self.assertEqual(desk.with_user(self.nok).get_desk()["drafts"], 1)
        self.assertEqual(desk.with_user(self.dao).get_desk()["drafts"], 0)
