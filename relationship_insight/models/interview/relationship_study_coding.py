"""How a study marks words: blind, so that agreement can be told, or together."""

from odoo import fields, models
from odoo.exceptions import UserError


class RelationshipStudy(models.Model):
    _inherit = "relationship.study"

    coding = fields.Selection(
        [
            ("blind", "Each alone, then compared"),
            ("together", "Together, until they agree"),
        ],
        string="How Words Are Marked",
        required=True,
        default="blind",
        help="How far coders agree can be told of those alone who didn't see each other's marks.",
    )

    def write(self, vals):
        if (
            "coding" in vals
            and self.filtered(lambda study: study.coding != vals["coding"]).sudo()._has_coders()
        ):
            raise UserError(
                self.env._("Somebody marks words of this study already: it stays as it is.")
            )
        return super().write(vals)

    def _has_coders(self):
        return bool(
            self.env["relationship.interview.coder"].search_count(
                [("interview_id.study_id", "in", self.ids)], limit=1
            )
        )
