from datetime import date, timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, TransactionCase, freeze_time, new_test_user, tagged
from odoo.tests.common import RecordCapturer

STAFF = "base.group_user,relationship_insight.group_relationship_staff"
MANAGER = "base.group_user,relationship_insight.group_relationship_manager"
CUSTOMERS, ACTIVITIES, PERSONAL = 200, 500, 20


@tagged("post_install", "-at_install")
class TestHandover(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(
            context={
                **cls.env.context,
                "tracking_disable": True,
                "mail_activity_quick_update": True,
                "relationship_no_refresh": True,
            }
        )
        cls.leaver = new_test_user(cls.env, "leaver", groups=STAFF)
        cls.friend = new_test_user(cls.env, "friend", groups=STAFF)
        cls.helper = new_test_user(cls.env, "helper", groups=STAFF)
        cls.leader = new_test_user(cls.env, "leader", groups=STAFF)
        cls.manager = new_test_user(cls.env, "manager_h", groups=MANAGER)
        cls.admin = cls.env.ref("base.user_admin")
        cls.team = cls.env["crm.team"].create(
            {
                "name": "Shop",
                "user_id": cls.leader.id,
                "member_ids": [(6, 0, (cls.leaver | cls.friend).ids)],
            }
        )
        cls.company = cls.env.company
        cls.todo = cls.env.ref("mail.mail_activity_data_todo")
        cls.partner_model = cls.env["ir.model"]._get_id("res.partner")

    def make_customers(self, count, **vals):
        return self.env["res.partner"].create(
            [
                {"name": f"Customer {n}", "is_company": True, "user_id": self.leaver.id, **vals}
                for n in range(count)
            ]
        )

    def make_activities(self, records, count, **vals):
        model = self.env["ir.model"]._get_id(records._name)
        return self.env["mail.activity"].create(
            [
                {
                    "activity_type_id": self.todo.id,
                    "summary": f"Do {n}",
                    "user_id": self.leaver.id,
                    "res_model_id": model,
                    "res_id": records[n % len(records)].id,
                    **vals,
                }
                for n in range(count)
            ]
        )

    def make_book(self):
        """200 customers and 500 activities: on customers, on their people, on nothing at all."""
        customers = self.make_customers(CUSTOMERS)
        people = self.env["res.partner"].create(
            [{"name": "Buyer", "parent_id": customer.id} for customer in customers[:50]]
        )
        leads = self.env["crm.lead"].create(
            [
                {"name": "Lead", "partner_id": customer.id, "user_id": self.leaver.id}
                for customer in customers[:20]
            ]
        )
        activities = self.make_activities(customers, 400)
        activities |= self.make_activities(people, 50)
        activities |= self.make_activities(leads, 30)
        activities |= self.env["mail.activity"].create(
            [
                {"activity_type_id": self.todo.id, "summary": "Tidy up", "user_id": self.leaver.id}
                for _n in range(20)
            ]
        )
        self.assertEqual(len(activities), ACTIVITIES)
        return customers, activities

    def bond(self, customer, user, strength, band="good"):
        return self.env["relationship.bond"].create(
            {
                "commercial_partner_id": customer.id,
                "company_id": self.company.id,
                "staff_id": user.partner_id.id,
                "strength": strength,
                "band": band,
            }
        )

    def run_checks(self, now):
        with freeze_time(now), self.enter_registry_test_mode():
            self.env.ref(
                "relationship_insight.ir_cron_relationship_handover_check"
            ).method_direct_trigger()

    def open_activities(self, activities):
        return activities.exists().filtered(lambda a: a.active and a.user_id != self.leaver)

    def assertNothingLost(self, handover, customers, activities):
        self.assertEqual(len(activities.exists()), ACTIVITIES)
        self.assertEqual(len(self.open_activities(activities)), ACTIVITIES - PERSONAL)
        self.assertEqual(handover.activity_before, ACTIVITIES - PERSONAL)
        self.assertEqual(handover.activity_moved, ACTIVITIES - PERSONAL)
        own = activities.filtered(lambda activity: not activity.res_model)
        self.assertEqual(own.user_id, self.leaver)
        self.assertEqual(len(own), PERSONAL)
        self.assertFalse(handover.activity_closed)
        self.assertEqual(handover.line_ids.commercial_partner_id, customers)
        self.assertNotIn(self.leaver, customers.user_id)
        self.assertTrue(all(handover.line_ids.mapped("introduction_id.active")))
        for line in handover.line_ids:
            self.assertEqual(line.commercial_partner_id.user_id, line.successor_id)

    # Nothing is lost

    def test_wizard(self):
        customers, activities = self.make_book()
        self.bond(customers[0], self.leaver, 80)
        self.bond(customers[0], self.friend, 45)
        form = Form(self.env["relationship.handover"].with_user(self.manager))
        form.user_id = self.leaver
        handover = form.save()
        self.assertEqual(handover.successor_id, self.leader)
        self.assertEqual(handover.open_activity_count, ACTIVITIES - PERSONAL)
        handover.action_propose()
        self.assertEqual(len(handover.line_ids), CUSTOMERS)
        first = handover.line_ids.filtered(lambda line: line.commercial_partner_id == customers[0])
        self.assertEqual((first.successor_id, first.why), (self.friend, "bond"))
        self.assertEqual(first.bond_before, 80)
        handover.line_ids.filtered(
            lambda line: line.commercial_partner_id == customers[1]
        ).successor_id = self.helper
        handover.action_hand_over()
        self.assertNothingLost(handover.sudo(), customers, activities)
        self.assertEqual(customers[0].user_id, self.friend)
        self.assertEqual(customers[1].user_id, self.helper)
        on_first = activities.filtered(
            lambda a: (a.res_model, a.res_id) == ("res.partner", customers[0].id)
        )
        self.assertEqual(on_first.user_id, self.friend)
        self.assertEqual(first.activity_count, 5)
        # A second press does nothing, archiving later makes no second handover.
        with self.assertRaises(UserError):
            handover.action_hand_over()
        with RecordCapturer(self.env["relationship.handover"]) as more:
            self.leaver.with_user(self.admin).action_archive()
        self.assertFalse(more.records)
        self.assertEqual(len(activities.exists()), ACTIVITIES)

    def test_archive(self):
        customers, activities = self.make_book()
        with RecordCapturer(self.env["relationship.handover"]) as made:
            self.leaver.with_user(self.admin).action_archive()
        self.assertFalse(self.leaver.active)
        self.assertEqual(len(made.records), 1)
        # Closed, since Odoo deletes what is open, but neither gone nor anybody else's.
        self.assertFalse(any(activities.filtered(lambda a: not a.res_model).mapped("active")))
        self.assertEqual(made.records.reason, "archived")
        self.assertNothingLost(made.records, customers, activities)
        self.assertEqual(
            self.env["mail.activity"]
            .with_context(active_test=False)
            .search_count([("user_id", "=", self.leaver.id)]),
            PERSONAL,
        )

    def test_write_and_delete(self):
        """Neither a bare write nor deleting the user loses anything."""
        customers = self.make_customers(3)
        activities = self.make_activities(customers, 6)
        self.leaver.write({"active": False})
        self.assertEqual(len(self.open_activities(activities)), 6)
        again = self.make_activities(customers, 2, user_id=self.helper.id)
        self.helper.unlink()
        self.assertEqual(len(self.open_activities(again)), 2)

    def test_two_leave_at_once(self):
        """Neither is the other's successor."""
        customer = self.make_customers(1)
        self.bond(customer, self.friend, 70)
        self.make_activities(customer, 2)
        (self.leaver | self.friend).action_archive()
        self.assertEqual(customer.user_id, self.leader)

    def test_employee_departure(self):
        """Where employees exist, their departure hands over, with or without the user going."""
        if "hr.employee" not in self.env:
            self.skipTest("hr is not installed")
        for remove_user in (True, False):
            with self.subTest(remove_user=remove_user):
                user = new_test_user(self.env, f"employee{remove_user}", groups=STAFF)
                employee = self.env["hr.employee"].create({"name": "Employee", "user_id": user.id})
                customers = self.make_customers(CUSTOMERS, user_id=user.id)
                activities = self.make_activities(customers, ACTIVITIES, user_id=user.id)
                wizard = (
                    self.env["hr.departure.wizard"]
                    .with_context(active_ids=employee.ids, employee_termination=True)
                    .create({"remove_related_user": remove_user})
                )
                with RecordCapturer(self.env["relationship.handover"]) as made:
                    wizard.action_register_departure()
                self.assertEqual(user.active, not remove_user)
                self.assertEqual(len(activities.exists()), ACTIVITIES)
                self.assertNotIn(user, activities.user_id)
                self.assertNotIn(user, customers.user_id)
                self.assertEqual(made.records.mapped("reason"), ["departure"])

    # Confidential promises

    def test_private_promise_stays_private(self):
        customer = self.make_customers(1)
        Note = self.env["relationship.note"].with_user(self.leaver)
        private = Note.create(
            {"partner_id": customer.id, "visibility": "me", "promise": "Surprise for the wife"}
        )
        shared = Note.create({"partner_id": customer.id, "promise": "Bring the samples"})
        team = Note.create(
            {"partner_id": customer.id, "visibility": "team", "promise": "Ask the boss"}
        )
        secret = private.sudo().promise_ids.activity_id
        self.bond(customer, self.helper, 60)
        with RecordCapturer(self.env["relationship.handover"]) as made:
            self.leaver.action_archive()
        handover = made.records
        self.assertEqual(handover.line_ids.successor_id, self.helper)
        self.assertEqual(
            (handover.activity_before, handover.activity_moved, handover.activity_closed), (3, 2, 1)
        )
        self.assertTrue(secret.exists())
        ledger = self.env["relationship.promise"].search(
            [("commercial_partner_id", "=", customer.id)]
        )
        self.assertEqual(
            ledger.filtered(lambda promise: promise.visibility == "me").state, "cancelled"
        )
        self.assertFalse(secret.active)
        self.assertEqual(secret.user_id, self.leaver)
        self.assertEqual(shared.sudo().promise_ids.activity_id.user_id, self.helper)
        self.assertIn(team.sudo().promise_ids.activity_id.user_id, self.leader | self.friend)
        line = handover.line_ids.with_user(self.helper)
        self.assertEqual(line.promise_count, 2)
        self.assertIn("Bring the samples", line.brief)
        self.assertNotIn("Surprise", line.brief)

    def test_what_nobody_takes_over_is_closed_and_not_kept(self):
        customer = self.make_customers(1)
        promise = (
            self.env["relationship.note"]
            .with_user(self.leaver)
            .create({"partner_id": customer.id, "promise": "Bring the samples"})
            .sudo()
            .promise_ids
        )
        activity = promise.activity_id
        self.env["relationship.handover"]._keep_the_rest(self.leaver)
        self.assertFalse(activity.active)
        self.assertRecordValues(promise, [{"state": "open", "date_done": False}])

    # Account team

    def test_account_team(self):
        customer = self.make_customers(1)
        Team = self.env["relationship.account.team"]
        mine = Team.create(
            {
                "commercial_partner_id": customer.id,
                "staff_id": self.leaver.partner_id.id,
                "role": "primary",
                "date_from": date(2026, 1, 1),
            }
        )
        Team.create(
            {
                "commercial_partner_id": customer.id,
                "staff_id": self.helper.partner_id.id,
                "role": "backup",
                "date_from": date(2026, 1, 1),
            }
        )
        self.bond(customer, self.friend, 90)
        self.leaver.action_archive()
        self.assertEqual(customer.user_id, self.helper)
        self.assertTrue(mine.date_to)
        now = Team.search([("commercial_partner_id", "=", customer.id), ("date_to", "=", False)])
        self.assertEqual(
            {(row.staff_id, row.role) for row in now},
            {(self.helper.partner_id, "primary"), (self.helper.partner_id, "backup")},
        )

    def test_merge_folds_teams_and_lines(self):
        one, two = self.make_customers(2)
        Team = self.env["relationship.account.team"]
        Team.create(
            [
                {"commercial_partner_id": one.id, "staff_id": self.helper.partner_id.id},
                {"commercial_partner_id": two.id, "staff_id": self.friend.partner_id.id},
                {
                    "commercial_partner_id": two.id,
                    "staff_id": self.leader.partner_id.id,
                    "role": "backup",
                },
            ]
        )
        self.leaver.action_archive()
        self.env["base.partner.merge.automatic.wizard"]._merge((one | two).ids, one)
        rows = Team.search([("commercial_partner_id", "=", one.id)])
        self.assertEqual(
            {(row.staff_id, row.role) for row in rows},
            {(self.helper.partner_id, "primary"), (self.leader.partner_id, "backup")},
        )
        lines = self.env["relationship.handover.line"].search(
            [("staff_id", "=", self.leaver.partner_id.id)]
        )
        self.assertEqual(lines.commercial_partner_id, one)

    # What follows

    def test_checks_measure_the_bond_again(self):
        customer = self.make_customers(1)
        self.bond(customer, self.leaver, 82)
        with freeze_time("2026-03-02 10:00:00"):
            self.leaver.action_archive()
        line = self.env["relationship.handover.line"].search(
            [("commercial_partner_id", "=", customer.id)]
        )
        self.assertEqual(line.check_30_date, date(2026, 4, 1))
        self.run_checks("2026-03-31 10:00:00")
        self.assertFalse(line.checked_30)
        self.bond(customer, line.successor_id, 31.25, "weak")
        self.run_checks("2026-04-01 10:00:00")
        self.assertTrue(line.checked_30)
        self.assertEqual((line.bond_before, line.bond_30), (82, 31.25))
        checks = self.env["mail.activity"].search(
            [
                ("res_model", "=", "res.partner"),
                ("res_id", "=", customer.id),
                ("summary", "like", "30 days"),
            ]
        )
        self.assertEqual(checks.user_id, line.successor_id)
        self.run_checks("2026-04-02 10:00:00")
        self.assertEqual(len(checks.exists()), 1)
        self.run_checks("2026-06-01 10:00:00")
        self.assertTrue(line.checked_90)

    def test_introduction(self):
        customers = self.make_customers(2)
        self.leaver.action_archive()
        lines = self.env["relationship.handover.line"].search(
            [("commercial_partner_id", "in", customers.ids)]
        )
        self.assertEqual(lines.successor_id, self.leader)
        with self.assertRaises(AccessError):
            lines[0].with_user(self.helper).action_introduced()
        lines[0].with_user(self.leader).action_introduced()
        self.assertEqual(lines[0].state, "introduced")
        self.assertFalse(lines[0].introduction_id.active)
        # Ticked off on the customer, it counts as well.
        lines[1].introduction_id.with_user(self.leader).action_done()
        self.run_checks(fields.Datetime.now())
        self.assertEqual(lines[1].state, "introduced")

    def test_who_sees_what(self):
        customers = self.make_customers(2)
        self.bond(customers[0], self.friend, 50)
        self.leaver.action_archive()
        Line = self.env["relationship.handover.line"]
        mine = Line.with_user(self.friend).search([("staff_id", "=", self.leaver.partner_id.id)])
        self.assertEqual(mine.commercial_partner_id, customers[0])
        self.assertFalse(
            Line.with_user(self.helper).search([("staff_id", "=", self.leaver.partner_id.id)])
        )
        handover = mine.handover_id
        with self.assertRaises(AccessError):
            handover.with_user(self.friend).write({"reason": "moves"})
        with self.assertRaises(AccessError):
            self.env["relationship.handover"].with_user(self.friend).create(
                {"user_id": self.helper.id}
            )
        plain = new_test_user(self.env, "plain_h", groups="base.group_user")
        with self.assertRaises(AccessError):
            Line.with_user(plain).search([])

    def test_introductions_are_spread(self):
        customers = self.make_customers(25)
        self.leaver.action_archive()
        lines = self.env["relationship.handover.line"].search(
            [("commercial_partner_id", "in", customers.ids)]
        )
        days = sorted(line.introduction_id.date_deadline for line in lines)
        today = fields.Date.today()
        self.assertEqual(days[0], today + timedelta(days=7))
        self.assertEqual(days[-1], today + timedelta(days=9))
