import secrets
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from .contact_rules import sql_holdout

CHANNELS = [
    ("email", "E-mail"),
    ("sms", "SMS"),
    ("link", "Link or printed QR code"),
    ("receipt", "QR code on the receipt"),
    ("kiosk", "Page in the shop"),
    ("portal", "Customer portal"),
]
# Channels by which one person is asked. The others wait for whoever comes.
CONTACT_CHANNELS = ("email", "sms", "link", "portal")
TOKEN_BYTES = 24
# What an invitation is about can't change afterwards.
FIXED_FIELDS = {"campaign_id", "company_id", "partner_id", "source_key", "version_id", "wave_id"}
# Somebody who comes back later to a half-finished one would mix two moods.
PARTIAL = timedelta(days=14)
BATCH = 5000
# A message is out and its link is good: it may be answered, and reminded of.
OPEN_STATES = ("sent", "opened", "started")
# What ends by itself when its time is over.
UNANSWERED = ("planned", "uncertain", *OPEN_STATES)
# What whoever holds the link may still answer: a message that failed may have come all the same.
ANSWERABLE = ("uncertain", "failed", *OPEN_STATES)
# It came, or may have, and nobody began to answer.
IGNORED = ("sent", "uncertain", "opened", "expired")
# Why a message isn't sent or didn't arrive; of an invitation, its first message.
FAILURES = [
    ("mail_bounce", "Bounced"),
    ("mail_smtp", "Mail server"),
    ("mail_spam", "Refused as unwanted"),
    ("mail_email_invalid", "Invalid address"),
    ("mail_email_missing", "No address"),
    ("mail_bl", "Blocked address"),
    ("mail_optout", "Wants no questions"),
    ("mail_dup", "Same address as another contact"),
    ("paused", "Takes a break"),
    ("archived", "Contact archived"),
    ("closed", "Answered or closed before"),
    ("interrupted", "Stopped while sending"),
    ("neutralized", "Copy of a database"),
    ("sms_number_missing", "No phone number"),
    ("sms_number_format", "Invalid number"),
    ("sms_server", "SMS provider"),
    ("sms_missing", "SMS not installed"),
    ("unknown", "Unknown"),
]


class RelationshipInvitation(models.Model):
    """One person asked once. Written by the planner, the sender and the public page only."""

    _name = "relationship.invitation"
    _inherit = "relationship.of.customer"
    _description = "Invitation"
    _order = "date_planned desc, id desc"
    _rec_name = "campaign_id"

    campaign_id = fields.Many2one(
        "relationship.campaign", required=True, readonly=True, index=True, ondelete="restrict"
    )
    wave_id = fields.Many2one(
        "relationship.wave", readonly=True, index="btree_not_null", ondelete="restrict"
    )
    version_id = fields.Many2one(
        "relationship.instrument.version",
        string="Questions",
        required=True,
        readonly=True,
        index=True,
        ondelete="restrict",
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        help="Empty where nobody knows who answers.",
    )
    commercial_partner_id = fields.Many2one(
        "res.partner",
        string="Customer Entity",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
        compute="_compute_customer",
        store=True,
        precompute=True,
    )
    channel = fields.Selection(CHANNELS, required=True, readonly=True)
    state = fields.Selection(
        [
            ("planned", "Planned"),
            ("sending", "Being Sent"),
            ("sent", "Sent"),
            ("uncertain", "Uncertain"),
            ("failed", "Failed"),
            ("opened", "Opened"),
            ("started", "Started"),
            ("done", "Finished"),
            ("expired", "Expired"),
            ("cancelled", "Cancelled"),
        ],
        required=True,
        default="planned",
        readonly=True,
        index=True,
    )
    # 192 random bits. Whoever holds it may answer, so nobody reads it but the code.
    access_token = fields.Char(
        readonly=True,
        copy=False,
        groups=fields.NO_ACCESS,
        default=lambda self: secrets.token_urlsafe(TOKEN_BYTES),
    )
    source_key = fields.Char(readonly=True, copy=False, help="Makes the same occasion ask once.")
    email = fields.Char(readonly=True)
    phone = fields.Char(readonly=True)
    lang = fields.Selection(
        selection=lambda self: self.env["res.lang"].get_installed(),
        string="Language",
        readonly=True,
    )
    tz = fields.Char(string="Time Zone", readonly=True)
    step = fields.Integer(
        string="Reminders", readonly=True, default=0, help="Reminders sent so far."
    )
    date_planned = fields.Datetime(required=True, readonly=True, default=fields.Datetime.now)
    date_sent = fields.Datetime(readonly=True)
    date_reminder = fields.Datetime(string="Last Reminder", readonly=True)
    date_open = fields.Datetime(
        string="Opened On", readonly=True, help="By a human; programs that open links don't count."
    )
    date_start = fields.Datetime(string="First Answer On", readonly=True)
    date_done = fields.Datetime(string="Finished On", readonly=True)
    date_expire = fields.Datetime(string="Valid Until", readonly=True)
    failure_type = fields.Selection(FAILURES, readonly=True)
    failure_reason = fields.Text(readonly=True)
    user_input_id = fields.Many2one(
        "survey.user_input",
        string="Survey Answer",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
    )
    reading_ids = fields.One2many("relationship.reading", "invitation_id", string="Answers")
    order_model = fields.Char(string="Order Type", readonly=True)
    order_id = fields.Many2oneReference(model_field="order_model", readonly=True)
    shop_model = fields.Char(string="Shop Type", readonly=True)
    shop_id = fields.Many2oneReference(model_field="shop_model", readonly=True)
    shop_name = fields.Char(readonly=True)
    staff_id = fields.Many2one(
        "res.partner",
        readonly=True,
        ondelete="set null",
        index="btree_not_null",
        help="Who served the customer.",
    )
    stratum = fields.Char(string="Group", readonly=True)
    inclusion_probability = fields.Float(
        string="Chance of Being Asked", readonly=True, digits=(16, 6), default=1.0, aggregator="avg"
    )
    weight = fields.Float(readonly=True, digits=(16, 6), default=1.0, aggregator="avg")
    is_refreshment = fields.Boolean(
        string="First Time Asked", readonly=True, help="This campaign never asked them before."
    )
    device_hash = fields.Char(readonly=True, groups=fields.NO_ACCESS)
    flag = fields.Selection(
        [
            ("burst", "Many from one device"),
            ("till", "Answered at the till"),
            ("speed", "Answered faster than one can read"),
        ],
        string="Doubtful",
        readonly=True,
        help="A mark is a question, no judgement: marked answers count in every figure until "
        "somebody sets them aside.",
    )
    opted_out = fields.Selection(
        [
            ("campaign", "Left this campaign"),
            ("all", "Left all campaigns"),
        ],
        string="Opt-out",
        readonly=True,
    )

    _token_uniq = models.UniqueIndex("(access_token) WHERE access_token IS NOT NULL")
    _source_key_uniq = models.UniqueIndex("(source_key) WHERE source_key IS NOT NULL")
    _wave_partner_uniq = models.UniqueIndex(
        "(wave_id, partner_id) WHERE wave_id IS NOT NULL AND partner_id IS NOT NULL"
    )
    _to_send_idx = models.Index("(date_planned, id) WHERE state = 'planned'")
    _customer_idx = models.Index("(partner_id, date_planned) WHERE partner_id IS NOT NULL")
    # int4range stands in for "=", which would need an extension.
    _floor = models.Constraint(
        "EXCLUDE USING gist (int4range(partner_id, partner_id, '[]') WITH &&,"
        " tsrange(date_planned, date_planned + interval '24 hours') WITH &&)"
        " WHERE (partner_id IS NOT NULL AND state NOT IN ('cancelled', 'failed')"
        " AND channel NOT IN ('receipt', 'kiosk')"
        " AND left(source_key, 7) IS DISTINCT FROM 'thanks:')",
        "Nobody is asked twice within 24 hours.",
    )

    def _cancel(self):
        """Withdraw invitations nobody answered yet; their links stop working."""
        self.sudo().filtered(
            lambda invitation: invitation.state not in ("done", "started", "expired")
        ).write({"state": "cancelled"})

    # What no path may do, kept by the database itself: the holdout and the 24 hours.

    def init(self):
        self.env.cr.execute(
            SQL(
                """
            CREATE OR REPLACE FUNCTION relationship_invitation_holdout() RETURNS trigger
            LANGUAGE plpgsql AS $$
            BEGIN
                IF EXISTS (
                    SELECT 1 FROM res_partner p JOIN res_company c ON c.id = NEW.company_id
                     WHERE p.id = NEW.partner_id AND %(holdout)s
                ) THEN
                    RAISE EXCEPTION 'Customer %% is in the group that is never asked',
                        NEW.partner_id USING ERRCODE = 'check_violation',
                        CONSTRAINT = 'relationship_invitation_holdout';
                END IF;
                RETURN NEW;
            END $$;
            CREATE OR REPLACE TRIGGER relationship_invitation_holdout
            BEFORE INSERT ON relationship_invitation FOR EACH ROW
            WHEN (NEW.partner_id IS NOT NULL)
            EXECUTE FUNCTION relationship_invitation_holdout()
            """,
                holdout=sql_holdout(SQL("p.commercial_partner_id"), SQL("c")),
            )
        )
        return super().init()

    @api.model
    def _filter_holdout(self, partners, company):
        """Return those of these customers that are never asked."""
        self.env["res.company"].flush_model()
        partners.flush_recordset(["commercial_partner_id"])
        rows = self.env.execute_query(
            SQL(
                """
            SELECT p.id FROM res_partner p JOIN res_company c ON c.id = %s
             WHERE p.id = ANY(%s) AND %s
            """,
                company.id,
                partners.ids,
                sql_holdout(SQL("p.commercial_partner_id"), SQL("c")),
            )
        )
        return partners.browse(row[0] for row in rows)

    @api.model_create_multi
    def create(self, vals_list):
        Partner = self.env["res.partner"].sudo()
        by_company = {}
        for vals in vals_list:
            if vals.get("partner_id"):
                by_company.setdefault(vals["company_id"], set()).add(vals["partner_id"])
        for company_id, ids in by_company.items():
            if self._filter_holdout(
                Partner.browse(ids), self.env["res.company"].sudo().browse(company_id)
            ):
                raise UserError(
                    self.env._("This customer belongs to the group that is never asked.")
                )
        return super().create(vals_list)

    def write(self, vals):
        if FIXED_FIELDS & set(vals):
            raise UserError(self.env._("An invitation stays with the customer it was made for."))
        return super().write(vals)

    @api.model
    def _sql_contact(self, alias):
        """SQL that says whether an invitation counts as asking somebody."""
        return SQL(
            "(%(i)s.channel IN %(channels)s AND %(i)s.state NOT IN ('cancelled', 'failed'))",
            i=alias,
            channels=CONTACT_CHANNELS,
        )

    @api.model
    def _sql_last_touch(self, alias):
        """SQL of the moment an invitation reached somebody last, its reminders included."""
        return SQL("GREATEST(%(i)s.date_planned, %(i)s.date_sent, %(i)s.date_reminder)", i=alias)

    def _forget_person(self, _deleted):
        """Nobody is left to ask; who was asked stays asked."""
        self.filtered(lambda ask: ask.state == "planned").write({"state": "cancelled"})

    @api.model
    def _expire(self, limit=BATCH):
        """Close what nobody answered in time; answers already given stay.

        :return: number of invitations closed, ``limit`` when there may be more
        """
        now = fields.Datetime.now()
        expired = (
            self.sudo()
            .search(
                Domain.OR(
                    [
                        [("state", "in", UNANSWERED), ("date_expire", "<=", now)],
                        [("state", "=", "started"), ("date_start", "<=", now - PARTIAL)],
                    ]
                ),
                limit=limit,
                order="id",
            )
            .try_lock_for_update()
        )
        expired.write({"state": "expired"})
        return len(expired)

    @api.model
    def _expire_all(self):
        """Close all that is over, in batches that last."""
        while (done := self._expire()) == BATCH:
            self.env["ir.cron"]._commit_progress(done)
        self.env["ir.cron"]._commit_progress(done)

    @api.model
    def _hand_on(self):
        """Invitations that nothing is sent for are out once their day has come."""
        rows = self.env.execute_query(
            SQL(
                """
            UPDATE relationship_invitation invitation
               SET state = 'sent', date_sent = %(now)s
              FROM relationship_campaign campaign
             WHERE campaign.id = invitation.campaign_id AND campaign.state = 'running'
               AND invitation.state = 'planned' AND invitation.date_planned <= %(now)s
               AND invitation.channel NOT IN ('email', 'sms')
            RETURNING invitation.id
            """,
                now=fields.Datetime.now(),
            )
        )
        self.invalidate_model()
        return len(rows)
