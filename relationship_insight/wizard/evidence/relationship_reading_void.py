from odoo import fields, models


class RelationshipReadingVoid(models.TransientModel):
    _name = "relationship.reading.void"
    _description = "Set Answers Aside"
    _inherit = "relationship.guarded"

    reading_ids = fields.Many2many("relationship.reading", string="Answers", required=True)
    reason = fields.Char(required=True)

    def action_void(self):
        """Void the chosen readings with the given reason."""
        self.ensure_one()
        self.reading_ids.check_access("write")
        self.reading_ids.filtered(lambda reading: not reading.voided)._void(self.reason)
        return {"type": "ir.actions.act_window_close"}
