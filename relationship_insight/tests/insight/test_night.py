from datetime import datetime, timedelta

from freezegun import freeze_time

from odoo.fields import Command
from odoo.tests import TransactionCase, new_test_user, tagged

from ...hooks import post_init_hook
from ..campaign.common_campaign import NOW, CampaignCase

CRON = "relationship_insight.ir_cron_relationship_refresh"


@tagged("post_install", "-at_install")
class TestNight(TransactionCase):
    """When all customers of a company are read."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env["res.company"].create({"name": "Night shop"})
        cls.company.partner_id.tz = False
        cls.company.resource_calendar_id.tz = "Asia/Bangkok"

    def triggers(self):
        return self.env["ir.cron.trigger"].search_count([("cron_id", "=", self.env.ref(CRON).id)])

    def is_due(self, now):
        with freeze_time(now):
            return bool(self.company._relationship_to_refresh())

    def test_the_calendar_alone_sets_the_zone(self):
        self.assertEqual(self.company._relationship_tz(), "Asia/Bangkok")
        self.company.partner_id.tz = "Europe/Lisbon"
        self.assertEqual(self.company._relationship_tz(), "Europe/Lisbon")

    def test_the_night_is_the_company_s_night(self):
        with freeze_time("2026-06-03 03:00:00"):  # 10:00 in Bangkok
            self.assertEqual(self.company._relationship_night(), datetime(2026, 6, 3, 18, 30))
        with freeze_time("2026-06-03 18:30:00"):  # 01:30, and the next one is tomorrow's
            self.assertEqual(self.company._relationship_night(), datetime(2026, 6, 4, 18, 30))

    def test_never_read_is_due_and_read_is_due_the_next_night(self):
        self.assertTrue(self.is_due("2026-06-03 03:00:00"))
        with freeze_time("2026-06-03 03:00:10"):
            self.company._note_relationship_refresh(datetime(2026, 6, 3, 3, 0, 0))
        self.assertEqual(self.company.relationship_refreshed, datetime(2026, 6, 3, 3, 0, 0))
        self.assertFalse(self.is_due("2026-06-03 03:00:20"))
        self.assertFalse(self.is_due("2026-06-03 18:29:00"))
        self.assertTrue(self.is_due("2026-06-03 18:30:00"))

    def test_asked_for_while_it_runs_is_not_forgotten(self):
        with freeze_time("2026-06-03 03:00:05"):
            self.company._ask_relationship_refresh()
        with freeze_time("2026-06-03 03:00:10"):
            self.company._note_relationship_refresh(datetime(2026, 6, 3, 3, 0, 0))
        self.assertTrue(self.is_due("2026-06-03 03:00:20"))
        with freeze_time("2026-06-03 03:00:40"):
            self.company._note_relationship_refresh(datetime(2026, 6, 3, 3, 0, 30))
        self.assertFalse(self.is_due("2026-06-03 03:01:00"))

    def test_the_job_looks_every_hour(self):
        cron = self.env.ref(CRON)
        self.assertEqual((cron.interval_number, cron.interval_type), (1, "hours"))

    def test_installing_wakes_the_refresh(self):
        before = self.triggers()
        post_init_hook(self.env)
        self.assertEqual(self.triggers(), before + 1)

    def test_screens_say_that_customers_are_being_read(self):
        """Until the first night no screen claims that there is nothing to see."""
        user = new_test_user(
            self.env,
            "night_manager",
            company_id=self.company.id,
            company_ids=[Command.set(self.company.ids)],
            groups="base.group_user,relationship_insight.group_relationship_manager",
        )
        env = self.env(user=user, context={"allowed_company_ids": self.company.ids})
        customer = self.env["res.partner"].create({"name": "Bought long ago"})

        def told():
            card = env["relationship.card"].get_customer_card(customer.id)
            return [
                env["relationship.insights"].get_insight_options()["being_read"],
                env["relationship.key.people"].get_key_people()["being_read"],
                env["relationship.desk"].get_desk()["being_read"],
                env["relationship.silence"].get_silence_board()["being_read"],
                card["sentences"][0] == "Our customers are being read.",
            ]

        self.assertEqual(told(), [True] * 5)
        self.company._note_relationship_refresh(self.env.cr.now())
        self.env.ref("relationship_insight.ir_cron_relationship_silence").lastcall = False
        self.assertEqual(told(), [False, False, False, True, False])
        self.env.ref(
            "relationship_insight.ir_cron_relationship_silence"
        ).lastcall = self.env.cr.now()
        self.assertEqual(told(), [False] * 5)

    def test_refresh_now_asks_for_the_companies_in_sight(self):
        self.company._note_relationship_refresh(self.env.cr.now() - timedelta(hours=1))
        self.assertFalse(self.company._relationship_to_refresh())
        self.env["relationship.insights"].with_context(
            allowed_company_ids=self.company.ids
        ).action_refresh_now()
        self.assertTrue(self.company._relationship_to_refresh())

    def test_what_follows_the_night_runs_once(self):
        """At its own hour a job does nothing if the night woke it already."""
        cron = self.env.ref("relationship_insight.ir_cron_relationship_silence")
        ran = []
        Silence = self.env.registry["relationship.silence"]
        self.patch(Silence, "_refresh", lambda *args, **kwargs: ran.append(1))
        now = self.env.cr.now()
        for nextcall, lastcall, runs in (
            (-1, -8, 0),  # its hour, and it ran this night
            (-1, -24, 1),  # its hour, and nothing woke it
            (6, -8, 1),
        ):  # woken
            cron.nextcall = now + timedelta(hours=nextcall)
            self.env["relationship.silence"].with_context(
                cron_id=cron.id, lastcall=now + timedelta(hours=lastcall)
            )._cron_refresh()
            self.assertEqual(len(ran), runs, (nextcall, lastcall))
            ran.clear()


class TestMorning(CampaignCase):
    def test_mornings_are_those_of_the_calendar_s_zone(self):
        """With only the calendar set to Bangkok: 8 to 11 h there, not where the user is."""
        self.company.partner_id.tz = False
        self.company.resource_calendar_id.tz = "Asia/Bangkok"
        self.env.user.tz = "UTC"
        campaign = self.make_campaign(run=False)
        self.make_customers(20, tz=False)
        with freeze_time(NOW):
            campaign.action_start()
            self.plan()
        planned = self.Invitation.search([("campaign_id", "=", campaign.id)]).mapped("date_planned")
        self.assertEqual(len(planned), 20)
        for moment in planned:
            self.assertIn((moment + timedelta(hours=7)).hour, (8, 9, 10), moment)
