from odoo import api, fields, models
from odoo.tools import SQL

KEPT_DAYS = 90


class RelationshipMergedContact(models.Model):
    """Which contact a merged one went into: what a till noted meanwhile finds its customer."""

    _name = "relationship.merged.contact"
    _description = "Merged Contact"
    _rec_name = "partner_id"

    old_id = fields.Integer(string="Id Before", required=True, readonly=True)
    partner_id = fields.Many2one(
        "res.partner",
        string="Merged Into",
        required=True,
        readonly=True,
        index=True,
        ondelete="cascade",
    )

    _old_id_uniq = models.Constraint("UNIQUE(old_id)", "A contact is merged once.")

    @api.model
    def _trace(self, merged, into):
        """Remember the merge; earlier ones into these follow with their foreign key."""
        self.sudo().create(
            [{"old_id": partner_id, "partner_id": into.id} for partner_id in merged.ids]
        )

    @api.model
    def _find(self, partner_id):
        """Return the contact that holds what this one held."""
        return self.sudo().search([("old_id", "=", partner_id)], limit=1).partner_id

    @api.autovacuum
    def _gc_merged_contacts(self):
        """Forget merges that no till's note can be older than."""
        self.env.cr.execute(
            SQL(
                "DELETE FROM relationship_merged_contact WHERE create_date < %s",
                fields.Datetime.subtract(fields.Datetime.now(), days=KEPT_DAYS),
            )
        )
