from datetime import timedelta

from odoo import fields
from odoo.tests import HttpCase, new_test_user, tagged

STAFF = "base.group_user,relationship_insight.group_relationship_staff"
MANAGER = (
    "base.group_user,base.group_partner_manager,sales_team.group_sale_manager,"
    "relationship_insight.group_relationship_manager")


@tagged("post_install", "-at_install")
class TestBondUi(HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={
            **cls.env.context, "tracking_disable": True, "relationship_no_refresh": True})
        cls.company = cls.env["res.company"].create(
            {"name": "Star Shop", "relationship_minimum_group": 1})
        vals = {"company_id": cls.company.id, "company_ids": [(6, 0, cls.company.ids)]}
        cls.manager = new_test_user(cls.env, "star_manager", groups=MANAGER, **vals)
        cls.nok = new_test_user(cls.env, "star_nok", name="Star Nok", groups=STAFF, **vals)
        cls.dao = new_test_user(cls.env, "star_dao", name="Star Dao", groups=STAFF, **vals)
        cls.customer = cls.env["res.partner"].create({"name": "Star Customer"})

    def note(self, user, days, customer=None, **vals):
        return self.env["relationship.note"].create({
            "partner_id": (customer or self.customer).id, "company_id": self.company.id,
            "staff_id": user.partner_id.id, "channel": "store", "purpose": "listen",
            "date": fields.Datetime.now() - timedelta(days=days), "summary": "Likes tea",
            **vals})

    def test_star(self):
        for day in (1, 5, 9, 20):
            self.note(self.nok, day)
        self.note(self.dao, 50)
        self.env["relationship.profile"]._refresh(self.customer.ids)
        self.start_tour(
            f"/odoo/contacts/{self.customer.id}", "relationship_star", login="star_manager")

    def test_key_people(self):
        for day in (1, 5, 9, 20):
            self.note(self.nok, day)
        self.env["relationship.profile"]._refresh(self.customer.ids)
        self.env["relationship.profile"].search(
            [("commercial_partner_id", "=", self.customer.id)]).spend_12m = 500
        self.start_tour("/odoo/coverage", "relationship_key_people", login="star_manager")

    def test_silence(self):
        common = {
            "company_id": self.company.id, "period": "180", "date": fields.Date.today(),
            "date_from": fields.Date.today() - timedelta(days=179)}
        self.env["relationship.silence"].create([
            {**common, "level": "staff", "name": user.name, "staff_id": user.partner_id.id,
             "status": status, "customer_count": 12, "orders_before": 20, "orders_now": 50,
             "growth": 1.5, "talk_count": talks, "expected_talks": 18}
            for user, status, talks in ((self.nok, "silent", 0), (self.dao, "ok", 16))])
        self.env["relationship.silent.pair"].create({
            **common, "staff_id": self.nok.partner_id.id, "status": "silent",
            "commercial_partner_id": self.env["res.partner"].create({"name": "Silent one"}).id,
            "orders_before": 2, "orders_now": 30})
        self.start_tour("/odoo/silent-sales", "relationship_silence", login="star_manager")

    def test_handover(self):
        vals = {"company_id": self.company.id, "company_ids": [(6, 0, self.company.ids)]}
        leaver = new_test_user(self.env, "tour_leaver", name="Tour Leaver", groups=STAFF, **vals)
        friend = new_test_user(self.env, "tour_friend", name="Tour Friend", groups=STAFF, **vals)
        customer = self.env["res.partner"].create(
            {"name": "Tour Customer", "user_id": leaver.id})
        self.note(friend, 3, customer)
        self.note(leaver, 3, customer, promise="Bring samples")
        self.env["mail.activity"].create({
            "activity_type_id": self.env.ref("mail.mail_activity_data_todo").id,
            "user_id": leaver.id, "res_id": customer.id,
            "res_model_id": self.env["ir.model"]._get_id("res.partner")})
        self.env["relationship.profile"]._refresh(customer.ids)
        self.start_tour("/odoo/handovers/new", "relationship_handover", login="star_manager")
        self.assertEqual(customer.user_id, friend)
        self.assertFalse(self.env["mail.activity"].search_count([("user_id", "=", leaver.id)]))
