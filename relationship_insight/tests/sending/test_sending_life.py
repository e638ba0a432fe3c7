from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import freeze_time, new_test_user, tagged
from odoo.tools import mute_logger

from .common_sending import NOW, SendingCase

BOUNCE = """Return-Path: <>
From: MAILER-DAEMON@example.com
To: {bounce}
Subject: Undelivered Mail Returned to Sender
Message-Id: <{number}.bounce@example.com>
Date: Tue, 10 Mar 2026 02:05:00 +0000
Content-Type: multipart/report; report-type=delivery-status; boundary="cut"
MIME-Version: 1.0

--cut
Content-Type: text/plain; charset=utf-8

I could not deliver your message.

--cut
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.example.com

Final-Recipient: rfc822; {email}
Action: {action}
Status: {status}

--cut
Content-Type: message/rfc822

From: shop@example.com
To: {email}
Subject: A short question
Message-Id: {message_id}

Hello
--cut--
"""


@tagged("post_install", "-at_install")
class TestSendingLife(SendingCase):
    """After the sending: bounces, crashes and their decision, reminders, expiry, hours."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.relations = new_test_user(
            cls.env, "sending_relations", groups="relationship_insight.group_relationship_relations"
        )
        cls.rep = new_test_user(
            cls.env, "sending_rep", groups="relationship_insight.group_relationship_staff"
        )

    def _bounce(self, delivery, action="failed", status="5.1.1", number=1):
        domain = self.env["mail.alias.domain"].search([], limit=1) or self.env[
            "mail.alias.domain"
        ].create({"name": "example.com"})
        with mute_logger("odoo.addons.mail.models.mail_thread"):
            self.env["mail.thread"].message_process(
                None,
                BOUNCE.format(
                    bounce=domain.bounce_email,
                    email=delivery.email,
                    action=action,
                    status=status,
                    message_id=delivery.message_id,
                    number=number,
                ),
            )

    # Bounces

    def test_bounce_is_noted_on_the_message(self):
        ann = self._make_partner("Ann")
        invitation = self._invite(ann)
        self.send()
        delivery = self.deliveries(invitation)
        self._bounce(delivery)
        self.assertEqual((delivery.state, delivery.failure_type), ("bounced", "mail_bounce"))
        self.assertEqual((invitation.state, invitation.failure_type), ("failed", "mail_bounce"))
        self.assertIn("could not deliver", delivery.failure_reason)
        self.assertEqual(ann.message_bounce, 1)

    def test_delayed_report_is_no_bounce(self):
        invitation = self._invite(self._make_partner("Ann"))
        self.send()
        self._bounce(self.deliveries(invitation), action="delayed", status="4.4.1")
        self.assertEqual(invitation.state, "sent")

    def test_five_bounces_stop_invitations(self):
        ann = self._make_partner("Ann")
        for number in range(6):
            with freeze_time(fields.Datetime.to_datetime(NOW) + timedelta(days=2 * number)):
                invitation = self._invite(ann)
                self.send()
                delivery = self.deliveries(invitation)
                if number < 5:
                    self.assertEqual(delivery.state, "sent")
                    self._bounce(delivery, number=number)
        self.assertEqual((delivery.state, delivery.failure_type), ("cancelled", "mail_bounce"))
        self.assertEqual(len(self.server.mails), 5)

    # A worker that died

    def _abandon(self, invitation):
        """Leave the message as a worker does that is killed while it sends."""
        self.send()
        self.env.cr.execute(
            "UPDATE relationship_delivery SET state = 'sending', worker = '1 gone'"
            " WHERE invitation_id = %s",
            [invitation.id],
        )
        self.env.cr.execute(
            "UPDATE relationship_invitation SET state = 'sending' WHERE id = %s", [invitation.id]
        )
        self.env.invalidate_all()
        self.server.mails.clear()

    def test_abandoned_message_is_uncertain_and_stays(self):
        invitation = self._invite(self._make_partner("Ann"))
        self._abandon(invitation)
        self.send()
        self.send()
        delivery = self.deliveries(invitation)
        self.assertEqual((delivery.state, invitation.state), ("uncertain", "uncertain"))
        self.assertFalse(self.server.mails)

    def test_opened_proves_it_arrived(self):
        invitation = self._invite(self._make_partner("Ann"))
        self._abandon(invitation)
        self.send()
        invitation.write({"state": "opened", "date_open": "2026-03-10 02:30:00"})
        self.send()
        self.assertEqual(self.deliveries(invitation).state, "sent")
        self.assertEqual(invitation.state, "opened")

    def test_person_decides(self):
        ann = self._invite(self._make_partner("Ann"))
        self._abandon(ann)
        bea = self._invite(self._make_partner("Bea"))
        self._abandon(bea)
        self.send()
        for invitation, decision, state in ((ann, "sent", "sent"), (bea, "again", "queued")):
            delivery = self.deliveries(invitation).with_user(self.relations)
            action = (
                delivery.action_mark_sent()
                if decision == "sent"
                else (delivery.action_send_again())
            )
            wizard = (
                self.env[action["res_model"]]
                .with_user(self.relations)
                .with_context(**action["context"])
                .create({"reason": "Asked them"})
            )
            self.assertEqual(wizard.decision, decision)
            wizard.action_apply()
            self.assertEqual(delivery.state, state)
            self.assertIn("Asked them", delivery.resolution)
            self.assertEqual(delivery.resolved_by, self.relations)
            with self.assertRaises(UserError):
                wizard.copy({"decision": "sent"}).action_apply()
        self.send()
        self.assertEqual([mail[0] for mail in self.server.mails], ["bea@example.com"])
        self.assertEqual(self.deliveries(ann | bea).mapped("state"), ["sent", "sent"])

    def test_staff_sees_no_messages(self):
        invitation = self._invite(self._make_partner("Ann"))
        self.send()
        with self.assertRaises(AccessError):
            self.deliveries(invitation).with_user(self.rep).read(["partner_id"])
        self.deliveries(invitation).with_user(self.relations).read(["partner_id"])
        with self.assertRaises(AccessError):
            self.deliveries(invitation).with_user(self.relations).write({"state": "queued"})

    # Reminders and the end

    def remind(self, moment):
        with freeze_time(moment):
            self.send("ir_cron_relationship_remind")
            self.send()

    def test_reminders_of_a_wave(self):
        invitation = self._invite(self._make_partner("Ann"), wave_id=self._make_wave().id)
        self.send()
        self.remind("2026-03-13 03:00:00")
        self.assertEqual(len(self.server.mails), 1)
        self.remind("2026-03-14 03:00:00")
        self.remind("2026-03-14 03:30:00")
        self.assertEqual(len(self.server.mails), 2)
        self.assertEqual(invitation.step, 1)
        self.assertIn("still", self.server.mails[1][2]["Subject"])
        self.remind("2026-03-20 03:00:00")
        self.assertEqual((len(self.server.mails), invitation.step), (3, 2))
        self.remind("2026-03-30 03:00:00")
        self.assertEqual(len(self.server.mails), 3)
        for _address, _sender, mail in self.server.mails:
            self.assertTrue(mail["List-Unsubscribe"])
            self.assertEqual(mail["List-Unsubscribe-Post"], "List-Unsubscribe=One-Click")

    def test_one_reminder_after_an_event(self):
        event = self._make_campaign(
            "TEST_EVENT", "measure_m03", kind="event", event="first_purchase"
        )
        self.assertEqual((event.reminder_day_1, event.reminder_day_2, event.link_days), (5, 0, 14))
        self._invite(self._make_partner("Ann"), campaign=event)
        self.send()
        self.remind("2026-03-14 03:00:00")
        self.assertEqual(len(self.server.mails), 1)
        self.remind("2026-03-15 03:00:00")
        self.remind("2026-03-22 03:00:00")
        self.assertEqual(len(self.server.mails), 2)

    def test_no_reminder_for_those_who_are_through(self):
        people = [self._make_partner(name) for name in ("Done", "Out", "Blocked", "Back", "Half")]
        done, out, blocked, back, half = self._invite(*people)
        self.send()
        done.write({"state": "done", "date_done": NOW})
        out.opted_out = "campaign"
        self.env["mail.blacklist"]._add(people[2].email)
        self._bounce(self.deliveries(back))
        half.write({"state": "started", "date_start": NOW})
        self.server.mails.clear()
        self.remind("2026-03-14 03:00:00")
        self.assertEqual([mail[0] for mail in self.server.mails], ["half@example.com"])
        self.assertFalse(self.deliveries(done | out | blocked | back).filtered("step"))

    def test_expired_and_half_finished_ones_close(self):
        old, half, fresh = self._invite(*(self._make_partner(name) for name in "abc"))
        self.send()
        half.write(
            {
                "state": "started",
                "date_start": "2026-03-10 03:00:00",
                "date_expire": "2026-06-01 00:00:00",
            }
        )
        fresh.date_expire = "2026-06-01 00:00:00"
        old.date_expire = "2026-03-20 00:00:00"
        self.remind("2026-03-24 02:00:00")
        self.assertEqual((old.state, half.state, fresh.state), ("expired", "started", "sent"))
        self.remind("2026-03-24 04:00:00")
        self.assertEqual(half.state, "expired")

    # Hours

    def test_quiet_hours_where_the_customer_lives(self):
        there = {"Berlin": "Europe/Berlin", "New York": "America/New_York", "Home": False}
        invitations = self._invite(
            *(self._make_partner(name, tz=zone) for name, zone in there.items())
        )
        # Clocks in New York went forward on 8 March, those in Berlin go on the 29th.
        with freeze_time("2026-03-10 06:00:00"):  # after the hours in Bangkok
            self.send()
            due = {d.partner_id.name: d.date_due for d in self.deliveries(invitations)}
        self.assertFalse(self.server.mails)
        self.assertTrue(7 <= due["Berlin"].hour < 10)  # 8 to 11 o'clock, UTC+1
        self.assertTrue(12 <= due["New York"].hour < 15)  # UTC-4
        self.assertEqual(due["Home"].day, 11)  # tomorrow, 8 to 11 in Bangkok
        self.assertTrue(1 <= due["Home"].hour < 4)

    def test_missed_hours_wait_for_the_next(self):
        invitation = self._invite(self._make_partner("Ann"))
        self.env.company.relationship_send_hourly = 0
        self.server.refuse["ann@example.com"] = (451, b"later")
        with freeze_time("2026-03-10 03:58:00"):
            self.send()
        self.server.refuse.clear()
        delivery = self.deliveries(invitation)
        self.assertEqual((delivery.state, delivery.date_due.day), ("queued", 11))
        # Whatever the queue says, nothing leaves at night.
        self.env.cr.execute("UPDATE relationship_delivery SET date_due = '2026-03-10 05:00:00'")
        self.env.cr.execute("DELETE FROM relationship_sending_pause")
        self.env.invalidate_all()
        with freeze_time("2026-03-10 14:00:00"):
            self.send()
        self.assertFalse(self.server.mails)
        self.assertEqual(delivery.date_due.day, 11)

    def test_weekend(self):
        self.company.relationship_send_days = "five"
        with freeze_time("2026-03-14 02:00:00"):  # Saturday
            invitation = self._invite(self._make_partner("Ann"))
            self.send()
        self.assertEqual(self.deliveries(invitation).date_due.date().isoformat(), "2026-03-16")

    def test_sms(self):
        ann = self._make_partner("Ann", phone="+66 81 234 5678")
        with freeze_time("2026-03-10 05:30:00"):  # half past twelve in Bangkok
            invitation = self._invite(ann, channel="sms", phone=ann.phone_sanitized)
            self.send()
            delivery = self.deliveries(invitation)
            if "sms.sms" not in self.env:
                self.assertEqual((delivery.state, delivery.failure_type), ("failed", "sms_missing"))
                return
            self.assertEqual(delivery.state, "sent")
            sms = self.env["sms.sms"].search([("uuid", "=", delivery.sms_uuid)])
            self.assertEqual(sms.number, "+66812345678")
            self.assertIn(invitation._get_answer_url(), sms.body)
            sms.write({"state": "error", "failure_type": "sms_number_format"})
            self.send()
            self.assertEqual(
                (delivery.state, delivery.failure_type), ("failed", "sms_number_format")
            )
            other = self._make_partner("Bea", phone="+66 81 234 5679")
            self.env["phone.blacklist"].add(other.phone_sanitized)
            blocked = self._invite(other, channel="sms")
            self.send()
            self.assertEqual(blocked.failure_type, "mail_bl")

    def test_settings_refuse_hours_that_cannot_be(self):
        with self.assertRaises(UserError):
            self.company.write({"relationship_mail_from": 11, "relationship_mail_to": 8})
