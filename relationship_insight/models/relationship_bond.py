from odoo import fields, models


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
        readonly=True, aggregator="avg", help="0 to 100; decays when nobody talks.")
    band = fields.Selection([
        ("none", "None"), ("weak", "Weak"), ("good", "Good"), ("strong", "Strong"),
    ], readonly=True)
    basis = fields.Selection([
        ("customer", "The customer told us"), ("staff", "Staff-reported only"),
    ], readonly=True, help="Without the customer's own voice a bond never counts above 60.")
    rapport = fields.Float(readonly=True, aggregator="avg")
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
        string="Since Last Month", readonly=True, aggregator="avg",
        help="Points won or lost since the end of last month.")
    points_rapport = fields.Float(
        string="Rapport (points)", readonly=True, digits=(8, 4), aggregator="avg")
    points_intensity = fields.Float(
        string="Talks (points)", readonly=True, digits=(8, 4), aggregator="avg")
    points_recency = fields.Float(
        string="Recency (points)", readonly=True, digits=(8, 4), aggregator="avg")
    points_listening = fields.Float(
        string="Listening (points)", readonly=True, digits=(8, 4), aggregator="avg")
    points_mutuality = fields.Float(
        string="Two-way (points)", readonly=True, digits=(8, 4), aggregator="avg")
    points_duration = fields.Float(
        string="Duration (points)", readonly=True, digits=(8, 4), aggregator="avg")
    points_knowledge = fields.Float(
        string="Wishes and Promises (points)", readonly=True, digits=(8, 4), aggregator="avg")
    points_cap = fields.Float(
        string="Held Back (points)", readonly=True, digits=(8, 4), aggregator="avg",
        help="Taken off above 60 until the customer has told us.")
    formula_version = fields.Integer(readonly=True, aggregator=None)
    first_talk = fields.Datetime(readonly=True)
    last_talk = fields.Datetime(readonly=True)

    _dyad_uniq = models.Constraint(
        "UNIQUE(commercial_partner_id, company_id, staff_id)",
        "One bond per customer, company and member of staff.")
