from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError


class RelationshipInterviewCoder(models.Model):
    """Who marks the words of an interview, and whether they are done.

    Where coders work blind, nobody sees the marks of another one before all are done; then all
    see all, and nobody marks any more.
    """

    _name = "relationship.interview.coder"
    _description = "Coder of an Interview"
    _inherit = "relationship.guarded"
    _order = "interview_id, id"
    _rec_name = "user_id"

    interview_id = fields.Many2one(
        "relationship.interview", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(related="interview_id.company_id", store=True, index=True)
    user_id = fields.Many2one(
        "res.users", string="Coder", required=True, domain=[("share", "=", False)]
    )
    date_closed = fields.Datetime(string="Done On", readonly=True)

    _once_uniq = models.Constraint(
        "UNIQUE(interview_id, user_id)", "This colleague marks this interview already."
    )

    @api.model_create_multi
    def create(self, vals_list):
        coders = super().create(vals_list)
        if coders.interview_id.filtered(lambda interview: interview._is_compared()):
            raise UserError(
                self.env._("The coders have seen each other's marks: nobody can join any more.")
            )
        coders.interview_id._open_codings()
        return coders

    def unlink(self):
        """Whoever is taken off leaves no marks behind: else they would come to light early."""
        for coder in self:
            self.env["relationship.coding"].sudo().search(
                [
                    ("interview_id", "=", coder.interview_id.id),
                    ("user_id", "=", coder.user_id.id),
                ]
            ).unlink()
        return super().unlink()

    @api.ondelete(at_uninstall=False)
    def _unlink_except_compared(self):
        if self.interview_id.filtered(lambda interview: interview._is_compared()):
            raise UserError(self.env._("The coders have seen each other's marks already."))

    def action_close(self):
        """Say that one is done; it can't be taken back."""
        if self.filtered(lambda coder: coder.user_id != self.env.user):
            raise AccessError(self.env._("Everybody says so for themselves."))
        self.check_access("read")
        for coder in self.sudo().filtered(lambda coder: not coder.date_closed):
            coder.date_closed = fields.Datetime.now()
        self.sudo().interview_id._open_codings()
