from odoo import api, fields, models


class RelationshipNoteFurther(models.Model):
    """One more promise of the same conversation, with its own day, activity and ledger row."""

    _name = "relationship.note.further"
    _description = "Further promise of a conversation"
    _inherit = "relationship.guarded"
    _order = "date_due, id"

    note_id = fields.Many2one(
        "relationship.note", string="Conversation", required=True, index=True,
        ondelete="cascade")
    name = fields.Char(string="Promise", required=True)
    date_due = fields.Date(
        string="Promised For", required=True,
        default=lambda self: fields.Date.add(fields.Date.context_today(self), days=3))
    activity_id = fields.Many2one(
        "mail.activity", readonly=True, ondelete="set null", index="btree_not_null", copy=False)

    @api.model_create_multi
    def create(self, vals_list):
        lines = super().create(vals_list)
        lines._sync_activities({"name"})
        lines.note_id._mark_customers_dirty()
        return lines

    def write(self, vals):
        res = super().write(vals)
        if {"name", "date_due"} & set(vals):
            self._sync_activities(set(vals))
        return res

    def unlink(self):
        self.check_access("unlink")
        self._get_ledger()._get_going()._withdraw()
        self.note_id._filter_made(self.sudo().activity_id).filtered("active").unlink()
        return super().unlink()

    def _get_ledger(self):
        return self.env["relationship.promise"].sudo().search([("further_id", "in", self.ids)])

    def _sync_activities(self, changed):
        """Keep one open activity and one ledger row per promise, in step with its conversation.

        What was kept or called off stays so until its words change.

        :param changed: names of the fields that were written, of the line or its conversation
        """
        due = {}
        self.note_id._drop_foreign_activities("activity_id", self)
        for line in self.with_context(relationship_no_promise=True):
            vals = line._prepare_activity_vals()
            if line.note_id._follow_activity(
                    line.sudo().activity_id, vals, changed, "name", "date_due"):
                due[line] = vals
        activities = self.env["mail.activity"].sudo().with_context(
            relationship_no_promise=True).create(list(due.values()))
        for line, activity in zip(due, activities):
            line.sudo().activity_id = activity
        self._sync_ledger()

    def _prepare_activity_vals(self):
        self.ensure_one()
        return {
            **self.note_id._prepare_promise_vals(),
            "summary": self.name,
            "date_deadline": self.date_due,
        }

    def _sync_ledger(self):
        rows = self._get_ledger().grouped("further_id")
        none = self.env["relationship.promise"].sudo()
        vals_list = []
        for line in self.sudo():
            vals_list += line.note_id._follow_ledger(rows.get(line, none), line.activity_id, {
                **line.note_id._prepare_ledger_vals(line.activity_id),
                "name": line.name,
                "date_due": line.activity_id.date_deadline or line.date_due,
                "further_id": line.id,
            })
        none.create(vals_list)
