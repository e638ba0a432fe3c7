from dateutil.relativedelta import relativedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ...stats import changes, reliability
from ...tools.scope import Scope
from ..evidence.relationship_reading import DIRECT_ORIGINS
from .refresh.voice import sql_readings

# Answers older than this say nothing of the wording customers read today.
YEARS = 2
SAMPLE_SIZE = 25_000
# Scales whose items have two poles, which are two scales; and one made of two smaller ones.
BY_VALENCE, WHOLE = "M01", "M08"
ATTITUDE = ("M01", "M07", "M10", "M11A")


class RelationshipReliability(models.Model):
    """How far the items of a scale measure one thing, by a company's own answers, month by month.

    Written with the monthly calibration. Until enough persons answered all items, ``used`` is
    the default.
    """

    _name = "relationship.reliability"
    _description = "Agreement of Questions"
    _order = "date desc, measure_id, valence desc"
    _rec_name = "measure_id"

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="cascade"
    )
    measure_id = fields.Many2one(
        "relationship.measure",
        string="Scale",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    valence = fields.Selection(
        [
            ("-1", "Bad feelings"),
            ("0", "All"),
            ("1", "Good feelings"),
        ],
        string="Items",
        required=True,
        readonly=True,
    )
    date = fields.Date(string="As Of", required=True, readonly=True)
    item_count = fields.Integer(string="Number of Items", readonly=True, aggregator=None)
    n = fields.Integer(
        string="People",
        readonly=True,
        aggregator=None,
        help="Who answered all items at one sitting in the last two years.",
    )
    alpha = fields.Float(
        string="Agreement", readonly=True, aggregator=None, help="Cronbach's alpha."
    )
    omega = fields.Float(
        string="Agreement, Three Questions",
        readonly=True,
        aggregator=None,
        help="McDonald's omega; it takes three items. With two, Spearman and "
        "Brown's formula is used.",
    )
    basis = fields.Selection(
        [
            ("own", "Own answers"),
            ("default", "Assumed: too few answers yet"),
        ],
        readonly=True,
        required=True,
    )
    used = fields.Float(
        string="Agreement Used",
        readonly=True,
        aggregator=None,
        help="In how far answers are trusted, and in the smallest change that is told.",
    )
    least_change = fields.Float(
        string="Least Change of a Person",
        readonly=True,
        aggregator=None,
        help="By so many points of 100 the score of one person must move to be more than noise.",
    )

    _scale_date_uniq = models.Constraint(
        "UNIQUE(company_id, measure_id, valence, date)", "One figure per scale and day."
    )

    @api.model
    def _get_scales(self):
        """Return {(scale, valence): items} of all scales with two items or more."""
        Measure = self.env["relationship.measure"].sudo()
        items = Measure.search(
            [
                ("answerable", "=", True),
                ("parent_id", "!=", False),
                ("kind", "in", ("rating", "emotion")),
                ("parent_id.code", "!=", "M02"),
            ]
        )
        scales = {}
        for item in items:
            parent = item.parent_id
            valence = item.valence if parent.code == BY_VALENCE else "0"
            keys = [(parent, valence)]
            if parent.parent_id.code == WHOLE:
                keys.append((parent.parent_id, "0"))
            for key in keys:
                scales[key] = scales.get(key, Measure) | item
        return {key: each.sorted("id") for key, each in scales.items() if len(each) > 1}

    @api.model
    def _refresh(self, company, asof):
        """Estimate every scale from the answers up to ``asof``; this month's figures are replaced.

        :return: {(code, valence): ``stats.reliability.Estimate``}
        """
        scales = self._get_scales()
        answers = self._read_answers(company, asof, scales)
        estimates = {key: reliability.of_scale(answers.get(key, ())) for key in scales}
        month = asof.replace(day=1)
        self.sudo().search(
            [
                ("company_id", "=", company.id),
                ("date", ">=", month),
                ("date", "<=", asof),
            ]
        ).unlink()
        self.sudo().create(
            [
                {
                    "company_id": company.id,
                    "measure_id": scale.id,
                    "valence": valence,
                    "date": asof,
                    "item_count": len(scales[scale, valence]),
                    "n": estimate.n,
                    "alpha": estimate.alpha or 0,
                    "omega": estimate.omega or 0,
                    "basis": "own" if estimate.own else "default",
                    "used": estimate.used,
                    "least_change": changes.least_detectable_change(
                        estimate.spread or 0, estimate.used
                    )
                    if estimate.own
                    else 0,
                }
                for (scale, valence), estimate in estimates.items()
                if estimate.n
            ]
        )
        return {(scale.code, valence): estimate for (scale, valence), estimate in estimates.items()}

    @api.model
    def _read_answers(self, company, asof, scales):
        """Return {(scale, valence): rows of scores}, of each person the latest full sitting."""
        keys = list(scales)
        if not keys:
            return {}
        scope = Scope.at(company, asof)
        rows = self.env.execute_query(
            SQL(
                """
            WITH answer AS (
                SELECT item.scale, item.need, reading.partner_id AS person, reading.staff_id,
                       %(day)s AS day, reading.measure_id, AVG(reading.score)::float8 AS score
                  FROM relationship_reading reading
                  JOIN (VALUES %(items)s) AS item (measure_id, scale, need)
                    ON item.measure_id = reading.measure_id
                 WHERE reading.na IS NOT TRUE AND reading.competitor_id IS NULL
                   AND reading.origin IN %(direct)s AND reading.date > %(since)s
                   AND %(readings)s
              GROUP BY 1, 2, 3, 4, 5, 6
            ),
            sitting AS (
                SELECT scale, person, day, ARRAY_AGG(score ORDER BY measure_id) AS scores
                  FROM answer GROUP BY scale, need, person, staff_id, day
                HAVING COUNT(*) = need
            ),
            latest AS (
                SELECT DISTINCT ON (scale, person) scale, person, scores
                  FROM sitting ORDER BY scale, person, day DESC
            )
            SELECT scale, scores FROM (
                SELECT latest.*, ROW_NUMBER() OVER (
                           PARTITION BY scale
                           ORDER BY (person::bigint * 2654435761) %% 1000000) AS place
                  FROM latest) drawn
             WHERE place <= %(most)s
            """,
                day=scope.local_day(SQL("reading.date")),
                items=SQL(", ").join(
                    SQL("(%s, %s, %s)", item.id, place, len(scales[key]))
                    for place, key in enumerate(keys)
                    for item in scales[key]
                ),
                direct=DIRECT_ORIGINS,
                since=scope.until - relativedelta(years=YEARS),
                readings=sql_readings(scope),
                most=SAMPLE_SIZE,
            )
        )
        answers = {}
        for place, scores in rows:
            answers.setdefault(keys[place], []).append(scores)
        return answers

    @api.model
    def _get_params(self, estimates):
        """Return the reliabilities the refresh counts with, of attitude and of rapport.

        An answer about attitude is made of several scales: the mean of those a company's own
        answers tell.
        """
        own = [
            estimate.used
            for (code, _valence), estimate in estimates.items()
            if code in ATTITUDE and estimate.own
        ]
        rapport = estimates.get((WHOLE, "0"))
        return {
            "omega": sum(own) / len(own) if own else reliability.DEFAULT,
            "omega_rapport": rapport.used if rapport else reliability.DEFAULT,
        }

    @api.model
    def _get_used(self, company, measure):
        """Return the reliability of a measure in a company, the default where none is known.

        Of a scale with two poles the less sure one.
        """
        latest = self.sudo().search(
            [("company_id", "=", company.id), ("measure_id", "=", measure.id)]
        )
        return min(
            latest.filtered(lambda row: row.date == latest[:1].date).mapped("used"),
            default=reliability.DEFAULT,
        )
