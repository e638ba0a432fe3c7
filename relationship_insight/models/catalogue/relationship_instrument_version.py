from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tools import SQL, ormcache

PULSE_ITEMS = 3
DEEP_ITEMS = 12
EMOTION_FREQUENCY = "M01"
# Only these may change once customers are asked.
OPEN_FIELDS = {"comparable", "date_retired", "state"}
# How long the usual customer takes for a card; a grid of feelings is as long as its rows.
SECONDS = {"felt": 15, "tokens": 60, "text": 35, "awareness": 35, "grid row": 6}
SECONDS_PER_CARD = 12
SECONDS_PER_QUESTION = 20


class RelationshipInstrumentVersion(models.Model):
    """The exact questions asked from one day on. Live ones never change."""

    _name = "relationship.instrument.version"
    _description = "Version of a Questionnaire"
    _inherit = "relationship.guarded"
    _order = "instrument_id, number desc"

    instrument_id = fields.Many2one(
        "relationship.instrument",
        string="Questionnaire",
        required=True,
        index=True,
        ondelete="cascade",
    )
    kind = fields.Selection(related="instrument_id.kind")
    number = fields.Integer(string="Version", readonly=True, copy=False)
    state = fields.Selection(
        [
            ("draft", "Draft"),
            ("live", "Asked Now"),
            ("retired", "Replaced"),
        ],
        required=True,
        default="draft",
        readonly=True,
        copy=False,
    )
    comparable = fields.Boolean(
        string="Comparable With the Version Before",
        help="Tick it if the new wording means the same. If not, the trend line breaks here.",
    )
    date_live = fields.Datetime(string="Asked Since", readonly=True, copy=False)
    date_retired = fields.Datetime(string="Replaced On", readonly=True, copy=False)
    item_ids = fields.One2many(
        "relationship.instrument.item", "version_id", string="Questions", copy=True
    )
    survey_id = fields.Many2one(
        "survey.survey",
        ondelete="restrict",
        index="btree_not_null",
        domain=[("survey_type", "=", "relationship")],
    )
    asks_emotion_frequency = fields.Boolean(
        compute="_compute_asks_emotion_frequency",
        store=True,
        help="How often they felt something in the last 4 weeks: never asked twice in 28 days.",
    )

    _number_uniq = models.Constraint(
        "UNIQUE(instrument_id, number)", "This version exists already."
    )
    _live_uniq = models.UniqueIndex(
        "(instrument_id) WHERE state = 'live'", "Only one version can be asked at a time."
    )

    @api.depends("instrument_id.name", "number")
    def _compute_display_name(self):
        for version in self:
            version.display_name = self.env._(
                "%(name)s, version %(number)s",
                name=version.instrument_id.name or "",
                number=version.number,
            )

    @api.depends(
        "item_ids.measure_id",
        "survey_id.question_and_page_ids.relationship_measure_id",
        "survey_id.question_and_page_ids.matrix_row_ids.relationship_measure_id",
    )
    def _compute_asks_emotion_frequency(self):
        for version in self:
            measures = version._get_measures()
            version.asks_emotion_frequency = EMOTION_FREQUENCY in (
                (measures | measures.parent_id).mapped("code")
            )

    def _get_measures(self):
        """Return the measures that these versions ask, items of scales included."""
        questions = self.survey_id.sudo().question_and_page_ids
        return (
            self.item_ids._get_measures()
            | questions.relationship_measure_id
            | (questions.matrix_row_ids | questions.suggested_answer_ids).relationship_measure_id
        )

    def _get_asked(self):
        """Return ((id of a measure, whether it must be answered), …) in order."""
        self.ensure_one()
        asked = self._keep_asked(self.id) if isinstance(self.id, int) else None
        return self._read_asked() if asked is None else asked

    @api.model
    @ormcache("version_id")
    def _keep_asked(self, version_id):
        """Return what a version asks, None while it still changes."""
        version = self.sudo().browse(version_id)
        return None if version.state == "draft" else version._read_asked()

    def _read_asked(self):
        return tuple(
            (measure.id, item.required)
            for item in self.item_ids
            for measure in item._get_measures()
        )

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if not vals.get("number"):
                newest = self.search([("instrument_id", "=", vals.get("instrument_id"))], limit=1)
                vals["number"] = newest.number + 1
        return super().create(vals_list)

    def write(self, vals):
        if set(vals) - OPEN_FIELDS and any(version.state != "draft" for version in self):
            raise UserError(
                self.env._(
                    "Customers are asked with this version, so it can't change. "
                    "Make a new version instead."
                )
            )
        if "state" in vals:
            self.env.registry.clear_cache()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_asked(self):
        if any(version.state != "draft" for version in self):
            raise UserError(
                self.env._(
                    "Customers were asked with this version. It stays, so that their answers keep "
                    "their question."
                )
            )

    def action_preview(self):
        """Open the page as customers see it; nothing done there is stored."""
        self.ensure_one()
        if self.kind == "survey":
            self.check_access("read")
            return self.survey_id.sudo().action_test_survey()
        return {"type": "ir.actions.act_url", "url": f"/pulse/preview/{self.id}", "target": "new"}

    def action_go_live(self):
        """Freeze the questions and ask with this version from now on."""
        self.check_access("write")
        now = fields.Datetime.now()
        for version in self.sudo():
            version._check_complete()
            for item in version.item_ids:
                item.wording_version = item.measure_id.version
            version.instrument_id.live_version_id.write({"state": "retired", "date_retired": now})
            self.env.flush_all()  # one live version at a time
            version.write({"date_live": now})
            version.state = "live"

    def _check_complete(self):
        self.ensure_one()
        if self.kind == "survey":
            if not self.survey_id.question_ids:
                raise ValidationError(self.env._("Choose a survey with questions."))
            return
        name, deep = self.instrument_id.name, self.instrument_id.is_deep
        limit = DEEP_ITEMS if deep else PULSE_ITEMS
        if not 1 <= len(self.item_ids) <= limit:
            raise ValidationError(
                self.env._("%(name)s needs one to %(limit)s questions.", name=name, limit=limit)
            )
        count = self._count_questions()
        if not deep and count > limit:
            raise ValidationError(
                self.env._(
                    "%(name)s would ask %(count)s questions, for each part of a scale is one, "
                    "and a short pulse asks at most %(limit)s. "
                    'Tick "More Than Three Questions" and '
                    "customers are told before how long it takes, or ask less.",
                    name=name,
                    count=count,
                    limit=limit,
                )
            )

    def _check_translated(self):
        """Refuse to ask in a language that the questions were not translated to."""
        self.env["relationship.measure"].flush_model(["question"])
        for code, name in self.env["res.lang"].get_installed():
            if code.startswith("en"):
                continue
            missing = self.env.execute_query(
                SQL(
                    """
                SELECT id FROM relationship_measure
                 WHERE id = ANY(%s) AND question IS NOT NULL AND NOT question ? %s
                """,
                    self.item_ids._get_measures().ids,
                    code,
                )
            )
            if missing:
                measures = self.env["relationship.measure"].browse(row[0] for row in missing)
                raise ValidationError(
                    self.env._(
                        "%(measures)s: translate the question to %(language)s first.",
                        measures=", ".join(measures.mapped("name")),
                        language=name,
                    )
                )

    def _copy_to_draft(self):
        """Return a draft of the next version with the same questions."""
        self.ensure_one()
        return self.create(
            {
                "instrument_id": self.instrument_id.id,
                "survey_id": self.survey_id.id,
                "item_ids": [
                    Command.create(vals) for vals in self.item_ids.copy_data({"version_id": False})
                ],
            }
        )

    # How the questions are laid out: what is answered together stands on one card.

    def _split_cards(self):
        """Return [(kind, item, its measures)] of the cards, in order.

        Kinds: ``felt`` (faces of which one taps those that were there), ``grid`` (feelings, each
        with its own points), ``tokens``, and ``single`` (one question).
        """
        self.ensure_one()
        felt = self.item_ids._get_measures()._filter_felt()
        cards, scales = [], set()
        for item in self.item_ids:
            measures = item._get_measures()
            if measures and measures <= felt:
                # Feelings put in one by one ask the same question: once is enough.
                for scale in measures.parent_id - felt.browse(scales):
                    cards.append(
                        (
                            "felt",
                            item,
                            felt.filtered(lambda measure, scale=scale: measure.parent_id == scale),
                        )
                    )
                    scales.add(scale.id)
            elif item.measure_id.answerable:
                cards.append(("single", item, measures))
            elif measures[:1].kind == "motive":
                cards.append(("tokens", item, measures))
            elif measures and all(measure.kind == "emotion" for measure in measures):
                cards.append(("grid", item, measures))
            else:
                cards += [("single", item, measure) for measure in measures]
        return cards

    def _count_questions(self):
        """Return how many answers the page asks for."""
        return sum(
            len(measures) if kind == "grid" else 1 for kind, _item, measures in self._split_cards()
        )

    def _get_minutes(self):
        """Return how long it takes, in minutes."""
        self.ensure_one()
        if self.kind == "survey":
            seconds = len(self.sudo().survey_id.question_ids) * SECONDS_PER_QUESTION
        else:
            seconds = sum(
                SECONDS["grid row"] * len(measures)
                if kind == "grid"
                else SECONDS.get(kind) or SECONDS.get(measures.kind, SECONDS_PER_CARD)
                for kind, _item, measures in self._split_cards()
            )
        return max(1, round(seconds / 60))

    def _get_length(self):
        """Return in words how long it takes, in the context's language."""
        self.ensure_one()
        count = (
            len(self.sudo().survey_id.question_ids)
            if self.kind == "survey"
            else len(self._split_cards())
        )
        minutes = self._get_minutes()
        if count == 1:
            return self.env._("one question")
        if minutes == 1:
            return self.env._("%(count)s questions, about a minute", count=count)
        return self.env._(
            "%(count)s questions, about %(minutes)s minutes", count=count, minutes=minutes
        )

    def _get_warning(self):
        """Return what one should know before beginning something long, else False."""
        self.ensure_one()
        if self.kind == "pulse" and len(self._split_cards()) <= PULSE_ITEMS:
            return False
        return self.env._(
            "%(length)s. Stop whenever you like: what you have answered is kept.",
            length=self._get_length(),
        )
