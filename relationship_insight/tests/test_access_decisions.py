from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common_card import MANAGER, RELATIONS, STAFF
from .common_rows import QUIET, RowsCase


@tagged("post_install", "-at_install")
class TestAccessDecisions(RowsCase):
    """What doc/access.rst says in words beside its table."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.one, cls.two = (cls.new_user(f"decided_{n}", STAFF) for n in (1, 2))
        cls.desk = cls.new_user("decided_desk", RELATIONS)
        cls.boss = cls.new_user("decided_boss", MANAGER)
        cls.company.relationship_minimum_group = 3

    def ask_groups(self, user, model, domain, groupby, aggregates=("__count",)):
        return self.ask(user, model, "formatted_read_group", domain, groupby, list(aggregates))

    # ------------------------------------------------------------
    # Comparing colleagues
    # ------------------------------------------------------------

    def test_colleagues_are_compared_over_enough_customers(self):
        known = {self.one: 3, self.two: 2}
        for user, count in known.items():
            for _number in range(count):
                customer = self.new_customer()
                self.env["relationship.bond"].create(
                    {
                        "commercial_partner_id": customer.id,
                        "company_id": self.company.id,
                        "staff_id": user.partner_id.id,
                        "strength": 50,
                    }
                )
                self.new_readings(customer, staff_id=user.partner_id.id, origin="survey")
        both = [user.partner_id.id for user in known]
        for model, measure in (
            ("relationship.bond", "strength:avg"),
            ("relationship.reading", "value:avg"),
        ):
            for user, seen in ((self.desk, both[:1]), (self.boss, both)):
                domain = [("staff_id", "in", both)]
                with self.subTest(model=model, user=user.login):
                    groups = self.ask_groups(user, model, domain, ["staff_id"], [measure])
                    self.assertEqual([group["staff_id"][0] for group in groups], seen)
                    pivot = self.ask(
                        user,
                        model,
                        "formatted_read_grouping_sets",
                        domain,
                        [["staff_id"], []],
                        [measure],
                    )
                    self.assertEqual([group["staff_id"][0] for group in pivot[0]], seen)
                    alone = self.ask_groups(
                        user, model, [("staff_id", "=", both[1])], [], ["__count"]
                    )
                    self.assertEqual(bool(alone and alone[0]["__count"]), user == self.boss)
                    self.assertEqual(
                        len(self.ask_groups(user, model, domain, ["commercial_partner_id"])), 5
                    )

    def test_nothing_given_opens_the_floor(self):
        customer = self.new_customer()
        self.new_readings(customer, staff_id=self.two.partner_id.id, origin="survey")
        for having in (["|", ("__count", ">", 0)], [("__count", ">", 0)]):
            try:
                groups = self.ask(
                    self.desk,
                    "relationship.reading",
                    "formatted_read_group",
                    [("staff_id", "=", self.two.partner_id.id)],
                    ["staff_id"],
                    ["__count"],
                    having=having,
                )
            except (IndexError, ValueError):
                continue
            self.assertFalse(groups)

    # ------------------------------------------------------------
    # One's own and others'
    # ------------------------------------------------------------

    @mute_logger(*QUIET)
    def test_staff_change_their_own_life_events_and_relations(self):
        other = self.new_customer("Daughter")
        for model, vals, change in (
            ("relationship.life.event", {"day": 3, "month": "4"}, {"day": 5}),
            (
                "relationship.relation",
                {
                    "other_id": other.id,
                    "type_id": self.env["relationship.relation.type"].search([], limit=1).id,
                },
                {"text": "Eldest"},
            ),
        ):
            record = self.as_user(self.one, model).create({"partner_id": self.customer.id, **vals})
            with self.subTest(model=model):
                self.assertTrue(self.as_user(self.two, model).browse(record.id).display_name)
                for method, args in (("write", [change]), ("unlink", [])):
                    with self.assertRaises(AccessError):
                        self.ask(self.two, model, method, record.ids, *args)
                for user in (self.one, self.desk):
                    self.assertTrue(self.ask(user, model, "write", record.ids, change))
                self.assertTrue(self.ask(self.one, model, "unlink", record.ids))

    @mute_logger(*QUIET)
    def test_corrected_conversation_keeps_what_it_said(self):
        note = self.as_user(self.one, "relationship.note").create(
            {"partner_id": self.customer.id, "summary": "Wants the blue one", "promise": "Call"}
        )
        note.write({"summary": "Wants the blue one, soon"})
        self.assertFalse(note.change_ids)
        self.ask(self.desk, "relationship.note", "write", note.ids, {"summary": "Said nothing"})
        self.ask(self.desk, "relationship.note", "write", note.ids, {"purpose": note.purpose})
        self.assertRecordValues(
            note.change_ids,
            [{"user_id": self.desk.id, "before": "What Was Said: Wants the blue one, soon"}],
        )
        with self.assertRaises(AccessError):
            self.ask(self.desk, "relationship.note", "unlink", note.ids)
        for method, args in (("write", [{"before": "-"}]), ("unlink", [])):
            for user in (self.desk, self.boss):
                with self.assertRaises(AccessError):
                    self.ask(user, "relationship.note.change", method, note.change_ids.ids, *args)
        Change = "relationship.note.change"
        self.assertEqual(self.ask(self.two, Change, "search_count", []), 0)
        self.assertEqual(self.ask(self.one, Change, "search_count", []), 1)
        self.assertEqual(self.ask(self.stranger, Change, "search_count", []), 0)
        self.ask(self.boss, "relationship.note", "unlink", note.ids)

    def test_corrected_promise_keeps_what_it_said(self):
        note = self.as_user(self.one, "relationship.note").create(
            {
                "partner_id": self.customer.id,
                "promise": "Call",
                "promise_ids": [(0, 0, {"name": "Send it", "date_due": "2030-01-02"})],
            }
        )
        sent = note.promise_ids.filtered(lambda promise: promise.name == "Send it")
        self.ask(
            self.desk,
            "relationship.note",
            "write",
            note.ids,
            {"promise_ids": [(1, sent.id, {"name": "Send nothing"})]},
        )
        self.assertEqual(note.change_ids.mapped("before"), ["Send it (2030-01-02)"])
        self.ask(self.desk, "relationship.note", "write", note.ids, {"promise": "Write"})
        self.ask(self.desk, "relationship.note", "write", note.ids, {"promise_ids": [(2, sent.id)]})
        self.ask(self.one, "relationship.note", "write", note.ids, {"promise": "Visit"})
        day = fields.Date.add(fields.Date.today(), days=3)
        self.assertEqual(
            note.change_ids.sorted("id").mapped("before"),
            ["Send it (2030-01-02)", f"Call ({day})", "Send nothing (2030-01-02)"],
        )

    # ------------------------------------------------------------
    # Between companies
    # ------------------------------------------------------------

    @mute_logger(*QUIET)
    def test_promise_on_a_shared_contact_stays_in_its_company(self):
        Activity = self.env["mail.activity"]
        ours = self.new_customer("Ours", company_id=self.company.id)
        kept = {}
        for partner, public in ((self.customer, False), (ours, True)):
            note = self.as_user(self.one, "relationship.note").create(
                {
                    "partner_id": partner.id,
                    "promise": f"Secret for {partner.name}",
                    "promise_ids": [(0, 0, {"name": f"Secret too for {partner.name}"})],
                }
            )
            self.env["relationship.life.event"].create(
                {
                    "partner_id": partner.id,
                    "company_id": self.company.id,
                    "user_id": self.one.id,
                    "name": f"Secret day of {partner.name}",
                    "day": self.today.day,
                    "month": str(self.today.month),
                }
            )
            kept[partner] = note
            self.assertEqual(any(note.sudo().promise_ids.activity_id.mapped("res_id")), public)
        with self.enter_registry_test_mode():
            self.env.ref(
                "relationship_insight.ir_cron_relationship_life_event"
            ).method_direct_trigger()
        self.assertEqual(Activity.search_count([("summary", "ilike", "secret")]), 6)
        self.assertFalse(
            self.ask(
                self.stranger, "mail.activity", "search_count", [("summary", "ilike", "secret")]
            )
        )
        for note in kept.values():
            activities = note.sudo().promise_ids.activity_id
            self.assertEqual(activities.user_id, self.one)
            with self.assertRaises(AccessError):
                self.ask(self.stranger, "mail.activity", "read", activities.ids, ["summary"])
        # Their owner keeps them like any other, and the ledger follows.
        promise = self.env["relationship.promise"].search(
            [("note_id", "=", kept[self.customer].id), ("name", "ilike", "Secret for")]
        )
        self.as_user(self.one, "mail.activity").browse(promise.activity_id.id).action_feedback()
        self.assertEqual(promise.state, "kept")
        self.assertGreaterEqual(promise.date_due, fields.Date.today() - timedelta(days=1))
