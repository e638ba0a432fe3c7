from datetime import date, timedelta

from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, freeze_time, tagged

from ..common_note import NoteCase


@tagged("post_install", "-at_install")
class TestPreference(NoteCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tag = cls.env.ref("relationship_insight.preference_tag_coffee")
        cls.sensitive_tag = cls.env.ref("relationship_insight.preference_tag_health")
        cls.today = fields.Date.today()
        cls.nok.group_ids += cls.env.ref("base.group_allow_export")

    def know(self, user=None, **vals):
        return (
            self.env["relationship.preference"]
            .with_user(user or self.nok)
            .create({"partner_id": self.customer.id, "tag_id": self.tag.id, **vals})
        )

    def test_chip_alone_is_enough_and_nothing_at_all_is_not(self):
        preference = self.know()
        self.assertEqual(preference.display_name, "Likes: Coffee")
        self.assertEqual(preference.commercial_partner_id, self.firm)
        self.assertEqual(preference.staff_id, self.nok.partner_id)
        with self.assertRaises(ValidationError):
            self.know(tag_id=False)

    def test_form_takes_a_chip(self):
        with Form(
            self.env["relationship.preference"]
            .with_user(self.nok)
            .with_context(default_partner_id=self.customer.id)
        ) as form:
            form.tag_id = self.tag
        self.assertEqual(form.record.review_date, self.today + timedelta(days=365))

    def test_fact_then_question_then_fact_again(self):
        preference = self.know(first_seen=self.today - timedelta(days=365))
        self.assertEqual(preference.status, "fact")
        with freeze_time(fields.Datetime.now() + timedelta(days=1)):
            preference.invalidate_recordset(["status"])
            self.assertEqual(preference.status, "ask")
            preference.action_confirm()
            self.assertEqual(preference.status, "fact")
            self.assertEqual(preference.review_date, date.today() + timedelta(days=365))
            preference.action_confirm()
            self.assertEqual(preference.confirm_count, 1, "twice a day is once")

    def test_guess_is_a_question_until_confirmed_and_once_is_short(self):
        guess = self.know(provenance="inferred")
        self.assertEqual(guess.status, "ask")
        guess.action_confirm()
        self.assertEqual(guess.status, "fact")
        self.assertEqual(self.know(steadiness="once").review_date, self.today + timedelta(days=91))

    def test_search_by_status_agrees_with_what_is_shown(self):
        rows = (
            self.know()
            + self.know(provenance="inferred")
            + self.know(first_seen=self.today - timedelta(days=500))
            + self.know()
        )
        rows[3].action_end()
        self.assertEqual(rows.mapped("status"), ["fact", "ask", "ask", "over"])
        Preference = self.env["relationship.preference"].with_user(self.nok)
        for status in ("fact", "ask", "over"):
            found = Preference.search([("id", "in", rows.ids), ("status", "=", status)])
            expected = rows.filtered(lambda p, s=status: p.status == s)
            self.assertEqual(set(found.ids), set(expected.ids))

    def test_sensitive_ones_are_for_customer_relations(self):
        with self.assertRaises(AccessError):
            self.know(tag_id=self.sensitive_tag.id)
        hidden = self.know(user=self.boss, tag_id=self.sensitive_tag.id, text="Bad knee")
        self.assertTrue(hidden.sensitive)
        Preference = self.env["relationship.preference"].with_user(self.nok)
        mine = [("partner_id", "=", self.customer.id)]
        self.assertFalse(Preference.search(mine))
        self.assertEqual(Preference.search_count(mine), 0)
        self.assertFalse(Preference.formatted_read_group(mine, ["tag_id"], ["__count"]))
        for attempt in (
            lambda: hidden.with_user(self.nok).read(["text"]),
            lambda: hidden.with_user(self.nok).action_confirm(),
            lambda: hidden.with_user(self.nok).export_data(["text"]),
        ):
            with self.assertRaises(AccessError):
                attempt()
        open_one = self.know()
        with self.assertRaises(AccessError):
            open_one.with_user(self.nok).write({"sensitive": True})
        self.assertEqual(Preference.with_user(self.boss).search_count(mine), 2)

    def test_plain_employees_see_nothing(self):
        preference = self.know()
        with self.assertRaises(AccessError):
            preference.with_user(self.plain).read(["text"])
        with self.assertRaises(AccessError):
            self.customer.with_user(self.plain).read(["relationship_preference_ids"])

    def test_counts_are_not_typed_in(self):
        preference = self.know()
        for vals in ({"confirm_count": 9}, {"last_confirmed": self.today}, {"state": "past"}):
            with self.assertRaises(AccessError):
                preference.write(vals)
            with self.assertRaises(AccessError):
                self.know(**vals)

    def test_private_conversation_is_no_evidence(self):
        private = self.log(visibility="me")
        with self.assertRaises(ValidationError):
            self.know(note_id=private.id)
        shared = self.log()
        preference = self.know(note_id=shared.id)
        shared.visibility = "me"
        self.assertFalse(preference.note_id)
        other = self.env["res.partner"].create({"name": "Other"})
        with self.assertRaises(ValidationError):
            self.know(note_id=self.log(partner_id=other.id).id)

    def test_scope(self):
        other = self.env["res.company"].create({"name": "Other"})
        here, everywhere = self.know(), self.know(scope="everywhere")
        self.nok.company_ids += other
        there = (
            self.env["relationship.preference"]
            .with_user(self.nok)
            .with_context(allowed_company_ids=other.ids)
        )
        self.assertEqual(there.search([("id", "in", (here + everywhere).ids)]).ids, everywhere.ids)
        with self.assertRaises(AccessError):
            there.browse(everywhere.id).text = "Changed"

    def test_praise_is_for_confirming_others_notes_and_kept_promises(self):
        old = self.know()
        old.sudo().first_seen = self.today - timedelta(days=60)
        self.know().action_confirm()  # Noted today by herself: counts nowhere
        old.action_confirm()
        for number in range(20):
            self.log(summary=f"Note {number}")
        kept = self.log(promise="Call", promise_date=self.today)
        kept.promise_ids.activity_id.action_feedback()
        private = self.log(promise="Secret", promise_date=self.today, visibility="me")
        private.promise_ids.activity_id.action_feedback()
        late = self.log(promise="Late", promise_date=self.today - timedelta(days=2))
        late.promise_ids.activity_id.action_feedback()
        rows = (
            self.env["relationship.recognition"]
            .with_user(self.nok)
            .search([("staff_id", "=", self.nok.partner_id.id)])
        )
        self.assertEqual(sorted(rows.mapped("kind")), ["preference", "promise"])
        self.assertFalse(self.env["relationship.recognition"].with_user(self.dao).search([]))
        self.assertEqual(
            self.env["relationship.recognition"]
            .with_user(self.boss)
            .search_count([("staff_id", "=", self.nok.partner_id.id)]),
            2,
        )

    def test_merge_makes_one_of_the_same(self):
        twin = self.env["res.partner"].create({"name": "Somchai twin"})
        first = self.know()
        first.sudo().first_seen = self.today - timedelta(days=90)
        first.action_confirm()
        second = self.know(partner_id=twin.id)
        second.action_confirm()
        self.know(partner_id=twin.id, text="No sugar")
        sibling = self.env.ref("relationship_insight.relation_type_sibling")
        Relation = self.env["relationship.relation"]
        Relation.create(
            {"partner_id": twin.id, "other_id": self.customer.id, "type_id": sibling.id}
        )
        friend = Relation.create(
            {"partner_id": twin.id, "other_id": self.firm.id, "type_id": sibling.id}
        )
        self.env["base.partner.merge.automatic.wizard"].create({})._merge(
            (self.customer + twin).ids, self.customer
        )
        left = self.env["relationship.preference"].search([("partner_id", "=", self.customer.id)])
        self.assertEqual(sorted(left.mapped("confirm_count")), [0, 2])
        self.assertEqual(left.commercial_partner_id, self.firm)
        self.assertEqual(Relation.search([("partner_id", "=", self.customer.id)]), friend)

    def test_deleted_contact_takes_everything_along(self):
        guest = self.env["res.partner"].create({"name": "Guest"})
        preference = self.know(partner_id=guest.id)
        note = self.log(partner_id=guest.id, promise="Send the list")
        promise = self.env["relationship.promise"].search([("note_id", "=", note.id)])
        guest.unlink()
        self.assertFalse(preference.exists())
        self.assertRecordValues(
            promise, [{"name": False, "partner_id": False, "state": "cancelled"}]
        )


@tagged("post_install", "-at_install")
class TestRelation(NoteCase):
    def test_seen_from_both_sides(self):
        child = self.env["res.partner"].create({"name": "Mali"})
        kind = self.env.ref("relationship_insight.relation_type_child")
        Relation = self.env["relationship.relation"].with_user(self.nok)
        relation = Relation.create(
            {"partner_id": self.customer.id, "other_id": child.id, "type_id": kind.id}
        )
        self.assertEqual(
            Relation._get_people(self.customer.with_user(self.nok)),
            [(relation, child.with_user(self.nok), "Child")],
        )
        self.assertEqual(Relation._get_people(child.with_user(self.nok))[0][2], "Parent")
        for pair in ((self.customer, child), (child, self.customer), (child, child)):
            with self.assertRaises(ValidationError):
                Relation.create(
                    {"partner_id": pair[0].id, "other_id": pair[1].id, "type_id": kind.id}
                )
        relation.action_archive()
        self.assertFalse(Relation._get_people(child.with_user(self.nok)))
