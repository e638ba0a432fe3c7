from odoo import fields, models

# Who may see what a customer said of a colleague. The colleague is told over many at once only.
WORD_GROUP = "relationship_insight.group_relationship_relations"


class RelationshipBond(models.Model):
    """How close one customer and one member of staff are. Written only by the refresh."""

    _name = "relationship.bond"
    _description = "Bond between Customer and Staff"
    _inherit = "relationship.staff.floor"
    _order = "strength desc, id"
    _rec_name = "staff_id"

    profile_id = fields.Many2one(
        "relationship.profile", readonly=True, index="btree_not_null", ondelete="cascade")
    commercial_partner_id = fields.Many2one(
        "res.partner", string="Customer", required=True, readonly=True, index=True,
        ondelete="cascade")
    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="cascade")
    staff_id = fields.Many2one(
        "res.partner", required=True, readonly=True, index=True,
        ondelete="cascade")
    date = fields.Date(string="As Of", readonly=True)
    strength = fields.Float(
        readonly=True,
        aggregator="avg", groups=WORD_GROUP, help="0 to 100; decays when nobody talks.")
    band = fields.Selection([
        ("none", "None"), ("weak", "Weak"), ("good", "Good"), ("strong", "Strong"),
    ], readonly=True, groups=WORD_GROUP)
    basis = fields.Selection([
        ("customer", "The customer told us"), ("staff", "Staff-reported only"),
    ], readonly=True,
        groups=WORD_GROUP, help="Without the customer's own voice a bond never counts above 60.")
    own_strength = fields.Float(
        string="Bond from Talks", readonly=True, aggregator="avg", digits=(8, 4),
        help="0 to 60: what talks, orders served and promises make of the bond. The customer's "
        "word: included only in the figure of Customer Relations. A total with it would give it "
        "away to whoever knows their own talks, even in coarse steps.")
    own_movement = fields.Float(
        string="From Talks, Since Last Month", readonly=True, aggregator="avg")
    rapport = fields.Float(readonly=True, aggregator="avg", groups=WORD_GROUP)
    intensity = fields.Float(readonly=True, aggregator="avg")
    recency = fields.Float(readonly=True, aggregator="avg")
    listening = fields.Float(
        string="Listening Share", readonly=True, aggregator="avg")
    mutuality = fields.Float(readonly=True, aggregator="avg")
    duration = fields.Float(readonly=True, aggregator="avg")
    knowledge = fields.Float(readonly=True, aggregator="avg")
    talk_count = fields.Integer(string="Talks, 12 Months", readonly=True)
    served_count = fields.Integer(
        string="Orders Served, 12 Months", readonly=True,
        help="Days on which they served this customer at the till without logging a talk. "
        "Each counts as a greeting.")
    kept_count = fields.Integer(string="Promises Kept, 12 Months", readonly=True)
    movement = fields.Float(
        string="Since Last Month", readonly=True, aggregator="avg", groups=WORD_GROUP,
        help="Points won or lost since the end of last month.")
    points_rapport = fields.Float(
        string="Rapport (points)", readonly=True, digits=(8, 4),
        aggregator="avg", groups=WORD_GROUP)
    points_intensity = fields.Float(
        string="Talks (points)", readonly=True, digits=(8, 4), aggregator="avg", groups=WORD_GROUP)
    points_recency = fields.Float(
        string="Recency (points)", readonly=True, digits=(8, 4),
        aggregator="avg", groups=WORD_GROUP)
    points_listening = fields.Float(
        string="Listening (points)", readonly=True, digits=(8, 4),
        aggregator="avg", groups=WORD_GROUP)
    points_mutuality = fields.Float(
        string="Two-way (points)", readonly=True, digits=(8, 4),
        aggregator="avg", groups=WORD_GROUP)
    points_duration = fields.Float(
        string="Duration (points)", readonly=True, digits=(8, 4),
        aggregator="avg", groups=WORD_GROUP)
    points_knowledge = fields.Float(
        string="Wishes and Promises (points)", readonly=True, digits=(8, 4),
        aggregator="avg", groups=WORD_GROUP)
    points_cap = fields.Float(
        string="Held Back (points)", readonly=True, digits=(8, 4),
        aggregator="avg", groups=WORD_GROUP,
        help="Taken off above 60 until the customer has told us.")
    formula_version = fields.Integer(readonly=True, aggregator=None)
    first_talk = fields.Datetime(readonly=True)
    last_talk = fields.Datetime(readonly=True)

    _dyad_uniq = models.Constraint(
        "UNIQUE(commercial_partner_id, company_id, staff_id)",
        "One bond per customer, company and member of staff.")
