from odoo import api, fields, models
from odoo.tools import SQL

from ...stats.suppression import in_steps
from ..evidence.relationship_reading import DIRECT_ORIGINS

# Who may see what a customer said of a colleague. The colleague is told over many at once only.
WORD_GROUP = "relationship_insight.group_relationship_relations"
# A score of a colleague is shown over at least so many customers, and rounded to such steps.
SCORECARD = 10
ROUNDED = 5


class RelationshipBond(models.Model):
    """How close one customer and one member of staff are. Written only by the refresh."""

    _name = "relationship.bond"
    _description = "Bond between Customer and Staff"
    _inherit = ["relationship.staff.floor", "relationship.doing"]
    _order = "strength desc, id"
    _rec_name = "staff_id"

    profile_id = fields.Many2one(
        "relationship.profile", readonly=True, index="btree_not_null", ondelete="cascade"
    )
    commercial_partner_id = fields.Many2one(
        "res.partner",
        string="Customer",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="cascade")
    staff_id = fields.Many2one(
        "res.partner", required=True, readonly=True, index=True, ondelete="cascade"
    )
    date = fields.Date(string="As Of", readonly=True)
    strength = fields.Float(
        string="Bond, This Colleague",
        readonly=True,
        aggregator="avg",
        groups=WORD_GROUP,
        help="0 to 100, with this colleague alone; decays when nobody talks.",
    )
    band = fields.Selection(
        [
            ("none", "None"),
            ("weak", "Weak"),
            ("good", "Good"),
            ("strong", "Strong"),
        ],
        readonly=True,
        groups=WORD_GROUP,
    )
    basis = fields.Selection(
        [
            ("customer", "The customer told us"),
            ("staff", "Staff-reported only"),
        ],
        readonly=True,
        groups=WORD_GROUP,
        help="Without the customer's own voice a bond never counts above 60.",
    )
    own_strength = fields.Float(
        string="Bond from Talks",
        readonly=True,
        aggregator="avg",
        digits=(8, 4),
        help="0 to 60: what talks, orders served and promises make of the bond. The customer's "
        "word: included only in the figure of Customer Relations. A total with it would give it "
        "away to whoever knows their own talks, even in coarse steps.",
    )
    own_movement = fields.Float(
        string="From Talks, Since Last Month", readonly=True, aggregator="avg"
    )
    rapport = fields.Float(readonly=True, aggregator="avg", groups=WORD_GROUP)
    intensity = fields.Float(readonly=True, aggregator="avg")
    recency = fields.Float(readonly=True, aggregator="avg")
    listening = fields.Float(string="Listening Share", readonly=True, aggregator="avg")
    mutuality = fields.Float(readonly=True, aggregator="avg")
    duration = fields.Float(readonly=True, aggregator="avg")
    knowledge = fields.Float(readonly=True, aggregator="avg")
    talk_count = fields.Integer(string="Talks, 12 Months", readonly=True)
    served_count = fields.Integer(
        string="Orders Served, 12 Months",
        readonly=True,
        help="Days on which they served this customer at the till without logging a talk. "
        "Each counts as a greeting.",
    )
    kept_count = fields.Integer(string="Promises Kept, 12 Months", readonly=True)
    movement = fields.Float(
        string="Since Last Month",
        readonly=True,
        aggregator="avg",
        groups=WORD_GROUP,
        help="Points won or lost since the end of last month.",
    )
    points_rapport = fields.Float(
        string="Rapport (points)", readonly=True, digits=(8, 4), aggregator="avg", groups=WORD_GROUP
    )
    points_intensity = fields.Float(
        string="Talks (points)", readonly=True, digits=(8, 4), aggregator="avg", groups=WORD_GROUP
    )
    points_recency = fields.Float(
        string="Recency (points)", readonly=True, digits=(8, 4), aggregator="avg", groups=WORD_GROUP
    )
    points_listening = fields.Float(
        string="Listening (points)",
        readonly=True,
        digits=(8, 4),
        aggregator="avg",
        groups=WORD_GROUP,
    )
    points_mutuality = fields.Float(
        string="Two-way (points)", readonly=True, digits=(8, 4), aggregator="avg", groups=WORD_GROUP
    )
    points_duration = fields.Float(
        string="Duration (points)",
        readonly=True,
        digits=(8, 4),
        aggregator="avg",
        groups=WORD_GROUP,
    )
    points_knowledge = fields.Float(
        string="Wishes and Promises (points)",
        readonly=True,
        digits=(8, 4),
        aggregator="avg",
        groups=WORD_GROUP,
    )
    points_cap = fields.Float(
        string="Held Back (points)",
        readonly=True,
        digits=(8, 4),
        aggregator="avg",
        groups=WORD_GROUP,
        help="Taken off above 60 until the customer has told us.",
    )
    formula_version = fields.Integer(readonly=True, aggregator=None)
    first_talk = fields.Datetime(readonly=True)
    last_talk = fields.Datetime(readonly=True)

    _dyad_uniq = models.Constraint(
        "UNIQUE(commercial_partner_id, company_id, staff_id)",
        "One bond per customer, company and member of staff.",
    )

    # What customers say of a colleague, as that colleague may know it: over many at once. For
    # one customer all that staff see is made without it. To leave out its part alone would
    # not do: whoever knows their own talks can work out the rest of any total, even of a
    # coarse one.

    @api.model
    def _search_own(self, domain=()):
        """Return the query of the user's bonds that they may know of, whatever else they read.

        One that the customer's word alone makes isn't known to the colleague.
        """
        return self.sudo()._search(
            [
                *domain,
                ("staff_id", "=", self.env.user.partner_id.id),
                "|",
                ("basis", "!=", "customer"),
                ("first_talk", "!=", False),
            ]
        )

    @api.model
    def _get_word_text(self):
        """Say to the user what their customers say of them."""
        word = self._get_own_word()
        included = self.env._(
            "Customer's word: included for Customer Relations only. What you see is made of your "
            "talks, orders served and promises."
        )
        if not word:
            return included
        return " ".join(
            [
                included,
                self.env._(
                    "%(count)s customers together say: %(score)s of 100.",
                    count=word["count"],
                    score=word["score"],
                ),
            ]
        )

    @api.model
    def _get_own_word(self):
        """Return ``score`` (0 to 100) and ``count`` of customers, None while they are too few.

        Answers count in steps of so many customers, so that no new one can be told by its effect.
        """
        company = self.env.company
        rows = self.env.execute_query(
            SQL(
                """
            SELECT commercial_partner_id, score FROM relationship_reading
             WHERE staff_id = %(staff)s AND company_id = %(company)s
               AND measure_id = ANY(%(measures)s) AND origin IN %(direct)s
               AND voided IS NOT TRUE AND na IS NOT TRUE AND competitor_id IS NULL
               AND commercial_partner_id IS NOT NULL
          ORDER BY create_date, id
            """,
                staff=self.env.user.partner_id.id,
                company=company.id,
                direct=DIRECT_ORIGINS,
                measures=self.env["relationship.measure"]._get_rapport_items().ids or [0],
            )
        )
        floor = max(SCORECARD, company.sudo().relationship_minimum_group)
        scores = {}
        for customer, score in rows[: in_steps([row[0] for row in rows], floor)]:
            scores.setdefault(customer, []).append(score)
        if not scores:
            return None
        means = [sum(each) / len(each) for each in scores.values()]
        return {
            "count": len(means),
            "score": ROUNDED * round(sum(means) / len(means) / ROUNDED),
        }

    def _order_field_to_sql(self, alias, field_name, direction, nulls, query):
        """Whoever may not see the customer's word gets bonds in the order of what they may see."""
        if field_name == "strength" and not (self.env.su or self.env.user.has_group(WORD_GROUP)):
            field_name = "own_strength"
        return super()._order_field_to_sql(alias, field_name, direction, nulls, query)
