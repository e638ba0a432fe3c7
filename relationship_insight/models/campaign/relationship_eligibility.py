from odoo import api, fields, models
from odoo.tools import SQL, format_date

GC_LIMIT = 20_000

OUTCOMES = [
    ("invited", "Asked"),
    ("deferred", "Later"),
    ("skipped", "Not asked"),
]
REASONS = [
    ("invited", "Asked"),
    ("not_due", "Turn comes later"),
    ("floor", "Asked within the last 24 hours"),
    ("quarantine", "Asked or answered lately"),
    ("budget", "Asked often enough this year"),
    ("backoff", "Didn't react to the last ones"),
    ("conflict", "Another campaign goes first"),
    ("capacity", "Too many open cases"),
    ("paused", "Takes a break"),
    ("outside", "New, or hasn't bought for a year"),
    ("not_sampled", "Not drawn"),
    ("holdout", "Group that is never asked"),
    ("opted_out", "Wants no questions"),
    ("blacklist", "Blocked address"),
    ("no_address", "No address"),
    ("duplicate", "Same address as another contact"),
    ("undone", "Purchase was returned or cancelled"),
    ("expired", "Waited too long"),
]


class RelationshipEligibility(models.Model):
    """The ledger: one line per person and wave, or per event, with one outcome and one reason."""

    _name = "relationship.eligibility"
    _inherit = "relationship.doing"
    _doing_with = "partner_id"
    _description = "Who Was Asked and Why"
    _order = "date desc, id desc"
    _rec_name = "reason"
    _log_access = False

    campaign_id = fields.Many2one(
        "relationship.campaign", required=True, readonly=True, index=True, ondelete="cascade"
    )
    wave_id = fields.Many2one("relationship.wave", readonly=True, ondelete="cascade")
    partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True)
    date = fields.Datetime(string="Decided On", required=True, readonly=True)
    outcome = fields.Selection(OUTCOMES, required=True, readonly=True)
    reason = fields.Selection(REASONS, required=True, readonly=True)
    date_first = fields.Datetime(
        string="Waiting Since", readonly=True, help="When their turn came first."
    )
    date_until = fields.Datetime(
        string="Looked at Again", readonly=True, help="When a later turn is decided."
    )
    date_expire = fields.Datetime(
        string="Given Up On", readonly=True, help="After this day they are not asked any more."
    )
    invitation_id = fields.Many2one(
        "relationship.invitation", readonly=True, ondelete="set null", index="btree_not_null"
    )
    event_key = fields.Char(readonly=True, help="The occasion, which asks once.")
    order_model = fields.Char(string="Order Type", readonly=True)
    order_id = fields.Many2oneReference(model_field="order_model", readonly=True)
    shop_model = fields.Char(string="Shop Type", readonly=True)
    shop_id = fields.Many2oneReference(model_field="shop_model", readonly=True)
    staff_id = fields.Many2one("res.partner", readonly=True, ondelete="set null")
    stratum = fields.Char(string="Group", readonly=True)
    inclusion_probability = fields.Float(
        string="Chance of Being Asked", readonly=True, digits=(16, 6), aggregator="avg"
    )

    _wave_uniq = models.UniqueIndex("(wave_id, partner_id) WHERE wave_id IS NOT NULL")
    _event_uniq = models.UniqueIndex("(campaign_id, event_key) WHERE event_key IS NOT NULL")
    _date_idx = models.Index("(company_id, date) WHERE outcome != 'deferred'")
    _backoff_idx = models.Index("(date) WHERE reason = 'backoff'")
    _due_idx = models.Index("(company_id, date_until) WHERE outcome = 'deferred'")

    def _give_up(self):
        """Decide that those who still wait are not asked; what held them up stays the reason."""
        vals = {"outcome": "skipped", "date": fields.Datetime.now(), "date_until": False}
        untried = self.filtered(lambda line: line.reason == "not_due")
        untried.write({**vals, "reason": "expired"})
        (self - untried).write(vals)

    def _get_sentence(self):
        """Say in one line what was decided about this customer, and why."""
        self.ensure_one()
        reason = dict(self._fields["reason"]._description_selection(self.env))[self.reason]
        campaign = self.campaign_id.name
        if self.outcome == "invited":
            return self.env._(
                "Asked by %(campaign)s on %(date)s",
                campaign=campaign,
                date=format_date(self.env, self.invitation_id.date_planned or self.date),
            )
        if self.outcome == "deferred":
            return self.env._(
                "%(campaign)s asks later, looks again on %(date)s: %(reason)s",
                campaign=campaign,
                date=format_date(self.env, self.date_until),
                reason=reason,
            )
        return self.env._("Not asked by %(campaign)s: %(reason)s", campaign=campaign, reason=reason)

    @api.autovacuum
    def _gc_old_decisions(self):
        """Delete decisions that are older than a company keeps them, of what is over.

        What counts an event once is kept as long as the event could be found again. What closed
        waves counted stands on the waves and in their results.
        """
        now = fields.Datetime.now()
        deleted = 0
        for company in (
            self.env["relationship.campaign"]
            .sudo()
            .with_context(active_test=False)
            .search_fetch([("state", "!=", "draft")])
            .company_id
        ):
            oldest = fields.Datetime.subtract(now, months=company.relationship_ledger_months)
            self.env.cr.execute(
                SQL(
                    """
                DELETE FROM relationship_eligibility WHERE id IN (
                    SELECT l.id FROM relationship_eligibility l
                      JOIN relationship_campaign cam ON cam.id = l.campaign_id
                 LEFT JOIN relationship_wave wave ON wave.id = l.wave_id
                 LEFT JOIN relationship_invitation i ON i.id = l.invitation_id
                     WHERE l.company_id = %(company)s AND l.outcome != 'deferred'
                       AND l.date < %(oldest)s AND (wave.id IS NULL OR wave.state = 'closed')
                       AND (i.id IS NULL OR i.state IN ('done', 'expired', 'cancelled', 'failed'))
                       AND l.date < %(now)s - make_interval(
                           days => cam.wait_days + CASE cam.delay_unit
                               WHEN 'days' THEN cam.delay ELSE cam.delay / 24 + 1 END + 7)
                     LIMIT %(limit)s FOR UPDATE OF l SKIP LOCKED)
                """,
                    company=company.id,
                    oldest=oldest,
                    now=now,
                    limit=GC_LIMIT - deleted,
                )
            )
            deleted += self.env.cr.rowcount
            if deleted >= GC_LIMIT:
                break
        self.invalidate_model()
        return deleted, int(deleted >= GC_LIMIT)
