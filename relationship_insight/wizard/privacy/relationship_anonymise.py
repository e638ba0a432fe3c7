from odoo import api, fields, models
from odoo.fields import Command

# What hangs on rows by their model and id.
ATTACHED = {"mail.activity": "res_model", "mail.message": "model", "ir.attachment": "res_model"}


class RelationshipAnonymise(models.TransientModel):
    _name = "relationship.anonymise"
    _description = "Anonymise a Contact"
    _inherit = "relationship.guarded"

    partner_ids = fields.Many2many("res.partner", string="Contacts", required=True)
    own = fields.Boolean(
        string="The Contact Too",
        default=True,
        help="Empties name, address, e-mail, phone, notes, picture, messages and files of the "
        "contact and archives it. Without it only what Relationship Insight knows is emptied.",
    )
    line_ids = fields.One2many(
        "relationship.anonymise.line",
        "wizard_id",
        string="What Happens",
        compute="_compute_line_ids",
        store=True,
    )

    @api.depends("partner_ids", "own")
    def _compute_line_ids(self):
        for wizard in self:
            wizard.line_ids = [
                Command.clear(),
                *(Command.create(vals) for vals in wizard._prepare_line_vals()),
            ]

    def _prepare_line_vals(self):
        """Count, by kind of record, what would be kept without words and what would go."""
        self.ensure_one()
        partners = self.partner_ids._origin or self.partner_ids
        partners._check_may_anonymise()
        Erasure = self.env["relationship.erasure"].sudo()
        found = Erasure._find(partners)
        rows = {
            name: ids
            for name, ids in found.items()
            if isinstance(name, str) and not self.env[name]._transient
        }
        counts = {}
        for name, ids in rows.items():
            gone = Erasure._is_gone(name, deleted=False)
            counts[name] = (0, len(ids)) if gone else (len(ids), 0)
        if self.own:
            counts["res.partner"] = (len(partners), 0)
            rows["res.partner"] = partners.ids
        for model, column in ATTACHED.items():
            domain = Erasure._get_attached(rows, column)
            number = (
                self.env[model].sudo().with_context(active_test=False).search_count(domain)
                if rows
                else 0
            )
            if number:
                counts[model] = (0, number)
        titles = {
            model.model: model.name
            for model in self.env["ir.model"].sudo().search([("model", "in", list(counts))])
        }
        return [
            {"name": titles[name], "kept": kept, "deleted": deleted}
            for name, (kept, deleted) in sorted(counts.items(), key=lambda item: titles[item[0]])
        ]

    def action_confirm(self):
        """Do it. There is no way back."""
        self.ensure_one()
        partners = self.partner_ids
        partners._check_may_anonymise()
        partners._relationship_anonymise(self.own)
        return {"type": "ir.actions.act_window_close"}


class RelationshipAnonymiseLine(models.TransientModel):
    _name = "relationship.anonymise.line"
    _description = "What Anonymising Does"
    _inherit = "relationship.guarded"

    wizard_id = fields.Many2one(
        "relationship.anonymise", required=True, index=True, ondelete="cascade"
    )
    name = fields.Char(string="Kind", readonly=True)
    kept = fields.Integer(string="Kept Without Words", readonly=True)
    deleted = fields.Integer(readonly=True)
