from odoo import api, fields, models

from .relationship_profile import CLASS_CHANCES, CLASS_HELP, LOYALTY_CLASSES

ATTITUDE_STEP = 1
RATE_STEP = 0.1


class RelationshipTransition(models.Model):
    """One change of a customer's class, with the evidence of that day. Append-only."""

    _name = "relationship.transition"
    _description = "Change of Class"
    _order = "date desc, id desc"
    _rec_name = "commercial_partner_id"

    commercial_partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="cascade"
    )
    date = fields.Date(required=True, readonly=True)
    class_from = fields.Selection(LOYALTY_CLASSES, string="Before", readonly=True)
    class_to = fields.Selection(LOYALTY_CLASSES, string="After", readonly=True, help=CLASS_HELP)
    confidence = fields.Char(readonly=True)
    p_true = fields.Float(string=CLASS_CHANCES["true"], readonly=True, aggregator="avg")
    p_latent = fields.Float(string=CLASS_CHANCES["latent"], readonly=True, aggregator="avg")
    p_spurious = fields.Float(string=CLASS_CHANCES["spurious"], readonly=True, aggregator="avg")
    p_low = fields.Float(string=CLASS_CHANCES["low"], readonly=True, aggregator="avg")
    attitude_before = fields.Float(readonly=True, aggregator="avg")
    attitude_after = fields.Float(readonly=True, aggregator="avg")
    rate_before = fields.Float(readonly=True, aggregator="avg")
    rate_after = fields.Float(readonly=True, aggregator="avg")
    reading_ids = fields.Json(
        string="Answers", readonly=True, help="The answers that moved it, the newest first."
    )
    reason = fields.Char(string="Why", compute="_compute_reason")
    evidence_ids = fields.Many2many(
        "relationship.reading", string="What We Had Heard", compute="_compute_evidence_ids"
    )

    @api.depends("attitude_before", "attitude_after", "rate_before", "rate_after", "class_from")
    @api.depends_context("lang")
    def _compute_reason(self):
        for transition in self:
            transition.reason = " ".join(transition._get_reasons())

    @api.depends("reading_ids")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_evidence_ids(self):
        """The evidence of that day, as far as the reader may see it."""
        every = self.env["relationship.reading"].search(
            [("id", "in", [each for transition in self for each in transition.reading_ids or ()])]
        )
        for transition in self:
            transition.evidence_ids = every.browse(
                each for each in transition.reading_ids or () if each in every._ids
            )

    def _get_reasons(self):
        """Return sentences that say what moved between the two classes."""
        self.ensure_one()
        before, after = self.attitude_before, self.attitude_after
        reasons = []
        if after and not before:
            reasons.append(
                self.env._(
                    "They told us how they feel: attitude %(after)s of 100.", after=round(after)
                )
            )
        elif abs(after - before) >= ATTITUDE_STEP:
            reasons.append(
                self.env._(
                    "Attitude went from %(before)s to %(after)s.",
                    before=round(before),
                    after=round(after),
                )
            )
        before, after = self.rate_before * 365, self.rate_after * 365
        if before and abs(after - before) >= RATE_STEP * before:
            reasons.append(
                self.env._(
                    "They buy %(after).1f times a year instead of %(before).1f.",
                    before=before,
                    after=after,
                )
            )
        elif after and not before:
            reasons.append(self.env._("They began to buy."))
        return reasons or [self.env._("Time went by, and older evidence weighs less.")]

    def _get_card_row(self):
        return {
            "id": self.id,
            "date": self.date,
            "from": self.class_from,
            "to": self.class_to,
            "reason": self.reason,
        }
