import email
import email.policy
import smtplib
from contextlib import contextmanager
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import TransactionCase, freeze_time

# A Tuesday, 9 o'clock in Bangkok: e-mails may go there, and Europe sleeps.
NOW = "2026-03-10 02:00:00"
BANGKOK = "Asia/Bangkok"


class FakeServer:
    """A mail server in memory. ``refuse`` maps an address to what it answers to it."""

    def __init__(self):
        self.mails, self.refuse, self.down = [], {}, None

    def connect(self, *_args, **_kwargs):
        if self.down:
            raise self.down
        return FakeSession(self)


class FakeSession:
    """What smtplib.SMTP is to Odoo, with the same steps and the same errors."""

    def __init__(self, server):
        self.server = server

    def set_debuglevel(self, level):
        pass

    def ehlo_or_helo_if_needed(self):
        pass

    def login(self, user, password):
        pass

    def quit(self):
        pass

    def data(self, body):
        return 250, b"ok"

    def send_message(self, message, smtp_from, smtp_to_list):
        (address,) = smtp_to_list
        answer = self.server.refuse.get(address)
        if isinstance(answer, tuple):
            raise smtplib.SMTPRecipientsRefused({address: answer})
        if answer == "before":
            raise smtplib.SMTPServerDisconnected("connection lost")
        self.data(message.as_bytes())
        if isinstance(answer, Exception):
            raise answer
        self.server.mails.append(
            (
                address,
                smtp_from,
                email.message_from_bytes(message.as_bytes(), policy=email.policy.default),
            )
        )


class SendingCase(TransactionCase):
    """A running campaign of one question, and customers in Bangkok."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context=dict(cls.env.context, tracking_disable=True))
        cls.company = cls.env.company
        cls.company.partner_id.write({"tz": BANGKOK, "email": "shop@example.com"})
        cls.company.relationship_holdout_share = 0
        cls.startClassPatcher(freeze_time(NOW))
        cls.campaign = cls._make_campaign()

    def setUp(self):
        super().setUp()
        self.server = FakeServer()

    @classmethod
    def _make_campaign(cls, code="TEST_PULSE", measure="measure_m04_visit", **vals):
        instrument = cls.env["relationship.instrument"].create(
            {
                "name": "After a visit",
                "code": code,
                "version_ids": [
                    (
                        0,
                        0,
                        {
                            "item_ids": [
                                (
                                    0,
                                    0,
                                    {
                                        "measure_id": cls.env.ref(
                                            f"relationship_insight.{measure}"
                                        ).id
                                    },
                                )
                            ]
                        },
                    )
                ],
            }
        )
        instrument.version_ids.action_go_live()
        campaign = cls.env["relationship.campaign"].create(
            {"name": "Visits", "instrument_id": instrument.id, "company_id": cls.company.id, **vals}
        )
        campaign.state = "running"
        return campaign

    @classmethod
    def _make_wave(cls, campaign=None):
        campaign = campaign or cls.campaign
        wave = cls.env["relationship.wave"].create(
            {"campaign_id": campaign.id, "date_start": "2026-03-01", "date_end": "2026-03-31"}
        )
        wave.write({"state": "running", "version_id": campaign.instrument_id.live_version_id.id})
        return wave

    @classmethod
    def _make_partner(cls, name, **vals):
        return cls.env["res.partner"].create(
            {
                "name": name,
                "email": f"{name.lower().replace(' ', '.')}@example.com",
                "tz": BANGKOK,
                "lang": "en_US",
                **vals,
            }
        )

    @classmethod
    def _invite(cls, *partners, campaign=None, **vals):
        """Planned invitations, as the planner writes them."""
        campaign = campaign or cls.campaign
        now = fields.Datetime.now()
        return (
            cls.env["relationship.invitation"]
            .sudo()
            .create(
                [
                    {
                        "campaign_id": campaign.id,
                        "version_id": campaign.instrument_id.live_version_id.id,
                        "company_id": campaign.company_id.id,
                        "partner_id": partner.id,
                        "channel": "email",
                        "email": partner.email_normalized,
                        "lang": partner.lang,
                        "tz": partner.tz,
                        "date_planned": now,
                        "date_expire": now + timedelta(days=30),
                        **vals,
                    }
                    for partner in partners
                ]
            )
        )

    @contextmanager
    def smtp(self):
        """Mails go to ``self.server``."""
        Server = type(self.env["ir.mail_server"])
        with (
            patch.object(Server, "_disable_send", lambda _self: False),
            patch("smtplib.SMTP", side_effect=self.server.connect),
            patch("smtplib.SMTP_SSL", side_effect=self.server.connect),
        ):
            yield

    def send(self, cron="ir_cron_relationship_send"):
        """Let the cron run, as the scheduler does."""
        self.env.flush_all()
        with self.smtp(), self.enter_registry_test_mode():
            self.env.ref(f"relationship_insight.{cron}").method_direct_trigger()
        self.env.invalidate_all()

    def deliveries(self, invitations):
        return self.env["relationship.delivery"].search(
            [("invitation_id", "in", invitations.ids)], order="invitation_id, step"
        )
