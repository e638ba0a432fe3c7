from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common_card import CardCase


@tagged("post_install", "-at_install")
class TestSettings(CardCase):
    def settings(self, user):
        return self.as_user(user, "relationship.settings")

    def test_the_manager_sets_the_company_without_administering(self):
        self.assertFalse(self.manager.has_group("base.group_system"))
        self.env["relationship.feature"]._set_first_features()
        settings = self.settings(self.manager).create(
            {"relationship_target_interval": 45, "group_relationship_referral": True}
        )
        settings.execute()
        self.assertEqual(self.company.relationship_target_interval, 45)
        self.assertIn("referral", self.env["relationship.feature"]._get_features())
        settings = self.settings(self.manager).create({"group_relationship_referral": False})
        settings.execute()
        self.assertNotIn("referral", self.env["relationship.feature"]._get_features())
        self.assertIn("feedback", self.env["relationship.feature"]._get_features())

    def test_nobody_else_sets_anything(self):
        for user in (self.rep, self.relations, self.plain, self.cashier):
            with self.assertRaises(AccessError):
                self.settings(user).create({"relationship_target_interval": 45})

    def test_another_company_is_out_of_reach(self):
        other = self.env["res.company"].create({"name": "Other"})
        before = other.relationship_target_interval
        settings = self.settings(self.manager).create(
            {"company_id": other.id, "relationship_target_interval": 77}
        )
        settings.write({"company_id": other.id, "relationship_target_interval": 78})
        self.assertEqual(settings.company_id, self.manager.company_id)
        self.assertEqual(other.relationship_target_interval, before)

    def test_nothing_else_of_the_company_is_written(self):
        name = self.company.name
        settings = self.settings(self.manager).create({})
        for values in ({"name": "Mine"}, {"relationship_currency_id": self.env.ref("base.EUR").id}):
            try:
                settings.write(values)
            except ValueError:
                continue
        self.assertEqual(self.company.name, name)
        with self.assertRaises(AccessError):
            self.as_user(self.manager, "res.config.settings").create({})

    def test_the_page_is_that_of_the_settings_and_in_order(self):
        views = self.settings(self.manager).get_views([(False, "form")])["views"]
        arch = views["form"]["arch"]
        places = [
            arch.index(f'name="{name}"')
            for name in (
                "group_relationship_feedback",
                "relationship_sender",
                "relationship_case_user_id",
                "relationship_target_interval",
                "relationship_attitude_half_life",
                "relationship_cooling_days",
                "relationship_quarantine_days",
                "relationship_mail_from",
                "relationship_case_contact_hours",
                "relationship_coverage_days",
                "relationship_referral_margin",
                "relationship_minimum_group",
            )
        ]
        self.assertEqual(places, sorted(places))
        self.assertNotIn("relationship_send_by_jobs", arch)

    def test_every_setting_of_the_company_is_there(self):
        ours = self.env["relationship.settings"]._fields
        wanted = {
            name
            for name, field in self.env["res.config.settings"]._fields.items()
            if name.startswith("relationship_") and field.related
        }
        self.assertEqual(wanted - ours.keys(), set())
