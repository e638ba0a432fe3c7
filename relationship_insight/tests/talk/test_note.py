from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, tagged

from ..common_note import NoteCase


@tagged("post_install", "-at_install")
class TestNote(NoteCase):
    def test_name_without_a_customer_is_the_channel(self):
        note = self.log(channel="store")
        self.assertEqual(note.display_name, f"{self.customer.display_name}, In store")
        new = self.env["relationship.note"].new({"channel": "store"})
        self.assertEqual(new.display_name, "In store")

    def test_feelings_become_readings(self):
        note = self.log(
            channel="call_in", feeling_ids=[Command.set((self.glad + self.letdown).ids)]
        )
        readings = self.readings(note)
        self.assertEqual(readings.measure_id, self.glad + self.letdown)
        self.assertRecordValues(
            readings.filtered(lambda r: r.measure_id == self.glad),
            [
                {
                    "value": 2,
                    "partner_id": self.customer.id,
                    "commercial_partner_id": self.firm.id,
                    "staff_id": self.nok.partner_id.id,
                    "channel": "call",
                    "origin": "staff",
                    "company_id": note.company_id.id,
                    "date": note.date,
                    "valence": "1",
                }
            ],
        )
        self.assertIn(self.firm.id, self.queued())

    def test_editing_voids_and_replaces(self):
        note = self.log(feeling_ids=[Command.set((self.glad + self.letdown).ids)])
        first = self.readings(note)
        note.write({"summary": "Only words changed"})
        self.assertEqual(self.readings(note), first)
        note.write({"channel": "visit", "feeling_ids": [Command.unlink(self.letdown.id)]})
        valid = self.readings(note)
        self.assertEqual(valid.measure_id, self.glad)
        self.assertEqual(valid.channel, "visit")
        voided = self.readings(note, voided=True)
        self.assertEqual(voided, first)
        replaced = voided.filtered(lambda r: r.measure_id == self.glad)
        self.assertEqual(replaced.replaced_by_id, valid)
        self.assertFalse((voided - replaced).replaced_by_id)
        note.write({"feeling_ids": [Command.link(self.letdown.id)]})
        self.assertEqual(self.readings(note).measure_id, self.glad + self.letdown)

    def test_moving_to_another_customer_marks_both(self):
        other = self.env["res.partner"].create({"name": "Malee"})
        note = self.log(feeling_ids=[Command.link(self.glad.id)])
        self.clear_queue()
        note.partner_id = other
        self.assertEqual(self.queued(), {self.firm.id, other.id})
        self.assertEqual(self.readings(note).partner_id, other)

    def test_private_note_leaves_nothing_behind(self):
        self.clear_queue()
        note = self.log(
            visibility="me",
            feeling_ids=[Command.link(self.glad.id)],
            summary="Between us",
            promise="Keep it quiet",
        )
        note.write({"summary": "Between us two"})
        self.assertFalse(note.sudo().reading_ids)
        self.assertFalse(self.queued())
        self.assertFalse(self.customer.activity_ids)
        activity = note.sudo().promise_ids.activity_id
        self.assertEqual(activity.user_id, self.nok)
        self.assertFalse(activity.res_model)
        self.assertNotIn("Between", activity.note)
        self.assertFalse(activity.with_user(self.dao).has_access("read"))
        self.assertFalse(activity.with_user(self.boss).has_access("read"))
        self.assertTrue(activity.with_user(self.nok).has_access("read"))
        note.unlink()
        self.assertFalse(self.queued())
        self.assertFalse(activity.exists())

    def test_shared_note_made_private_and_back(self):
        note = self.log(feeling_ids=[Command.link(self.glad.id)], promise="Call back")
        self.assertEqual(self.customer.activity_ids.summary, "Call back")
        self.clear_queue()
        note.visibility = "me"
        self.assertFalse(self.readings(note))
        self.assertFalse(self.customer.activity_ids)
        self.assertIn(self.firm.id, self.queued(), "the reading is gone: figures change once")
        note.visibility = "company"
        self.assertEqual(self.readings(note).measure_id, self.glad)
        self.assertEqual(self.customer.activity_ids.summary, "Call back")

    def test_promise_becomes_an_activity(self):
        due = fields.Date.add(fields.Date.today(), days=5)
        note = self.log(summary="Secret talk", promise="Send the table", promise_date=due)
        activity = note.promise_ids.activity_id
        self.assertRecordValues(
            activity,
            [
                {
                    "summary": "Send the table",
                    "date_deadline": due,
                    "user_id": self.nok.id,
                    "res_model": "res.partner",
                    "res_id": self.customer.id,
                }
            ],
        )
        self.assertFalse(activity.note, "all employees read a customer's activities")
        note.promise = "Send both tables"
        self.assertEqual(note.promise_ids.activity_id, activity)
        self.assertEqual(activity.summary, "Send both tables")
        note.staff_id = self.dao.partner_id
        self.assertEqual(activity.user_id, self.dao)
        note.promise = False
        self.assertFalse(activity.exists())

    def test_kept_promise_is_not_made_again(self):
        note = self.log(promise="Call back")
        note.promise_ids.activity_id.action_done()
        note.write({"promise": "Call back", "promise_date": fields.Date.today()})
        self.assertFalse(self.customer.activity_ids)
        note.write({"promise": "Call again"})
        self.assertEqual(self.customer.activity_ids.summary, "Call again")
        note.sudo().promise_ids.activity_id.filtered("active").unlink()
        note.write({"promise_date": fields.Date.add(fields.Date.today(), days=1)})
        self.assertFalse(self.customer.activity_ids, "a promise cancelled by hand stays so")

    def test_staff_without_login_gives_the_promise_to_the_author(self):
        assistant = self.env["res.partner"].create({"name": "Assistant"})
        note = self.log(staff_id=assistant.id, promise="Call back")
        self.assertEqual(note.promise_ids.activity_id.user_id, self.nok)

    def test_replay_stores_once(self):
        note = self.log(source_key="offline-1", feeling_ids=[Command.link(self.glad.id)])
        again = self.log(source_key="offline-1", feeling_ids=[Command.link(self.glad.id)])
        self.assertEqual(again, note)
        self.assertEqual(len(self.readings(note)), 1)
        both = (
            self.env["relationship.note"]
            .with_user(self.nok)
            .create(
                [
                    {"partner_id": self.customer.id, "source_key": "offline-2"},
                    {"partner_id": self.customer.id, "source_key": "offline-1"},
                ]
            )
        )
        self.assertEqual(both[1], note)
        self.assertEqual(both.mapped("source_key"), ["offline-2", "offline-1"])
        with self.assertRaises(UserError):
            self.log(user=self.dao, source_key="offline-1")
        twice = self.env["relationship.note"].create(
            [{"partner_id": self.customer.id, "source_key": "same"} for _twice in range(2)]
        )
        self.assertEqual(len(set(twice.ids)), 1)

    def test_sent_again_from_the_dialog_of_a_draft(self):
        Note = (
            self.env["relationship.note"]
            .with_user(self.nok)
            .with_context(default_source_key="draft-1")
        )
        first, second = (Note.create({"partner_id": self.customer.id}) for _twice in range(2))
        self.assertEqual((first, first.source_key), (second, "draft-1"))

    def test_form_defaults(self):
        with Form(
            self.env["relationship.note"]
            .with_user(self.nok)
            .with_context(default_partner_id=self.customer.id),
            "relationship_insight.relationship_note_view_form_dialog",
        ) as form:
            form.channel = "call_out"
            form.purpose = "complaint"
        note = form.save()
        self.assertEqual((note.initiator, note.depth), ("staff", "1.0"))
        self.assertTrue(note.source_key)
        note.depth = "1.5"
        note.channel = "chat"
        self.assertEqual((note.initiator, note.depth), ("customer", "1.5"))

    def test_future_is_refused(self):
        with self.assertRaises(ValidationError):
            self.log(date=fields.Datetime.now() + timedelta(hours=1))

    def test_deleting_voids_the_readings(self):
        note = self.log(feeling_ids=[Command.link(self.glad.id)], promise="Call back")
        reading = self.readings(note)
        note.unlink()
        self.assertTrue(reading.voided)
        self.assertFalse(reading.note_id)
        self.assertFalse(self.customer.activity_ids)

    def test_logging_many_costs_no_more_queries_each(self):
        def count(size):
            start = self.env.cr.sql_log_count
            self.env["relationship.note"].with_user(self.nok).create(
                [
                    {
                        "partner_id": self.customer.id,
                        "summary": "x",
                        "feeling_ids": [Command.link(self.glad.id)],
                    }
                    for _i in range(size)
                ]
            )
            self.env.flush_all()
            return self.env.cr.sql_log_count - start

        count(1)
        self.env.invalidate_all()
        few = count(2)
        self.env.invalidate_all()
        many = count(40)
        self.assertLess(many - few, 6)

    def test_logged_from_an_order(self):
        order = self.env["sale.order"].create({"partner_id": self.customer.id})
        self.nok.group_ids |= self.env.ref("sales_team.group_sale_salesman_all_leads")
        with Form(
            self.env["relationship.note"]
            .with_user(self.nok)
            .with_context(
                default_partner_id=self.customer.id,
                default_order_model="sale.order",
                default_order_id=order.id,
            ),
            "relationship_insight.relationship_note_view_form_dialog",
        ) as form:
            form.feeling_ids.add(self.glad)
        note = form.save()
        self.assertEqual((note.order_model, note.order_id), ("sale.order", order.id))
        self.assertRecordValues(
            self.readings(note),
            [{"order_model": "sale.order", "order_id": order.id, "origin": "staff"}],
        )
