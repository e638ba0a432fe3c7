import contextlib

from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.service.model import call_kw
from odoo.tests import TransactionCase, new_test_user, tagged
from odoo.tools import mute_logger

STAFF = "base.group_user,relationship_insight.group_relationship_staff"
MANAGER = "base.group_user,relationship_insight.group_relationship_manager"
QUIET = ("odoo.addons.base.models.ir_rule", "odoo.addons.base.models.ir_model")


@tagged("post_install", "-at_install")
class TestHandoverCompany(TransactionCase):
    """A handover reaches as far as its company, whoever asks and however."""

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
        cls.one, cls.two = cls.env["res.company"].create([{"name": "One"}, {"name": "Two"}])
        cls.manager = cls.new_user("manager_one", MANAGER, cls.one)
        cls.heir = cls.new_user("heir_one", STAFF, cls.one)
        cls.both = cls.new_user("works_in_both", STAFF, cls.one + cls.two)
        cls.stranger = cls.new_user("works_in_two", STAFF, cls.two)
        cls.heir_two = cls.new_user("heir_two", MANAGER, cls.two)

    @classmethod
    def new_user(cls, login, groups, companies):
        return new_test_user(
            cls.env,
            login,
            groups=groups,
            company_id=companies[0].id,
            company_ids=[Command.set(companies.ids)],
        )

    def as_manager(self, model):
        return (
            self.env[model].with_user(self.manager).with_context(allowed_company_ids=self.one.ids)
        )

    def rpc(self, model, method, *args):
        Model = self.as_manager(model)
        return call_kw(Model, method, list(args), {"context": dict(Model.env.context)})

    def book(self, user):
        """What this user has in either company, and shared by both: {name: record}."""
        partners = {
            name: self.env["res.partner"].create(
                {"name": name, "user_id": user.id, "company_id": company and company.id}
            )
            for name, company in (("one", self.one), ("two", self.two), ("shared", None))
        }
        leads = {
            f"lead {name}": self.env["crm.lead"].create(
                {
                    "name": name,
                    "user_id": user.id,
                    "company_id": company.id,
                    "partner_id": partners["shared"].id,
                }
            )
            for name, company in (("one", self.one), ("two", self.two))
            if company in user.company_ids
        }
        notes = {
            f"promise {company.name}": self.env["relationship.note"]
            .with_user(user)
            .with_context(allowed_company_ids=company.ids)
            .create(
                {
                    "partner_id": partners["shared"].id,
                    "company_id": company.id,
                    "promise": f"In {company.name}",
                }
            )
            .sudo()
            .promise_ids.activity_id
            for company in user.company_ids
        }
        Activity = self.env["mail.activity"]
        todo = self.env.ref("mail.mail_activity_data_todo")
        activities = {
            f"on {name}": Activity.create(
                {
                    "activity_type_id": todo.id,
                    "summary": name,
                    "user_id": user.id,
                    "res_model_id": self.env["ir.model"]._get_id(record._name),
                    "res_id": record.id,
                }
            )
            for name, record in (partners | leads).items()
        }
        activities["personal"] = Activity.create(
            {"activity_type_id": todo.id, "summary": "Dentist", "user_id": user.id}
        )
        return partners | activities | notes

    def owners(self, book):
        return {name: record.sudo().user_id for name, record in book.items()}

    @mute_logger(*QUIET)
    def test_nothing_of_another_companys_user_is_taken_over(self):
        book = self.book(self.stranger)
        before = self.owners(book)
        for vals in (
            {"user_id": self.stranger.id, "successor_id": self.manager.id},
            {"staff_id": self.stranger.partner_id.id, "successor_id": self.manager.id},
            {
                "user_id": self.heir.id,
                "staff_id": self.stranger.partner_id.id,
                "successor_id": self.manager.id,
            },
            {
                "user_id": self.stranger.id,
                "company_id": self.two.id,
                "successor_id": self.manager.id,
            },
            {"user_id": self.heir.id, "successor_id": self.stranger.id},
        ):
            with self.subTest(vals=vals):
                with contextlib.suppress(UserError), self.env.cr.savepoint():
                    handover = self.rpc("relationship.handover", "create", [vals])
                    self.rpc("relationship.handover", "action_hand_over", handover)
                self.assertEqual(self.owners(book), before)
                self.assertFalse(
                    self.env["mail.activity"].search([("user_id", "=", self.manager.id)])
                )

    @mute_logger(*QUIET)
    def test_leaver_and_successors_are_of_the_company(self):
        mine = {"user_id": self.heir.id, "successor_id": self.manager.id}
        for vals in (
            {"user_id": self.stranger.id},
            {"successor_id": self.stranger.id},
            {"staff_id": self.stranger.partner_id.id},
        ):
            with self.subTest(vals=vals), self.assertRaises(UserError), self.env.cr.savepoint():
                self.rpc("relationship.handover", "create", [mine | vals])
        handover = self.rpc("relationship.handover", "create", [mine])
        foreign = self.book(self.stranger)["two"]
        customer = self.env["res.partner"].create({"name": "Ours"})
        for vals in (
            {"commercial_partner_id": customer.id, "successor_id": self.stranger.id},
            {"commercial_partner_id": foreign.id, "successor_id": self.manager.id},
        ):
            with self.subTest(vals=vals), self.assertRaises(UserError), self.env.cr.savepoint():
                self.rpc(
                    "relationship.handover.line", "create", [{"handover_id": handover[0], **vals}]
                )
        # Whoever was chosen while they worked here, and doesn't any more.
        self.as_manager("relationship.handover").browse(handover).successor_id = self.both
        self.both.write({"company_ids": [Command.set(self.two.ids)], "company_id": self.two.id})
        with self.assertRaises(UserError):
            self.rpc("relationship.handover", "action_hand_over", handover)

    def test_who_works_in_two_companies_hands_over_one(self):
        book = self.book(self.both)
        handover = self.rpc(
            "relationship.handover",
            "create",
            [{"user_id": self.both.id, "successor_id": self.heir.id}],
        )
        self.assertEqual(
            self.rpc(
                "relationship.handover",
                "read",
                handover,
                ["open_activity_count"],
            )[0]["open_activity_count"],
            4,
        )
        self.rpc("relationship.handover", "action_hand_over", handover)
        self.assertEqual(
            self.owners(book),
            {
                "one": self.heir,
                "two": self.both,
                "shared": self.heir,
                "on one": self.heir,
                "on two": self.both,
                "on shared": self.heir,
                "on lead one": self.heir,
                "on lead two": self.both,
                "personal": self.both,
                "promise One": self.heir,
                "promise Two": self.both,
            },
        )
        self.assertTrue(book["personal"].active)
        done = self.env["relationship.handover"].browse(handover)
        self.assertEqual((done.activity_before, done.activity_moved), (4, 4))

    def test_the_other_company_leaves_what_is_shared(self):
        """Only what it lists: the main company of whoever leaves sees to the rest."""
        book = self.book(self.both)
        Handover = (
            self.env["relationship.handover"]
            .with_user(self.heir_two)
            .with_context(allowed_company_ids=self.two.ids)
        )
        handover = Handover.create({"user_id": self.both.id, "successor_id": self.heir_two.id})
        handover.action_hand_over()
        self.assertEqual(
            {name for name, owner in self.owners(book).items() if owner == self.heir_two},
            {"two", "on two", "on lead two", "promise Two"},
        )

    def test_archiving_passes_on_in_each_company(self):
        book = self.book(self.both)
        boss = self.new_user("boss_one", MANAGER, self.one)
        self.env["crm.team"].create(
            {
                "name": "One",
                "company_id": self.one.id,
                "user_id": boss.id,
                "member_ids": [Command.set(self.both.ids)],
            }
        )
        self.both.with_user(self.env.ref("base.user_admin")).action_archive()
        owners = self.owners(book)
        self.assertEqual(owners.pop("personal"), self.both)
        self.assertFalse(book["personal"].active)
        two = {"two", "on two", "on lead two", "promise Two"}
        self.assertEqual({name for name, owner in owners.items() if owner == self.heir_two}, two)
        self.assertEqual(
            {name for name, owner in owners.items() if owner == boss}, set(owners) - two
        )

    def test_nobody_left_in_the_company(self):
        """Then nothing goes to a stranger, and nothing is deleted."""
        (self.heir_two + self.both).write(
            {"company_ids": [Command.set(self.one.ids)], "company_id": self.one.id}
        )
        admin = self.env.ref("base.user_admin")
        self.env["res.users"].sudo().search([("company_ids", "in", self.two.ids)]).filtered(
            lambda user: user != self.stranger
        ).company_ids = [Command.unlink(self.two.id)]
        book = self.book(self.stranger)
        self.stranger.with_user(admin).action_archive()
        self.assertEqual(set(self.owners(book).values()), {self.stranger})

    def test_staff_may_not_start_one(self):
        with self.assertRaises(AccessError):
            self.env["relationship.handover"].with_user(self.heir).create({"user_id": self.both.id})
