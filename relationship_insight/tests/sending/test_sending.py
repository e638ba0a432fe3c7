import smtplib
from datetime import timedelta
from unittest.mock import patch

from psycopg2.errors import UniqueViolation

from odoo import fields
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from .common_sending import NOW, SendingCase


@tagged("post_install", "-at_install")
class TestSending(SendingCase):
    """What is sent, and what is not."""

    def test_mail_has_headers_and_links(self):
        ann = self._make_partner("Ann <b>")
        ann.email = "ann@example.com"
        invitation = self._invite(ann)
        self.send()
        ((address, _sender, mail),) = self.server.mails
        self.assertEqual(address, "ann@example.com")
        self.assertEqual(mail["List-Unsubscribe-Post"], "List-Unsubscribe=One-Click")
        self.assertEqual(mail["List-Unsubscribe"].strip(), f"<{invitation._get_unsubscribe_url()}>")
        self.assertEqual(str(mail["From"]), f"{self.company.name} <shop@example.com>")
        self.assertIn("shop@example.com", mail["Reply-To"])
        html = mail.get_body(("html",)).get_content()
        text = mail.get_body(("plain",)).get_content()
        self.assertIn("Hello Ann &lt;b&gt;,", html)
        self.assertIn("Hello Ann <b>,", text)
        measure = self.env.ref("relationship_insight.measure_m04_visit")
        for value in measure._get_values():
            self.assertIn(
                invitation._get_answer_url(measure, f"{value:g}").replace("&", "&amp;"), html
            )
        self.assertIn(measure.question, text)
        self.assertIn(invitation._get_answer_url(), text)
        self.assertIn(invitation._get_preferences_url(), text)
        self.assertNotIn("rimark", html + text + mail["Subject"])
        self.assertEqual(invitation.state, "sent")
        self.assertEqual(invitation.date_sent, fields.Datetime.to_datetime(NOW))
        delivery = self.deliveries(invitation)
        self.assertEqual((delivery.state, delivery.step), ("sent", 0))
        self.assertEqual(delivery.message_id, mail["Message-Id"])

    def test_second_run_sends_nothing(self):
        self._invite(self._make_partner("Ann"), self._make_partner("Bea"))
        self.send()
        self.send()
        self.assertEqual(len(self.server.mails), 2)

    def test_a_key_exists_once(self):
        invitation = self._invite(self._make_partner("Ann"))
        self.send()
        with (
            self.assertRaises(UniqueViolation),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            self.deliveries(invitation).sudo().copy()

    def test_language_of_the_customer(self):
        self.env["res.lang"]._activate_lang("th_TH")
        template = self.env.ref("relationship_insight.mail_template_invitation")
        template.with_context(lang="th_TH").subject = "คำถามสั้น ๆ จาก {{ object.company_id.name }}"
        measure = self.env.ref("relationship_insight.measure_m04_visit")
        measure.with_context(lang="th_TH").question = "พอใจไหม"
        ann, bea = self._make_partner("Ann"), self._make_partner("Bea", lang="th_TH")
        self._invite(ann, bea)
        self.send()
        mails = {address: mail for address, _sender, mail in self.server.mails}
        self.assertIn("คำถามสั้น", mails["bea@example.com"]["Subject"])
        self.assertIn("พอใจไหม", mails["bea@example.com"].get_body(("html",)).get_content())
        self.assertNotIn("คำถามสั้น", mails["ann@example.com"]["Subject"])

    def test_template_with_own_expressions_is_rendered_for_each(self):
        self.campaign.mail_template_id = self.env["mail.template"].create(
            {
                "name": "Own",
                "model_id": self.env["ir.model"]._get_id("relationship.invitation"),
                "subject": "For {{ object.partner_id.name.upper() }}",
                "body_html": '<p t-out="object.partner_id.name"/>'
                '<a t-att-href="object.mail_answer_url">Go</a>',
            }
        )
        invitations = self._invite(self._make_partner("Ann"), self._make_partner("Bea"))
        self.send()
        for invitation, name in zip(invitations, ("Ann", "Bea"), strict=True):
            (mail,) = [
                mail
                for address, _sender, mail in self.server.mails
                if address == f"{name.lower()}@example.com"
            ]
            self.assertEqual(mail["Subject"], f"For {name.upper()}")
            html = mail.get_body(("html",)).get_content()
            self.assertIn(f"<p>{name}</p>", html)
            self.assertIn(invitation._get_answer_url(), html)

    def assertNotSent(self, invitation, reason):
        self.send()
        self.assertFalse(self.server.mails)
        delivery = self.deliveries(invitation)
        self.assertEqual((delivery.state, delivery.failure_type), ("cancelled", reason))
        self.assertEqual((invitation.state, invitation.failure_type), ("cancelled", reason))

    def test_blacklisted_since_planned(self):
        ann = self._make_partner("Ann")
        invitation = self._invite(ann)
        self.env["mail.blacklist"]._add(ann.email)
        self.assertNotSent(invitation, "mail_bl")

    def test_opted_out_since_planned(self):
        ann = self._make_partner("Ann")
        invitation = self._invite(ann)
        self.env["relationship.contact.preference"]._get_or_create(
            ann, self.company
        ).opted_out = True
        self.assertNotSent(invitation, "mail_optout")

    def test_left_this_campaign(self):
        ann = self._make_partner("Ann")
        invitation = self._invite(ann)
        self.env["relationship.contact.preference"]._get_or_create(
            ann, self.company
        ).opted_out_campaign_ids = self.campaign
        self.assertNotSent(invitation, "mail_optout")

    def test_takes_a_break(self):
        ann = self._make_partner("Ann")
        invitation = self._invite(ann)
        self.env["relationship.contact.preference"]._get_or_create(
            ann, self.company
        ).paused_until = "2026-04-01"
        self.assertNotSent(invitation, "paused")

    def test_archived(self):
        ann = self._make_partner("Ann")
        invitation = self._invite(ann)
        ann.active = False
        self.assertNotSent(invitation, "archived")

    def test_no_address(self):
        ann = self._make_partner("Ann")
        invitation = self._invite(ann)
        ann.email = False
        self.assertNotSent(invitation, "mail_email_missing")

    def test_bounced_too_often(self):
        ann = self._make_partner("Ann", message_bounce=5)
        self.assertNotSent(self._invite(ann), "mail_bounce")

    def test_answered_before(self):
        invitation = self._invite(self._make_partner("Ann"), date_planned="2026-03-10 02:30:00")
        self.send()  # queued, its time comes
        invitation.state = "done"
        with freeze_time("2026-03-10 02:40:00"):
            self.send()
        self.assertFalse(self.server.mails)
        self.assertEqual(self.deliveries(invitation).state, "cancelled")
        self.assertEqual(invitation.state, "done")

    def test_changed_address_is_used(self):
        ann = self._make_partner("Ann")
        invitation = self._invite(ann)
        ann.email = "Ann.New@Example.com"
        self.send()
        self.assertEqual([mail[0] for mail in self.server.mails], ["ann.new@example.com"])
        self.assertEqual(invitation.email, "ann.new@example.com")

    def test_same_address_once_in_a_wave(self):
        wave = self._make_wave()
        ann, bea = self._make_partner("Ann"), self._make_partner("Bea", email="ann@example.com")
        invitations = self._invite(ann, bea, wave_id=wave.id)
        self.send()
        self.assertEqual(len(self.server.mails), 1)
        self.assertEqual(
            set(self.deliveries(invitations).mapped("failure_type")), {False, "mail_dup"}
        )

    def test_floor_of_a_day_for_an_address(self):
        other = self._make_campaign("TEST_OTHER", "measure_m03")
        ann, bea = self._make_partner("Ann"), self._make_partner("Bea", email="ann@example.com")
        first, second = self._invite(ann), self._invite(bea, campaign=other)
        self.send()
        self.assertEqual(len(self.server.mails), 1)
        later = self.deliveries(first | second).filtered(lambda d: d.state == "queued")
        self.assertEqual(later.date_due, fields.Datetime.to_datetime(NOW) + timedelta(hours=24))
        with freeze_time("2026-03-11 02:00:01"):
            self.send()
        self.assertEqual(len(self.server.mails), 2)

    def test_paused_campaign_waits(self):
        invitation = self._invite(self._make_partner("Ann"))
        self.campaign.state = "paused"
        self.send()
        self.assertFalse(self.server.mails)
        self.campaign.state = "running"
        self.send()
        self.assertEqual(invitation.state, "sent")

    def test_link_is_handed_on(self):
        invitation = self._invite(self._make_partner("Ann"), channel="link")
        self.send()
        self.assertFalse(self.server.mails)
        self.assertEqual(invitation.state, "sent")
        self.assertEqual(invitation.hand_on_url, invitation._get_answer_url())

    def test_neutralized_database_sends_nothing(self):
        self._invite(self._make_partner("Ann"))
        self.env["ir.config_parameter"].set_param("database.is_neutralized", "True")
        self.send()
        self.assertFalse(self.server.mails)

    def test_capacity(self):
        self.company.relationship_send_hourly = 2
        self._invite(*(self._make_partner(f"C{number}") for number in range(5)))
        self.send()
        self.assertEqual(len(self.server.mails), 2)
        with freeze_time("2026-03-10 02:30:00"):
            self.send()
        self.assertEqual(len(self.server.mails), 2)
        with freeze_time("2026-03-10 03:00:01"):
            self.send()
        self.assertEqual(len(self.server.mails), 4)

    def test_progress_of_a_wave(self):
        wave = self._make_wave()
        self.company.relationship_send_hourly = 2
        self._invite(*(self._make_partner(f"C{number}") for number in range(4)), wave_id=wave.id)
        self._invite(
            self._make_partner("Later"), wave_id=wave.id, date_planned="2026-03-20 02:00:00"
        )
        self.send()
        self.assertEqual((wave.out_count, wave.to_send_count, wave.planned_count), (2, 2, 1))
        self.assertEqual(wave.sending_progress, 40)
        waves = wave
        for number in range(3):
            waves |= self._make_wave(self._make_campaign(f"TEST_{number}"))
        self.env.invalidate_all()
        with self.assertQueryCount(5):
            waves.mapped("sending_progress")

    # Mail servers in trouble

    def test_refused_address_bounces(self):
        ann = self._make_partner("Ann")
        invitation = self._invite(ann)
        self.server.refuse["ann@example.com"] = (550, b"5.1.1 no such user")
        self.send()
        delivery = self.deliveries(invitation)
        self.assertEqual((delivery.state, invitation.state), ("bounced", "failed"))
        self.assertEqual(invitation.failure_type, "mail_bounce")
        self.assertIn("5.1.1", delivery.failure_reason)
        self.assertEqual(ann.message_bounce, 1)

    def test_greylisting_is_tried_again(self):
        invitation = self._invite(self._make_partner("Ann"))
        self.server.refuse["ann@example.com"] = (451, b"4.7.1 come back later")
        self.send()
        delivery = self.deliveries(invitation)
        self.assertEqual((delivery.state, delivery.attempts), ("queued", 1))
        self.assertEqual(invitation.state, "planned")
        wait = delivery.date_due - fields.Datetime.now()
        self.assertTrue(timedelta(minutes=5) <= wait <= timedelta(minutes=7))
        self.server.refuse.clear()
        with freeze_time("2026-03-10 02:10:00"):
            self.send()
        self.assertEqual(invitation.state, "sent")
        self.assertFalse(self.env["relationship.sending.pause"].search([]))

    def test_domain_that_puts_off_is_left_alone(self):
        people = [self._make_partner(f"C{number}") for number in range(60)]
        good = self._make_partner("Good", email="good@example.org")
        self._invite(*people, good)
        for person in people:
            self.server.refuse[person.email] = (451, b"4.7.1 too many")
        self.send()
        tried = self.env["relationship.delivery"].search_count([("attempts", "=", 1)])
        self.assertLess(tried, 60)
        self.assertEqual([mail[0] for mail in self.server.mails], ["good@example.org"])
        pause = self.env["relationship.sending.pause"].search([])
        self.assertEqual(pause.domain, "example.com")
        self.assertGreater(pause.date_until, fields.Datetime.now())

    @mute_logger("odoo.addons.relationship_insight.models.sending.smtp_session")
    def test_server_down_loses_nothing(self):
        invitations = self._invite(*(self._make_partner(f"C{number}") for number in range(3)))
        self.server.down = ConnectionRefusedError("refused")
        self.send()
        self.assertEqual(set(self.deliveries(invitations).mapped("state")), {"queued"})
        pause = self.env["relationship.sending.pause"].search([])
        self.assertEqual((pause.domain, pause.stopped), ("", False))
        self.server.down = None
        self.send()  # too early
        self.assertFalse(self.server.mails)
        with freeze_time("2026-03-10 02:02:00"):
            self.send()
        self.assertEqual(len(self.server.mails), 3)
        self.assertFalse(pause.exists())

    @mute_logger("odoo.addons.relationship_insight.models.sending.smtp_session")
    def test_longer_pause_after_each_failure(self):
        self._invite(self._make_partner("Ann"))
        self.server.down = ConnectionRefusedError("refused")
        moment, waits = fields.Datetime.now(), []
        for _number in range(3):
            with freeze_time(moment):
                self.send()
                pause = self.env["relationship.sending.pause"].search([])
                waits.append((pause.date_until - moment).total_seconds() / 60)
            moment = pause.date_until + timedelta(seconds=1)
        self.assertEqual(waits, [1, 2, 4])

    @mute_logger("odoo.addons.relationship_insight.models.sending.smtp_session")
    def test_wrong_password_waits_for_a_person(self):
        invitation = self._invite(self._make_partner("Ann"))
        server = self.env["ir.mail_server"].create(
            {"name": "Post", "smtp_host": "localhost", "smtp_user": "me", "smtp_pass": "x"}
        )
        self.server.down = smtplib.SMTPAuthenticationError(535, b"no")
        self.send()
        self.server.down = None
        with freeze_time("2026-03-11 02:30:00"):
            self.send()
        self.assertFalse(self.server.mails)
        self.assertEqual(self.env["relationship.sending.pause"].search([]).stopped, True)
        self.assertTrue(self.campaign.activity_ids)
        server.smtp_pass = "right"
        with freeze_time("2026-03-11 02:31:00"):
            self.send()
        self.assertEqual(invitation.state, "sent")

    @mute_logger("odoo.addons.relationship_insight.models.sending.smtp_session")
    def test_lost_before_the_body_is_sent_later(self):
        invitation = self._invite(self._make_partner("Ann"))
        self.server.refuse["ann@example.com"] = "before"
        self.send()
        self.assertEqual(self.deliveries(invitation).state, "queued")
        self.assertEqual(invitation.state, "planned")

    @mute_logger(
        "odoo.addons.relationship_insight.models.sending.smtp_session",
        "odoo.addons.relationship_insight.models.sending.relationship_delivery_send",
    )
    def test_lost_after_the_body_is_uncertain(self):
        invitation = self._invite(self._make_partner("Ann"))
        self.server.refuse["ann@example.com"] = smtplib.SMTPServerDisconnected("lost")
        self.send()
        self.assertEqual(self.deliveries(invitation).state, "uncertain")
        self.assertEqual(invitation.state, "uncertain")
        with freeze_time("2026-03-10 03:30:00"):
            self.send()
        self.assertEqual(self.deliveries(invitation).state, "uncertain")

    def test_jobs_send_only_where_chosen_and_performed(self):
        Delivery = self.env.registry["relationship.delivery"]
        parameters = self.env["ir.config_parameter"].sudo()
        for chosen, jobs, by_jobs in (
            (False, "working", False),
            (True, "stuck", False),
            (True, "none", False),
            (True, "working", True),
            (True, "idle", True),
        ):
            with self.subTest(chosen=chosen, jobs=jobs):
                parameters.set_param("relationship_insight.send_by_jobs", chosen)
                invitation = self._invite(self._make_partner(f"Ann {chosen} {jobs}"))
                with (
                    patch.object(Delivery, "_get_jobs_state", lambda _self, jobs=jobs: jobs),
                    patch.object(Delivery, "_send_by_jobs") as send_by_jobs,
                ):
                    self.send()
                self.assertEqual(send_by_jobs.called, by_jobs)
                self.assertEqual(invitation.state, "planned" if by_jobs else "sent")

    def test_content_refused_is_no_bounce(self):
        ann = self._make_partner("Ann")
        invitation = self._invite(ann)
        self.server.refuse["ann@example.com"] = smtplib.SMTPDataError(554, b"5.7.1 spam")
        self.send()
        self.assertEqual((invitation.state, invitation.failure_type), ("failed", "mail_spam"))
        self.assertEqual(ann.message_bounce, 0)

    def test_gives_up_in_the_end(self):
        invitation = self._invite(self._make_partner("Ann"))
        self.server.refuse["ann@example.com"] = (451, b"later")
        moment = fields.Datetime.now()
        for _number in range(20):
            with freeze_time(moment):
                self.send()
            delivery = self.deliveries(invitation)
            if delivery.state != "queued":
                break
            pause = self.env["relationship.sending.pause"].search([])
            moment = max(delivery.date_due, pause.date_until or moment) + timedelta(seconds=1)
        self.assertEqual((delivery.state, invitation.state), ("failed", "failed"))
        self.assertFalse(self.server.mails)
