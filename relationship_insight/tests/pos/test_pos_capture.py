from datetime import timedelta
from uuid import uuid4

from odoo import fields
from odoo.exceptions import AccessError, ConcurrencyError, ValidationError
from odoo.tests import freeze_time, new_test_user, tagged
from odoo.tools import mute_logger

from odoo.addons.point_of_sale.tests.common import CommonPosTest


class PosCaptureCommon(CommonPosTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.cashier = new_test_user(
            cls.env,
            "till cashier",
            "base.group_user,point_of_sale.group_pos_user",
            company_id=cls.company.id,
            company_ids=[fields.Command.set(cls.company.ids)],
        )
        cls.customer = cls.env["res.partner"].create({"name": "Anong"})
        cls.glad, cls.annoyed = (
            cls.env.ref(f"relationship_insight.measure_m02_{name}") for name in ("glad", "annoyed")
        )
        cls.config = cls.pos_config_usd
        cls.config.open_ui()
        cls.session = cls.config.current_session_id
        cls.session.set_opening_control(0, None)

    @classmethod
    def _note(cls, **values):
        return {
            "key": f"pos:{uuid4()}",
            "partner_id": cls.customer.id,
            "feelings": cls.glad.ids,
            "line": "",
            "age": 0,
            "order_uuid": "",
            "user_id": cls.cashier.id,
            "employee_id": False,
            **values,
        }

    def _send(self, note, user=None, session=None):
        session = (session or self.session).with_user(user or self.cashier)
        return session.relationship_store_note(note)

    def _stored(self, note):
        return self.env["relationship.note"].sudo().search([("source_key", "=", note["key"])])


@tagged("post_install", "-at_install")
class TestPosCapture(PosCaptureCommon):
    def test_feeling_and_line_become_a_conversation(self):
        note = self._note(line="  Daughter \n starts school ")
        self.assertTrue(self._send(note))
        stored = self._stored(note)
        self.assertRecordValues(
            stored,
            [
                {
                    "partner_id": self.customer.id,
                    "staff_id": self.cashier.partner_id.id,
                    "company_id": self.company.id,
                    "channel": "store",
                    "purpose": "listen",
                    "depth": "0.5",
                    "summary": "Daughter starts school",
                    "visibility": "company",
                    "order_model": "pos.order",
                    "order_id": False,
                }
            ],
        )
        self.assertRecordValues(
            stored.reading_ids,
            [
                {
                    "measure_id": self.glad.id,
                    "partner_id": self.customer.id,
                    "origin": "pos",
                    "channel": "store",
                    "staff_id": self.cashier.partner_id.id,
                    "voided": False,
                }
            ],
        )

    def test_face_alone_counts_as_a_greeting(self):
        note = self._note()
        self._send(note)
        self.assertEqual(self._stored(note).depth, "0.25")

    def test_replay_stores_once(self):
        note = self._note(line="Loves green tea")
        for _attempt in range(3):
            self.assertTrue(self._send(note))
        stored = self._stored(note)
        self.assertEqual(len(stored), 1)
        self.assertEqual(len(stored.reading_ids), 1)
        self.assertEqual(stored.summary, "Loves green tea")

    def test_later_send_adds_to_the_same_conversation(self):
        note = self._note()
        self._send(note)
        self._send({**note, "feelings": self.annoyed.ids, "line": "Waited long"})
        self._send({**note, "feelings": [], "line": "Waited long"})
        stored = self._stored(note)
        self.assertEqual(stored.feeling_ids, self.glad + self.annoyed)
        self.assertEqual(stored.reading_ids.measure_id, self.glad + self.annoyed)
        self.assertEqual((stored.summary, stored.depth), ("Waited long", "0.5"))
        self.assertFalse(stored.reading_ids.filtered("voided"))

    def test_empty_note_stores_nothing_and_revives_nothing(self):
        note = self._note()
        self._send(note)
        self._stored(note).unlink()
        self.assertTrue(self._send({**note, "feelings": [], "line": " "}))
        self.assertFalse(self._stored(note))

    def test_simultaneous_send_is_tried_again(self):
        note = self._note()
        self._send(note)
        Note = self.env.registry["relationship.note"]
        # What a second transaction sees while the first has not committed: nothing.
        self.patch(Note, "search", lambda self, *args, **kwargs: self.browse())
        self.patch(Note, "_find_known", lambda self, source_keys: {})
        with self.assertRaises(ConcurrencyError), mute_logger("odoo.sql_db"):
            self._send(note)
        self.env.invalidate_all()
        self.env.cr.execute(
            "SELECT count(*) FROM relationship_note WHERE source_key = %s", [note["key"]]
        )
        self.assertEqual(self.env.cr.fetchone()[0], 1)

    def test_cashier_needs_no_right_on_conversations(self):
        self.assertFalse(self.cashier.has_group("relationship_insight.group_relationship_staff"))
        self.assertIs(self._send(self._note()), True)
        with self.assertRaises(AccessError):
            self.env["relationship.note"].with_user(self.cashier).search([])

    def test_only_cashiers_may_store(self):
        clerk = new_test_user(
            self.env,
            "office clerk",
            "base.group_user,account.group_account_user",
            company_id=self.company.id,
        )
        with self.assertRaises(AccessError):
            self._send(self._note(), user=clerk)

    def test_other_company_is_refused(self):
        other = self.env["res.company"].create({"name": "Other shop"})
        stranger = new_test_user(
            self.env,
            "other cashier",
            "base.group_user,point_of_sale.group_pos_user",
            company_id=other.id,
            company_ids=[fields.Command.set(other.ids)],
        )
        with self.assertRaises(AccessError):
            self._send(self._note(), user=stranger)
        theirs = self.env["res.partner"].sudo().create({"name": "Ben", "company_id": other.id})
        with self.assertRaises(ValidationError):
            self._send(self._note(partner_id=theirs.id))

    def test_closed_session_asks_to_send_again(self):
        note = self._note()
        self.session.action_pos_session_closing_control()
        self.assertEqual(self.session.state, "closed")
        self.assertIs(self._send(note), False)
        self.assertFalse(self._stored(note))
        self.config.open_ui()
        self.assertTrue(self._send(note, session=self.config.current_session_id))
        self.assertEqual(len(self._stored(note)), 1)

    def test_wrong_values_are_refused(self):
        frequency = self.env.ref("relationship_insight.measure_m01_glad")
        gone = self.env["res.partner"].create({"name": "Gone"})
        gone_id = gone.id
        gone.unlink()
        wrong = [
            {"feelings": frequency.ids},
            {"feelings": [2**40]},
            {"feelings": ["1 OR 1=1"]},
            {"feelings": "x"},
            {"partner_id": gone_id},
            {"partner_id": "me"},
            {"partner_id": False},
            {"key": "invoice"},
            {"key": 7},
            {"key": "pos:" + "x" * 500},
            {"line": "x" * 251},
            {"line": ["x"]},
        ]
        for values in wrong:
            with self.subTest(values=values), self.assertRaises(ValidationError):
                self._send(self._note(**values))

    def test_line_is_plain_text(self):
        note = self._note(line="<b onclick='x()'>ดีใจมาก</b>\x00 <script>")
        self._send(note)
        self.assertEqual(self._stored(note).summary, "<b onclick='x()'>ดีใจมาก</b> <script>")

    def test_key_of_another_conversation_is_refused(self):
        note = self._note()
        self._send(note)
        someone = self.env["res.partner"].create({"name": "Someone else"})
        with self.assertRaises(ValidationError):
            self._send({**note, "partner_id": someone.id, "line": "Not hers"})
        self.assertFalse(self._stored(note).summary)

    def test_date_is_when_it_was_noted(self):
        with freeze_time("2026-03-05 12:00:00"):
            waited = self._note(age=3 * 3600)
            impossible = [self._note(age=age) for age in (-5, 10**12, "x", None)]
            for note in [waited, *impossible]:
                self._send(note)
            now = fields.Datetime.now()
        self.assertEqual(self._stored(waited).date, now - timedelta(hours=3))
        for note in impossible:
            self.assertEqual(self._stored(note).date, now)

    def test_staff_is_a_cashier_of_the_session(self):
        colleague = new_test_user(
            self.env,
            "colleague",
            "base.group_user,point_of_sale.group_pos_user",
            company_id=self.company.id,
            company_ids=[fields.Command.set(self.company.ids)],
        )
        clerk = new_test_user(self.env, "clerk", "base.group_user", company_id=self.company.id)
        stranger = new_test_user(
            self.env,
            "till_stranger",
            "base.group_user,point_of_sale.group_pos_user",
            company_id=self.company.id,
            company_ids=[fields.Command.set(self.company.ids)],
        )
        # The colleague opened this session; the stranger works at another till.
        self.session.sudo().user_id = colleague
        for user_id, staff in [
            (colleague.id, colleague),
            (stranger.id, self.cashier),
            (clerk.id, self.cashier),
            (2**30, self.cashier),
            (False, self.cashier),
            ("x", self.cashier),
        ]:
            note = self._note(user_id=user_id)
            self._send(note)
            self.assertEqual(self._stored(note).staff_id, staff.partner_id)

    def test_staff_is_the_employee_where_employees_log_in(self):
        if "employee_id" not in self.session._fields:
            self.skipTest("Employees don't log in at the till here: pos_hr is not installed")
        employee = (
            self.env["hr.employee"].sudo().create({"name": "Mali", "company_id": self.company.id})
        )
        note = self._note(employee_id=employee.id)
        self._send(note)
        self.assertTrue(employee.work_contact_id)
        self.assertEqual(self._stored(note).staff_id, employee.work_contact_id)

    def test_feelings_come_with_the_data_of_the_till(self):
        session = self.session.with_user(self.cashier)
        loaded = session.load_data(["relationship.measure"])["relationship.measure"]
        self.assertEqual(len(loaded), 10)
        self.assertEqual(set(loaded[0]), {"id", "name", "picture", "valence", "sequence"})
        again = session.with_context(pos_last_server_date="2100-01-01 00:00:00").load_data(
            ["relationship.measure"]
        )
        self.assertEqual(len(again["relationship.measure"]), 10)

    def test_feelings_come_in_the_language_of_the_cashier(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.glad.sudo().with_context(lang="fr_FR").name = "Content"
        session = self.session.with_user(self.cashier).with_context(lang="fr_FR")
        loaded = session.load_data(["relationship.measure"])["relationship.measure"]
        self.assertIn("Content", [row["name"] for row in loaded])

    def test_nothing_is_added_to_the_customers_of_the_till(self):
        names = self.env["res.partner"]._load_pos_data_fields(self.config)
        self.assertFalse([name for name in names if name.startswith("relationship")])
