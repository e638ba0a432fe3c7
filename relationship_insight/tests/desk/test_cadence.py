import math
import random
from datetime import datetime, timedelta

from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import TransactionCase, freeze_time, new_test_user, tagged

STAFF = "base.group_user,relationship_insight.group_relationship_staff"
RELATIONS = "base.group_user,relationship_insight.group_relationship_relations"
NOW = datetime(2026, 11, 24, 8)


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestCadence(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "tracking_disable": True})
        cls.company = cls.env["res.company"].create({"name": "Cadence Store"})
        cls.company.partner_id.tz = "UTC"
        cls.company.resource_calendar_id.tz = "UTC"
        cls.rep = cls.user("cadence_rep", STAFF)
        cls.colleague = cls.user("cadence_colleague", STAFF)
        cls.boss = cls.user("cadence_boss", RELATIONS)
        cls.today = NOW.date()
        cls.a, cls.b = cls.env["relationship.tier"].search(
            [("company_id", "=", cls.company.id)], order="sequence"
        )

    @classmethod
    def user(cls, login, groups):
        return new_test_user(
            cls.env,
            login,
            groups=groups,
            company_id=cls.company.id,
            company_ids=[Command.set(cls.company.ids)],
        )

    def test_usual_tiers_have_their_names_in_every_language(self):
        self.env["res.lang"]._activate_lang("th_TH")
        usual = self.env.ref("relationship_insight.relationship_tier_key")
        usual.with_context(lang="th_TH").name = "ลูกค้าคนสำคัญ"
        company = self.env["res.company"].create({"name": "Thai Store"})
        tier = self.env["relationship.tier"].search(
            [("company_id", "=", company.id)], order="sequence", limit=1
        )
        self.assertEqual(
            tier.with_context(lang="en_US").name, usual.with_context(lang="en_US").name
        )
        self.assertEqual(tier.with_context(lang="th_TH").name, "ลูกค้าคนสำคัญ")

    def test_the_night_knows_talks_whatever_wrote_them(self):
        """As the demo, an import or SQL do: with nothing told to those who count."""
        quiet = self.customer(spend=10)
        by_sql = self.customer(spend=20)
        self.talk_env = self.env(context={**self.env.context, "relationship_no_refresh": True})
        for partner in (quiet, by_sql):
            self.talk_env["relationship.note"].create(
                {
                    "partner_id": partner.id,
                    "company_id": self.company.id,
                    "summary": "Hello",
                    "date": NOW - timedelta(days=3),
                }
            )
        self.env.flush_all()
        self.env.cr.execute("DELETE FROM relationship_touch")
        self.env.cr.execute("DELETE FROM relationship_cadence")
        self.env.cr.execute(
            "UPDATE relationship_note SET date = %s WHERE partner_id = %s",
            [NOW - timedelta(days=8), by_sql.id],
        )
        self.env.invalidate_all()
        with self.enter_registry_test_mode():
            self.env.ref(
                "relationship_insight.ir_cron_relationship_refresh"
            ).method_direct_trigger()
            self.env.ref(
                "relationship_insight.ir_cron_relationship_cadence"
            ).method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(quiet.relationship_last_talk, NOW - timedelta(days=3))
        self.assertEqual(by_sql.relationship_last_talk, NOW - timedelta(days=8))
        cadences = self.env["relationship.cadence"].search(
            [("commercial_partner_id", "in", (quiet + by_sql).ids)], order="last_date"
        )
        self.assertEqual(
            cadences.mapped("last_date"), [NOW - timedelta(days=8), NOW - timedelta(days=3)]
        )

    def customer(self, spend=0, first=None, **vals):
        partner = self.env["res.partner"].create({"name": f"Spends {spend}", **vals})
        self.env["relationship.profile"].create(
            {
                "commercial_partner_id": partner.id,
                "company_id": self.company.id,
                "spend_12m": spend,
                "first_purchase": self.today - timedelta(days=first or 400),
            }
        )
        return partner

    def talk(self, partner, days, user=None, **vals):
        return (
            self.env["relationship.note"]
            .with_user(user or self.rep)
            .create(
                {
                    "partner_id": partner.id,
                    "company_id": self.company.id,
                    "date": NOW - timedelta(days=days),
                    **vals,
                }
            )
        )

    def plan(self, partner, user=None):
        return (
            self.env["relationship.cadence"]
            .with_user(user or self.boss)
            .search(
                [("commercial_partner_id", "=", partner.id), ("company_id", "=", self.company.id)]
            )
        )

    def refresh(self):
        self.env["relationship.cadence"]._refresh()

    def test_logging_moves_the_next_date_at_once(self):
        best = self.customer(1000)
        self.refresh()
        plan = self.plan(best)
        self.assertEqual((plan.tier_id, plan.ideal_days, plan.max_days), (self.a, 30, 60))
        self.assertEqual(plan.basis_date, self.today - timedelta(days=400))
        note = self.talk(best, 10)
        self.assertEqual(plan.next_date, self.today + timedelta(days=20))
        self.assertEqual(plan.latest_date, self.today + timedelta(days=50))
        self.assertEqual((plan.last_note_id, plan.last_staff_id), (note, self.rep.partner_id))
        self.talk(best, 0)
        self.assertEqual(plan.next_date, self.today + timedelta(days=30))
        self.talk(best, 200)
        self.assertEqual(plan.next_date, self.today + timedelta(days=30), "an old one added late")

    def test_own_days_and_tier_by_hand(self):
        partner = self.customer(1000, user_id=self.rep.id)
        self.refresh()
        self.talk(partner, 0)
        plan = self.plan(partner, self.rep)
        plan.own_ideal_days = 7
        self.assertEqual(plan.next_date, self.today + timedelta(days=7))
        self.assertEqual(plan.latest_date, self.today + timedelta(days=60))
        plan.own_max_days = 14
        self.assertEqual(plan.latest_date, self.today + timedelta(days=14))
        plan.write({"own_ideal_days": 0, "own_max_days": 0, "hand_tier_id": self.b.id})
        self.assertEqual((plan.tier_id, plan.ideal_days), (self.b, 60))
        plan.hand_tier_id = False
        self.assertEqual(plan.tier_id, self.a)
        with self.assertRaises(ValidationError):
            plan.write({"own_ideal_days": 20, "own_max_days": 10})
        with self.assertRaises(AccessError):
            plan.next_date = self.today
        with self.assertRaises(AccessError):
            plan.with_user(self.colleague).own_ideal_days = 3

    def test_days_of_a_tier_reach_its_customers_that_night(self):
        partner = self.customer(1000)
        self.refresh()
        self.a.ideal_days = 5
        self.refresh()
        self.assertEqual(self.plan(partner).ideal_days, 5)

    def test_task_is_proposed_once(self):
        partner = self.customer(1000, user_id=self.rep.id)
        self.talk(partner, 59)
        self.refresh()
        plan = self.plan(partner, self.rep)
        self.assertEqual((plan.stage, plan.task_state), ("cooling", False))
        with freeze_time(NOW + timedelta(days=1)):
            self.refresh()
            self.assertEqual((plan.stage, plan.task_state), ("dormant", "proposed"))
            due = plan.task_date
            self.assertEqual(due, self.today + timedelta(days=8))
        with freeze_time(NOW + timedelta(days=40)):
            self.refresh()
            self.assertEqual((plan.stage, plan.task_date), ("stale", due))
            plan.action_accept_task()
            plan.action_accept_task()
            activity = plan.activity_id
            self.assertEqual((activity.res_id, activity.user_id), (partner.id, self.rep))
            self.refresh()
            self.assertEqual(plan.task_state, "accepted")
            self.assertEqual(
                self.env["mail.activity"].search_count(
                    [("res_model", "=", "res.partner"), ("res_id", "=", partner.id)]
                ),
                1,
            )
            self.talk(partner, -40)
            self.assertFalse(activity.active, "done by the talk")
            self.assertEqual((plan.stage, plan.task_state), ("active", False))

    def test_dismissed_task_comes_back_only_after_another_talk(self):
        partner = self.customer(1000, user_id=self.rep.id)
        self.talk(partner, 100)
        self.refresh()
        plan = self.plan(partner, self.rep)
        plan.action_dismiss_task()
        self.refresh()
        self.assertEqual(plan.task_state, "dismissed")
        self.talk(partner, 70)
        self.refresh()
        self.assertEqual(plan.task_state, "proposed")

    def test_snooze_and_not_relevant(self):
        partners = [self.customer(10, user_id=self.rep.id) for _number in range(2)]
        plans = self.env["relationship.cadence"]
        self.refresh()
        for partner in partners:
            plans += self.plan(partner, self.rep)
        plans[0].action_snooze(20)
        plans[1].action_not_relevant()
        self.refresh()
        self.assertEqual(plans.mapped("task_state"), ["dismissed", "dismissed"])
        self.assertEqual(plans[0].snoozed_until, self.today + timedelta(days=20))
        plans[1].action_relevant()
        self.assertFalse(plans[1].not_relevant)
        with self.assertRaises(AccessError):
            plans[0].with_user(self.colleague).action_snooze()

    def test_ladder_is_the_companys(self):
        partner = self.customer(1)
        self.talk(partner, 12)
        for steps, stage in (
            ((30, 60, 90), "active"),
            ((10, 20, 30), "cooling"),
            ((5, 10, 30), "dormant"),
            ((2, 5, 12), "stale"),
        ):
            self.company.write(
                dict(
                    zip(
                        (
                            "relationship_cooling_days",
                            "relationship_dormant_days",
                            "relationship_stale_days",
                        ),
                        steps,
                    )
                )
            )
            self.refresh()
            self.assertEqual(self.plan(partner).stage, stage)
        with self.assertRaises(ValidationError):
            self.company.relationship_dormant_days = 1

    def test_archived_customers_get_no_task(self):
        partner = self.customer(10)
        partner.active = False
        self.refresh()
        self.assertFalse(self.plan(partner).task_state)

    def test_merge_keeps_what_was_decided(self):
        kept, gone = self.customer(10), self.customer(20)
        self.refresh()
        self.plan(gone).write({"hand_tier_id": self.b.id, "own_ideal_days": 9})
        self.talk(gone, 4)
        self.env["base.partner.merge.automatic.wizard"].create({})._merge((kept + gone).ids, kept)
        plan = self.plan(kept)
        self.assertEqual((plan.hand_tier_id, plan.ideal_days), (self.b, 9))
        self.assertEqual(plan.next_date, self.today + timedelta(days=5))
        self.assertFalse(self.plan(gone))

    def test_everything_against_an_oracle(self):
        rng = random.Random("cadence")
        everyone = []
        for number in range(60):
            spend = rng.choice([0, 50, 100, 100, *range(200, 2000, 37)])
            partner = self.customer(spend, first=rng.randint(1, 300))
            person = partner
            if number % 4 == 0:
                person = self.env["res.partner"].create({"name": "Person", "parent_id": partner.id})
            talks = []
            for _talk in range(rng.randint(0, 4)):
                days = rng.randint(0, 200)
                vals = {
                    "channel": rng.choice(["store", "call_out", "email", "visit"]),
                    "visibility": rng.choice(["company", "company", "me", "team"]),
                }
                self.talk(rng.choice([partner, person]), days, **vals)
                talks.append((days, vals))
            everyone.append((partner, spend, talks))
        self.refresh()
        today = self.today
        ranked = sorted((spend for _p, spend, _t in everyone if spend > 0), reverse=True)
        limits = [
            (tier, ranked[math.ceil(len(ranked) * tier.top_percent / 100) - 1])
            for tier in (self.a, self.b)
        ]
        stages = set()
        for partner, spend, talks in everyone:
            open_talks = [
                days
                for days, vals in talks
                if vals["visibility"] == "company" and vals["channel"] != "email"
            ]
            profile = self.env["relationship.profile"].search(
                [("commercial_partner_id", "=", partner.id)]
            )
            start = (
                today - timedelta(days=min(open_talks)) if open_talks else profile.first_purchase
            )
            tier = next((tier for tier, limit in limits if spend and spend >= limit), None)
            silence = (today - start).days
            stage = (
                "stale"
                if silence >= 90
                else "dormant"
                if silence >= 60
                else "cooling"
                if silence >= 30
                else "active"
            )
            stages.add(stage)
            plan = self.plan(partner)
            self.assertEqual(
                (
                    plan.tier_id,
                    plan.basis_date,
                    plan.stage,
                    plan.next_date,
                    plan.latest_date,
                    bool(plan.last_date),
                    plan.task_state == "proposed",
                ),
                (
                    tier or self.a.browse(),
                    start,
                    stage,
                    tier and start + timedelta(days=tier.ideal_days) or False,
                    tier and start + timedelta(days=tier.max_days) or False,
                    bool(open_talks),
                    stage in ("dormant", "stale"),
                ),
            )
        self.assertEqual(stages, {"active", "cooling", "dormant", "stale"})
        self.assertEqual(
            len(self.env["relationship.cadence"].search([("company_id", "=", self.company.id)])), 60
        )

    def test_one_at_a_time_agrees_with_everybody(self):
        partners = [self.customer(spend) for spend in (0, 10, 500, 3000)]
        self.refresh()
        self.talk(partners[2], 45)
        names = ["tier_id", "basis_date", "stage", "next_date", "task_state", "last_in"]
        alone = self.plan(partners[2]).read(names)
        self.refresh()
        self.assertEqual(self.plan(partners[2]).read(names), alone)

    def test_cost_does_not_grow_with_customers(self):
        for spend in range(5):
            self.customer(spend)
        self.env.flush_all()

        def count():
            start = self.env.cr.sql_log_count
            self.env["relationship.cadence"]._refresh_company(self.company, None)
            return self.env.cr.sql_log_count - start

        count()
        few = count()
        for spend in range(40):
            self.customer(spend)
        self.env.flush_all()
        self.assertEqual(count(), few)
