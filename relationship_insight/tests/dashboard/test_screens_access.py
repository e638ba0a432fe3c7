from odoo.exceptions import AccessError
from odoo.service.model import call_kw
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from .common_insights import InsightCase, judged

# Every method of the screens that a browser may call, written down: a new one is tried here too.
OPEN = {
    "relationship.insights": {
        "action_refresh_now",
        "get_insight_feelings",
        "get_insight_history",
        "get_insight_matrix",
        "get_insight_motives",
        "get_insight_options",
    },
    "relationship.card": {"get_customer_card"},
    "relationship.key.people": {"get_key_people", "get_leaver"},
}
MANAGERS_ONLY = {"action_refresh_now"}
RELATIONS_ONLY = {"get_key_people", "get_leaver"}


@tagged("post_install", "-at_install")
class TestScreensAccess(InsightCase):
    """Screens have no rights of their own: who may not read the insight gets nothing of them."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.profile = cls.new_customers([judged(80, 20, "true", (0.9, 0.1, 0, 0))])
        cls.customer = cls.profile.commercial_partner_id
        cls.relations = cls._new_user("screen_relations", "group_relationship_relations")
        own = {"company_id": cls.company.id, "company_ids": [(6, 0, cls.company.ids)]}
        cls.plain = new_test_user(cls.env, "screen_plain", groups="base.group_user", **own)
        cls.cashier = new_test_user(
            cls.env, "screen_cashier", groups="point_of_sale.group_pos_user", **own
        )
        cls.portal = new_test_user(cls.env, "screen_portal", groups="base.group_portal", **own)
        cls.public = cls.env.ref("base.public_user")

    def ask(self, model, method, user):
        """Call it as the browser does."""
        args = {
            "get_customer_card": [self.customer.id],
            "get_leaver": [self.manager.partner_id.id],
        }.get(method, [])
        self.env.flush_all()
        self.env.invalidate_all()
        return call_kw(
            self.env[model].with_user(user),
            method,
            args,
            {"context": {"allowed_company_ids": user.company_ids.ids}},
        )

    def test_the_list_of_methods_is_whole(self):
        for name, methods in OPEN.items():
            found = {
                method
                for method in dir(type(self.env[name]))
                if method.startswith(("get_", "action_"))
                and not hasattr(type(self.env["base"]), method)
            }
            self.assertEqual(found, methods, name)
            self.assertTrue(self.env[name]._abstract)
            for method in methods:
                self.assertFalse(hasattr(self.env["relationship.profile"], method), method)

    @mute_logger("odoo.addons.base.models.ir_model")
    def test_nobody_without_our_groups(self):
        for model, methods in OPEN.items():
            for method in sorted(methods):
                for user in (self.plain, self.cashier, self.portal, self.public):
                    with (
                        self.subTest(method=method, user=user.login),
                        self.assertRaises(AccessError),
                    ):
                        self.ask(model, method, user)

    def test_who_among_us(self):
        for model, methods in OPEN.items():
            for method in sorted(methods):
                for user, refused in (
                    (self.rep, MANAGERS_ONLY | RELATIONS_ONLY),
                    (self.relations, MANAGERS_ONLY),
                    (self.manager, set()),
                ):
                    with self.subTest(method=method, user=user.login):
                        if method in refused:
                            with self.assertRaises(AccessError):
                                self.ask(model, method, user)
                        else:
                            self.assertTrue(self.ask(model, method, user))

    def test_another_company_sees_nothing(self):
        other = self.env["res.company"].create({"name": "Screens Elsewhere"})
        stranger = new_test_user(
            self.env,
            "screen_stranger",
            company_id=other.id,
            company_ids=[(6, 0, other.ids)],
            groups="base.group_user,relationship_insight.group_relationship_manager",
        )
        self.assertEqual(
            self.ask("relationship.insights", "get_insight_matrix", stranger)["total"], 0
        )
        options = self.ask("relationship.insights", "get_insight_options", stranger)
        self.assertEqual(
            (options["has_profiles"], options["has_attitude"], options["companies"]),
            (False, False, ["Screens Elsewhere"]),
        )
        self.assertEqual(
            self.ask("relationship.card", "get_customer_card", stranger)["state"], "empty"
        )
        board = self.ask("relationship.key.people", "get_key_people", stranger)
        self.assertEqual(
            (board["people"], board["untouched"], board["untouched_count"]), ([], [], 0)
        )
        self.customer.company_id = self.company
        with self.assertRaises(AccessError), mute_logger("odoo.addons.base.models.ir_rule"):
            self.ask("relationship.card", "get_customer_card", stranger)
