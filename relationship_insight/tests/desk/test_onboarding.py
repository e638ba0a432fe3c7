from odoo.exceptions import AccessError
from odoo.tests import tagged

from ..common_card import CardCase


@tagged("post_install", "-at_install")
class TestOnboarding(CardCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env["relationship.feature"]._set_all_features()
        cls.env["relationship.campaign"].search([]).write({"state": "draft"})

    def panel(self, user):
        return self.as_user(user, "relationship.desk").get_desk()["onboarding"]

    def step(self, name):
        return self.env.ref(f"relationship_insight.relationship_onboarding_step_{name}")

    def open_step(self, name):
        return self.as_user(self.manager, "relationship.onboarding").open_step(self.step(name).id)

    def done(self):
        steps = self.panel(self.manager)["steps"]
        return [step["done"] for step in steps]

    def test_what_was_found(self):
        self.assertFalse(self.panel(self.manager)["found"])
        for number, days in ((1, 4), (2, 1996)):
            self.new_profile(
                self.new_customer(f"Customer {number}"),
                purchase_days=days,
                first_purchase=f"202{number}-05-01",
            )
        self.assertEqual(
            self.panel(self.manager)["found"],
            "2 customers and 2,000 purchases since 2021 were read.",
        )

    def test_only_a_manager_of_a_shop_that_asks(self):
        for user in (self.rep, self.relations):
            self.assertFalse(self.panel(user))
            onboarding = self.as_user(user, "relationship.onboarding")
            with self.assertRaises(AccessError):
                onboarding.put_away()
            with self.assertRaises(AccessError):
                onboarding.open_step(self.step("test").id)
        self.env["relationship.feature"]._set_features({"care"})
        self.assertFalse(self.panel(self.manager))

    def test_steps_are_ticked_when_they_are_done(self):
        self.assertEqual(self.done(), [True, False, False, False])  # Others have a role already.
        self.assertEqual(self.open_step("addressing")["res_model"], "relationship.settings")
        self.assertEqual(self.done(), [True, True, False, False])
        action = self.open_step("campaign")
        campaign = self.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual((campaign.company_id, campaign.kind), (self.company, "cadence"))
        self.assertFalse(self.done()[3])
        campaign.state = "running"
        self.assertTrue(self.done()[3])
        self.assertEqual(self.open_step("users")["res_model"], "res.users")

    def test_a_step_of_another_panel_is_no_step(self):
        other = self.env["onboarding.onboarding.step"].create(
            {"title": "Else", "panel_step_open_action_name": "action_set_just_done"}
        )
        onboarding = self.as_user(self.manager, "relationship.onboarding")
        self.assertFalse(onboarding.open_step(other.id))

    def test_put_away_for_this_company(self):
        self.as_user(self.manager, "relationship.onboarding").put_away()
        self.assertFalse(self.panel(self.manager))
        other = self.env["res.company"].create({"name": "Other"})
        self.manager.company_ids |= other
        desk = self.as_user(self.manager, "relationship.desk").with_company(other).get_desk()
        self.assertTrue(desk["onboarding"])
