from odoo import api, fields, models


class ResPartner(models.Model):
    _inherit = "res.partner"

    relationship_note_count = fields.Integer(
        string="Conversations", compute="_compute_relationship_note_count",
        groups="relationship_insight.group_relationship_staff")

    @api.depends("commercial_partner_id")
    @api.depends_context("uid", "allowed_company_ids")
    def _compute_relationship_note_count(self):
        """Count what the user may read: a company counts the talks with all its people."""
        totals, own = {}, {}
        for customer, person, count in self.env["relationship.note"]._read_group(
                [("commercial_partner_id", "in", self.commercial_partner_id.ids)],
                ["commercial_partner_id", "partner_id"], ["__count"]):
            totals[customer] = totals.get(customer, 0) + count
            own[person] = count
        for partner in self:
            is_customer = partner == partner.commercial_partner_id
            partner.relationship_note_count = (totals if is_customer else own).get(partner, 0)

    def action_view_relationship_notes(self):
        """Open the conversations with this customer, and with its people if it is a company."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "relationship_insight.relationship_note_action")
        is_customer = self == self.commercial_partner_id
        field = "commercial_partner_id" if is_customer else "partner_id"
        return {
            **action,
            "domain": [(field, "=", self.id)],
            "context": {"default_partner_id": self.id},
        }
