from odoo import api, fields, models


class RelationshipDeskHide(models.Model):
    """A line somebody doesn't want on their desk, for now or for good."""

    _name = "relationship.desk.hide"
    _description = "Hidden from the Desk"
    _log_access = False

    user_id = fields.Many2one("res.users", required=True, readonly=True, ondelete="cascade")
    kind = fields.Selection(
        [
            ("person", "Person"),
            ("promise", "Promise"),
            ("event", "Life event"),
            ("handover", "Handover"),
        ],
        required=True,
        readonly=True,
    )
    record_ref = fields.Integer(required=True, readonly=True)
    until = fields.Date(required=True, readonly=True)

    _line_uniq = models.Constraint("UNIQUE(user_id, kind, record_ref)", "A line is hidden once.")

    @api.model
    def _hide(self, kind, record_id, until):
        """Hide a line of the current user until a day."""
        mine = self.sudo().search(
            [("user_id", "=", self.env.uid), ("kind", "=", kind), ("record_ref", "=", record_id)]
        )
        if mine:
            mine.until = until
        else:
            self.sudo().create(
                {"user_id": self.env.uid, "kind": kind, "record_ref": record_id, "until": until}
            )

    @api.model
    def _get_hidden(self):
        """Return {kind: ids} of what the current user doesn't want to see today."""
        hidden = {}
        for row in self.sudo().search(
            [("user_id", "=", self.env.uid), ("until", ">", fields.Date.context_today(self))]
        ):
            hidden.setdefault(row.kind, []).append(row.record_ref)
        return hidden

    @api.autovacuum
    def _gc_past(self):
        self.sudo().search([("until", "<", fields.Date.today())], limit=10000).unlink()
