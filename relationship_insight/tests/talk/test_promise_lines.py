from lxml import etree

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import Form, tagged

from ..common_note import NoteCase


@tagged("post_install", "-at_install")
class TestPromiseLines(NoteCase):
    """The promises of one conversation, each a line of it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = fields.Date.today()

    def day(self, days):
        return fields.Date.add(self.today, days=days)

    def promise_two_more(self, **vals):
        return self.log(
            promise="Send the list",
            promise_ids=[
                Command.create({"name": "Call the workshop", "date_due": self.day(5)}),
                Command.create({"name": "Keep the blue one", "date_due": self.day(9)}),
            ],
            **vals,
        )

    def more(self, note):
        return note.promise_ids.sorted("id")[1:]

    def ledger(self, note):
        return self.env["relationship.promise"].search(
            [("note_id", "=", note.id)], order="date_due, id"
        )

    def test_each_has_its_day_activity_and_ledger_row(self):
        note = self.promise_two_more()
        self.assertRecordValues(
            self.ledger(note),
            [
                {"name": "Send the list", "state": "open", "date_due": self.day(3)},
                {"name": "Call the workshop", "state": "open", "date_due": self.day(5)},
                {"name": "Keep the blue one", "state": "open", "date_due": self.day(9)},
            ],
        )
        activities = self.more(note).activity_id
        self.assertEqual(len(activities), 2)
        self.assertRecordValues(
            activities.sorted("date_deadline"),
            [
                {
                    "summary": "Call the workshop",
                    "date_deadline": self.day(5),
                    "user_id": self.nok.id,
                    "res_model": "res.partner",
                    "res_id": self.customer.id,
                },
                {
                    "summary": "Keep the blue one",
                    "date_deadline": self.day(9),
                    "user_id": self.nok.id,
                    "res_model": "res.partner",
                    "res_id": self.customer.id,
                },
            ],
        )

    def test_one_is_kept_and_one_taken_off(self):
        note = self.promise_two_more()
        workshop, blue = self.more(note)
        activity = blue.sudo().activity_id
        workshop.sudo().activity_id.action_done()
        note.write({"promise_ids": [Command.delete(blue.id)]})
        self.assertFalse(activity.exists())
        self.assertEqual(
            {promise.name: promise.state for promise in self.ledger(note)},
            {
                "Send the list": "open",
                "Call the workshop": "kept",
                "Keep the blue one": "cancelled",
            },
        )
        self.assertEqual(
            set(note.promise_ids.mapped("name")), {"Send the list", "Call the workshop"}
        )
        note.write({"promise": "Send both lists"})
        states = {promise.name: promise.state for promise in self.ledger(note)}
        self.assertEqual(states["Call the workshop"], "kept")
        self.assertEqual(states["Send both lists"], "open")

    def test_what_is_kept_stays_as_it_was_said(self):
        note = self.promise_two_more()
        kept = self.more(note)[0]
        kept.sudo().activity_id.action_done()
        for vals in ({"name": "Something else"}, {"date_due": self.day(20)}):
            with self.assertRaises(UserError):
                note.write({"promise_ids": [Command.update(kept.id, vals)]})
        note.write({"promise_ids": [Command.delete(kept.id)]})
        self.assertNotIn(kept, note.promise_ids)
        self.assertRecordValues(
            kept, [{"name": "Call the workshop", "state": "kept", "withdrawn": True}]
        )

    def test_past_day_is_not_moved(self):
        note = self.log(promise="Send the list", promise_date=self.day(-1))
        line = note.promise_ids
        note.write({"promise_ids": [Command.update(line.id, {"date_due": self.day(4)})]})
        self.assertEqual(line.date_due, self.day(-1))
        self.assertEqual(line.activity_id.date_deadline, self.day(4), "the reminder moves")

    def test_changes_follow(self):
        note = self.promise_two_more()
        line = self.more(note)[0]
        activity = line.sudo().activity_id
        line.write({"name": "Visit the workshop", "date_due": self.day(6)})
        self.assertEqual(line.sudo().activity_id, activity)
        self.assertEqual(
            (activity.summary, activity.date_deadline), ("Visit the workshop", self.day(6))
        )
        note.visibility = "me"
        activities = note.promise_ids.sudo().activity_id
        self.assertEqual(len(activities), 3)
        self.assertFalse(any(activities.mapped("res_model")))
        self.assertFalse(self.customer.activity_ids)
        self.assertFalse(self.ledger(note).with_user(self.dao).search([("note_id", "=", note.id)]))
        ledger = self.ledger(note)
        note.unlink()
        self.assertFalse(activities.exists())
        self.assertFalse(ledger.exists())

    def test_corrected_owner_is_no_handover(self):
        note = self.promise_two_more()
        note.staff_id = self.dao.partner_id
        ledger = self.ledger(note)
        self.assertEqual(ledger.mapped("state"), ["open"] * 3)
        self.assertEqual(ledger.staff_id, self.dao.partner_id)
        self.assertEqual(ledger.activity_id.user_id, self.dao)

    def test_words_said_again_leave_the_activity_alone(self):
        """What a colleague made of the activity stays, save what changes in the promise."""
        note = self.promise_two_more()
        line = self.more(note)[0]
        line.activity_id.sudo().write({"user_id": self.dao.id, "summary": "Ask for Somsri"})
        line = note.promise_ids.filtered(lambda p: p.staff_id == self.dao.partner_id)
        note.write({"promise_ids": [Command.update(line.id, {"date_due": self.day(8)})]})
        self.assertRecordValues(
            line.activity_id,
            [{"user_id": self.dao.id, "summary": "Ask for Somsri", "date_deadline": self.day(8)}],
        )
        self.assertEqual(len(self.ledger(note)), 4, "one was handed over, once")
        self.assertEqual(len(note.promise_ids), 3)

    def test_who_reads_and_changes_them(self):
        note = self.promise_two_more()
        lines = note.promise_ids
        self.assertEqual(len(lines.with_user(self.dao).search([("note_id", "=", note.id)])), 3)
        with self.assertRaises(AccessError):
            lines.with_user(self.dao).write({"name": "Mine now"})
        with self.assertRaises(AccessError):
            self.env["relationship.promise"].with_user(self.dao).create(
                {"note_id": note.id, "name": "Not mine"}
            )
        lines.with_user(self.boss).write({"date_due": self.day(7)})
        note.visibility = "me"
        for user in (self.dao, self.boss):
            self.assertFalse(lines.with_user(user).search([("note_id", "=", note.id)]))
        with self.assertRaises(AccessError):
            lines.with_user(self.plain).search([])

    def test_one_line_is_the_first_still_to_be_kept(self):
        note = self.promise_two_more()
        self.assertEqual((note.promise, note.promise_date), ("Send the list", self.day(3)))
        note.promise_ids.filtered(lambda p: p.name == "Send the list").activity_id.action_done()
        self.assertEqual((note.promise, note.promise_date), ("Call the workshop", self.day(5)))
        note.write({"promise": "Call the carpenter", "promise_date": self.day(6)})
        self.assertEqual(self.more(note)[0].name, "Call the carpenter")
        self.assertEqual(self.more(note)[0].date_due, self.day(6))
        note.promise_date = self.day(7)
        self.assertEqual((note.promise, note.promise_date), ("Call the carpenter", self.day(7)))
        for words in ("Keep the blue one", "Send the list", "Send the list"):
            note.promise = False
            self.assertEqual(note.promise, words)
        self.assertEqual(note.promise_ids.state, "kept")

    def test_found_by_words_and_day(self):
        note, other = self.promise_two_more(), self.log()
        both = note + other
        for domain, found in (
            ([("promise", "ilike", "carpenter")], self.env["relationship.note"]),
            ([("promise", "ilike", "workshop")], note),
            ([("promise", "=", "Send the list")], note),
            ([("promise", "!=", False)], note),
            ([("promise", "=", False)], other),
            ([("promise", "not ilike", "workshop")], other),
            ([("promise_date", ">", self.day(8))], note),
            ([("promise_date", ">", self.day(9))], self.env["relationship.note"]),
        ):
            with self.subTest(domain=domain):
                self.assertEqual(note.search([("id", "in", both.ids), *domain]), found)

    def test_found_by_their_activities(self):
        note = self.promise_two_more()
        activities = note.sudo().promise_ids.activity_id
        found = self.env["relationship.note"].sudo()._find_by_activities(activities)
        self.assertEqual(found, dict.fromkeys(activities, note.sudo()))

    def test_in_the_dialog(self):
        with Form(
            self.env["relationship.note"]
            .with_user(self.nok)
            .with_context(default_partner_id=self.customer.id),
            "relationship_insight.relationship_note_view_form_dialog",
        ) as form:
            form.promise = "Send the list"
            self.assertEqual(form.promise_date, self.day(3))
            with form.promise_ids.new() as line:
                line.name = "Call the workshop"
            self.assertEqual(form.promise, "Send the list")
        note = form.save()
        self.assertRecordValues(
            note.promise_ids.sorted("id"),
            [
                {"name": "Send the list", "date_due": self.day(3)},
                {"name": "Call the workshop", "date_due": self.day(3)},
            ],
        )
        self.assertEqual(
            note.promise_ids.sorted("id").activity_id.mapped("summary"),
            ["Send the list", "Call the workshop"],
        )

    def test_screens_let_lines_be_taken_off(self):
        """Though nobody deletes a promise: the conversation takes it off."""
        for name in ("relationship_note_view_form", "relationship_note_view_form_dialog"):
            view = self.env.ref(f"relationship_insight.{name}")
            arch = self.env["relationship.note"].with_user(self.nok).get_view(view.id)["arch"]
            (lines,) = etree.fromstring(arch).xpath("//field[@name='promise_ids']/list")
            self.assertEqual(lines.get("delete"), "1", name)
            self.assertNotEqual(lines.get("create"), "False", name)

    def test_in_the_form(self):
        with Form(self.env["relationship.note"].with_user(self.nok)) as form:
            form.partner_id = self.customer
            with form.promise_ids.new() as line:
                line.name = "Call the workshop"
        note = form.save()
        self.assertEqual(note.promise, "Call the workshop")
        with Form(note) as form:
            with form.promise_ids.edit(0) as line:
                line.name = "Visit the workshop"
            with form.promise_ids.new() as line:
                line.name = "Send the list"
        self.assertEqual(
            set(note.promise_ids.activity_id.mapped("summary")),
            {"Visit the workshop", "Send the list"},
        )
        with Form(note) as form:
            form.promise_ids.remove(1)
        self.assertEqual(len(note.promise_ids), 1)
        self.assertEqual(sorted(self.ledger(note).mapped("state")), ["cancelled", "open"])
