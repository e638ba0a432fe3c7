from datetime import timedelta

from odoo import fields
from odoo.tests import freeze_time, tagged

from ...models.campaign.planner import verdicts
from .common_sending import NOW, SendingCase


@tagged("post_install", "-at_install")
class TestSendingWishes(SendingCase):
    """Who ignored four in a row is asked once how they would like to be asked."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.quiet = cls._make_partner("Quiet One")
        cls.fresh = cls._make_partner("Fresh One")
        cls.now = fields.Datetime.now()
        for number in range(4):
            date = cls.now - timedelta(days=60 + 60 * number)
            cls._invite(
                cls.quiet,
                state="expired",
                date_planned=date,
                date_sent=date,
                date_expire=date + timedelta(days=30),
            )
        for partner, reason in ((cls.quiet, "backoff"), (cls.fresh, "quarantine")):
            cls.env["relationship.eligibility"].create(
                {
                    "campaign_id": cls.campaign.id,
                    "partner_id": partner.id,
                    "company_id": cls.company.id,
                    "date": cls.now,
                    "outcome": "skipped",
                    "reason": reason,
                }
            )

    def run_crons(self):
        self.send("ir_cron_relationship_remind")
        self.send()

    def wishes(self):
        return self.env["relationship.delivery"].search([("step", "=", 9)])

    def test_asked_once_with_a_way_to_say_how(self):
        self.run_crons()
        self.assertRecordValues(
            self.wishes(), [{"partner_id": self.quiet.id, "state": "sent", "kind": "wishes"}]
        )
        ((address, _sender, mail),) = self.server.mails
        self.assertEqual(address, "quiet.one@example.com")
        body = mail.get_body(("html",)).get_content()
        self.assertIn("/pulse/preferences/", body)
        self.assertTrue(mail["List-Unsubscribe"])
        invitation = self.wishes().invitation_id
        self.assertEqual((invitation.state, invitation.step), ("expired", 0))
        with freeze_time(fields.Datetime.to_datetime(NOW) + timedelta(days=200)):
            self.env["relationship.eligibility"].search([]).date = fields.Datetime.now()
            self.run_crons()
        self.assertEqual(len(self.server.mails), 1)

    def test_keeps_the_rest_and_respects_who_left(self):
        last = self.env["relationship.invitation"].search(
            [("partner_id", "=", self.quiet.id)], limit=1
        )
        last.date_sent = self.now - timedelta(days=20)
        self.run_crons()
        self.assertFalse(self.wishes())
        last.date_sent = self.now - timedelta(days=40)
        preference = self.env["relationship.contact.preference"]._get_or_create(
            self.quiet, self.company
        )
        preference.opted_out = True
        self.run_crons()
        self.assertFalse(self.wishes())
        preference.opted_out = False
        self.run_crons()
        self.assertEqual(len(self.wishes()), 1)

    def test_whoever_tells_us_is_asked_again(self):
        def ignored():
            lines = self.env["relationship.eligibility"].create(
                {
                    "campaign_id": self.campaign.id,
                    "partner_id": self.quiet.id,
                    "company_id": self.company.id,
                    "date": self.now,
                    "outcome": "deferred",
                    "reason": "not_due",
                    "date_first": self.now,
                    "date_until": self.now,
                    "event_key": f"test:{self.env['relationship.eligibility'].search_count([])}",
                    "date_expire": self.now + timedelta(days=20),
                }
            )
            self.env.flush_all()
            verdicts.decide(self.env["relationship.planner"]._get_scope(self.company, self.now))
            self.env.invalidate_all()
            return lines.reason

        self.assertEqual(ignored(), "backoff")
        self.env["relationship.invitation"].search(
            [("partner_id", "=", self.quiet.id)], limit=1
        )._set_wishes({"pace": "normal"})
        self.assertEqual(ignored(), "invited")
