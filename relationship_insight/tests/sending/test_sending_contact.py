from datetime import timedelta

from odoo import fields
from odoo.tests import freeze_time, tagged

from .common_sending import NOW, SendingCase


@tagged("post_install", "-at_install")
class TestSendingContact(SendingCase):
    """One rule says who may be contacted: asking, reminding and sending all go by it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.ann = cls._make_partner("Ann", phone="+66812345678")
        cls.bea = cls._make_partner("Bea", phone="+66812345679")

    def sent(self, *partners, **vals):
        """Invitations that went out five days ago and were not answered."""
        date = fields.Datetime.to_datetime(NOW) - timedelta(days=5)
        return self._invite(*partners, state="sent", date_planned=date, date_sent=date, **vals)

    def test_no_reminder_to_an_address_that_bounced(self):
        both = self.sent(self.ann, self.bea)
        self.ann.message_bounce = 5
        self.assertEqual(both._filter_remindable().partner_id, self.bea)

    def test_no_reminder_to_a_blocked_phone(self):
        both = self.sent(self.ann, self.bea, channel="sms")
        self.env["phone.blacklist"].sudo().create({"number": "+66812345678"})
        self.assertEqual(both._filter_remindable().partner_id, self.bea)

    def test_a_blocked_phone_is_no_blocked_mail(self):
        both = self.sent(self.ann, self.bea)
        self.env["phone.blacklist"].sudo().create({"number": "+66812345678"})
        self.assertEqual(both._filter_remindable().partner_id, self.ann | self.bea)

    def test_no_reminder_without_an_address(self):
        both = self.sent(self.ann, self.bea)
        self.ann.email = False
        self.assertEqual(both._filter_remindable().partner_id, self.bea)

    def test_bounces_of_another_contact_stop_nobody(self):
        """Cho's five bounces were at an old address; Ann was always reached at hers."""
        self._make_partner("Cho", email=self.ann.email, message_bounce=5)
        invitation = self._invite(self.ann)
        self.send()
        self.assertEqual([mail[0] for mail in self.server.mails], ["ann@example.com"])
        self.assertEqual(invitation.state, "sent")

    def test_five_bounces_of_ones_own_stop(self):
        self.ann.message_bounce = 5
        invitation = self._invite(self.ann)
        self.send()
        self.assertFalse(self.server.mails)
        self.assertEqual(invitation.failure_type, "mail_bounce")

    def test_who_left_the_campaign_is_not_asked_by_it_how_to_be_asked(self):
        """The question belongs to the last campaign they ignored; who left that one is asked
        nothing by it, and keeps the one time in a life for another day."""
        with freeze_time(NOW):
            old = fields.Datetime.to_datetime(NOW) - timedelta(days=90)
            invitation = self._invite(self.ann, state="sent", date_planned=old, date_sent=old)
            self.env["relationship.eligibility"].create(
                {
                    "campaign_id": self.campaign.id,
                    "partner_id": self.ann.id,
                    "company_id": self.company.id,
                    "outcome": "skipped",
                    "reason": "backoff",
                    "event_key": "test:left",
                    "date": fields.Datetime.now(),
                }
            )
            wish = self.env["relationship.contact.preference"]._get_or_create(
                self.ann, self.company
            )
            wish.opted_out_campaign_ids = self.campaign
            Delivery = self.env["relationship.delivery"].sudo()
            self.assertEqual(Delivery._queue_wishes(), 0)
            self.assertFalse(wish.date_wishes_asked)
            wish.opted_out_campaign_ids = False
            self.assertEqual(Delivery._queue_wishes(), 1)
            self.assertTrue(wish.date_wishes_asked)
            invitation.invalidate_recordset()
            self.assertTrue(invitation.delivery_ids)
