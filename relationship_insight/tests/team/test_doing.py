from datetime import timedelta

from lxml import etree

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ..common_card import CardCase

SEEN_BY = {
    "rep": {"Plan Talks"},
    "helper": {"Plan Talks", "Assign"},
    "relations": {"Plan Talks", "Add to a Campaign"},
}
# Every list of customers that a figure leads to.
LISTS = (
    "relationship.bond",
    "relationship.cadence",
    "relationship.case",
    "relationship.eligibility",
    "relationship.handover.line",
    "relationship.invitation",
    "relationship.note",
    "relationship.profile",
    "relationship.reading",
    "relationship.referral.standing",
    "relationship.silent.pair",
    "relationship.snapshot",
    "relationship.transition",
)


@tagged("post_install", "-at_install")
class TestDoing(CardCase):
    """From a list of customers on: plan talks, assign, add to a campaign."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.helper = cls.new_user("card_helper", "base.group_partner_manager")
        cls.helper.group_ids += cls.rep.group_ids
        cls.mine = cls.new_customer("Mine", user_id=cls.helper.id)
        cls.free = cls.new_customer("Free")
        cls.theirs = cls.new_customer("Theirs", user_id=cls.colleague.id)
        cls.customers = cls.mine + cls.free + cls.theirs
        cls.profiles = cls.env["relationship.profile"]
        for customer, spend in zip(cls.customers, (100, 300, 200)):
            cls.profiles += cls.new_profile(customer, spend_12m=spend)

    def do(self, model, rows, user, **vals):
        """The wizard as a list's button opens it: by the rows chosen, with the user's rights."""
        return (
            self.env[model]
            .with_user(user)
            .with_context(active_model=rows._name, active_ids=rows.ids)
            .create(vals)
        )

    def activities(self, customers):
        return self.env["mail.activity"].search(
            [
                ("res_model", "=", "res.partner"),
                ("res_id", "in", customers.ids),
                (
                    "activity_type_id",
                    "=",
                    self.env.ref("relationship_insight.mail_activity_type_talk").id,
                ),
            ],
            order="date_deadline, id",
        )

    def test_every_list_offers_what_its_reader_may_do(self):
        for model in LISTS:
            for role, expected in SEEN_BY.items():
                Model = self.env[model].with_user(getattr(self, role))
                if not Model.has_access("read"):
                    continue
                arch = etree.fromstring(Model.get_views([(False, "list")])["views"]["list"]["arch"])
                with self.subTest(model=model, role=role):
                    buttons = {b.get("string") for b in arch.findall("header/button")}
                    self.assertEqual(buttons & {*expected, "Assign", "Add to a Campaign"}, expected)

    def test_talks_are_planned_for_their_salesperson(self):
        self.do("relationship.plan.talks", self.profiles, self.relations).action_plan()
        self.assertEqual(
            {a.res_id: a.user_id for a in self.activities(self.customers)},
            {
                self.mine.id: self.helper,
                self.free.id: self.relations,
                self.theirs.id: self.colleague,
            },
        )
        again = self.do("relationship.plan.talks", self.profiles, self.relations).action_plan()
        self.assertEqual(again["params"]["message"], "0 talks planned. 3 had one planned already.")
        self.assertEqual(len(self.activities(self.customers)), 3)

    def test_talks_are_spread_over_working_days_the_best_customers_first(self):
        self.do(
            "relationship.plan.talks",
            self.profiles,
            self.relations,
            date="2030-11-08",
            days=3,
            user_id=self.rep.id,
            summary="The new machine",
        ).action_plan()
        self.assertEqual(
            [
                (str(a.date_deadline), a.res_id, a.user_id, a.summary)
                for a in self.activities(self.customers)
            ],
            [
                ("2030-11-08", self.free.id, self.rep, "The new machine"),
                ("2030-11-11", self.theirs.id, self.rep, "The new machine"),
                ("2030-11-12", self.mine.id, self.rep, "The new machine"),
            ],
        )

    def test_staff_plan_for_customers_they_see(self):
        self.do("relationship.plan.talks", self.profiles[1], self.rep).action_plan()
        self.assertEqual(self.activities(self.customers).user_id, self.rep)
        with self.assertRaises(AccessError):
            self.do("relationship.plan.talks", self.profiles, self.rep)
        for wrong in ({"days": 0}, {"days": 91}, {"date": self.today - timedelta(days=2)}):
            with self.assertRaises(UserError):
                self.do(
                    "relationship.plan.talks", self.profiles[1], self.rep, **wrong
                ).action_plan()
        stranger = self.new_customer("Stranger", company_id=self.other_company.id)
        with self.assertRaises(AccessError):
            self.do(
                "relationship.plan.talks",
                self.profiles[1],
                self.rep,
                partner_ids=[Command.set(stranger.ids)],
            )
        with self.assertRaises(AccessError):
            self.do("relationship.plan.talks", self.free, self.plain)

    def test_planning_costs_no_query_per_customer(self):
        def count(size):
            customers = self.env["res.partner"].create([{"name": f"C{n}"} for n in range(size)])
            wizard = self.do("relationship.plan.talks", customers, self.relations)
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            wizard.action_plan()
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        count(2)
        self.assertLess(count(60) - count(10), 25)

    def test_staff_take_no_customer_from_a_colleague(self):
        told = self.do(
            "relationship.assign", self.customers, self.helper, user_id=self.rep.id
        ).action_assign()
        self.assertEqual(self.mine.user_id + self.free.user_id, self.rep)
        self.assertEqual(self.theirs.user_id, self.colleague)
        self.assertIn("2 customers belong to card_rep", told["params"]["message"])
        with self.assertRaises(UserError):
            self.do(
                "relationship.assign", self.theirs, self.helper, user_id=self.helper.id
            ).action_assign()

    def test_whoever_may_not_change_contacts_assigns_none(self):
        for user in (self.rep, self.relations):
            with self.assertRaises(UserError):
                self.do("relationship.assign", self.free, user, user_id=user.id).action_assign()
        self.assertFalse(self.free.user_id)

    def test_customer_relations_assign_anybody_to_colleagues_only(self):
        self.relations.group_ids += self.env.ref("base.group_partner_manager")
        self.do(
            "relationship.assign", self.profiles, self.relations, user_id=self.rep.id
        ).action_assign()
        self.assertEqual(self.customers.user_id, self.rep)
        elsewhere = self.new_user("card_elsewhere", "base.group_user", self.other_company)
        with self.assertRaises(UserError):
            self.do(
                "relationship.assign", self.profiles, self.relations, user_id=elsewhere.id
            ).action_assign()

    def test_a_draft_campaign_gets_its_audience_from_lists(self):
        campaign = self.env["relationship.campaign"].create(
            {
                "name": "Attached, but rare",
                "company_id": self.company.id,
                "instrument_id": self.env["relationship.instrument"].search([], limit=1).id,
            }
        )
        for row in self.profiles[:2]:
            self.do("relationship.ask", row, self.relations, campaign_id=campaign.id).action_ask()
        audience = self.env["res.partner"].search(campaign._get_audience_domain())
        self.assertEqual(audience, self.mine + self.free)
        self.assertFalse(campaign.invitation_ids)
        with self.assertRaises(AccessError):
            self.do("relationship.ask", self.profiles, self.rep, campaign_id=campaign.id)
