from datetime import timedelta

from psycopg2.errors import CheckViolation, ExclusionViolation

from odoo.exceptions import UserError, ValidationError
from odoo.tests import freeze_time, tagged
from odoo.tools import SQL, mute_logger

from ...models.campaign.planner import verdicts
from ...tools.sql_hash import sql_unit_hash, unit_hash
from .common_campaign import NOW, CampaignCase

INVITED = ("invited", "invited")


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestCampaignRules(CampaignCase):
    """Each rule once where it lets somebody be asked and once where it doesn't."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.past = cls.make_campaign(name="Past", run=False)
        cls.past_check = cls.make_campaign(cls.check, name="Past check", run=False)
        cls.a, cls.b = cls.make_customers(2)

    def run_wave(self, instrument=None, **vals):
        """Run a wave over the two customers; return the outcome of both."""
        campaign = self.make_campaign(instrument, **vals)
        self.plan()
        return self.outcome(campaign, self.a), self.outcome(campaign, self.b)

    def test_who_was_never_asked_is_asked_in_the_morning(self):
        campaign = self.make_campaign()
        self.assertEqual(self.plan(), 2)
        invitation = self.line(campaign, self.a).invitation_id
        self.assertEqual(invitation.state, "planned")
        self.assertEqual(invitation.email, "asked0@example.com")
        self.assertGreaterEqual(invitation.date_planned, NOW)
        self.assertGreaterEqual(len(invitation.sudo().access_token), 32)
        self.assertEqual(invitation.date_expire - invitation.date_planned, timedelta(days=30))
        local = invitation.date_planned + timedelta(hours=7)
        self.assertTrue(8 <= local.hour < 11, local)

    def test_the_morning_is_local_where_only_the_working_hours_have_a_zone(self):
        """Nobody set a time zone but in the working hours: 8 to 11 in Bangkok is 1 to 4 UTC."""
        self.company.partner_id.tz = self.env.user.tz = False
        self.company.resource_calendar_id = self.env["resource.calendar"].create(
            {"name": "Bangkok", "tz": "Asia/Bangkok", "company_id": self.company.id}
        )
        people = self.make_customers(30, first=100, tz=False)
        self.make_campaign()
        self.plan()
        asked = self.Invitation.search([("partner_id", "in", people.ids)])
        self.assertEqual(len(asked), 30)
        self.assertEqual(set(asked.mapped("tz")), {"Asia/Bangkok"})
        hours = {invitation.date_planned.hour for invitation in asked}
        self.assertTrue(hours <= {1, 2, 3}, hours)

    def test_planning_again_changes_nothing(self):
        campaign = self.make_campaign()
        self.plan()
        before = self.Ledger.search([("campaign_id", "=", campaign.id)]).read()
        self.assertEqual(self.plan(), 0)
        self.assertEqual(self.Ledger.search([("campaign_id", "=", campaign.id)]).read(), before)

    def test_any_invitation_within_the_quarantine(self):
        self.make_invitation(self.past, self.a, 29)
        self.make_invitation(self.past, self.b, 31)
        self.assertEqual(
            self.run_wave(cadence_number=1, cadence_unit="days"),
            (("skipped", "quarantine"), INVITED),
        )

    def test_quarantine_defers_where_the_wave_lasts_longer(self):
        self.make_invitation(self.past, self.a, 29)
        campaign = self.make_campaign(cadence_number=30, cadence_unit="days", drip_days=10)
        for day in range(10):
            with freeze_time(NOW + timedelta(days=day)):
                self.plan()
            if not day:
                self.assertEqual(self.line(campaign, self.a).outcome, "deferred")
        self.assertEqual(self.outcome(campaign, self.a), INVITED)
        self.assertGreaterEqual(
            self.line(campaign, self.a).invitation_id.date_planned, NOW + timedelta(days=1)
        )

    def test_any_answer_within_the_quarantine(self):
        for partner, days in ((self.a, 29), (self.b, 31)):
            self.make_invitation(
                self.past,
                partner,
                60,
                state="done",
                date_start=NOW - timedelta(days=days),
                date_done=NOW - timedelta(days=days),
            )
        self.assertEqual(self.run_wave(), (("skipped", "quarantine"), INVITED))

    def test_an_answer_in_the_shop_counts_as_answer_but_not_as_asking(self):
        self.make_invitation(self.past, self.a, 10, channel="kiosk", state="sent")
        self.make_invitation(
            self.past,
            self.b,
            10,
            channel="kiosk",
            state="done",
            date_start=NOW - timedelta(days=10),
            date_done=NOW - timedelta(days=10),
        )
        self.assertEqual(self.run_wave(), (INVITED, ("skipped", "quarantine")))

    def test_gap_of_this_campaign(self):
        campaign = self.make_campaign(gap_invited_days=60, gap_answered_days=80)
        self.make_invitation(campaign, self.a, 59)
        self.make_invitation(campaign, self.b, 61)
        self.plan()
        self.assertEqual(self.outcome(campaign, self.a), ("skipped", "quarantine"))
        self.assertEqual(self.outcome(campaign, self.b), INVITED)

    def test_gap_of_this_campaign_after_an_answer(self):
        campaign = self.make_campaign(gap_answered_days=80)
        for partner, days in ((self.a, 79), (self.b, 81)):
            self.make_invitation(
                campaign, partner, 90, state="done", date_start=NOW - timedelta(days=days)
            )
        self.plan()
        self.assertEqual(self.outcome(campaign, self.a), ("skipped", "quarantine"))
        self.assertEqual(self.outcome(campaign, self.b), INVITED)

    def test_relationship_after_relationship(self):
        self.make_invitation(self.past_check, self.a, 89)
        self.make_invitation(self.past, self.b, 89)
        self.assertEqual(self.run_wave(self.check), (("skipped", "quarantine"), INVITED))

    def test_feelings_of_four_weeks_never_twice_in_28_days(self):
        self.company.write(
            {
                "relationship_quarantine_days": 1,
                "relationship_quarantine_answered_days": 1,
                "relationship_quarantine_relationship_days": 1,
                "relationship_emotion_days": 28,
            }
        )
        self.make_invitation(self.past_check, self.a, 27)
        self.make_invitation(self.past_check, self.b, 29)
        self.assertEqual(self.run_wave(self.check), (("skipped", "quarantine"), INVITED))
        self.assertTrue(self.check.live_version_id.asks_emotion_frequency)
        self.assertFalse(self.pulse.live_version_id.asks_emotion_frequency)
        with self.assertRaises(ValidationError):
            self.company.relationship_emotion_days = 27

    def test_24_hours_hold_whatever_the_settings_say(self):
        self.company.write(
            {"relationship_quarantine_days": 1, "relationship_quarantine_answered_days": 1}
        )
        self.make_invitation(self.past, self.a, 0.9)
        self.make_invitation(self.past, self.b, 1.1)
        campaign = self.make_campaign()
        self.plan()
        self.assertEqual(self.outcome(campaign, self.a), ("deferred", "floor"))
        self.assertEqual(self.outcome(campaign, self.b), INVITED)
        with self.assertRaises(ValidationError):
            self.company.relationship_quarantine_days = 0

    def test_24_hours_are_kept_by_the_database(self):
        self.make_invitation(self.past, self.a, 0.5)
        self.make_invitation(self.past, self.b, 0.5, state="cancelled")
        self.make_invitation(self.past_check, self.b, 0.1)
        with self.assertRaises(ExclusionViolation), mute_logger("odoo.sql_db"):
            self.make_invitation(self.past_check, self.a, 0.1)

    def test_24_hours_of_another_company(self):
        other = self.env["res.company"].create({"name": "Sister", "relationship_holdout_share": 0})
        self.make_invitation(self.past, self.a, 0.5, company_id=other.id)
        self.make_invitation(self.past, self.b, 2, company_id=other.id)
        self.assertEqual(self.run_wave(), (("deferred", "floor"), INVITED))

    def test_a_reminder_counts_as_being_asked(self):
        self.make_invitation(self.past, self.a, 40, date_reminder=NOW - timedelta(days=29))
        self.make_invitation(self.past, self.b, 40, date_reminder=NOW - timedelta(days=31))
        self.assertEqual(self.run_wave(), (("skipped", "quarantine"), INVITED))

    def test_failed_and_cancelled_ones_do_not_count(self):
        self.make_invitation(self.past, self.a, 5, state="failed")
        self.make_invitation(self.past, self.b, 5, state="cancelled")
        self.assertEqual(self.run_wave(), (INVITED, INVITED))

    def test_budget_of_a_year(self):
        for partner, count in ((self.a, 6), (self.b, 5)):
            for number in range(count):
                self.make_invitation(
                    self.past, partner, 40 + 50 * number, date_start=NOW - timedelta(days=35)
                )
        self.assertEqual(self.run_wave(), (("skipped", "budget"), INVITED))

    def test_budget_frees_up_after_a_year(self):
        for number in range(6):
            self.make_invitation(
                self.past, self.a, 363 - 50 * number, date_start=NOW - timedelta(days=100)
            )
        campaign = self.make_campaign(cadence_number=30, cadence_unit="days", drip_days=5)
        for day in range(5):
            with freeze_time(NOW + timedelta(days=day)):
                self.plan()
        self.assertEqual(self.outcome(campaign, self.a), INVITED)
        self.assertGreaterEqual(
            self.line(campaign, self.a).invitation_id.date_planned, NOW + timedelta(days=2)
        )

    def test_ignored_ones_stretch_the_gaps(self):
        for partner, count in ((self.a, 2), (self.b, 1)):
            for number in range(count):
                self.make_invitation(self.past, partner, 50 + 40 * number)
        self.assertEqual(self.run_wave(), (("skipped", "quarantine"), INVITED))

    def test_who_ignored_four_is_left_in_peace_until_an_answer(self):
        for partner in (self.a, self.b):
            for number in range(4):
                self.make_invitation(self.past, partner, 100 + 60 * number)
        self.make_invitation(
            self.past, self.b, 70, state="done", date_start=NOW - timedelta(days=69)
        )
        self.assertEqual(self.run_wave(), (("skipped", "backoff"), INVITED))

    def test_pace_that_the_customer_chose(self):
        Preference = self.env["relationship.contact.preference"]
        for partner in (self.a, self.b):
            self.make_invitation(
                self.past, partner, 50, state="done", date_start=NOW - timedelta(days=50)
            )
        Preference._get_or_create(self.a, self.company).pace = "half"
        self.assertEqual(self.run_wave(), (("skipped", "quarantine"), INVITED))

    def test_pause_resumes_by_itself(self):
        preference = self.env["relationship.contact.preference"]._get_or_create(
            self.a, self.company
        )
        preference.paused_until = NOW.date() + timedelta(days=2)
        campaign = self.make_campaign(cadence_number=30, cadence_unit="days", drip_days=6)
        days = {}
        for day in range(6):
            with freeze_time(NOW + timedelta(days=day)):
                self.plan()
            for partner in (self.a, self.b):
                if self.line(campaign, partner).outcome == "invited":
                    days.setdefault(partner, day)
        self.assertGreaterEqual(days[self.a], 2)
        self.assertIn(self.b, days)

    def test_opt_out_of_all_and_of_one(self):
        Preference = self.env["relationship.contact.preference"]
        Preference._get_or_create(self.a, self.company).opted_out = True
        left = self.make_campaign(run=False)
        Preference._get_or_create(self.b, self.company).opted_out_campaign_ids = left
        left.action_start()
        other = self.make_campaign(self.check, priority="4_adhoc")
        self.plan()
        self.assertEqual(self.outcome(left, self.a), ("skipped", "opted_out"))
        self.assertEqual(self.outcome(left, self.b), ("skipped", "opted_out"))
        self.assertEqual(self.outcome(other, self.a), ("skipped", "opted_out"))
        self.assertEqual(self.outcome(other, self.b), INVITED)

    def test_address_missing_blocked_or_bouncing(self):
        missing, bouncing, invalid = self.make_customers(3, first=10)
        missing.email = False
        bouncing.message_bounce = 5
        invalid.email = "nonsense"
        self.env["mail.blacklist"]._add(self.a.email)
        campaign = self.make_campaign()
        self.plan()
        self.assertEqual(self.outcome(campaign, self.a), ("skipped", "blacklist"))
        self.assertEqual(self.outcome(campaign, bouncing), ("skipped", "blacklist"))
        self.assertEqual(self.outcome(campaign, missing), ("skipped", "no_address"))
        self.assertEqual(self.outcome(campaign, invalid), ("skipped", "no_address"))
        self.assertEqual(self.outcome(campaign, self.b), INVITED)

    def test_next_channel_and_the_customers_own(self):
        missing = self.make_customers(1, first=10)
        missing.email = False
        self.env["relationship.contact.preference"]._get_or_create(self.b, self.company).write(
            {"channel": "portal", "lang": "en_US"}
        )
        campaign = self.make_campaign(channel_2="portal")
        self.plan()
        self.assertEqual(self.line(campaign, missing).invitation_id.channel, "portal")
        self.assertEqual(self.line(campaign, self.a).invitation_id.channel, "email")
        self.assertEqual(self.line(campaign, self.b).invitation_id.channel, "portal")
        self.assertEqual(self.line(campaign, self.b).invitation_id.lang, "en_US")

    def test_two_contacts_with_one_address_are_one_person(self):
        self.b.email = "ASKED0@example.com"
        campaign = self.make_campaign()
        self.plan()
        self.assertEqual(self.outcome(campaign, self.a), INVITED)
        self.assertEqual(self.outcome(campaign, self.b), ("skipped", "duplicate"))
        self.make_customers(1, first=20)
        again = self.make_campaign(
            audience_domain=f"[('id', '=', {self.b.id})]", name="Only the other"
        )
        self.plan()
        self.assertEqual(self.outcome(again, self.b), ("skipped", "floor"))

    def test_new_and_lost_customers_are_not_asked_about_the_relationship(self):
        new = self.make_customers(1, 10, {"first_purchase": NOW.date() - timedelta(days=29)})
        known = self.make_customers(1, 11, {"first_purchase": NOW.date() - timedelta(days=31)})
        lost = self.make_customers(1, 12, {"last_purchase": NOW.date() - timedelta(days=366)})
        never = self.make_customers(1, 13, {"first_purchase": False, "last_purchase": False})
        check = self.make_campaign(self.check)
        self.plan()
        self.assertEqual(self.outcome(check, new), ("skipped", "outside"))
        self.assertEqual(self.outcome(check, known), INVITED)
        self.assertEqual(self.outcome(check, lost), ("skipped", "outside"))
        self.assertEqual(self.outcome(check, never), ("skipped", "outside"))

    def test_who_comes_first_and_who_waits(self):
        adhoc = self.make_campaign(name="Ad hoc", priority="4_adhoc")
        wave = self.make_campaign(name="Wave")
        recovery = self.make_campaign(
            name="Recovery", priority="1_recovery", audience_domain=f"[('id', '=', {self.a.id})]"
        )
        self.plan()
        self.assertEqual(self.outcome(recovery, self.a), INVITED)
        self.assertEqual(self.outcome(wave, self.a), ("deferred", "conflict"))
        self.assertEqual(self.outcome(wave, self.b), INVITED)
        self.assertEqual(self.outcome(adhoc, self.b), ("deferred", "conflict"))
        self.assertEqual(
            len(self.Invitation.search([("partner_id", "in", (self.a + self.b).ids)])), 2
        )

    def test_a_loser_expires_and_never_vanishes(self):
        self.make_campaign(name="First", priority="1_recovery")
        loser = self.make_campaign(name="Second")
        self.plan()
        self.assertEqual(self.outcome(loser, self.a), ("deferred", "conflict"))
        with freeze_time(NOW + timedelta(days=2)):
            self.plan()
            self.assertEqual(self.outcome(loser, self.a), ("skipped", "conflict"))

    def test_who_waited_long_goes_before_a_wave(self):
        self.company.write({"relationship_quarantine_days": 29, "relationship_patience_days": 25})
        wave = self.make_campaign(name="Wave", cadence_number=30, cadence_unit="days")
        adhoc = self.make_campaign(
            name="Ad hoc", priority="4_adhoc", kind="event", event="case_closed", wait_days=60
        )
        self.plan()
        waiting = adhoc._ask(self.a)
        for day in range(28, 62):
            with freeze_time(NOW + timedelta(days=day)):
                wave.wave_ids.sudo().outcome_published = NOW
                self.plan()
                if waiting.outcome == "invited":
                    break
        self.assertEqual(waiting.outcome, "invited")
        self.assertLess(day, 60)

    def test_without_waiting_a_wave_goes_before_ad_hoc(self):
        wave = self.make_campaign(name="Wave")
        adhoc = self.make_campaign(
            name="Ad hoc", priority="4_adhoc", kind="event", event="case_closed"
        )
        for days, winner in ((0, wave), (31, adhoc)):
            with self.subTest(days=days), freeze_time(NOW):
                self.Ledger.search([("company_id", "=", self.company.id)]).unlink()
                self.Invitation.search([("company_id", "=", self.company.id)]).unlink()
                self.Ledger.create(
                    [
                        {
                            "campaign_id": campaign.id,
                            "partner_id": self.a.id,
                            "date": NOW,
                            "company_id": self.company.id,
                            "outcome": "deferred",
                            "reason": "not_due",
                            "event_key": campaign.name,
                            "date_until": NOW,
                            "date_first": NOW - timedelta(days=days if campaign == adhoc else 0),
                            "date_expire": NOW + timedelta(days=45),
                        }
                        for campaign in (wave, adhoc)
                    ]
                )
                self.env.flush_all()
                verdicts.decide(self.env["relationship.planner"]._get_scope(self.company, NOW))
                self.env.invalidate_all()
                self.assertEqual(self.outcome(winner, self.a), INVITED)
                self.assertEqual(
                    self.outcome((wave + adhoc) - winner, self.a), ("deferred", "conflict")
                )

    def test_capacity_brake(self):
        self.make_customers(30, first=100)
        campaign = self.make_campaign(case_capacity=2, expected_low_rate=0.2)
        self.assertEqual(self.plan(), 10)
        self.assertEqual(self.plan(), 0)
        waiting = self.Ledger.search(
            [("campaign_id", "=", campaign.id), ("reason", "=", "capacity")]
        )
        self.assertEqual(len(waiting), 22)
        self.assertEqual(set(waiting.mapped("outcome")), {"deferred"})
        self.assertEqual(
            [verdicts.get_daily_limit(campaign, cases) for cases in (0, 2, 4, 8)], [10, 10, 5, 2]
        )
        with freeze_time(NOW + timedelta(days=1, hours=1)):
            self.plan()
            self.assertEqual(set(waiting.mapped("outcome")), {"skipped"})

    def test_holdout_by_every_path(self):
        self.company.relationship_holdout_share = 0.5
        people = self.make_customers(40, first=100)
        holdout = self.Invitation._filter_holdout(people, self.company)
        self.assertTrue(5 < len(holdout) < 35)
        person = holdout[0]
        campaign = self.make_campaign()
        self.plan()
        for customer in people:
            expected = ("skipped", "holdout") if customer in holdout else INVITED
            self.assertEqual(self.outcome(campaign, customer), expected)
        with self.assertRaises(UserError):
            self.make_invitation(campaign, person, 200)
        with self.assertRaises(CheckViolation), mute_logger("odoo.sql_db"), self.env.cr.savepoint():
            self.env.cr.execute(
                SQL(
                    """
                INSERT INTO relationship_invitation (campaign_id, version_id, company_id,
                    partner_id, channel, state, date_planned)
                VALUES (%s, %s, %s, %s, 'email', 'planned', now())
                """,
                    campaign.id,
                    self.pulse.live_version_id.id,
                    self.company.id,
                    person.id,
                )
            )
        line = campaign._ask(person)
        self.assertEqual((line.outcome, line.reason), ("skipped", "holdout"))
        for channel in ("receipt", "kiosk", "link"):
            self.assertFalse(campaign._open_invitation(channel, person))
        free = (people - holdout)[0]
        self.assertTrue(campaign._open_invitation("receipt", free))
        anonymous = campaign._open_invitation("kiosk")
        with self.assertRaises(UserError):
            anonymous.partner_id = person
        self.assertFalse(self.Invitation.search([("partner_id", "in", holdout.ids)]))

    def test_holdout_stays_the_same_when_it_grows(self):
        people = self.make_customers(60, first=100)
        self.company.relationship_holdout_share = 0.1
        small = self.Invitation._filter_holdout(people, self.company)
        self.company.relationship_holdout_share = 0.3
        large = self.Invitation._filter_holdout(people, self.company)
        self.assertTrue(small < large)

    def test_contacts_of_a_holdout_customer_are_never_asked(self):
        firm = self.make_customers(1, first=200, is_company=True)
        person = self.env["res.partner"].create(
            {"name": "Buyer", "parent_id": firm.id, "email": "buyer@example.com"}
        )
        self.company.relationship_holdout_share = 0.5
        for number in range(50):
            self.company.relationship_holdout_seed = str(number)
            self.assertEqual(
                bool(self.Invitation._filter_holdout(person, self.company)),
                bool(self.Invitation._filter_holdout(firm, self.company)),
            )

    def test_hash_is_the_same_in_python(self):
        rows = self.env.execute_query(
            SQL("SELECT n, %s FROM generate_series(1, 50) n", sql_unit_hash("key", SQL("n")))
        )
        for number, value in rows:
            self.assertAlmostEqual(value, unit_hash("key", number), 12)

    def test_reminders(self):
        campaign = self.make_campaign()
        other, rested = self.make_customers(2, first=10)
        first = self.make_invitation(campaign, self.a, 5)
        half = self.make_invitation(
            campaign, self.b, 5, state="started", date_start=NOW - timedelta(days=4)
        )
        done = self.make_invitation(
            campaign, other, 5, state="done", date_done=NOW - timedelta(days=4)
        )
        fresh = self.make_invitation(campaign, rested, 0.5)
        everything = first | half | done | fresh
        self.assertEqual(everything._filter_remindable(), first | half)
        preference = self.env["relationship.contact.preference"]._get_or_create(
            self.a, self.company
        )
        preference.paused_until = NOW.date() + timedelta(days=1)
        self.assertEqual(everything._filter_remindable(), half)
        self.make_invitation(self.past, self.b, 200, step=6)
        self.assertFalse(everything._filter_remindable())
