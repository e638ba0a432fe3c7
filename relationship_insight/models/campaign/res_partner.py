from odoo import fields, models


class ResPartner(models.Model):
    """On the contact: why they were asked, why not, and when next."""

    _inherit = "res.partner"

    relationship_asked_count = fields.Integer(
        string="Invitations", compute="_compute_relationship_asked",
        groups="relationship_insight.group_relationship_relations")
    relationship_asked = fields.Char(
        string="Feedback", compute="_compute_relationship_asked",
        groups="relationship_insight.group_relationship_relations")

    def _compute_relationship_asked(self):
        domain = [("partner_id", "in", self.ids)]
        asked = dict(self.env["relationship.invitation"]._read_group(
            domain, ["partner_id"], ["__count"]))
        newest = dict(self.env["relationship.eligibility"]._read_group(
            domain, ["partner_id"], ["id:max"]))
        lines = self.env["relationship.eligibility"].browse(newest.values())
        sentences = {line.partner_id: line._get_sentence() for line in lines}
        for partner in self:
            partner.relationship_asked_count = asked.get(partner, 0)
            partner.relationship_asked = sentences.get(partner, False)

    def action_view_relationship_asked(self):
        """Open every decision about asking this customer, with its reason."""
        self.ensure_one()
        return {
            **self.env["ir.actions.act_window"]._for_xml_id(
                "relationship_insight.relationship_eligibility_action"),
            "domain": [("partner_id", "child_of", self.ids)],
            "views": [(False, "list"), (False, "pivot")],
            "context": {},
        }
