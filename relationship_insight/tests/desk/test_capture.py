from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import HttpCase, new_test_user, tagged

from ..common_note import STAFF, NoteCase

KEY = "0123456789abcdef"


@tagged("post_install", "-at_install")
class TestCaptureLine(NoteCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.seller = new_test_user(
            cls.env, "seller", groups=STAFF + ",sales_team.group_sale_salesman"
        )
        cls.order = cls.env["sale.order"].create(
            {"partner_id": cls.customer.id, "user_id": cls.seller.id}
        )

    def store(self, user=None, **line):
        return (
            self.env["relationship.note"]
            .with_user(user or self.nok)
            .log_line({"key": KEY, "partner_id": self.customer.id, "channel": "visit", **line})
        )

    def test_a_line_becomes_a_conversation(self):
        row = self.store(
            text="  Likes the\n new kettle ",
            feelings=self.glad.ids,
            promise="Send the list",
            promise_date="2031-01-02",
        )
        note = self.env["relationship.note"].browse(row["id"])
        self.assertRecordValues(
            note,
            [
                {
                    "partner_id": self.customer.id,
                    "staff_id": self.nok.partner_id.id,
                    "channel": "visit",
                    "initiator": "staff",
                    "summary": "Likes the new kettle",
                    "feeling_ids": self.glad.ids,
                    "visibility": "company",
                    "promise": "Send the list",
                    "order_model": False,
                    "source_key": KEY,
                }
            ],
        )
        self.assertEqual(
            note.promise_ids.activity_id.date_deadline, fields.Date.to_date("2031-01-02")
        )
        self.assertEqual(row["feelings"][0]["id"], self.glad.id)
        self.assertEqual(row["summary"], note.summary)

    def test_the_same_key_stores_once(self):
        first = self.store(text="Once")
        self.assertEqual(self.store(text="Twice")["id"], first["id"])
        self.assertEqual(self.env["relationship.note"].search_count([("source_key", "=", KEY)]), 1)
        found = self.env["relationship.note"].with_user(self.nok).find_line(KEY)
        self.assertEqual(found["summary"], "Once")
        self.assertFalse(self.env["relationship.note"].with_user(self.dao).find_line(KEY))
        with self.assertRaises(UserError):
            self.store(user=self.dao, text="Somebody else's key")

    def test_a_line_on_an_order_and_a_lead(self):
        lead = self.env["crm.lead"].create(
            {"name": "Kettles", "partner_id": self.customer.id, "user_id": self.seller.id}
        )
        for number, record in enumerate((self.order, lead)):
            row = self.store(
                user=self.seller, key=f"{KEY}{number}", model=record._name, res_id=record.id
            )
            note = self.env["relationship.note"].browse(row["id"])
            self.assertEqual((note.order_model, note.order_id), (record._name, record.id))
            self.assertEqual(note.company_id, record.company_id or self.env.company)

    def test_bad_lines_are_refused_in_words(self):
        for bad in (
            {"key": "short"},
            {"partner_id": False},
            {"partner_id": 2**30},
            {"text": "x" * 2001},
            {"channel": "pigeon"},
            {"promise_date": "soon"},
            {"feelings": self.env.ref("relationship_insight.measure_m16_price").ids},
        ):
            with self.subTest(bad=bad), self.assertRaises(UserError):
                self.store(**bad)
        with self.assertRaises(AccessError):
            self.store(user=self.plain, text="No group")

    def test_a_document_that_one_may_not_read_is_not_linked(self):
        row = self.store(model="sale.order", res_id=self.order.id, text="No right to orders")
        self.assertFalse(self.env["relationship.note"].browse(row["id"]).order_id)

    def test_the_last_kind_of_talk_is_offered(self):
        Note = self.env["relationship.note"].with_user(self.nok)
        self.assertEqual(Note.get_line_options()["channel"], "store")
        self.store(channel="call_in")
        self.store(key=KEY + "1", channel="call_missed")
        self.store(user=self.dao, key=KEY + "2", channel="chat")
        options = Note.get_line_options()
        self.assertEqual(options["channel"], "call_in")
        self.assertIn(self.glad.id, [feeling["id"] for feeling in options["feelings"]])

    def test_what_was_said_before(self):
        sister = self.env["res.partner"].create({"name": "Sister", "parent_id": self.firm.id})
        now = fields.Datetime.now()
        old = [self.log(date=now - timedelta(days=days)) for days in (9, 8, 7, 6)]
        other = self.log(user=self.dao, partner_id=sister.id, date=now - timedelta(days=1))
        secret = self.log(user=self.dao, visibility="me")

        def recent(user, partner):
            Note = self.env["relationship.note"].with_user(user)
            return [row["id"] for row in Note.get_recent_lines(partner.id)]

        latest = [note.id for note in reversed(old)]
        self.assertEqual(recent(self.nok, self.customer), latest[:3])
        self.assertEqual(recent(self.nok, self.firm), [other.id, *latest[:2]])
        self.assertEqual(recent(self.dao, self.customer), [secret.id, *latest[:2]])
        with self.assertRaises(AccessError):
            recent(self.plain, self.customer)

    def test_a_call_nobody_answered_is_no_talk(self):
        old = self.log(date=fields.Datetime.now() - timedelta(days=9))
        row = self.store(channel="call_missed")
        note = self.env["relationship.note"].browse(row["id"])
        customer = self.customer.with_user(self.nok)
        self.assertEqual(customer.relationship_last_talk_note_id, old)
        self.assertEqual(customer.relationship_last_out, note.date)

    def test_everybody_who_was_there_was_talked_with(self):
        sister = self.env["res.partner"].create({"name": "Sister", "parent_id": self.firm.id})
        note = self.log(
            attendee_ids=[Command.link(sister.id)],
            colleague_ids=[Command.link(self.dao.partner_id.id)],
        )
        self.assertEqual(sister.with_user(self.dao).relationship_last_talk, note.date)
        note.attendee_ids = False
        self.assertFalse(sister.with_user(self.dao).relationship_last_talk)
        note.write({"attendee_ids": [Command.link(sister.id)], "visibility": "me"})
        self.assertFalse(sister.with_user(self.dao).relationship_last_talk)
        self.assertEqual(sister.with_user(self.nok).relationship_last_talk, note.date)
        note.unlink()
        self.assertFalse(sister.with_user(self.nok).relationship_last_talk)

    def test_merging_keeps_who_was_there(self):
        twin, sister = self.env["res.partner"].create(
            [{"name": name, "parent_id": self.firm.id} for name in ("Twin", "Sister")]
        )
        note = self.log(attendee_ids=[Command.set((twin + sister).ids)])
        draft = (
            self.env["relationship.note.draft"]
            .with_user(self.nok)
            .keep_draft({"key": KEY, "partner_id": twin.id})
        )
        self.env["base.partner.merge.automatic.wizard"].create({})._merge(
            (twin + sister).ids, sister
        )
        self.assertEqual(note.attendee_ids, sister)
        self.assertEqual(sister.with_user(self.dao).relationship_last_talk, note.date)
        self.assertEqual(self.env["relationship.note.draft"].browse(draft["id"]).partner_id, sister)

    def test_a_contact_is_made_of_a_lead(self):
        lead = self.env["crm.lead"].create(
            {"name": "Kettles", "contact_name": "Anchalee", "user_id": self.seller.id}
        )
        lead.with_user(self.seller).action_relationship_customer()
        self.assertEqual(lead.partner_id.name, "Anchalee")
        self.assertEqual(self.guess(lead)["partner_id"], lead.partner_id.id)

    def test_a_call_nobody_answered_is_no_first_contact_of_a_case(self):
        case = (
            self.env["relationship.case"]
            .with_user(self.dao)
            .create({"partner_id": self.customer.id, "name": "Kettle leaks"})
        )
        document = {"order_model": "relationship.case", "order_id": case.id}
        with self.assertRaises(AccessError), self.cr.savepoint():
            self.log(channel="call_out", **document)
        self.assertEqual(case.state, "new", "a colleague's case isn't theirs to move")
        self.log(user=self.dao, channel="call_missed", **document)
        self.assertEqual(case.state, "new")
        self.log(user=self.dao, channel="call_out", **document)
        self.assertEqual(case.state, "working")

    def test_services_before_and_after_the_sale(self):
        for purpose in ("advise", "solve"):
            note = self.log(purpose=purpose)
            self.assertEqual(note.depth, "0.5")

    # ------------------------------------------------------------
    # Whom the open record is about
    # ------------------------------------------------------------

    def guess(self, record, user=None, **more):
        return (
            self.env["relationship.capture"]
            .with_user(user or self.seller)
            .guess_customer(record._name, record.id, **more)
        )

    def test_the_customer_of_the_open_record(self):
        event = self.env["calendar.event"].create(
            {
                "name": "Visit",
                "partner_ids": [Command.link(self.customer.id)],
                "start": "2031-01-02 08:00",
                "stop": "2031-01-02 09:00",
            }
        )
        profile = self.env["relationship.profile"].create(
            {
                "commercial_partner_id": self.firm.id,
                "company_id": self.env.company.id,
                "date": fields.Date.today(),
            }
        )
        for record, partner, document in (
            (self.customer, self.customer, False),
            (self.order, self.customer, True),
            (event, self.customer, False),
            (self.log(), self.customer, False),
        ):
            with self.subTest(record=record):
                guess = self.guess(record)
                self.assertEqual(guess["partner_id"], partner.id)
                self.assertEqual(guess["name"], partner.display_name)
                self.assertEqual("default_order_id" in guess["defaults"], document)
        self.assertEqual(self.guess(profile, self.boss)["partner_id"], self.firm.id)

    def test_no_guess_without_a_customer_or_a_right(self):
        self.assertFalse(self.guess(self.seller))
        self.assertFalse(self.guess(self.env.company))
        self.assertFalse(self.guess(self.order, user=self.nok))
        private = self.log(visibility="me")
        self.assertFalse(self.guess(private, user=self.dao))
        Capture = self.env["relationship.capture"].with_user(self.seller)
        for bad in (("no.model", 1), (None, None), ("res.partner", "1"), ("res.partner", 2**30)):
            self.assertFalse(Capture.guess_customer(*bad))
        with self.assertRaises(AccessError):
            self.guess(self.customer, user=self.plain)

    def test_the_number_names_the_person(self):
        self.customer.phone = "+66 81 234 5678"
        self.assertEqual(self.guess(self.firm, phone="0812345678")["partner_id"], self.customer.id)
        self.assertEqual(self.guess(self.firm, phone="0899")["partner_id"], self.firm.id)


@tagged("post_install", "-at_install")
class TestCaptureSession(HttpCase):
    def test_the_web_client_knows_what_to_offer(self):
        nok = new_test_user(self.env, "session_nok", groups=STAFF)
        plain = new_test_user(self.env, "session_plain", groups="base.group_user")

        def info(user):
            self.authenticate(user.login, user.login)
            return self.make_jsonrpc_request("/web/session/get_session_info").get(
                "relationship_capture"
            )

        self.assertEqual(info(nok), {"call_card": True})
        self.env["res.users"].with_user(nok).stop_relationship_call_card()
        self.assertEqual(info(nok), {"call_card": False})
        nok.with_user(nok).relationship_call_card = True
        self.assertTrue(nok.relationship_call_card)
        self.assertIsNone(info(plain))


@tagged("post_install", "-at_install")
class TestCaptureEach(NoteCase):
    def wizard(self, partners, user=None, **vals):
        return (
            self.env["relationship.note.each"]
            .with_user(user or self.nok)
            .with_context(active_model=partners._name, active_ids=partners.ids)
            .create({"summary": "Met at the market", **vals})
        )

    def notes(self, partners):
        return self.env["relationship.note"].search([("partner_id", "in", partners.ids)])

    def test_one_conversation_for_each(self):
        partners = self.env["res.partner"].create([{"name": f"Guest {n}"} for n in range(4)])
        wizard = self.wizard(partners, feeling_ids=[Command.set(self.glad.ids)])
        self.assertEqual(wizard.customer_count, 4)
        wizard.action_log()
        wizard.action_log()
        notes = self.notes(partners)
        self.assertEqual(len(notes), 4)
        self.assertEqual(notes.partner_id, partners)
        self.assertEqual(set(notes.mapped("channel")), {"event"})
        self.assertEqual(notes.mapped("create_uid"), self.nok)
        self.assertEqual(len(notes.sudo().reading_ids), 4)

    def test_from_our_list_of_customers(self):
        profile = self.env["relationship.profile"].create(
            {
                "commercial_partner_id": self.firm.id,
                "company_id": self.env.company.id,
                "date": fields.Date.today(),
            }
        )
        self.assertEqual(self.wizard(profile, user=self.boss).partner_ids, self.firm)

    def test_who_cannot_be_logged_is_named_and_nothing_is_stored(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        self.boss.company_ids += other
        stranger = self.env["res.partner"].create({"name": "Stranger", "company_id": other.id})
        both = self.customer + stranger
        wizard = (
            self.env["relationship.note.each"]
            .with_user(self.boss)
            .with_context(allowed_company_ids=(self.env.company + other).ids)
            .create({"partner_ids": [Command.set(both.ids)]})
        )
        with self.assertRaisesRegex(UserError, "Stranger"):
            wizard.action_log()
        hidden = (
            self.env["relationship.note.each"]
            .with_user(self.nok)
            .create({"partner_ids": [Command.set(self.customer.ids)]})
        )
        hidden.sudo().partner_ids += stranger
        with self.assertRaisesRegex(UserError, "1 of these"):
            hidden.action_log()
        self.assertFalse(self.notes(both))
        with self.assertRaises(UserError):
            self.env["relationship.note.each"].with_user(self.nok).create({}).action_log()
        with self.assertRaises(AccessError):
            self.wizard(self.customer, user=self.plain)

    def test_many_cost_no_more_queries_each(self):
        def count(size):
            partners = self.env["res.partner"].create([{"name": f"Guest {n}"} for n in range(size)])
            wizard = self.wizard(partners)
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.env.cr.sql_log_count
            wizard.action_log()
            self.env.flush_all()
            return self.env.cr.sql_log_count - start

        count(1)
        few, many = count(3), count(60)
        self.assertLess(many - few, 8)
