from odoo import api, fields, models


class RelationshipNote(models.Model):
    """Who else was there: people of the customer, and colleagues."""

    _inherit = "relationship.note"

    attendee_ids = fields.Many2many(
        "res.partner", "relationship_note_attendee", "note_id", "partner_id",
        string="Who Else Was There",
        domain="[('commercial_partner_id', '=', commercial_partner_id), ('id', '!=', partner_id)]",
        help="Other people of this customer. The talk counts as a talk with each of them.")
    colleague_ids = fields.Many2many(
        "res.partner", "relationship_note_colleague", "note_id", "partner_id",
        string="Colleagues There", domain="[('user_ids.share', '=', False)]")

    def _get_people(self):
        """Return everybody of the customers who took part in these conversations."""
        return self.partner_id | self.sudo().attendee_ids

    @api.onchange("partner_id")
    def _onchange_partner_attendees(self):
        """Only people of the same customer can have been there with them."""
        self.attendee_ids = self.attendee_ids.filtered(
            lambda person: person.commercial_partner_id == self.commercial_partner_id
            and person != self.partner_id)
