from odoo import models


class ResPartner(models.Model):
    _inherit = "res.partner"

    def _get_relationship_brief_action(self):
        """Return the action that shows the brief of this contact."""
        action = self.env["ir.actions.client"]._for_xml_id(
            "relationship_insight.relationship_brief_action")
        return {**action, "context": {
            "partner_id": self[:1].id, "active_id": self[:1].id}}
