from odoo import models


class ResPartner(models.Model):
    _inherit = "res.partner"

    def write(self, vals):
        res = super().write(vals)
        if "user_id" in vals:
            self.env["relationship.cadence"]._follow_salesperson(self)
        return res

    def _get_relationship_brief_action(self):
        """Return the action that shows the brief of this contact."""
        action = self.env["ir.actions.client"]._for_xml_id(
            "relationship_insight.relationship_brief_action"
        )
        return {**action, "context": {"partner_id": self[:1].id, "active_id": self[:1].id}}
