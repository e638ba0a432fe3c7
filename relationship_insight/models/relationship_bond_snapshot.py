from odoo import fields, models


class RelationshipBondSnapshot(models.Model):
    """A bond at the end of a month. Append-only."""

    _name = "relationship.bond.snapshot"
    _description = "Bond at a Month's End"
    _inherit = "relationship.staff.floor"
    _order = "date desc, strength desc, id"
    _rec_name = "staff_id"

    commercial_partner_id = fields.Many2one(
        "res.partner", string="Customer", required=True, readonly=True, ondelete="cascade")
    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="cascade")
    staff_id = fields.Many2one("res.partner", required=True, readonly=True, ondelete="cascade")
    date = fields.Date(required=True, readonly=True)
    strength = fields.Float(readonly=True, aggregator="avg")
    band = fields.Selection([
        ("none", "None"), ("weak", "Weak"), ("good", "Good"), ("strong", "Strong"),
    ], readonly=True)
    basis = fields.Selection([
        ("customer", "The customer told us"), ("staff", "Staff-reported only"),
    ], readonly=True)
    talk_count = fields.Integer(string="Talks, 12 Months", readonly=True)
    served_count = fields.Integer(string="Orders Served, 12 Months", readonly=True)
    kept_count = fields.Integer(string="Promises Kept, 12 Months", readonly=True)
    points_rapport = fields.Float(readonly=True, digits=(8, 4), aggregator="avg")
    points_intensity = fields.Float(readonly=True, digits=(8, 4), aggregator="avg")
    points_recency = fields.Float(readonly=True, digits=(8, 4), aggregator="avg")
    points_listening = fields.Float(readonly=True, digits=(8, 4), aggregator="avg")
    points_mutuality = fields.Float(readonly=True, digits=(8, 4), aggregator="avg")
    points_duration = fields.Float(readonly=True, digits=(8, 4), aggregator="avg")
    points_knowledge = fields.Float(readonly=True, digits=(8, 4), aggregator="avg")
    points_cap = fields.Float(readonly=True, digits=(8, 4), aggregator="avg")
    formula_version = fields.Integer(readonly=True, aggregator=None)

    _dyad_date_uniq = models.Constraint(
        "UNIQUE(commercial_partner_id, company_id, staff_id, date)",
        "One snapshot per bond and month.")
    _book_idx = models.Index("(staff_id, company_id, date)")
    _month_idx = models.Index("(company_id, date)")
