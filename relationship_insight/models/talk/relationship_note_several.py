from odoo import api, fields, models


class RelationshipNote(models.Model):
    """Several promises of one conversation: the first one has its own fields."""

    _inherit = "relationship.note"

    further_ids = fields.One2many(
        "relationship.note.further", "note_id", string="Further Promises")

    def _sync_promises(self, changed=("promise",)):
        result = super()._sync_promises(changed)
        if {"partner_id", "staff_id", "team_id", "visibility"} & set(changed):
            self.further_ids._sync_activities(changed)
        return result

    def unlink(self):
        self.check_access("unlink")
        # First: the ledger points at both, and the database would check it in between.
        self.sudo().further_ids.unlink()
        return super().unlink()

    @api.model
    def _find_by_activities(self, activities):
        """Return {activity: conversation} of those that remind of a promise made in one."""
        found = {
            note.promise_activity_id: note
            for note in self.search([("promise_activity_id", "in", activities.ids)])}
        lines = self.env["relationship.note.further"].search(
            [("activity_id", "in", activities.ids)])
        found.update({line.activity_id: line.note_id for line in lines})
        return found
