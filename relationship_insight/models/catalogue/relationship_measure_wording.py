from odoo import fields, models


class RelationshipMeasureWording(models.Model):
    _name = "relationship.measure.wording"
    _description = "Earlier Wording of a Measure"
    _order = "measure_id, version desc, id desc"

    measure_id = fields.Many2one(
        "relationship.measure", required=True, index=True, ondelete="cascade"
    )
    version = fields.Integer(required=True)
    lang = fields.Char(string="Language", required=True)
    question = fields.Text()
    anchor_min = fields.Char(string="Meaning of Lowest")
    anchor_max = fields.Char(string="Meaning of Highest")
    anchors = fields.Text(string="Labels")
    create_date = fields.Datetime(string="Replaced On", readonly=True)
