from datetime import timedelta

from odoo import fields
from odoo.fields import Command
from odoo.tests import TransactionCase, new_test_user

STAFF = "base.group_user,relationship_insight.group_relationship_staff"
RELATIONS = "base.group_user,relationship_insight.group_relationship_relations"
MANAGER = "base.group_user,relationship_insight.group_relationship_manager"


class ReferralCase(TransactionCase):
    """A company with a referral programme that rewards both sides in points."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "tracking_disable": True})
        cls.company = cls.env.company
        cls.nok = new_test_user(cls.env, "ref_nok", groups=STAFF)
        cls.dao = new_test_user(cls.env, "ref_dao", groups=STAFF)
        cls.boss = new_test_user(cls.env, "ref_boss", groups=RELATIONS)
        cls.manager = new_test_user(cls.env, "ref_manager", groups=MANAGER)
        cls.Referral = cls.env["relationship.referral"]
        cls.points = cls.env["loyalty.program"].create(
            {"name": "Points", "program_type": "loyalty", "company_id": cls.company.id}
        )
        cls.program = cls.env["relationship.referral.program"]._get_program(cls.company)
        cls.program.write(
            {
                "referrer_program_id": cls.points.id,
                "referrer_points": 50,
                "referred_program_id": cls.points.id,
                "referred_points": 20,
            }
        )
        cls.product = cls.env["product.product"].create(
            {"name": "Tea", "type": "service", "list_price": 100, "taxes_id": False}
        )
        cls.anna, cls.bee, cls.cat, cls.dang = cls.env["res.partner"].create(
            [
                {"name": name, "email": f"{name.lower()}@example.com"}
                for name in ("Anna", "Bee", "Cat", "Dang")
            ]
        )

    @classmethod
    def ago(cls, days=0, **more):
        return fields.Datetime.now() - timedelta(days=days, **more)

    @classmethod
    def claim(cls, referrer=None, referred=None, source="pos", **vals):
        if referrer is not None:
            vals["referrer_id"] = referrer.id
        if referred is not None:
            vals["referred_id"] = referred.id
        return cls.Referral._claim({"source": source, "company_id": cls.company.id, **vals})

    @classmethod
    def buy(cls, partner, amount=100, days=0, product=None):
        """A confirmed order of so many days ago."""
        order = cls.env["sale.order"].create(
            {
                "partner_id": partner.id,
                "company_id": cls.company.id,
                "order_line": [
                    Command.create(
                        {
                            "product_id": (product or cls.product).id,
                            "price_unit": amount,
                            "tax_ids": False,
                        }
                    )
                ],
            }
        )
        order.action_confirm()
        order.date_order = cls.ago(days)
        return order

    @classmethod
    def rewarded(cls, referrer, referred, days=40, **vals):
        """A referral that led to a purchase long enough ago, and was rewarded."""
        referral = cls.claim(referrer, referred, date=cls.ago(days), **vals)
        cls.buy(referred, days=days - 1)
        referral._process()
        return referral

    def balance(self, partner):
        return sum(
            self.env["loyalty.card"]
            .search(
                [
                    ("partner_id", "=", partner.id),
                    ("program_id", "=", self.points.id),
                ]
            )
            .mapped("points")
        )

    def rules(self, referral):
        return set(referral.flag_ids.mapped("rule"))
