from odoo import models


class ResPartner(models.Model):
    _inherit = "res.partner"

    def write(self, vals):
        """Keep up with contacts who come to another customer, if we keep anything of them."""
        moves = bool({"is_company", "parent_id"} & set(vals)) and self.env[
            "relationship.of.customer"
        ]._knows(self)
        before = self._before_move(vals) if moves else {}
        res = super().write(vals)
        if moves:
            self._after_move(before)
        return res

    def _before_move(self, _vals):
        """Prepare for contacts, of whom we keep something, to come to another customer.

        :return: dict of what ``_after_move`` needs to know
        """
        return {}

    def _after_move(self, _before):
        """Take the evidence along."""
        self.env["relationship.of.customer"]._follow(self)

    def _get_activity_place(self, company):
        """Return the values that put an activity of a company on this contact, or on nobody.

        All who read a contact read its activities, whatever company they work in. Where several
        companies share a contact, what one of them plans belongs to its owner alone.
        """
        self.ensure_one()
        shared = (
            self.sudo().company_id != company
            and self.env["res.company"].sudo().search_count([], limit=2) > 1
        )
        return {
            "res_model_id": not shared and self.env["ir.model"]._get_id("res.partner"),
            "res_id": not shared and self.id,
        }
