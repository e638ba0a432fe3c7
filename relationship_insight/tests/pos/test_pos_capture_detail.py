from datetime import timedelta

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.tests import new_test_user, tagged

from .test_pos_capture import PosCaptureCommon


@tagged("post_install", "-at_install")
class TestPosCaptureDetail(PosCaptureCommon):
    """Purpose, promise, privacy and what to remember: what a note at the till may add."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.staff = new_test_user(
            cls.env,
            "till staff",
            "base.group_user,point_of_sale.group_pos_user,"
            "relationship_insight.group_relationship_staff",
            company_id=cls.company.id,
            company_ids=[fields.Command.set(cls.company.ids)],
        )

    def _preferences(self):
        return (
            self.env["relationship.preference"]
            .sudo()
            .search([("partner_id", "=", self.customer.id)])
        )

    def test_a_promise_becomes_one_task_and_one_row_of_the_ledger(self):
        due = fields.Date.today() + timedelta(days=2)
        note = self._note(
            feelings=[], promise="Order the big jar", promise_date=str(due), purpose="sell"
        )
        for _attempt in range(3):
            self.assertTrue(self._send(note))
        stored = self._stored(note)
        self.assertRecordValues(
            stored,
            [
                {
                    "purpose": "sell",
                    "promise": "Order the big jar",
                    "promise_date": due,
                    "visibility": "company",
                    "depth": "0.5",
                }
            ],
        )
        promise = self.env["relationship.promise"].sudo().search([("note_id", "=", stored.id)])
        self.assertRecordValues(
            promise, [{"staff_id": self.cashier.partner_id.id, "date_due": due, "state": "open"}]
        )
        self.assertEqual(promise.activity_id.user_id, self.cashier)

    def test_a_promise_without_a_good_date_is_for_in_three_days(self):
        for date in (None, "soon", 7, "2026-13-45"):
            note = self._note(promise="Call", promise_date=date)
            self._send(note)
            self.assertEqual(
                self._stored(note).promise_date, fields.Date.today() + timedelta(days=3)
            )

    def test_a_line_is_remembered_once_as_what_the_chip_says(self):
        note = self._note(line="Green tea", kind="like")
        for _attempt in range(2):
            self._send(note)
        self.assertRecordValues(
            self._preferences(),
            [
                {
                    "kind": "like",
                    "text": "Green tea",
                    "provenance": "stated",
                    "staff_id": self.cashier.partner_id.id,
                    "note_id": self._stored(note).id,
                }
            ],
        )
        self._send({**note, "line": "Plastic bags", "kind": "dislike"})
        self.assertEqual(set(self._preferences().mapped("kind")), {"like", "dislike"})
        self._send({**note, "line": "", "kind": "like"})
        self.assertEqual(len(self._preferences()), 2)

    def test_details_may_come_later(self):
        note = self._note()
        self._send(note)
        self._send({**note, "purpose": "complaint", "promise": "Repair it"})
        self.assertRecordValues(
            self._stored(note), [{"purpose": "complaint", "promise": "Repair it", "depth": "0.5"}]
        )

    def test_a_promise_sent_again_after_it_was_kept_changes_nothing(self):
        note = self._note(promise="Repair it")
        self._send(note)
        stored = self._stored(note)
        stored.promise_ids.activity_id.action_done()
        stored.write({"promise_ids": [fields.Command.create({"name": "Call"})]})
        self._send(note)
        self.assertEqual(
            {promise.name: promise.state for promise in stored.promise_ids},
            {"Repair it": "kept", "Call": "open"},
        )

    def test_a_private_note_leaves_no_reading_and_no_preference(self):
        note = self._note(line="Divorce", kind="need", visibility="me")
        self._send(note, user=self.staff)
        stored = self._stored(note)
        self.assertEqual(stored.visibility, "me")
        self.assertFalse(stored.reading_ids)
        self.assertFalse(self._preferences())
        self.assertFalse(
            self.env["relationship.note"]
            .with_user(
                new_test_user(self.env, "boss", "relationship_insight.group_relationship_manager")
            )
            .search([("source_key", "=", note["key"])])
        )
        self._send({**note, "visibility": "company"}, user=self.staff)
        self.assertEqual(stored.reading_ids.measure_id, self.glad)

    def test_nobody_notes_privately_who_could_not_read_it(self):
        with self.assertRaises(ValidationError):
            self._send(self._note(visibility="me"))
        self.patch(self.env.registry["pos.config"], "_check_modules_to_install", lambda self: None)
        self.config.sudo().module_pos_hr = True
        with self.assertRaises(ValidationError):
            self._send(self._note(visibility="me"), user=self.staff)

    def test_wrong_details_are_refused(self):
        for values in (
            {"purpose": "spy"},
            {"purpose": 7},
            {"visibility": "world"},
            {"line": "x", "kind": "gossip"},
            {"promise": "x" * 251},
            {"promise": ["x"]},
        ):
            with self.subTest(values=values), self.assertRaises(ValidationError):
                self._send(self._note(**values))

    def test_choices_alone_store_nothing(self):
        note = self._note(feelings=[], visibility="company")
        self.assertTrue(self._send(note))
        self.assertFalse(self._stored(note))

    def test_note_of_a_contact_merged_meanwhile_goes_to_the_other(self):
        twin = self.env["res.partner"].create({"name": "Anong S."})
        note = self._note(partner_id=twin.id)
        self._send(note)
        self.env["base.partner.merge.automatic.wizard"].sudo()._merge(
            [twin.id, self.customer.id], self.customer
        )
        self.assertEqual(self._stored(note).partner_id, self.customer)
        self.assertTrue(self._send({**note, "line": "Green tea"}))
        self.assertEqual(self._stored(note).summary, "Green tea")

    def test_note_taken_before_a_merge_and_sent_after_it(self):
        """Merged twice, and the till was without network all the while."""
        first, second = self.env["res.partner"].create([{"name": "A. S."}, {"name": "Anong S."}])
        note = self._note(partner_id=first.id, line="Green tea")
        merge = self.env["base.partner.merge.automatic.wizard"].sudo()._merge
        merge([first.id, second.id], second)
        merge([second.id, self.customer.id], self.customer)
        for _attempt in range(2):
            self.assertTrue(self._send(note))
        self.assertEqual(self._stored(note).partner_id, self.customer)
        self.assertEqual(self._stored(note).summary, "Green tea")

    def test_note_of_a_deleted_contact_is_refused_and_told(self):
        gone = self.env["res.partner"].create({"name": "Gone"})
        note = self._note(partner_id=gone.id)
        gone.unlink()
        with self.assertRaisesRegex(ValidationError, "doesn't exist any more"):
            self._send(note)

    def test_locked_note_is_sent_again_later(self):
        note = self._note()
        self._send(note)
        self.patch(
            self.env.registry["relationship.note"],
            "try_lock_for_update",
            lambda self, **kwargs: self.browse(),
        )
        self.assertIs(self._send({**note, "line": "Later"}), False)
        self.assertFalse(self._stored(note).summary)
