from lxml import etree

from odoo.exceptions import AccessError
from odoo.tests import tagged

from .common_card import CardCase

MENUS = {
    "rep": {"customers_all", "customers", "conversations", "insights", "competitors"},
    "relations": {"configuration", "evidence"},
    "manager": {"measures", "preference_tags"},
}
# Who may read what a screen shows, by role: nobody else opens it.
READERS = {
    "rep relations manager": """
        relationship.account.team relationship.assign relationship.bond relationship.cadence
        relationship.case
        relationship.competitor relationship.handover relationship.handover.line
        relationship.life.event relationship.note relationship.note.each
        relationship.plan.talks
        relationship.preference relationship.preference.tag relationship.profile
        relationship.promise relationship.promise.report relationship.reading
        relationship.recognition relationship.referral relationship.referral.code
        relationship.referral.program relationship.referral.reward
        relationship.referral.standing relationship.referral.tell relationship.relation
        relationship.relation.type relationship.silence relationship.silent.pair
        relationship.snapshot relationship.tier relationship.transition""",
    "relations manager": """
        relationship.alert.rule relationship.answer.export relationship.answer.import
        relationship.ask relationship.campaign relationship.campaign.result
        relationship.campaign.start relationship.contact.preference relationship.delivery
        relationship.eligibility relationship.feedback.point relationship.instrument
        relationship.invitation relationship.mention relationship.purchase
        relationship.referral.flag relationship.sending.pause relationship.survey.add
        relationship.interview relationship.interviewee relationship.study relationship.wave
        survey.survey""",
    "rep relations manager plain cashier": "relationship.measure",
    "manager": "relationship.settings",
    "": "res.config.settings",
}


@tagged("post_install", "-at_install")
class TestViews(CardCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        data = cls.env["ir.model.data"].search(
            [("module", "=", "relationship_insight"), ("model", "=", "ir.actions.act_window")]
        )
        cls.actions = cls.env["ir.actions.act_window"].browse(data.mapped("res_id"))

    def test_every_model_of_a_screen_is_written_down(self):
        written = " ".join(READERS.values()).split()
        self.assertEqual(len(written), len(set(written)))
        self.assertEqual(set(self.actions.mapped("res_model")) - set(written), set())

    def test_every_screen_loads_for_whom_may_see_it(self):
        for action in self.actions:
            modes = [(False, mode) for mode in action.view_mode.split(",")] + [(False, "search")]
            for user in (self.rep, self.relations, self.manager, self.plain, self.cashier):
                Model = self.as_user(user, action.res_model)
                with self.subTest(action=action.name, user=user.login):
                    if user not in self.get_readers(action.res_model):
                        with self.assertRaises(AccessError):
                            Model.web_search_read([], {"id": {}}, limit=1)
                        continue
                    views = Model.get_views(modes)
                    for mode, view in views["views"].items():
                        self.assertTrue(view["arch"], mode)
                        self.check_shown_fields(Model, views, mode)

    def get_readers(self, model):
        """Who may read what this screen shows, as it is written down above."""
        [roles] = [roles for roles, models in READERS.items() if model in models.split()]
        return [getattr(self, role) for role in roles.split()]

    def check_shown_fields(self, Model, views, mode):
        """Whoever sees a field in a view may read it."""
        if mode not in ("form", "kanban", "list"):
            return
        shown = {
            node.get("name")
            for node in etree.fromstring(views["views"][mode]["arch"]).iter("field")
            if not any(parent.tag == "field" for parent in node.iterancestors())
        }
        Model.search([], limit=1).web_read({name: {} for name in shown})

    def test_screens_have_an_address_and_say_what_to_do_first(self):
        for action in self.actions.filtered(lambda a: a.target != "new"):
            if action.res_model in ("res.config.settings", "relationship.settings"):
                continue
            with self.subTest(action=action.name):
                self.assertTrue(action.path)
                self.assertIn("o_view_nocontent_smiling_face", action.help or "")

    def test_menus_by_role(self):
        seen = set()
        for role, names in MENUS.items():
            seen |= names
            visible = self.get_menu_ids(getattr(self, role))
            for name in set().union(*MENUS.values()):
                menu = self.env.ref(f"relationship_insight.relationship_menu_{name}")
                self.assertEqual(menu.id in visible, name in seen, f"{role}: {name}")
        root = self.env.ref("relationship_insight.relationship_menu_root")
        for user in (self.plain, self.cashier):
            self.assertNotIn(root.id, self.get_menu_ids(user))

    def get_menu_ids(self, user):
        """Return the menus this user can reach."""
        menus = self.as_user(user, "ir.ui.menu").load_menus(False)
        reached, todo = set(), ["root"]
        while todo:
            children = menus[todo.pop()]["children"]
            reached |= set(children)
            todo += children
        return reached

    def test_settings_show_to_managers_who_administer(self):
        admin = self.new_user("card_admin", "base.group_system")
        for groups, seen in ((self.manager.group_ids, True), (self.rep.group_ids, False)):
            admin.group_ids = groups + self.env.ref("base.group_system")
            arch = self.as_user(admin, "res.config.settings").get_views([(False, "form")])["views"][
                "form"
            ]["arch"]
            self.assertEqual("relationship_target_interval" in arch, seen)

    def test_settings_are_kept_on_the_company(self):
        admin = self.new_user("card_admin", "base.group_system")
        admin.group_ids += self.manager.group_ids
        settings = self.as_user(admin, "res.config.settings").create(
            {"relationship_target_interval": 45, "relationship_minimum_group": 8}
        )
        settings.execute()
        self.assertEqual(self.company.relationship_target_interval, 45)
        self.assertEqual(self.company.relationship_minimum_group, 8)

    def test_my_customers_are_those_i_look_after_or_talk_with(self):
        mine = self.new_profile(self.new_customer(user_id=self.rep.id))
        talked = self.new_profile(self.new_customer(user_id=self.colleague.id))
        self.new_profile(self.new_customer(user_id=self.colleague.id))
        self.env["relationship.bond"].create(
            {
                "profile_id": talked.id,
                "commercial_partner_id": talked.commercial_partner_id.id,
                "company_id": self.company.id,
                "staff_id": self.rep.partner_id.id,
                "strength": 40,
            }
        )
        found = self.as_user(self.rep, "relationship.profile").search(
            ["|", ("user_id", "=", self.rep.id), ("bond_ids.staff_id.user_ids", "in", self.rep.id)]
        )
        self.assertEqual(found, mine + talked)

    def test_salesperson_can_be_grouped_by(self):
        self.new_profile(self.new_customer(user_id=self.rep.id), loyalty_class="true")
        groups = self.as_user(self.manager, "relationship.profile").formatted_read_group(
            [], ["user_id"], ["__count"]
        )
        self.assertEqual([group["user_id"][0] for group in groups], self.rep.ids)

    def test_averages_leave_out_what_has_no_number(self):
        customer = self.new_customer()
        self.new_readings(customer, "M02_glad", value=3)
        self.new_readings(customer, "M02_glad", value=1, na=True)
        self.new_readings(customer, "M03_why", value=0, text="Nice people")
        groups = self.as_user(self.manager, "relationship.reading").formatted_read_group(
            [("partner_id", "=", customer.id)], ["facet"], ["score:avg", "value:avg", "__count"]
        )
        by_facet = {group["facet"]: group for group in groups}
        self.assertEqual(by_facet["emotion"]["score:avg"], 100)
        self.assertEqual(by_facet["emotion"]["value:avg"], 3)
        self.assertEqual(by_facet["emotion"]["__count"], 2)
        self.assertFalse(by_facet[self.measures["M03_why"].facet]["score:avg"])
