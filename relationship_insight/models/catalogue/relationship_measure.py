from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

MAX_POINTS = 101
# What makes a measure one that is asked.
SCALE_FIELDS = {"active", "answerable", "parent_id", "question", "sequence"}
# What static/src/pictures and the public page draw; others show the sign that was typed.
DRAWN_FEELINGS = {
    "glad",
    "cared",
    "ease",
    "valued",
    "impressed",
    "annoyed",
    "letdown",
    "ignored",
    "worried",
    "pressured",
}
DRAWN_REASONS = {
    "location",
    "convenience",
    "price",
    "promotion",
    "assortment",
    "quality",
    "habit",
    "only",
    "staff",
    "friend",
    "trust",
    "atmosphere",
}


class RelationshipMeasure(models.Model):
    _name = "relationship.measure"
    _description = "Relationship Measure"
    _inherit = "relationship.guarded"
    _order = "sequence, code"
    _rec_names_search = ["name", "code"]

    code = fields.Char(required=True, copy=False)
    name = fields.Char(required=True, translate=True)
    active = fields.Boolean(default=True)
    sequence = fields.Integer(default=100)
    parent_id = fields.Many2one(
        "relationship.measure",
        string="Part of",
        index="btree_not_null",
        ondelete="restrict",
        help="The scale this item belongs to. The scale's score is the mean of its items.",
    )
    child_ids = fields.One2many("relationship.measure", "parent_id", string="Items")
    kind = fields.Selection(
        [
            ("rating", "Rating"),
            ("emotion", "Emotion"),
            ("motive", "Motive"),
            ("awareness", "Awareness"),
            ("count", "Count"),
            ("text", "Text"),
        ],
        required=True,
        default="rating",
    )
    facet = fields.Selection(
        string="Topic",
        selection=[
            ("attitude", "Attitude"),
            ("emotion", "Feelings"),
            ("bond", "Bond with staff"),
            ("pride", "Pride"),
            ("awareness", "Awareness"),
            ("referral", "Word of mouth"),
            ("fairness", "Fairness"),
            ("effort", "Ease"),
            ("satisfaction", "Satisfaction"),
            ("motive", "Why they buy"),
            ("wallet", "Share of wallet"),
            ("delight", "Delight"),
            ("engagement", "Engagement"),
            ("partner", "Channel partner"),
        ],
        required=True,
        default="attitude",
    )
    question = fields.Text(translate=True)
    answerable = fields.Boolean(
        compute="_compute_answerable",
        store=True,
        help="A scale made of items is computed; only its items are asked.",
    )
    scale_min = fields.Float(string="Lowest Value", default=1)
    scale_max = fields.Float(string="Highest Value", default=5)
    step = fields.Float(default=1)
    anchor_min = fields.Char(string="Meaning of Lowest", translate=True)
    anchor_max = fields.Char(string="Meaning of Highest", translate=True)
    anchors = fields.Text(
        string="Labels", translate=True, help="One label per line, for example: 1 = Never"
    )
    reverse = fields.Boolean(
        string="Reversed",
        help="A high answer means a poor relationship; it is turned around when scored.",
    )
    valence = fields.Selection(
        string="Good or Bad",
        selection=[
            ("-1", "Negative"),
            ("0", "Neutral"),
            ("1", "Positive"),
        ],
        default="0",
        required=True,
    )
    emoji = fields.Char(
        string="Sign",
        size=8,
        help="Stands in mails, and on screens where no picture of ours is drawn.",
    )
    picture = fields.Char(compute="_compute_picture")
    half_life_days = fields.Integer(
        string="Counts Half After (days)",
        default=180,
        help="After this many days an answer counts half as much as a fresh one.",
    )
    cadence = fields.Selection(
        [
            ("wave", "Every wave"),
            ("encounter", "After an encounter"),
            ("interview", "In interviews"),
            ("half_year", "Every half year"),
            ("year", "Every year"),
            ("once", "Once"),
            ("continuous", "Whenever it happens"),
        ],
        string="Ask",
        default="wave",
        required=True,
    )
    source = fields.Text(help="Where the measure comes from, and its licence.")
    formula = fields.Char()
    version = fields.Integer(
        string="Wording Version",
        default=1,
        readonly=True,
        copy=False,
        help="Goes up when the wording changes after answers were given.",
    )
    wording_ids = fields.One2many(
        "relationship.measure.wording",
        "measure_id",
        string="Wordings",
        readonly=True,
        groups="relationship_insight.group_relationship_relations",
    )
    reliability_ids = fields.One2many(
        "relationship.reliability",
        "measure_id",
        string="Agreement of Questions",
        readonly=True,
        groups="relationship_insight.group_relationship_relations",
    )
    _code_uniq = models.Constraint("UNIQUE(code)", "Another measure has this code already.")
    _half_life_positive = models.Constraint(
        "CHECK(half_life_days > 0)", "An answer must count in full for at least one day."
    )

    @api.depends("child_ids", "question")
    def _compute_answerable(self):
        for measure in self:
            measure.answerable = bool(measure.question) and not measure.child_ids

    def _get_score(self, value, na=False):
        """Return an answer on a scale from 0 to 100, reversed items turned around.

        Texts, counts, ranks of stores and what doesn't apply have none: 0.
        """
        self.ensure_one()
        span = self.scale_max - self.scale_min
        if na or span <= 0 or self.kind in ("text", "count", "awareness"):
            return 0.0
        score = 100 * (value - self.scale_min) / span
        return 100 - score if self.reverse else score

    def _get_middle(self):
        """Return the answer that a feeling gets where only that it was felt is known."""
        self.ensure_one()
        return float(round((self.scale_min + self.scale_max) / 2))

    def _filter_felt(self):
        """Return the feelings whose question doesn't name them: one asks which of them was felt.

        Where the question is of the feeling itself ("How often were you glad?"), its points are
        an answer to it. Here they would be one to nothing.
        """
        source = self.with_context(lang=None)
        return self.browse(
            measure.id
            for measure in source
            if measure.kind == "emotion"
            and measure.parent_id
            and measure.question == measure.parent_id.question
        )

    @api.depends("code", "emoji")
    def _compute_picture(self):
        """Name the picture of ours that draws this feeling or reason, else the typed sign."""
        for measure in self:
            name = (measure.code or "").partition("_")[2]
            measure.picture = (
                name if name in DRAWN_FEELINGS | DRAWN_REASONS else measure.emoji or ""
            )

    def _get_chip_rows(self):
        """Return feelings as screens show them: a face and a word."""
        return [
            {"id": measure.id, "picture": measure.picture, "name": measure.name} for measure in self
        ]

    @api.depends("code", "name")
    @api.depends_context("relationship_measure_code")
    def _compute_display_name(self):
        if not self.env.context.get("relationship_measure_code"):
            return super()._compute_display_name()
        for measure in self:
            measure.display_name = f"{measure.code} {measure.name}"
        return None

    @api.constrains("parent_id")
    def _check_parent_id(self):
        if self._has_cycle():
            raise ValidationError(self.env._("A measure can't be part of itself."))

    @api.constrains("kind", "scale_min", "scale_max", "step")
    def _check_scale(self):
        for measure in self.filtered(lambda m: m.kind not in ("text", "count")):
            if measure.scale_min >= measure.scale_max:
                raise ValidationError(
                    self.env._(
                        "%(measure)s: the highest value must be above the lowest value.",
                        measure=measure.name,
                    )
                )
            if measure.step <= 0:
                raise ValidationError(
                    self.env._(
                        "%(measure)s: the step between two values must be above zero.",
                        measure=measure.name,
                    )
                )
            points = (measure.scale_max - measure.scale_min) / measure.step
            if abs(points - round(points)) > 1e-6:
                raise ValidationError(
                    self.env._(
                        "%(measure)s: steps of %(step)g don't lead from %(low)g to %(high)g.",
                        measure=measure.name,
                        step=measure.step,
                        low=measure.scale_min,
                        high=measure.scale_max,
                    )
                )
            if points + 1 > MAX_POINTS:
                raise ValidationError(
                    self.env._(
                        "%(measure)s: a scale has at most %(points)s values.",
                        measure=measure.name,
                        points=MAX_POINTS,
                    )
                )

    @api.constrains("kind", "valence")
    def _check_valence(self):
        for measure in self:
            if measure.kind == "emotion" and measure.parent_id and measure.valence == "0":
                raise ValidationError(
                    self.env._(
                        "%(measure)s: say whether the feeling is positive or negative.",
                        measure=measure.name,
                    )
                )

    def write(self, vals):
        if SCALE_FIELDS & set(vals):
            self.env.registry.clear_cache()
        return super().write(vals)

    # A measure that customers are asked: new words make new versions of what asks them.

    @api.model_create_multi
    def create(self, vals_list):
        # An item of a scale is asked with it.
        self.env.registry.clear_cache()
        return super().create(vals_list)

    def unlink(self):
        self.env.registry.clear_cache()
        return super().unlink()

    @api.model
    def _get_rapport_items(self):
        """Return the items of rapport; archived ones keep their answers."""
        measures = self.sudo().with_context(active_test=False)
        return measures.search(
            [
                ("id", "child_of", measures.search([("code", "=", "M08")]).ids),
                ("answerable", "=", True),
            ]
        )

    def _renew_instruments(self):
        """Begin a new version of every questionnaire that asks these measures now.

        It is not comparable with the one before until somebody says so.
        """
        if not self:
            return
        items = (
            self.env["relationship.instrument.item"]
            .sudo()
            .search([("version_id.state", "=", "live")])
        )
        versions = items.filtered(lambda item: item._get_measures() & self).version_id
        for version in versions:
            version._copy_to_draft().action_go_live()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_asked(self):
        if (
            self.env["relationship.instrument.item"]
            .sudo()
            .search_count(
                [("measure_id", "in", self.ids), ("version_id.state", "!=", "draft")], limit=1
            )
        ):
            raise UserError(
                self.env._("Customers are asked these questions. Archive them instead.")
            )
