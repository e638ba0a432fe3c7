from odoo import fields, models

from .relationship_bond import WORD_GROUP


class RelationshipBondSnapshot(models.Model):
    """A bond at the end of a month. Append-only."""

    _name = "relationship.bond.snapshot"
    _description = "Bond at a Month's End"
    _inherit = "relationship.staff.floor"
    _order = "date desc, own_strength desc, id"
    _rec_name = "staff_id"

    commercial_partner_id = fields.Many2one(
        "res.partner", string="Customer", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="cascade")
    staff_id = fields.Many2one("res.partner", required=True, readonly=True, ondelete="cascade")
    date = fields.Date(required=True, readonly=True)
    strength = fields.Float(readonly=True, aggregator="avg", groups=WORD_GROUP)
    own_strength = fields.Float(
        string="Bond from Talks", readonly=True, aggregator="avg", digits=(8, 4)
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
    )
    talk_count = fields.Integer(string="Talks, 12 Months", readonly=True)
    served_count = fields.Integer(string="Orders Served, 12 Months", readonly=True)
    kept_count = fields.Integer(string="Promises Kept, 12 Months", readonly=True)
    points_rapport = fields.Float(readonly=True, digits=(8, 4), aggregator="avg", groups=WORD_GROUP)
    points_intensity = fields.Float(
        readonly=True, digits=(8, 4), aggregator="avg", groups=WORD_GROUP
    )
    points_recency = fields.Float(readonly=True, digits=(8, 4), aggregator="avg", groups=WORD_GROUP)
    points_listening = fields.Float(
        readonly=True, digits=(8, 4), aggregator="avg", groups=WORD_GROUP
    )
    points_mutuality = fields.Float(
        readonly=True, digits=(8, 4), aggregator="avg", groups=WORD_GROUP
    )
    points_duration = fields.Float(
        readonly=True, digits=(8, 4), aggregator="avg", groups=WORD_GROUP
    )
    points_knowledge = fields.Float(
        readonly=True, digits=(8, 4), aggregator="avg", groups=WORD_GROUP
    )
    points_cap = fields.Float(readonly=True, digits=(8, 4), aggregator="avg", groups=WORD_GROUP)
    formula_version = fields.Integer(readonly=True, aggregator=None)

    _dyad_date_uniq = models.Constraint(
        "UNIQUE(commercial_partner_id, company_id, staff_id, date)",
        "A bond is kept once a month.",
    )
    _book_idx = models.Index("(staff_id, company_id, date)")
    _month_idx = models.Index("(company_id, date)")
