from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import HttpCase, new_test_user, tagged

from ..common_note import RELATIONS, STAFF, NoteCase


@tagged("post_install", "-at_install")
class TestNoteAccess(NoteCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.team = cls.env["crm.team"].create(
            {"name": "Team", "member_ids": [Command.set(cls.nok.ids)], "user_id": cls.boss.id}
        )
        cls.private = cls.log(visibility="me")
        cls.teamed = cls.log(visibility="team", team_id=cls.team.id)
        cls.open = cls.log()
        cls.notes = cls.private + cls.teamed + cls.open

    def seen_by(self, user):
        return (
            self.env["relationship.note"]
            .with_user(user)
            .search([("id", "in", self.notes.ids)], order="id")
            .sudo()
        )

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
            self.env,
            "lek",
            groups=RELATIONS,
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
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
            [{"name": str(i), "parent_id": self.firm.id} for i in range(30)]
        )
        self.log(partner_id=partners[3].id)
        self.env.flush_all()
        contacts = self.env["res.partner"].with_user(self.nok).browse((self.firm + partners).ids)
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
            self.env, "tour_staff", lang=lang, groups=STAFF + ",sales_team.group_sale_salesman"
        )
        customer = self.env["res.partner"].create({"name": "Somchai"})
        self.start_tour(f"/odoo/contacts/{customer.id}", tour, login=staff.login)
        note = self.env["relationship.note"].search([("partner_id", "=", customer.id)])
        self.assertRecordValues(
            note,
            [
                {
                    "channel": "call_in",
                    "purpose": "care",
                    "staff_id": staff.partner_id.id,
                    "order_model": False,
                }
            ],
        )
        self.assertEqual(note.feeling_ids.mapped("code"), ["M02_glad", "M02_letdown"])
        self.assertEqual(note.promise_ids.activity_id.summary, note.promise)
        return note

    def test_conversation_within_ten_clicks(self):
        note = self.log_in_a_tour("relationship_conversation", "en_US")
        self.assertEqual(note.summary, "The fridge hums at night and wakes the baby.")

    def test_conversation_in_thai(self):
        self.env["res.lang"]._activate_lang("th_TH")
        self.env["ir.module.module"].search(
            [("name", "in", ("web", "relationship_insight"))]
        )._update_translations(["th_TH"])
        note = self.log_in_a_tour("relationship_conversation_thai", "th_TH")
        self.assertEqual(note.promise, "ส่งตารางระดับเสียงให้")
