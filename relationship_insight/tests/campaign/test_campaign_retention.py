from datetime import timedelta

from odoo.exceptions import ValidationError
from odoo.tests import freeze_time, tagged

from .common_campaign import NOW, CampaignCase

SECRET = ("Zebulon", "zebulon", "0899999999", "+66899999999")


@tagged("post_install", "-at_install")
class TestCampaignRetention(CampaignCase):
    """What is kept, for how long, and what goes with a person."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.startClassPatcher(freeze_time(NOW))
        cls.people = cls.make_customers(3)
        cls.campaign = cls.make_campaign(cls.check)
        cls.env["relationship.planner"]._plan(cls.company)
        cls.env.invalidate_all()

    def collect(self, months):
        with freeze_time(NOW + timedelta(days=31 * months)):
            self.Ledger._gc_old_decisions()
        self.env.invalidate_all()

    def test_old_decisions_go_once_their_wave_is_closed(self):
        wave = self.campaign.wave_ids
        lines = self.Ledger.search([("wave_id", "=", wave.id)])
        self.assertEqual(len(lines), 3)
        self.campaign.invitation_ids.sudo().state = "done"
        self.collect(30)
        self.assertEqual(len(lines.exists()), 3)
        wave._close()
        counted = (wave.population_count, wave.sample_count, wave.asked_count)
        self.collect(20)
        self.assertEqual(len(lines.exists()), 3)
        self.collect(30)
        self.assertFalse(lines.exists())
        self.assertEqual((wave.population_count, wave.sample_count, wave.asked_count), counted)
        self.assertEqual(counted, (3, 3, 3))

    def test_what_can_still_be_answered_stays(self):
        self.campaign.wave_ids._close()
        self.collect(30)
        self.assertEqual(self.Ledger.search_count([("campaign_id", "=", self.campaign.id)]), 3)

    def test_months_have_a_floor(self):
        with self.assertRaises(ValidationError):
            self.company.relationship_ledger_months = 2

    def test_an_erased_person_is_in_no_text_of_ours(self):
        person = self.make_customers(
            1,
            9,
            name="Zebulon Quist",
            email="zebulon@example.com",
            phone="0899999999",
            country_id=self.env.ref("base.th").id,
        )
        invitation = self.make_invitation(
            self.campaign,
            person,
            50,
            email="zebulon@example.com",
            phone="+66899999999",
            callback_phone="0899999999",
            callback_about="Ask for Zebulon",
            state="done",
        )
        delivery = self.env["relationship.delivery"].create(
            {
                "invitation_id": invitation.id,
                "campaign_id": self.campaign.id,
                "step": 0,
                "company_id": self.company.id,
                "partner_id": person.id,
                "channel": "email",
                "email": "zebulon@example.com",
                "phone": "+66899999999",
                "date_due": NOW,
                "state": "bounced",
                "failure_reason": "no such user zebulon@example.com",
            }
        )
        reading = self.env["relationship.reading"].create(
            {
                "partner_id": person.id,
                "company_id": self.company.id,
                "value": 1,
                "na": False,
                "measure_id": self.measure("M03_why").id,
                "text": "I am Zebulon",
                "invitation_id": invitation.id,
                "origin": "pulse",
                "date": NOW - timedelta(days=2),
            }
        )
        self.env["relationship.case"]._request_callback(
            person, self.company, f"callback:{invitation.id}", "0899999999"
        )
        self.assertTrue(self.find_secrets())
        person.unlink()
        self.assertFalse(self.find_secrets())
        self.assertTrue(invitation.exists() and delivery.exists() and reading.exists())

    def find_secrets(self):
        """Return (table, column) of every text of ours that names the person."""
        self.env.flush_all()
        self.env.cr.execute("""
            SELECT table_name, column_name FROM information_schema.columns
             WHERE table_schema = current_schema AND table_name LIKE 'relationship\\_%'
               AND data_type IN ('character varying', 'text', 'jsonb')""")
        found = []
        for table, column in self.env.cr.fetchall():
            self.env.cr.execute(
                f'SELECT 1 FROM "{table}" WHERE "{column}"::text LIKE ANY(%s) LIMIT 1',  # noqa: S608
                [[f"%{secret}%" for secret in SECRET]],
            )
            if self.env.cr.fetchone():
                found.append((table, column))
        return found

    def test_words_say_one_day_and_two_days(self):
        for vals, words in (
            ({"cadence_number": 1}, "Every month"),
            ({"cadence_number": 2}, "Every 2 months"),
            ({"kind": "event", "event": "pos_order", "delay": 0}, "Purchase in a shop, at once"),
            (
                {"kind": "event", "event": "pos_order", "delay": 1},
                "Purchase in a shop, one day later",
            ),
            (
                {"kind": "event", "event": "pos_order", "delay": 1, "delay_unit": "hours"},
                "Purchase in a shop, one hour later",
            ),
            (
                {"kind": "event", "event": "pos_order", "delay": 5},
                "Purchase in a shop, 5 days later",
            ),
        ):
            self.assertEqual(self.make_campaign(run=False, **vals).rhythm, words)
