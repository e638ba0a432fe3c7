"""Who marks an interview, and from when on they see each other's marks."""

from odoo import fields, models
from odoo.exceptions import UserError

LEAST_CODERS = 2


class RelationshipInterview(models.Model):
    _inherit = "relationship.interview"

    coder_ids = fields.One2many("relationship.interview.coder", "interview_id", string="Coders")
    codings_open = fields.Boolean(
        string="Marks Are Shown to All",
        readonly=True,
        copy=False,
        help="Before, coders see their own marks alone, whatever their rights.",
    )

    def _is_compared(self):
        """Whether coders who worked blind have seen each other's marks."""
        self.ensure_one()
        return self.study_id.coding == "blind" and self.sudo().codings_open

    def _open_codings(self):
        """Show all marks where coders work together, or as soon as all who work blind are done."""
        for interview in self.sudo():
            coders = interview.coder_ids
            done = len(coders) >= LEAST_CODERS and all(coders.mapped("date_closed"))
            interview.codings_open = interview.study_id.coding == "together" or done

    def _check_may_code(self, user):
        """Refuse marks of whoever isn't a coder of these, or is done."""
        for interview in self.sudo():
            mine = interview.coder_ids.filtered(lambda coder: coder.user_id == user)
            if not mine:
                raise UserError(self.env._("You aren't a coder of this interview."))
            if mine.date_closed or interview._is_compared():
                raise UserError(self.env._("You are done with this interview."))
