from odoo import api, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    @api.model
    def get_new_partner(self, config_id, domain, offset):
        """Bring the strips of customers that the till finds later."""
        result = super().get_new_partner(config_id, domain, offset)
        config = self.env["pos.config"].browse(config_id)
        result["relationship.strip"] = self.env["relationship.strip"]._get_rows(
            config, {row["id"] for row in result["res.partner"]})
        return result
