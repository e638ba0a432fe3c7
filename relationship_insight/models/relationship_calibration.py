from odoo import fields, models


class RelationshipCalibration(models.Model):
    """The constants fitted to one company's data up to a date. Kept, so the past recomputes alike."""

    _name = "relationship.calibration"
    _description = "Fitted Constants"
    _order = "date desc, id desc"
    _rec_name = "date"

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, index=True, ondelete="cascade")
    date = fields.Date(required=True, readonly=True)
    params = fields.Json(required=True, readonly=True)
    duration = fields.Float(string="Seconds", readonly=True)

    _company_date_uniq = models.Constraint(
        "UNIQUE(company_id, date)", "One calibration per company and day.")
