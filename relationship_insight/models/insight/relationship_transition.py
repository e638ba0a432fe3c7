from odoo import api, fields, models
from odoo.fields import Domain

from .relationship_profile import CLASS_CHANCES, CLASS_HELP, LOYALTY_CLASSES

ATTITUDE_STEP = 1
RATE_STEP = 0.1
# From the coolest to the warmest: how they feel comes before how often they buy.
WARMTH = ("low", "spurious", "latent", "true")
HEARD = 3


class RelationshipTransition(models.Model):
    """One change of a customer's class, with the evidence of that day. Append-only."""

    _name = "relationship.transition"
    _inherit = "relationship.doing"
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
    user_id = fields.Many2one(related="commercial_partner_id.user_id", string="Salesperson")
    date = fields.Date(required=True, readonly=True)
    direction = fields.Selection(
        [("warmed", "Warmed"), ("cooled", "Cooled")],
        string="Warmer or Cooler",
        compute="_compute_direction",
        search="_search_direction",
        help="Empty where we didn't know before, or don't know any more.",
    )
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
    heard = fields.Char(string="How They Had Felt", compute="_compute_heard")

    @api.depends("class_from", "class_to")
    def _compute_direction(self):
        directions = {
            move: direction
            for direction in ("warmed", "cooled")
            for move in self._get_moves(direction)
        }
        for transition in self:
            transition.direction = directions.get((transition.class_from, transition.class_to))

    @api.model
    def _search_direction(self, operator, value):
        if operator != "in":
            return NotImplemented
        known = Domain("class_from", "in", WARMTH) & Domain("class_to", "in", WARMTH)
        moves = [move for each in value if each for move in self._get_moves(each)]
        found = Domain.OR(
            Domain("class_from", "=", before) & Domain("class_to", "=", after)
            for before, after in moves
        )
        return found | ~known if False in value else found

    @api.model
    def _get_moves(self, direction):
        """Return the (class before, class after) of a direction."""
        order = WARMTH if direction == "warmed" else WARMTH[::-1]
        return [(a, b) for place, a in enumerate(order) for b in order[place + 1 :]]

    @api.depends("reading_ids")
    @api.depends_context("uid", "allowed_company_ids", "lang")
    def _compute_heard(self):
        """The feelings among the evidence, as far as the reader may see it."""
        for transition in self:
            felt = transition.evidence_ids.measure_id.filtered(
                lambda measure: measure.parent_id.code == "M02"
            )
            transition.heard = ", ".join(felt[:HEARD].mapped("name"))

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
