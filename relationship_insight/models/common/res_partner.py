from odoo import models


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _get_activity_place(self, company):
        """Return the values that put an activity of a company on this contact, or on nobody.

        All who read a contact read its activities, whatever company they work in. Where several
        companies share a contact, what one of them plans belongs to its owner alone.
        """
        self.ensure_one()
        shared = self.sudo().company_id != company and self.env["res.company"].sudo().search_count(
            [], limit=2) > 1
        return {
            "res_model_id": not shared and self.env["ir.model"]._get_id("res.partner"),
            "res_id": not shared and self.id,
        }
