from datetime import timedelta

from odoo import fields
from odoo.tests import HttpCase, new_test_user, tagged

from ..common_calls import recorded

STAFF = "base.group_user,relationship_insight.group_relationship_staff"
MANAGER = (
    "base.group_user,base.group_partner_manager,sales_team.group_sale_manager,"
    "relationship_insight.group_relationship_manager"
)


@tagged("post_install", "-at_install")
class TestBondUi(HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(
            context={**cls.env.context, "tracking_disable": True, "relationship_no_refresh": True}
        )
        cls.company = cls.env["res.company"].create(
            {"name": "Star Shop", "relationship_minimum_group": 1}
        )
        vals = {"company_id": cls.company.id, "company_ids": [(6, 0, cls.company.ids)]}
        cls.manager = new_test_user(cls.env, "star_manager", groups=MANAGER, **vals)
        cls.nok = new_test_user(cls.env, "star_nok", name="Star Nok", groups=STAFF, **vals)
        cls.dao = new_test_user(cls.env, "star_dao", name="Star Dao", groups=STAFF, **vals)
        cls.customer = cls.env["res.partner"].create({"name": "Star Customer"})

    def note(self, user, days, customer=None, **vals):
        return self.env["relationship.note"].create(
            {
                "partner_id": (customer or self.customer).id,
                "company_id": self.company.id,
                "staff_id": user.partner_id.id,
                "channel": "store",
                "purpose": "listen",
                "date": fields.Datetime.now() - timedelta(days=days),
                "summary": "Likes tea",
                **vals,
            }
        )

    def test_star(self):
        for day in (1, 5, 9, 20):
            self.note(self.nok, day)
        self.note(self.dao, 50)
        self.env["relationship.profile"]._refresh(self.customer.ids)
        with recorded(
            self.env, "relationship.bond", "get_bond_star", "action_open_evidence"
        ) as calls:
            self.start_tour(
                f"/odoo/contacts/{self.customer.id}", "relationship_star", login="star_manager"
            )
        star, evidence = calls
        self.assertEqual(star[:2], ("get_bond_star", [self.customer.id]))
        self.assertEqual(
            [(bond["staff"], bond["talks"], bond["basis"]) for bond in star[2]["bonds"]],
            [("Star Nok", 4, "staff"), ("Star Dao", 1, "staff")],
        )
        dao = self.env["relationship.bond"].search([("staff_id", "=", self.dao.partner_id.id)])
        self.assertEqual(evidence[:2], ("action_open_evidence", [dao.ids, "I"]))
        self.assertEqual(
            self.env["relationship.note"].search(evidence[2]["domain"]).staff_id,
            self.dao.partner_id,
        )

    def test_key_people(self):
        for day in (1, 5, 9, 20):
            self.note(self.nok, day)
        self.env["relationship.profile"]._refresh(self.customer.ids)
        self.env["relationship.profile"].search(
            [("commercial_partner_id", "=", self.customer.id)]
        ).spend_12m = 500
        with recorded(self.env, "relationship.key.people", "get_leaver") as calls:
            self.start_tour("/odoo/coverage", "relationship_key_people", login="star_manager")
        nok = self.nok.partner_id.id
        self.assertEqual(
            [
                (args, answer["exposed"], answer["customer_count"])
                for _method, args, answer in calls
            ],
            # Shown first, then chosen, then with a second warm bond.
            [([nok, []], 500, 1), ([nok, []], 500, 1), ([nok, self.customer.ids], 0, 1)],
        )
        self.assertGreater(calls[1][2]["expected"], calls[2][2]["expected"])

    def test_silence(self):
        common = {
            "company_id": self.company.id,
            "period": "180",
            "date": fields.Date.today(),
            "date_from": fields.Date.today() - timedelta(days=179),
        }
        self.env["relationship.silence"].create(
            [
                {
                    **common,
                    "level": "staff",
                    "name": user.name,
                    "staff_id": user.partner_id.id,
                    "status": status,
                    "customer_count": 12,
                    "orders_before": 20,
                    "orders_now": 50,
                    "growth": 1.5,
                    "talk_count": talks,
                    "expected_talks": 18,
                }
                for user, status, talks in ((self.nok, "silent", 0), (self.dao, "ok", 16))
            ]
        )
        silent = self.env["res.partner"].create({"name": "Silent one"})
        self.env["relationship.silent.pair"].create(
            {
                **common,
                "staff_id": self.nok.partner_id.id,
                "status": "silent",
                "commercial_partner_id": silent.id,
                "orders_before": 2,
                "orders_now": 30,
            }
        )
        with (
            recorded(self.env, "relationship.silence", "get_silence_board") as boards,
            recorded(self.env, "relationship.silence", "action_open_pairs") as opened,
        ):
            self.start_tour("/odoo/silent-sales", "relationship_silence", login="star_manager")
        [(_method, args, board)] = boards
        self.assertEqual(args, ["staff", "180"])
        self.assertEqual(
            {unit["name"]: unit["status"] for unit in board["units"]},
            {"Star Nok": "silent", "Star Dao": "ok"},
        )
        self.assertEqual(board["pairs"], 1)
        [(_method, _args, action)] = opened
        self.assertEqual(
            self.env["relationship.silent.pair"].search(action["domain"]).commercial_partner_id,
            silent,
        )

    def test_handover(self):
        vals = {"company_id": self.company.id, "company_ids": [(6, 0, self.company.ids)]}
        leaver = new_test_user(self.env, "tour_leaver", name="Tour Leaver", groups=STAFF, **vals)
        friend = new_test_user(self.env, "tour_friend", name="Tour Friend", groups=STAFF, **vals)
        customer = self.env["res.partner"].create({"name": "Tour Customer", "user_id": leaver.id})
        self.note(friend, 3, customer)
        self.note(leaver, 3, customer, promise="Bring samples")
        self.env["mail.activity"].create(
            {
                "activity_type_id": self.env.ref("mail.mail_activity_data_todo").id,
                "user_id": leaver.id,
                "res_id": customer.id,
                "res_model_id": self.env["ir.model"]._get_id("res.partner"),
            }
        )
        self.env["relationship.profile"]._refresh(customer.ids)
        self.start_tour("/odoo/handovers/new", "relationship_handover", login="star_manager")
        self.assertEqual(customer.user_id, friend)
        self.assertFalse(self.env["mail.activity"].search_count([("user_id", "=", leaver.id)]))
