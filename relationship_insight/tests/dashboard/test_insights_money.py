from odoo.tests import tagged

from .common_insights import InsightCase, judged, unknown

LATE, IN_TIME = 2.1, 2.0


@tagged("post_install", "-at_install")
class TestInsightMoney(InsightCase):
    """Spend by corner and at risk; groups below 5 customers stay hidden here."""

    def money(self, filters=None, user=None):
        return self.insight("get_insight_matrix", filters, user)["money"]["classes"]

    def loyal(self, count, spend, overdue, **vals):
        return self.new_customers(
            [
                judged(80, 20, "true", (1, 0, 0, 0), spend_12m=spend, overdue_ratio=overdue)
                for _number in range(count)
            ],
            **vals,
        )

    def test_spend_of_a_class_and_of_those_who_are_late(self):
        self.loyal(7, 100, IN_TIME)
        self.loyal(5, 40, LATE)
        self.new_customers([unknown("no_attitude", spend_12m=10)] * 6)
        money = self.money()
        self.assertEqual(money["true"], {"spend": 900, "at_risk": 200})
        self.assertEqual(money["unknown"], {"spend": 60, "at_risk": 0})
        self.assertEqual(money["low"], {"spend": 0, "at_risk": 0})

    def test_small_groups_stay_hidden(self):
        self.loyal(7, 100, IN_TIME)
        self.loyal(4, 40, LATE)
        self.new_customers([unknown("no_attitude", spend_12m=10)] * 4)
        self.new_customers([judged(20, 2, "low", (0, 0, 0, 1), spend_12m=1)] * 6)
        money = self.money()
        # Four late ones alone: what they spent isn't told, nor what the seven others did.
        self.assertEqual(money["true"], {"spend": 860, "at_risk": None})
        self.assertEqual(money["unknown"], {"spend": None, "at_risk": None})
        # Else the four could be had from the total.
        self.assertEqual(money["low"], {"spend": None, "at_risk": None})

    def test_filters_give_nobody_away(self):
        self.loyal(8, 100, IN_TIME, user_id=self.rep.id)
        self.loyal(2, 70, IN_TIME)
        self.assertEqual(self.money()["true"]["spend"], 940)
        self.assertIsNone(self.money({"user_id": self.rep.id})["true"]["spend"])

    def test_amounts_are_of_the_company_in_front(self):
        euro = self.env["res.currency"].create({"name": "XEU", "symbol": "e"})
        other = self.env["res.company"].create({"name": "Far", "currency_id": euro.id})
        self.env["res.currency.rate"].create(
            {"currency_id": euro.id, "rate": 2, "name": "2020-01-01", "company_id": self.company.id}
        )
        self.manager.company_ids += other
        self.loyal(5, 100, IN_TIME)
        self.loyal(5, 60, IN_TIME, profile_company=other)
        self.env.flush_all()
        both = (
            self.env["relationship.insights"]
            .with_user(self.manager)
            .with_context(allowed_company_ids=(self.company + other).ids)
        )
        money = both.get_insight_matrix()["money"]
        self.assertEqual(money["currency_id"], self.company.currency_id.id)
        self.assertEqual(money["classes"]["true"]["spend"], 650)

    def test_staff_see_the_money_of_their_customers(self):
        self.loyal(5, 100, IN_TIME, user_id=self.rep.id)
        self.loyal(6, 100, IN_TIME, user_id=self.manager.id)
        self.assertEqual(self.money(user=self.rep)["true"]["spend"], 500)
        self.assertEqual(self.money()["true"]["spend"], 1100)
