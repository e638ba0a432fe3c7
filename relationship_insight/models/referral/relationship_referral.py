from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import ValidationError
from odoo.fields import Domain

from ...tools.sql_once import once

SOURCES = [
    ("link", "Opened their link"),
    ("code", "Gave their code"),
    ("pos", "Told at the till"),
    ("sale", "Told with an order"),
    ("survey", "Told in a survey"),
    ("pulse", "Told in a pulse"),
    ("staff", "Told to staff"),
    ("lead", "Told when first asking"),
    ("import", "Imported"),
]
# How well each proves it; among equals the earliest counts.
STRENGTH = {
    "link": 5,
    "code": 5,
    "pos": 4,
    "sale": 4,
    "survey": 3,
    "pulse": 3,
    "staff": 2,
    "lead": 2,
    "import": 1,
}
STATES = [
    ("claimed", "Claimed"),
    ("confirmed", "Confirmed"),
    ("qualified", "Bought"),
    ("rewarded", "Rewarded"),
    ("rejected", "Rejected"),
    ("expired", "Expired"),
]
ACCEPTED = ("confirmed", "qualified", "rewarded")
ENDED = ("rejected", "expired")
REASONS = [
    ("existing", "Was a customer before"),
    ("other", "Somebody else brought them"),
    ("block", "Blocked by a rule"),
    ("flag", "Not accepted after a look"),
    ("refund", "The purchase came back"),
    ("desk", "Rejected by hand"),
    ("merged", "Both turned out to be one customer"),
]
RANK = {"rewarded": 3, "qualified": 2, "confirmed": 1, "claimed": 0}
# One card per customer, to which rewards are added; the others are made anew each time.
WALLETS = ("loyalty", "ewallet")


class RelationshipReferral(models.Model):
    """One claim that a customer was brought by another, from the first word to the thank-you."""

    _name = "relationship.referral"
    _customers = {"referrer_commercial_id": "referrer_id", "referred_commercial_id": "referred_id"}
    _description = "Referral"
    _inherit = [
        "relationship.guarded",
        "relationship.of.customer",
        "mail.thread",
        "mail.activity.mixin",
    ]
    _order = "date desc, id desc"
    _check_company_auto = True
    _mail_post_access = "read"

    company_id = fields.Many2one(
        "res.company", required=True, index=True, default=lambda self: self.env.company
    )
    currency_id = fields.Many2one(related="company_id.currency_id")
    program_id = fields.Many2one(
        "relationship.referral.program",
        string="Programme",
        required=True,
        check_company=True,
        ondelete="restrict",
        index=True,
        default=lambda self: self.env["relationship.referral.program"]._get_program(
            self.env.company
        ),
    )
    referrer_id = fields.Many2one(
        "res.partner",
        string="Who Brought Them",
        index="btree_not_null",
        ondelete="set null",
        tracking=True,
    )
    referrer_commercial_id = fields.Many2one(
        "res.partner",
        string="Brought By (Customer)",
        compute="_compute_customer",
        store=True,
        index="btree_not_null",
    )
    referrer_name = fields.Char(
        string="Name They Told", help="As it was told, until the customer is found."
    )
    referred_id = fields.Many2one(
        "res.partner", string="Friend", index="btree_not_null", ondelete="set null", tracking=True
    )
    referred_commercial_id = fields.Many2one(
        "res.partner",
        string="Friend (Customer)",
        compute="_compute_customer",
        store=True,
        index="btree_not_null",
    )
    lead_id = fields.Many2one("crm.lead", index="btree_not_null", ondelete="set null")
    code_id = fields.Many2one(
        "relationship.referral.code", index="btree_not_null", ondelete="set null"
    )
    source = fields.Selection(SOURCES, string="How It Is Known", required=True, default="staff")
    date = fields.Datetime(string="Told On", required=True, default=fields.Datetime.now, index=True)
    staff_id = fields.Many2one(
        "res.partner",
        string="Told To",
        index="btree_not_null",
        ondelete="set null",
        default=lambda self: self.env.user.partner_id if self.env.user._is_internal() else False,
    )
    document_model = fields.Char(readonly=True)
    document_id = fields.Many2oneReference(
        string="Where", model_field="document_model", readonly=True
    )
    note_id = fields.Many2one(
        "relationship.note",
        string="Conversation",
        readonly=True,
        index="btree_not_null",
        ondelete="set null",
    )
    device_key = fields.Char(readonly=True, groups="base.group_no_one")
    source_key = fields.Char(readonly=True, copy=False)
    state = fields.Selection(
        STATES,
        required=True,
        default="claimed",
        readonly=True,
        copy=False,
        index=True,
        tracking=True,
        group_expand=True,
    )
    reason = fields.Selection(REASONS, string="Why Not", readonly=True, copy=False, tracking=True)
    confirmed_by_id = fields.Many2one("res.users", readonly=True, copy=False)
    confirmed_date = fields.Datetime(readonly=True, copy=False)
    confirmed_how = fields.Selection(
        [
            ("rule", "By the programme's rule"),
            ("desk", "By hand"),
        ],
        readonly=True,
        copy=False,
    )
    winner_id = fields.Many2one(
        "relationship.referral",
        string="Counts Instead",
        readonly=True,
        copy=False,
        index="btree_not_null",
        ondelete="set null",
    )
    deadline = fields.Datetime(string="Has to Buy Until", readonly=True, copy=False)
    order_model = fields.Char(readonly=True, copy=False)
    order_id = fields.Many2oneReference(
        string="First Purchase", model_field="order_model", readonly=True, copy=False
    )
    order_date = fields.Datetime(string="Bought On", readonly=True, copy=False)
    order_amount = fields.Monetary(string="Bought For", readonly=True, copy=False)
    qualified_date = fields.Datetime(readonly=True, copy=False)
    days_to_purchase = fields.Integer(
        string="Days Until They Bought",
        compute="_compute_days_to_purchase",
        store=True,
        aggregator="avg",
    )
    reward_date = fields.Date(string="Reward Due", readonly=True, copy=False)
    rewarded_date = fields.Datetime(readonly=True, copy=False)
    reward_ids = fields.One2many(
        "relationship.referral.reward", "referral_id", string="Rewards", readonly=True
    )
    flag_ids = fields.One2many(
        "relationship.referral.flag", "referral_id", string="Flags", readonly=True
    )
    flag_state = fields.Selection(
        [
            ("open", "To be looked at"),
            ("blocked", "Blocked"),
            ("cleared", "Looked at"),
        ],
        string="Flag",
        compute="_compute_flag_state",
        store=True,
    )
    is_blocked = fields.Boolean(compute="_compute_flag_state", store=True)
    thank_activity_id = fields.Many2one(
        "mail.activity",
        string="Thank-you",
        readonly=True,
        copy=False,
        ondelete="set null",
        index="btree_not_null",
    )

    _source_key_uniq = models.UniqueIndex("(source_key) WHERE source_key IS NOT NULL")
    _accepted_uniq = models.UniqueIndex(
        "(referred_commercial_id, company_id)"
        " WHERE state IN ('confirmed', 'qualified', 'rewarded')",
        "Somebody else is already accepted as the one who brought this customer.",
    )
    _pair_uniq = models.UniqueIndex(
        "(referred_commercial_id, referrer_commercial_id, company_id)"
        " WHERE state NOT IN ('rejected', 'expired')",
        "This referral is already known.",
    )
    _lead_uniq = models.UniqueIndex(
        "(lead_id, company_id) WHERE referred_id IS NULL"
        " AND state IN ('confirmed', 'qualified', 'rewarded')",
        "Somebody else is already accepted as the one who brought this lead.",
    )
    _edge_idx = models.Index(
        "(company_id, referrer_commercial_id, referred_commercial_id)"
        " WHERE state IN ('confirmed', 'qualified', 'rewarded')"
    )
    _due_idx = models.Index("(company_id, reward_date) WHERE state = 'qualified'")
    _open_idx = models.Index("(company_id, deadline) WHERE state IN ('claimed', 'confirmed')")
    _device_idx = models.Index("(device_key) WHERE device_key IS NOT NULL")

    @api.depends("order_date", "date")
    def _compute_days_to_purchase(self):
        for referral in self:
            referral.days_to_purchase = referral.order_date and max(
                0, (referral.order_date - referral.date).days
            )

    @api.depends("flag_ids.decision", "flag_ids.severity")
    def _compute_flag_state(self):
        for referral in self:
            flags = referral.flag_ids
            live = flags.filtered(lambda flag: flag.decision != "cleared")
            referral.is_blocked = any(
                flag.severity == "block" or flag.decision == "upheld" for flag in live
            )
            referral.flag_state = (
                "blocked"
                if referral.is_blocked
                else "open"
                if live
                else "cleared"
                if flags
                else False
            )

    @api.depends("referrer_id", "referrer_name", "referred_id", "lead_id")
    def _compute_display_name(self):
        for referral in self:
            referrer = referral.referrer_id.name or referral.referrer_name or "?"
            friend = referral.referred_id.name or referral.sudo().lead_id.name or "?"
            referral.display_name = f"{referrer} → {friend}"

    @api.constrains("referrer_id", "referrer_name", "referred_id", "lead_id")
    def _check_both_sides(self):
        for referral in self:
            if not (referral.referrer_id or (referral.referrer_name or "").strip()):
                raise ValidationError(self.env._("Tell who brought them: a customer or a name."))
            if not (referral.referred_id or referral.lead_id):
                raise ValidationError(self.env._("Tell whom they brought: a customer or a lead."))

    @api.constrains("date")
    def _check_date(self):
        if any(referral.date > fields.Datetime.now() + timedelta(minutes=5) for referral in self):
            raise ValidationError(self.env._("A referral can't lie in the future."))

    @api.model_create_multi
    def create(self, vals_list):
        Program = self.env["relationship.referral.program"]
        vals_list = [dict(vals) for vals in vals_list]
        for vals in vals_list:
            company = self.env["res.company"].browse(vals.get("company_id") or self.env.company.id)
            vals["company_id"] = company.id
            program = Program.browse(vals.get("program_id")) or Program._get_program(company)
            vals["program_id"] = program.id
            if self.env.context.get("import_file"):
                vals.setdefault("source", "import")
            if vals.get("lead_id") and not vals.get("referred_id"):
                lead = self.env["crm.lead"].sudo().browse(vals["lead_id"])
                vals["referred_id"] = lead.partner_id.id
        referrals = super().create(vals_list)
        referrals.sudo().filtered(lambda referral: not referral.deadline)._set_deadline()
        referrals.sudo()._start()
        return referrals

    def write(self, vals):
        before = self.sudo()._get_customer_ids()
        res = super().write(vals)
        if {"date", "program_id"} & set(vals):
            self.sudo()._set_deadline()
        if {"referrer_id", "referred_id", "lead_id"} & set(vals):
            self.sudo()._start()
        if {"referrer_id", "referred_id", "state", "company_id"} & set(vals):
            self.env["relationship.referral.queue"]._wake(before + self.sudo()._get_customer_ids())
        return res

    def _set_deadline(self):
        """The friend has to buy within so many days of being brought."""
        for referral in self:
            referral.deadline = referral.date + timedelta(days=referral.program_id.window_days)

    def unlink(self):
        self.check_access("unlink")
        referrals = self.exists()
        customers = referrals.sudo()._get_customer_ids()
        others = referrals.sudo()._get_competing()
        res = super(RelationshipReferral, referrals).unlink()
        others.exists()._resolve()
        self.env["relationship.referral.queue"]._wake(customers)
        return res

    def _get_customer_ids(self):
        return (self.referrer_commercial_id | self.referred_commercial_id).ids

    # What becomes of referrals when two contacts turn out to be one customer.

    def _fold_into(self, partners, customer):
        """Make room before these contacts become part of a customer.

        Of two referrals that will say the same the one that got further stays, and of two
        accepted ones of the same friend likewise; the rest is kept as rejected or claimed.

        :param partners: contacts about to be merged into, or to move below, the customer
        :param customer: their commercial entity afterwards
        """
        own = partners.filtered(lambda partner: partner.commercial_partner_id == partner)
        moving = (
            Domain("referrer_id", "in", partners.ids)
            | Domain("referred_id", "in", partners.ids)
            | Domain("referrer_commercial_id", "in", (own | customer).ids)
            | Domain("referred_commercial_id", "in", (own | customer).ids)
        )
        touched = self.sudo().search(moving & Domain("state", "not in", ENDED))

        def after(person, now):
            if person in partners or now in own:
                return customer
            return now

        said, brought = {}, {}
        for ref in touched.sorted(lambda ref: (-RANK[ref.state], ref.date, ref.id)):
            referrer = after(ref.referrer_id, ref.referrer_commercial_id)
            friend = after(ref.referred_id, ref.referred_commercial_id)
            if referrer and friend and referrer == friend:
                ref._fold_away()
                continue
            if (
                referrer
                and friend
                and said.setdefault((referrer, friend, ref.company_id), ref) != ref
            ):
                ref._fold_away()
                continue
            if (
                friend
                and ref.state in ACCEPTED
                and brought.setdefault((friend, ref.company_id), ref) != ref
            ):
                ref._end_rewards()
                ref.write(
                    {
                        "state": "claimed",
                        "winner_id": brought[friend, ref.company_id].id,
                        **ref._blank_purchase(),
                    }
                )
        self.flush_model()
        return touched

    def _fold_away(self):
        self._end_rewards()
        self._drop_thanks()
        self.write({"state": "rejected", "reason": "merged", "winner_id": False})

    def _forget_person(self, deleted):
        """Forget who was meant; what happened stays as a count, and friends are still thanked."""
        self.env["relationship.referral.queue"]._wake(self._get_customer_ids())
        for referral in self.with_context(active_test=False):
            activity = referral.thank_activity_id
            if activity:
                activity.write(
                    {
                        "summary": activity.activity_type_id.summary or activity.res_name,
                        "note": False,
                    }
                )
        if deleted:
            # A bare name on somebody who is gone says nothing any more.
            self.filtered(lambda ref: not ref.referrer_id).unlink()

    def _flag_unproven(self):
        """Let the desk look: whoever joined may have typed the address of somebody else."""
        for referral in self.sudo():
            if "unproven" not in referral.flag_ids.mapped("rule"):
                self.env["relationship.referral.flag"].sudo().create(
                    {
                        "referral_id": referral.id,
                        "rule": "unproven",
                        "severity": "flag",
                        "evidence": self.env._(
                            "Joined on the public page with an e-mail address or phone number "
                            "that was here before."
                        ),
                    }
                )

    # Rewards: given once through Odoo's loyalty programmes, and taken back when need be.

    def _reward_due(self):
        """Reward those of these referrals whose time has come and that nobody has to look at."""
        today = fields.Date.context_today(self)
        due = self.filtered(
            lambda ref: (
                ref.state == "qualified"
                and ref.reward_date
                and ref.reward_date <= today
                and ref.flag_state not in ("open", "blocked")
                and (ref.program_id.referrer_program_id or ref.program_id.referred_program_id)
            )
        )
        for ref in due:
            ref._issue_rewards()

    def _issue_rewards(self):
        """Give both sides what the programme promises; a second run gives nothing more."""
        self.ensure_one()
        program = self.program_id
        rewards = self.reward_ids
        for side, partner, loyalty, points in (
            ("referrer", self.referrer_id, program.referrer_program_id, program.referrer_points),
            ("referred", self.referred_id, program.referred_program_id, program.referred_points),
        ):
            if loyalty and points and partner and side not in rewards.mapped("side"):
                rewards |= self._issue_reward(side, partner, loyalty, points)
        vals = {"reward_date": False}
        if "issued" in rewards.mapped("state"):
            vals |= {"state": "rewarded", "rewarded_date": fields.Datetime.now()}
        self.write(vals)
        rewards._send_mail()

    def _issue_reward(self, side, partner, loyalty, points):
        """Store the reward first, under its unique key, then credit the card."""
        Reward = self.env["relationship.referral.reward"]
        vals = {
            "referral_id": self.id,
            "side": side,
            "partner_id": partner.id,
            "program_id": loyalty.id,
            "state": "issued",
        }
        if side == "referrer":
            period, slot = self._take_cap_slot(partner)
            vals |= {"period": period, "slot": slot or 0}
            if slot is None:
                return Reward.create({**vals, "state": "capped"})
        with once(self.env.cr, "This reward was given just now."):
            reward = Reward.create(vals)
        reward._credit(loyalty, points)
        return reward

    def _take_cap_slot(self, partner):
        """Return (period, number) of the customer's next reward, the number None at the limit."""
        program = self.program_id
        period = program._get_cap_period(fields.Date.context_today(self))
        taken = (
            self.env["relationship.referral.reward"]
            .search(
                [
                    ("company_id", "=", self.company_id.id),
                    ("partner_id", "=", partner.id),
                    ("side", "=", "referrer"),
                    ("period", "=", period),
                    ("slot", ">", 0),
                ]
            )
            .mapped("slot")
        )
        slot = max(taken, default=0) + 1
        if program.cap_count and len(taken) >= program.cap_count:
            return period, None
        return period, slot

    def _end_rewards(self):
        """Take back what was given for these referrals."""
        self.reward_ids.filtered(lambda reward: reward.state == "issued")._reverse()
