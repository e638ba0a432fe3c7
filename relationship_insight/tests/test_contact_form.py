from lxml import etree

from odoo.tests import tagged

from .common_card import CardCase

FORM_QUERIES = 3


@tagged("post_install", "-at_install")
class TestContactForm(CardCase):
    """The contact form opens as fast as without us."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customers = cls.env["res.partner"].create(
            [{"name": f"Customer {number}"} for number in range(20)]
        )
        for customer in cls.customers:
            cls.new_profile(customer, loyalty_class="true")

    def form_fields(self, user):
        """Return the names of the form's fields, ours apart."""
        view = self.as_user(user, "res.partner").get_views(
            [(self.env.ref("base.view_partner_form").id, "form")]
        )["views"]["form"]
        names = {
            node.get("name")
            for node in etree.fromstring(view["arch"]).iter("field")
            if not any(parent.tag == "field" for parent in node.iterancestors())
        }
        ours = {
            name
            for name in names
            if self.env["res.partner"]._fields[name]._module == "relationship_insight"
        }
        return names - ours, ours

    def count_queries(self, user, names, partners):
        Partner = self.as_user(user, "res.partner")
        start = self.env.cr.sql_log_count
        Partner.browse(partners.ids).web_read({name: {} for name in names})
        return self.env.cr.sql_log_count - start

    def test_form_adds_few_queries_for_staff(self):
        others, ours = self.form_fields(self.rep)
        self.assertIn("relationship_class", ours)
        customer = self.customers[:1]
        for names in (others, others | ours):
            self.count_queries(self.rep, names, customer)
        without = self.count_queries(self.rep, others, customer)
        added = self.count_queries(self.rep, others | ours, customer) - without
        self.assertLessEqual(added, FORM_QUERIES)

    def test_form_adds_nothing_without_our_groups(self):
        for user in (self.plain, self.cashier):
            _others, ours = self.form_fields(user)
            self.assertFalse(ours, user.login)

    def test_class_of_many_costs_as_much_as_of_one(self):
        names = ["relationship_class"]
        self.count_queries(self.rep, names, self.customers)
        one = self.count_queries(self.rep, names, self.customers[:1])
        many = self.count_queries(self.rep, names, self.customers)
        self.assertEqual(one, many)
        partners = self.as_user(self.rep, "res.partner").browse(self.customers.ids)
        with self.assertQueryCount(2):
            partners.mapped("relationship_class")

    def test_contacts_filter_by_class(self):
        Partner = self.as_user(self.rep, "res.partner")
        self.assertLessEqual(
            set(self.customers.ids), set(Partner.search([("relationship_class", "=", "true")]).ids)
        )
        self.assertFalse(
            Partner.search([("relationship_class", "=", "low"), ("id", "in", self.customers.ids)])
        )
        stranger = self.new_customer("No picture yet")
        self.assertEqual(
            Partner.search(
                [("relationship_class", "=", False), ("id", "in", (self.customers + stranger).ids)]
            ),
            stranger,
        )

    def test_search_view_hides_our_filters_without_our_groups(self):
        for user, seen in ((self.rep, True), (self.plain, False)):
            view = self.as_user(user, "res.partner").get_views(
                [(self.env.ref("base.view_res_partner_filter").id, "search")]
            )
            self.assertEqual("relationship_class" in view["views"]["search"]["arch"], seen)

    def test_button_opens_the_profile(self):
        customer = (
            self.customers[0].with_user(self.rep).with_context(allowed_company_ids=self.company.ids)
        )
        action = customer.action_open_relationship_profile()
        profile = self.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual(profile.commercial_partner_id, self.customers[0])
