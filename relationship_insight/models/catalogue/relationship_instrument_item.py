from odoo import api, fields, models
from odoo.exceptions import UserError


class RelationshipInstrumentItem(models.Model):
    _name = "relationship.instrument.item"
    _description = "Question of a Questionnaire"
    _inherit = "relationship.guarded"
    _order = "version_id, sequence, id"
    _rec_name = "measure_id"

    version_id = fields.Many2one(
        "relationship.instrument.version", required=True, index=True, ondelete="cascade"
    )
    sequence = fields.Integer(default=10)
    measure_id = fields.Many2one(
        "relationship.measure",
        required=True,
        index=True,
        ondelete="restrict",
        domain=["|", ("answerable", "=", True), ("child_ids", "!=", False)],
        help="A question, or a scale whose items are asked together.",
    )
    question = fields.Text(related="measure_id.question")
    wording_version = fields.Integer(
        readonly=True, copy=False, help="The wording of the question that this version asks."
    )
    required = fields.Boolean(help="The page asks again when it is left out.")

    _measure_uniq = models.Constraint(
        "UNIQUE(version_id, measure_id)", "This question is there already."
    )

    def _get_measures(self):
        """Return the measures that get a reading: the item's own, or all items of its scale.

        A scale may be made of smaller scales, as rapport is of two.
        """
        found, below = self.env["relationship.measure"], self.measure_id
        while below:
            answerable = below.filtered("answerable")
            found |= answerable
            below = (below - answerable).child_ids - found
        return found

    @api.model_create_multi
    def create(self, vals_list):
        items = super().create(vals_list)
        items._check_draft()
        return items

    def write(self, vals):
        self._check_draft()
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_live(self):
        self._check_draft()

    def _check_draft(self):
        if any(item.version_id.state != "draft" for item in self):
            raise UserError(
                self.env._(
                    "Customers are asked with this version, so its questions stay as they are. "
                    "Make a new version instead."
                )
            )
