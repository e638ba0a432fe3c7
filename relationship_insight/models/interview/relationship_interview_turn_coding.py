"""What is marked in a turn moves along when its words are corrected."""

from odoo import models

from ...tools.transcript import clean


class RelationshipInterviewTurn(models.Model):
    _inherit = "relationship.interview.turn"

    def write(self, vals):
        if "text" not in vals:
            return super().write(vals)
        before = {turn: turn.text or "" for turn in self}
        res = super().write(vals)
        new = clean(vals["text"] or "")
        # Those of others as well: nobody sees them by this.
        codings = self.env["relationship.coding"].sudo().search([("turn_id", "in", self.ids)])
        for turn, marks in codings.grouped("turn_id").items():
            old = before[turn.with_env(self.env)]
            if old != new:
                marks._follow(old, new)
        return res
