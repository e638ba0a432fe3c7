from odoo import fields
from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import Form, tagged

from ..common_note import NoteCase


@tagged("post_install", "-at_install")
class TestNoteFurther(NoteCase):
    """Several promises of one conversation."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = fields.Date.today()

    def day(self, days):
        return fields.Date.add(self.today, days=days)

    def promise_two_more(self, **vals):
        return self.log(promise="Send the list", further_ids=[
            Command.create({"name": "Call the workshop", "date_due": self.day(5)}),
            Command.create({"name": "Keep the blue one", "date_due": self.day(9)}),
        ], **vals)

    def ledger(self, note):
        return self.env["relationship.promise"].search(
            [("note_id", "=", note.id)], order="date_due, id")

    def test_each_has_its_day_activity_and_ledger_row(self):
        note = self.promise_two_more()
        self.assertRecordValues(self.ledger(note), [
            {"name": "Send the list", "state": "open", "date_due": self.day(3)},
            {"name": "Call the workshop", "state": "open", "date_due": self.day(5)},
            {"name": "Keep the blue one", "state": "open", "date_due": self.day(9)},
        ])
        activities = note.further_ids.activity_id
        self.assertEqual(len(activities), 2)
        self.assertRecordValues(activities.sorted("date_deadline"), [
            {"summary": "Call the workshop", "date_deadline": self.day(5), "user_id": self.nok.id,
             "res_model": "res.partner", "res_id": self.customer.id},
            {"summary": "Keep the blue one", "date_deadline": self.day(9), "user_id": self.nok.id,
             "res_model": "res.partner", "res_id": self.customer.id},
        ])

    def test_one_is_kept_and_one_called_off(self):
        note = self.promise_two_more()
        workshop, blue = note.further_ids
        workshop.sudo().activity_id.action_done()
        blue.unlink()
        self.assertEqual(
            {promise.name: promise.state for promise in self.ledger(note)},
            {"Send the list": "open", "Call the workshop": "kept",
             "Keep the blue one": "cancelled"})
        note.write({"promise": "Send both lists"})
        states = {promise.name: promise.state for promise in self.ledger(note)}
        self.assertEqual(states["Call the workshop"], "kept")
        self.assertEqual(states["Send both lists"], "open")

    def test_changes_follow(self):
        note = self.promise_two_more()
        line = note.further_ids[0]
        activity = line.sudo().activity_id
        line.write({"name": "Visit the workshop", "date_due": self.day(6)})
        self.assertEqual(line.sudo().activity_id, activity)
        self.assertEqual(
            (activity.summary, activity.date_deadline), ("Visit the workshop", self.day(6)))
        note.visibility = "me"
        activities = note.further_ids.sudo().activity_id
        self.assertFalse(any(activities.mapped("res_model")))
        self.assertFalse(self.customer.activity_ids)
        self.assertFalse(self.ledger(note).with_user(self.dao).search(
            [("note_id", "=", note.id)]))
        ledger = self.ledger(note)
        note.unlink()
        self.assertFalse(activities.exists())
        self.assertFalse(ledger.exists())

    def test_who_reads_and_changes_them(self):
        note = self.promise_two_more()
        lines = note.further_ids
        self.assertEqual(len(lines.with_user(self.dao).search([("note_id", "=", note.id)])), 2)
        with self.assertRaises(AccessError):
            lines.with_user(self.dao).write({"name": "Mine now"})
        with self.assertRaises(AccessError):
            self.env["relationship.note.further"].with_user(self.dao).create(
                {"note_id": note.id, "name": "Not mine"})
        lines.with_user(self.boss).write({"date_due": self.day(7)})
        note.visibility = "me"
        for user in (self.dao, self.boss):
            self.assertFalse(lines.with_user(user).search([("note_id", "=", note.id)]))
        with self.assertRaises(AccessError):
            lines.with_user(self.plain).search([])

    def test_found_by_their_activities(self):
        note = self.promise_two_more()
        activities = (note.promise_activity_id | note.further_ids.activity_id).sudo()
        found = self.env["relationship.note"].sudo()._find_by_activities(activities)
        self.assertEqual(found, dict.fromkeys(activities, note.sudo()))

    def test_in_the_dialog(self):
        with Form(self.env["relationship.note"].with_user(self.nok).with_context(
                default_partner_id=self.customer.id),
                "relationship_insight.relationship_note_view_form_dialog") as form:
            form.promise = "Send the list"
            with form.further_ids.new() as line:
                line.name = "Call the workshop"
        note = form.save()
        self.assertEqual(note.further_ids.activity_id.summary, "Call the workshop")
        self.assertEqual(note.further_ids.date_due, self.day(3))
