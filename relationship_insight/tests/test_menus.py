from odoo.tests import tagged

from odoo.addons.relationship_insight.models.common.relationship_feature import ADDON, FEATURES

from .common_card import CardCase

# The menus that each role begins with, and how many leaves hang below them, at most.
TOP = {
    "rep": "desk customers conversations care referrals insights",
    "relations": "desk customers conversations care campaigns_root referrals insights"
    " configuration",
    "manager": "desk customers conversations care campaigns_root referrals insights configuration",
}
LEAVES = {"rep": 12, "relations": 24, "manager": 24}
# What a switch takes away, of all menus a manager sees.
TAKEN = {
    "feedback": "campaigns instruments feedback_points sending",
    "care": "cases",
    "referral": "referrals referral_insight",
    "handover": "handover_lines key_people",
    "silence": "silence",
    "interview": "interviews studies interviewees",
}


@tagged("post_install", "-at_install")
class TestMenus(CardCase):
    def get_menus(self, user):
        """Return the names of the menus that this user reaches, and those that open something."""
        menus = self.as_user(user, "ir.ui.menu").load_menus(False)
        root = self.env.ref("relationship_insight.relationship_menu_root")
        names, leaves, todo = [], [], list(menus[root.id]["children"])
        top = [menus[each]["xmlid"].split("relationship_menu_")[1] for each in todo]
        while todo:
            menu = menus[todo.pop()]
            names.append(menu["xmlid"].split("relationship_menu_")[1])
            if not menu["children"]:
                leaves.append(names[-1])
            todo += menu["children"]
        return top, set(names), leaves

    def switch(self, names):
        self.env["relationship.feature"]._set_features(names)

    def test_eight_menus_and_few_leaves(self):
        self.switch(FEATURES)
        for role, most in LEAVES.items():
            with self.subTest(role=role):
                top, _names, leaves = self.get_menus(getattr(self, role))
                self.assertEqual(top, TOP[role].split())
                self.assertLessEqual(len(leaves), most)

    def test_each_switch_takes_its_menus_away(self):
        self.assertEqual(TAKEN.keys(), FEATURES.keys())
        self.switch(FEATURES)
        _top, everything, _leaves = self.get_menus(self.manager)
        for name, taken in TAKEN.items():
            with self.subTest(name=name):
                self.switch(FEATURES.keys() - {name})
                _top, names, _leaves = self.get_menus(self.manager)
                self.assertEqual(everything - names, set(taken.split()))

    def test_a_small_shop_sees_four_menus(self):
        self.switch(())
        top, _names, _leaves = self.get_menus(self.rep)
        self.assertEqual(top, ["desk", "customers", "conversations", "insights"])
        top, _names, leaves = self.get_menus(self.manager)
        self.assertEqual(top, ["desk", "customers", "conversations", "insights", "configuration"])
        self.assertNotIn("sending", leaves)

    def test_what_is_off_does_no_work_on_its_own(self):
        self.switch(FEATURES)
        for name, jobs in FEATURES.items():
            crons = [
                self.env.ref(f"relationship_insight.ir_cron_relationship_{job}") for job in jobs
            ]
            self.switch(FEATURES.keys() - {name})
            self.assertFalse(any(cron.active for cron in crons), name)
            self.switch(FEATURES)
            self.assertTrue(all(cron.active for cron in crons), name)

    def test_a_job_stopped_by_hand_stays_so_while_nothing_is_switched(self):
        self.switch(FEATURES)
        cron = self.env.ref("relationship_insight.ir_cron_relationship_silence")
        cron.active = False
        self.env["res.config.settings"].create({}).execute()
        self.assertFalse(cron.active)

    def test_settings_switch(self):
        self.switch(FEATURES)
        cron = self.env.ref("relationship_insight.ir_cron_relationship_referral")
        self.env["res.config.settings"].create({"group_relationship_referral": False}).execute()
        self.assertFalse(cron.active)
        self.assertNotIn("referrals", self.get_menus(self.manager)[1])
        self.env["res.config.settings"].create({"group_relationship_referral": True}).execute()
        self.assertTrue(cron.active)
        self.assertIn("referrals", self.get_menus(self.manager)[1])

    def test_views_lose_what_is_off(self):
        shown = {
            ("relationship.profile", "form", "friends"): "referral",
            ("relationship.profile", "list", "friend_count"): "referral",
            ("res.partner", "form", "referrals"): "referral",
            ("res.partner", "form", "action_view_relationship_asked"): "feedback",
            ("relationship.note", "form", "referrer_name"): "referral",
            ("relationship.profile", "search", "backup"): "handover",
        }
        for (model, mode, name), feature in shown.items():
            for on in (True, False):
                self.switch(FEATURES if on else FEATURES.keys() - {feature})
                view = False
                if model == "relationship.note":
                    view = self.env.ref(f"{ADDON}.relationship_note_view_form_dialog").id
                views = self.as_user(self.manager, model).get_views([(view, mode)])["views"]
                arch = views[mode]["arch"]
                with self.subTest(model=model, name=name, on=on):
                    self.assertEqual(f'name="{name}"' in arch, on)

    def test_a_new_shop_begins_with_few(self):
        self.switch(())
        self.env["relationship.feature"]._set_first_features()
        self.assertEqual(self.env["relationship.feature"]._get_features(), {"feedback", "care"})
        self.assertFalse(self.env.ref("relationship_insight.ir_cron_relationship_silence").active)
