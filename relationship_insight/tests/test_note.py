from datetime import timedelta

from psycopg2 import IntegrityError

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, HttpCase, TransactionCase, new_test_user, tagged
from odoo.tools import mute_logger

STAFF = "base.group_user,relationship_insight.group_relationship_staff"
RELATIONS = "base.group_user,relationship_insight.group_relationship_relations"


class NoteCase(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "tracking_disable": True})
        cls.nok = new_test_user(cls.env, "nok", groups=STAFF)
        cls.dao = new_test_user(cls.env, "dao", groups=STAFF)
        cls.boss = new_test_user(cls.env, "boss", groups=RELATIONS)
        cls.plain = new_test_user(cls.env, "plain", groups="base.group_user")
        cls.firm = cls.env["res.partner"].create({"name": "Firm", "is_company": True})
        cls.customer = cls.env["res.partner"].create({"name": "Somchai", "parent_id": cls.firm.id})
        cls.glad = cls.env.ref("relationship_insight.measure_m02_glad")
        cls.letdown = cls.env.ref("relationship_insight.measure_m02_letdown")

    @classmethod
    def log(cls, user=None, **vals):
        return cls.env["relationship.note"].with_user(user or cls.nok).create(
            {"partner_id": cls.customer.id, **vals})

    def readings(self, note, voided=False):
        return note.sudo().reading_ids.filtered(lambda r: r.voided == voided)

    def queued(self):
        self.env.cr.execute("SELECT commercial_partner_ref FROM relationship_refresh_queue")
        return {row[0] for row in self.env.cr.fetchall()}

    def clear_queue(self):
        self.env.cr.execute("DELETE FROM relationship_refresh_queue")


@tagged("post_install", "-at_install")
class TestNote(NoteCase):
    def test_feelings_become_readings(self):
        note = self.log(
            channel="call_in", feeling_ids=[Command.set((self.glad + self.letdown).ids)])
        readings = self.readings(note)
        self.assertEqual(readings.measure_id, self.glad + self.letdown)
        self.assertRecordValues(readings.filtered(lambda r: r.measure_id == self.glad), [{
            "value": 2, "partner_id": self.customer.id, "commercial_partner_id": self.firm.id,
            "staff_id": self.nok.partner_id.id, "channel": "call", "origin": "staff",
            "company_id": note.company_id.id, "date": note.date, "valence": "1",
        }])
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
            visibility="me", feeling_ids=[Command.link(self.glad.id)], summary="Between us",
            promise="Keep it quiet")
        note.write({"summary": "Between us two"})
        self.assertFalse(note.sudo().reading_ids)
        self.assertFalse(self.queued())
        self.assertFalse(self.customer.activity_ids)
        activity = note.sudo().promise_activity_id
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
        activity = note.promise_activity_id
        self.assertRecordValues(activity, [{
            "summary": "Send the table", "date_deadline": due, "user_id": self.nok.id,
            "res_model": "res.partner", "res_id": self.customer.id,
        }])
        self.assertFalse(activity.note, "all employees read a customer's activities")
        note.promise = "Send both tables"
        self.assertEqual(note.promise_activity_id, activity)
        self.assertEqual(activity.summary, "Send both tables")
        note.staff_id = self.dao.partner_id
        self.assertEqual(activity.user_id, self.dao)
        note.promise = False
        self.assertFalse(activity.exists())

    def test_kept_promise_is_not_made_again(self):
        note = self.log(promise="Call back")
        note.promise_activity_id.action_done()
        note.write({"promise": "Call back", "promise_date": fields.Date.today()})
        self.assertFalse(self.customer.activity_ids)
        note.write({"promise": "Call again"})
        self.assertEqual(self.customer.activity_ids.summary, "Call again")
        note.sudo().promise_activity_id.unlink()
        note.write({"promise_date": fields.Date.add(fields.Date.today(), days=1)})
        self.assertFalse(self.customer.activity_ids, "a promise cancelled by hand stays so")

    def test_staff_without_login_gives_the_promise_to_the_author(self):
        assistant = self.env["res.partner"].create({"name": "Assistant"})
        note = self.log(staff_id=assistant.id, promise="Call back")
        self.assertEqual(note.promise_activity_id.user_id, self.nok)

    def test_replay_stores_once(self):
        note = self.log(source_key="offline-1", feeling_ids=[Command.link(self.glad.id)])
        again = self.log(source_key="offline-1", feeling_ids=[Command.link(self.glad.id)])
        self.assertEqual(again, note)
        self.assertEqual(len(self.readings(note)), 1)
        both = self.env["relationship.note"].with_user(self.nok).create([
            {"partner_id": self.customer.id, "source_key": "offline-2"},
            {"partner_id": self.customer.id, "source_key": "offline-1"},
        ])
        self.assertEqual(both[1], note)
        self.assertEqual(both.mapped("source_key"), ["offline-2", "offline-1"])
        with self.assertRaises(UserError):
            self.log(user=self.dao, source_key="offline-1")
        with mute_logger("odoo.sql_db"), self.assertRaises(IntegrityError):
            self.env["relationship.note"].create([
                {"partner_id": self.customer.id, "source_key": "same"} for _twice in range(2)])

    def test_form_defaults(self):
        with Form(self.env["relationship.note"].with_user(self.nok).with_context(
                default_partner_id=self.customer.id),
                "relationship_insight.relationship_note_view_form_dialog") as form:
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
            self.env["relationship.note"].with_user(self.nok).create([
                {"partner_id": self.customer.id, "summary": "x",
                 "feeling_ids": [Command.link(self.glad.id)]} for _i in range(size)])
            self.env.flush_all()
            return self.env.cr.sql_log_count - start
        count(1)
        self.env.invalidate_all()
        few = count(2)
        self.env.invalidate_all()
        many = count(40)
        self.assertLess(many - few, 6)


@tagged("post_install", "-at_install")
class TestNoteAccess(NoteCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.team = cls.env["crm.team"].create({
            "name": "Team", "member_ids": [Command.set(cls.nok.ids)], "user_id": cls.boss.id})
        cls.private = cls.log(visibility="me")
        cls.teamed = cls.log(visibility="team", team_id=cls.team.id)
        cls.open = cls.log()
        cls.notes = cls.private + cls.teamed + cls.open

    def seen_by(self, user):
        return self.env["relationship.note"].with_user(user).search(
            [("id", "in", self.notes.ids)], order="id").sudo()

    def test_who_reads_what(self):
        self.assertEqual(self.seen_by(self.nok), self.notes.sudo())
        self.assertEqual(self.seen_by(self.dao), self.open.sudo())
        self.assertEqual(self.seen_by(self.boss), (self.teamed + self.open).sudo())
        self.team.member_ids += self.dao
        self.assertEqual(self.seen_by(self.dao), (self.teamed + self.open).sudo())
        with self.assertRaises(AccessError):
            self.seen_by(self.plain)

    def test_who_changes_what(self):
        with self.assertRaises(AccessError):
            self.open.with_user(self.dao).write({"summary": "Changed"})
        with self.assertRaises(AccessError):
            self.open.with_user(self.dao).unlink()
        with self.assertRaises(AccessError):
            self.private.with_user(self.boss).read(["summary"])
        self.open.with_user(self.boss).write({"summary": "Corrected"})
        self.assertEqual(self.open.summary, "Corrected")

    def test_other_company_sees_nothing(self):
        other = self.env["res.company"].create({"name": "Other"})
        lek = new_test_user(
            self.env, "lek", groups=RELATIONS, company_id=other.id,
            company_ids=[Command.set(other.ids)])
        self.assertFalse(self.seen_by(lek))
        self.assertEqual(self.customer.with_user(lek).relationship_note_count, 0)
        note = self.log(user=lek)
        self.assertEqual(note.company_id, other)
        self.assertNotIn(note.sudo(), self.seen_by(self.boss))

    def test_count_on_the_contact(self):
        def counts(user):
            contacts = (self.firm + self.customer).with_user(user)
            contacts.invalidate_recordset(["relationship_note_count"])
            return contacts.mapped("relationship_note_count")
        self.assertEqual(counts(self.nok), [3, 3])
        self.assertEqual(counts(self.dao), [1, 1])
        self.log(partner_id=self.firm.id)
        self.assertEqual(counts(self.dao), [2, 1])
        with self.assertRaises(AccessError):
            counts(self.plain)

    def test_count_costs_one_query(self):
        partners = self.env["res.partner"].create(
            [{"name": str(i), "parent_id": self.firm.id} for i in range(30)])
        self.log(partner_id=partners[3].id)
        self.env.flush_all()
        contacts = self.env["res.partner"].with_user(self.nok).browse(
            (self.firm + partners).ids)
        contacts.mapped("commercial_partner_id")
        contacts.mapped("relationship_note_count")
        contacts.invalidate_recordset(["relationship_note_count"])
        with self.assertQueryCount(1):
            self.assertEqual(contacts.mapped("relationship_note_count")[:5], [4, 0, 0, 0, 1])

    def test_button_opens_what_was_counted(self):
        action = self.firm.with_user(self.nok).action_view_relationship_notes()
        found = self.env["relationship.note"].with_user(self.nok).search(action["domain"])
        self.assertEqual(len(found), self.firm.with_user(self.nok).relationship_note_count)


@tagged("post_install", "-at_install")
class TestNoteTour(HttpCase):
    def log_in_a_tour(self, tour, lang):
        staff = new_test_user(
            self.env, "tour_staff", lang=lang,
            groups=STAFF + ",sales_team.group_sale_salesman")
        customer = self.env["res.partner"].create({"name": "Somchai"})
        self.start_tour(f"/odoo/contacts/{customer.id}", tour, login=staff.login)
        note = self.env["relationship.note"].search([("partner_id", "=", customer.id)])
        self.assertRecordValues(note, [{
            "channel": "call_in", "purpose": "care", "staff_id": staff.partner_id.id,
            "order_model": False,
        }])
        self.assertEqual(note.feeling_ids.mapped("code"), ["M02_glad", "M02_letdown"])
        self.assertEqual(note.promise_activity_id.summary, note.promise)
        return note

    def test_conversation_within_ten_clicks(self):
        note = self.log_in_a_tour("relationship_conversation", "en_US")
        self.assertEqual(note.summary, "The fridge hums at night and wakes the baby.")

    def test_conversation_in_thai(self):
        self.env["res.lang"]._activate_lang("th_TH")
        self.env["ir.module.module"].search(
            [("name", "in", ("web", "relationship_insight"))])._update_translations(["th_TH"])
        note = self.log_in_a_tour("relationship_conversation_thai", "th_TH")
        self.assertEqual(note.promise, "ส่งตารางระดับเสียงให้")
