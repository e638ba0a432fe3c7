from datetime import timedelta

from freezegun import freeze_time

from odoo.exceptions import UserError
from odoo.tests import Form

from .common_campaign import NOW, RELATIONS, CampaignCase


class TestWaveWithNobody(CampaignCase):
    """A wave with nobody in it is never running: it says why, and is drawn again."""

    def wave(self, campaign):
        with freeze_time(NOW):
            self.plan()
        return campaign.wave_ids

    def test_before_the_first_refresh_the_wave_waits_for_it(self):
        self.company.relationship_refreshed = False
        campaign = self.make_campaign()
        self.make_customers(2)  # two were read by chance already: not everybody
        wave = self.wave(campaign)
        self.assertEqual((wave.state, wave.waiting_for), ("planned", "read"))
        self.assertEqual(campaign.wave_problem, "read")
        self.company._note_relationship_refresh(NOW)
        self.make_customers(10, first=2)
        self.wave(campaign)
        self.assertEqual((wave.state, wave.waiting_for), ("running", False))
        self.assertEqual(wave.sample_count, 12)

    def test_nobody_in_the_audience(self):
        campaign = self.make_campaign()
        wave = self.wave(campaign)
        self.assertEqual((wave.state, wave.waiting_for), ("planned", "nobody"))
        self.assertFalse(self.Ledger.search([("campaign_id", "=", campaign.id)]))
        with self.assertRaisesRegex(UserError, "Nobody buys here"):
            wave.action_start()

    def test_all_left_out_and_drawn_again_days_later(self):
        campaign = self.make_campaign(drip_days=5, sampling_fraction=0.0001)
        self.make_customers(1)
        wave = self.wave(campaign)
        self.assertEqual((wave.state, wave.waiting_for), ("planned", "left_out"))
        campaign.sampling_fraction = 1
        with freeze_time(NOW + timedelta(days=4)):
            self.plan()
        self.assertEqual((wave.state, wave.waiting_for), ("running", False))
        self.assertEqual(wave.date_start, (NOW + timedelta(days=4)).date())
        self.assertEqual((wave.date_end - wave.date_start).days, 4, "as long as it was to be")


class TestStart(CampaignCase):
    """What is told, and refused, before a campaign asks anybody."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.relations = cls.new_user("start_relations", RELATIONS)

    def start(self, campaign):
        campaign.with_user(self.relations).action_start()

    def serve(self, there):
        self.patch(
            self.env.registry["relationship.campaign"], "_has_mail_server", lambda _self: there
        )

    def test_refused_with_the_list_of_what_is_missing(self):
        self.serve(False)
        self.company.email = False
        campaign = self.make_campaign(run=False, channel_2="sms")
        with self.assertRaises(UserError) as refused:
            self.start(campaign)
        said = str(refused.exception)
        self.assertIn("no e-mail address", said)
        self.assertIn("no outgoing mail server", said)
        self.assertEqual("SMS application" in said, "sms.sms" not in self.env)
        self.assertEqual(campaign.state, "draft")

    def test_started_when_nothing_is_missing(self):
        self.serve(True)
        self.company.email = "shop@example.com"
        campaign = self.make_campaign(run=False)
        self.start(campaign)
        self.assertEqual(campaign.state, "running")

    def test_a_shop_without_mail_may_ask_by_link(self):
        self.serve(False)
        self.company.email = False
        campaign = self.make_campaign(run=False, channel_1="link")
        self.start(campaign)
        self.assertEqual(campaign.state, "running")

    def test_the_form_tells_whom_whom_not_when_and_what_it_shows(self):
        """300 customers, 60 without an address and 20 who want nothing: 220 asked, 44 answer."""
        self.serve(True)
        self.company.email = "shop@example.com"
        partners = self.make_customers(300)
        partners[:60].email = False
        self.env["relationship.contact.preference"].create(
            [
                {"partner_id": partner.id, "company_id": self.company.id, "opted_out": True}
                for partner in partners[60:80]
            ]
        )
        campaign = self.make_campaign(self.check, run=False, drip_days=5)
        self.relations.tz = False
        with freeze_time(NOW):  # 10:00 in the company, whose mornings end at 11
            form = Form(
                self.env["relationship.campaign.start"]
                .with_user(self.relations)
                .with_context(default_campaign_id=campaign.id)
            )
        self.assertFalse(form.problems)
        lines = form.forecast.split("\n")
        self.assertEqual(lines[0], "Customers it asks each time: about 220.")
        self.assertEqual(lines[1], "Not asked: 80.")
        self.assertEqual(
            {line.strip() for line in lines[2:4]}, {"No address: 60", "Wants no questions: 20"}
        )
        self.assertRegex(lines[4], r"^The first message leaves on 6/3/26, 10:\d\d\sAM\.$")
        # 220 at 20 % are 44 answers; 2.80 * sqrt(2 * 25^2 / 44) = 14.9
        self.assertEqual(
            lines[5],
            "With about 44 answers (supposed 20 % answer) you will see changes above 15 "
            "points of 100.",
        )
        self.assertEqual(campaign.state, "draft")
        self.assertFalse(campaign.wave_ids)
        self.assertFalse(self.Ledger.search([("campaign_id", "=", campaign.id)]))
        self.assertFalse(self.Invitation.search([("campaign_id", "=", campaign.id)]))

    def test_too_few_answers_are_told(self):
        self.make_customers(20)
        campaign = self.make_campaign(run=False)
        with freeze_time(NOW):
            lines = campaign._get_forecast_lines()
        self.assertEqual(
            lines[-1],
            "With about 4 answers changes can't be told from chance. Ask more "
            "customers, or for longer.",
        )

    def test_the_answer_rate_is_the_company_s_own(self):
        campaign = self.make_campaign(run=False)
        partners = self.make_customers(40)
        for number, partner in enumerate(partners):
            self.make_invitation(
                campaign,
                partner,
                40,
                **({"state": "done", "date_done": NOW} if number < 10 else {}),
            )
        with freeze_time(NOW):
            self.assertEqual(campaign._get_answer_rate(), (0.25, True))

    def test_a_second_company_has_the_ready_made_campaigns(self):
        """Seven of them, as drafts, in every language, for a company created later."""
        company = self.env["res.company"].create({"name": "Second shop"})
        campaigns = self.env["relationship.campaign"].search([("company_id", "=", company.id)])
        self.assertEqual(len(campaigns), 7)
        self.assertEqual(set(campaigns.mapped("state")), {"draft"})
        first = self.env.ref("relationship_insight.relationship_campaign_quarterly")
        self.assertIn(first.name, campaigns.mapped("name"))

    def test_the_page_doesn_t_say_that_everybody_is_asked(self):
        campaign = self.make_campaign(cadence_number=3)
        invitation = self.make_invitation(campaign, self.make_customers(1), 1)
        self.assertNotIn("all our customers", invitation._get_reason_asked())


class TestTrouble(CampaignCase):
    """A paused server, bounced and uncertain messages are shown on the campaign."""

    def test_pause_and_lost_messages_show_on_the_campaign(self):
        campaign = self.make_campaign()
        partners = self.make_customers(4)
        for partner, state in zip(partners, ("bounced", "uncertain", "uncertain", "failed")):
            invitation = self.make_invitation(campaign, partner, 2)
            self.env["relationship.delivery"].sudo().create(
                {
                    "invitation_id": invitation.id,
                    "campaign_id": campaign.id,
                    "step": 0,
                    "company_id": self.company.id,
                    "partner_id": partner.id,
                    "channel": "email",
                    "state": state,
                    "date_due": NOW,
                }
            )
        self.assertEqual(
            (campaign.bounced_count, campaign.unsure_count, campaign.unsent_count), (1, 2, 1)
        )
        self.assertFalse(campaign.sending_problem)
        self.env["relationship.sending.pause"].sudo().create(
            {"company_id": self.company.id, "stopped": True, "reason": "535 no", "domain": ""}
        )
        campaign.invalidate_recordset()
        self.assertIn("Nothing is sent", campaign.sending_problem)
        campaign.action_pause()
        campaign.invalidate_recordset()
        self.assertFalse(campaign.sending_problem)
