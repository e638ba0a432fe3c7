from odoo import api, models
from odoo.exceptions import UserError


class RelationshipInstrument(models.Model):
    _inherit = "relationship.instrument"

    @api.ondelete(at_uninstall=False)
    def _unlink_except_answered(self):
        if (
            self.env["relationship.invitation"]
            .sudo()
            .search_count([("version_id", "in", self.version_ids.ids)], limit=1)
        ):
            raise UserError(
                self.env._(
                    "Customers were asked with this questionnaire already. Archive it instead."
                )
            )
