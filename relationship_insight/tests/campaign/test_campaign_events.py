from datetime import timedelta

from odoo import fields
from odoo.fields import Command
from odoo.tests import freeze_time, tagged

from ..common_purchase import PurchaseCase
from .common_campaign import NOW, CampaignCase


@tagged("post_install", "-at_install")
class TestCampaignEvents(PurchaseCase):
    """Purchases, at the till and by sales order, ask once, unless they were returned before."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.company.relationship_holdout_share = 0
        cls.env.user.group_ids += cls.env.ref("relationship_insight.group_relationship_manager")
        cls.customer.email = "customer@example.com"
        cls.other = cls.env["res.partner"].create({"name": "Other", "email": "other@example.com"})
        cls.instrument = cls.env["relationship.instrument"].create(
            {
                "name": "Pulse",
                "code": "event_test",
                "version_ids": [
                    Command.create(
                        {
                            "number": 1,
                            "item_ids": [
                                Command.create(
                                    {
                                        "measure_id": cls.env.ref(
                                            "relationship_insight.measure_m04_visit"
                                        ).id
                                    }
                                )
                            ],
                        }
                    )
                ],
            }
        )
        cls.instrument.version_ids.action_go_live()
        cls.env.company.email = "shop@example.com"
        cls.env["ir.mail_server"].sudo().create({"name": "Sink", "smtp_host": "127.0.0.1"})
        cls.now = fields.Datetime.now()

    def campaign(self, event, **vals):
        campaign = self.env["relationship.campaign"].create(
            {
                "name": event,
                "kind": "event",
                "event": event,
                "delay": 1,
                "delay_unit": "days",
                "instrument_id": self.instrument.id,
                "sampling_fraction": 1,
                **vals,
            }
        )
        campaign.action_start()
        campaign.sudo().date_running = self.now - timedelta(days=300)
        return campaign

    def plan(self, days=0):
        with freeze_time(self.now + timedelta(days=days)):
            count = self.env["relationship.planner"]._plan(self.env.company)
        self.env.invalidate_all()
        return count

    def asked(self, campaign):
        return self.env["relationship.invitation"].search([("campaign_id", "=", campaign.id)])

    def test_ticket_asks_once_after_the_delay(self):
        campaign = self.campaign("pos_order")
        ticket = self._ticket((10, 1), partner=self.customer)
        self._ticket((10, 1))
        self.assertEqual(self.plan(0.9), 0)
        self.assertEqual(self.plan(1.1), 1)
        self.assertEqual(self.plan(1.2), 0)
        self.assertEqual(self.plan(40), 0)
        invitation = self.asked(campaign)
        self.assertEqual(
            (invitation.partner_id, invitation.order_model, invitation.order_id),
            (self.customer, "pos.order", ticket.id),
        )
        self.assertEqual(
            (invitation.shop_model, invitation.shop_id), ("pos.config", ticket.config_id.id)
        )

    def test_campaigns_cost_an_order_no_query(self):
        def count(act):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            act()
            self.env.flush_all()
            return self.env.cr.sql_log_count - before

        def confirm():
            order = self._order((10, 1), partner=self.customer, confirm=False)
            return count(order.action_confirm)

        def ring():
            return count(lambda: self._ticket((10, 1), partner=self.customer))

        for act in (confirm, ring):
            with self.subTest(act.__name__):
                act()
                without = act()
                for event in (
                    "first_purchase",
                    "sale_confirmed",
                    "sale_delivered",
                    "pos_order",
                    "anniversary",
                    "silence",
                ):
                    self.campaign(event)
                self.assertLessEqual(act(), without)

    def test_ticket_that_arrives_late_is_not_lost(self):
        campaign = self.campaign("pos_order")
        self.plan(1)
        self._ticket((10, 1), partner=self.customer, date=self.now - timedelta(days=2))
        self.assertEqual(self.plan(1.1), 1)
        self._ticket((10, 1), partner=self.other, date=self.now - timedelta(days=20))
        self.assertEqual(self.plan(1.2), 0)
        self.assertEqual(self.plan(2.2), 1)
        self.assertEqual(len(self.asked(campaign)), 2)

    def test_refund_before_the_delay_cancels(self):
        campaign = self.campaign("pos_order")
        ticket = self._ticket((10, 1), partner=self.customer)
        self._give_back(ticket, 1, partner=self.customer)
        self._ticket((10, 1), partner=self.other)
        self.assertEqual(self.plan(1.1), 1)
        self.assertEqual(self.asked(campaign).partner_id, self.other)

    def test_refund_while_waiting_cancels(self):
        campaign = self.campaign("pos_order")
        earlier = self.campaign("sale_confirmed")
        self._order((10, 1)).date_order = self.now - timedelta(days=3)
        self.assertEqual(self.plan(), 1)
        self.assertEqual(self.asked(earlier).partner_id, self.customer)
        ticket = self._ticket((10, 1), partner=self.customer)
        self.assertEqual(self.plan(1.1), 0)
        line = self.env["relationship.eligibility"].search([("campaign_id", "=", campaign.id)])
        self.assertEqual((line.outcome, line.reason), ("deferred", "quarantine"))
        self._give_back(ticket, 1, partner=self.customer)
        self.assertEqual(self.plan(35), 0)
        self.assertEqual((line.outcome, line.reason), ("skipped", "undone"))

    def test_sales_order_and_first_purchase(self):
        first = self.campaign("first_purchase")
        confirmed = self.campaign("sale_confirmed", priority="4_adhoc")
        self._order((10, 1), confirm=False)
        order = self._order((10, 1), partner=self.contact)
        self.contact.email = "contact@example.com"
        self.assertEqual(self.plan(1.1), 1)
        self.assertEqual(self.asked(first).partner_id, self.contact)
        self.assertEqual(self.asked(first).order_id, order.id)
        self.assertFalse(self.asked(confirmed))
        self._order((10, 1), partner=self.firm)
        self.plan(2)
        lines = self.env["relationship.eligibility"].search([("campaign_id", "=", first.id)])
        self.assertEqual(len(lines), 1, "the firm had bought before, by its contact")

    def test_delivered_order(self):
        if "effective_date" not in self.env["sale.order"]._fields:
            self.skipTest("sale_stock is not installed")
        campaign = self.campaign("sale_delivered", delay=5)
        order = self._order((10, 1))
        self.assertEqual(self.plan(6), 0)
        order.picking_ids.move_ids.quantity = 1
        order.picking_ids.move_ids.picked = True
        order.picking_ids.button_validate()
        if order.delivery_status != "full":
            self.skipTest("the product isn't delivered")
        self.assertEqual(self.plan(4), 0)
        self.assertEqual(self.plan(6), 1)
        self.assertEqual(self.asked(campaign).order_id, order.id)

    def test_receipt_campaign_is_left_to_the_till(self):
        campaign = self.campaign("pos_order", channel_1="receipt")
        self._ticket((10, 1), partner=self.customer)
        self.assertEqual(self.plan(2), 0)
        self.assertFalse(
            self.env["relationship.eligibility"].search([("campaign_id", "=", campaign.id)])
        )

    def test_before_the_campaign_began_nobody_is_asked(self):
        campaign = self.campaign("pos_order")
        campaign.sudo().date_running = self.now
        self._ticket((10, 1), partner=self.customer, date=self.now - timedelta(days=3))
        self.assertEqual(self.plan(1.5), 0)

    def test_share_of_events_is_drawn_by_order(self):
        campaign = self.campaign("pos_order", sampling_fraction=0.5)
        people = self.env["res.partner"].create(
            [
                {"name": f"Buyer {number}", "email": f"buyer{number}@example.com"}
                for number in range(30)
            ]
        )
        for person in people:
            self._ticket((10, 1), partner=person)
        self.plan(1.5)
        lines = self.env["relationship.eligibility"].search([("campaign_id", "=", campaign.id)])
        self.assertEqual(len(lines), 30)
        drawn = lines.filtered(lambda line: line.outcome == "invited")
        self.assertTrue(4 < len(drawn) < 26)
        self.assertEqual(set((lines - drawn).mapped("reason")), {"not_sampled"})
        self.assertEqual(set(lines.mapped("inclusion_probability")), {0.5})


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestCampaignLife(CampaignCase):
    """Events in the life of a customer: anniversary, silence, a case that was closed."""

    def start(self, event, **vals):
        campaign = self.make_campaign(kind="event", event=event, sampling_fraction=1, **vals)
        campaign.sudo().date_running = NOW - timedelta(days=300)
        return campaign

    def test_anniversary_of_the_first_purchase(self):
        day = NOW.date() - timedelta(days=1)
        soon, today, leap, new = self.make_customers(4)
        for partner, date in (
            (soon, day.replace(year=2023) + timedelta(days=20)),
            (today, day.replace(year=2023)),
            (leap, day.replace(year=2021)),
            (new, day),
        ):
            self.env["relationship.profile"].search(
                [("commercial_partner_id", "=", partner.id)]
            ).first_purchase = date
        campaign = self.start("anniversary", delay=1)
        self.assertEqual(self.plan(), 2)
        self.assertEqual(campaign.invitation_ids.partner_id, today + leap)
        with freeze_time(NOW + timedelta(days=1)):
            self.assertEqual(self.plan(), 0)

    def test_silence(self):
        quiet, active, long_gone = self.make_customers(3)
        for partner, days in ((quiet, 181), (active, 30), (long_gone, 700)):
            self.env["relationship.profile"].search(
                [
                    ("commercial_partner_id", "=", partner.id),
                ]
            ).last_purchase = NOW.date() - timedelta(days=days)
        campaign = self.start("silence", delay=0)
        self.assertEqual(self.plan(), 1)
        self.assertEqual(campaign.invitation_ids.partner_id, quiet)

    def test_closed_case(self):
        happy, unhappy = self.make_customers(2)
        for partner, state in ((happy, "closed"), (unhappy, "working")):
            self.env["relationship.case"].create(
                {
                    "name": "Case",
                    "partner_id": partner.id,
                    "company_id": self.company.id,
                    "user_id": False,
                    "state": state,
                    "date_closed": NOW - timedelta(days=2) if state == "closed" else False,
                }
            )
        campaign = self.start("case_closed", delay=1, priority="1_recovery")
        self.assertEqual(self.plan(), 1)
        self.assertEqual(campaign.invitation_ids.partner_id, happy)
        self.assertEqual(self.env["relationship.planner"]._count_open_cases(self.company), 1)
