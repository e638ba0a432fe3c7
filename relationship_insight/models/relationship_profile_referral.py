from odoo import api, fields, models


class RelationshipProfile(models.Model):
    """Whom a customer brought, beside what they buy and feel."""

    _inherit = "relationship.profile"

    referral_standing_id = fields.Many2one(
        "relationship.referral.standing", string="Place in the Chain",
        compute="_compute_referral_standing_id")
    referrer_id = fields.Many2one(related="referral_standing_id.referrer_id")
    friend_count = fields.Integer(related="referral_standing_id.direct_count")
    friend_all_count = fields.Integer(related="referral_standing_id.downstream_count")
    friend_revenue = fields.Monetary(related="referral_standing_id.direct_revenue")
    friend_value = fields.Monetary(related="referral_standing_id.value")
    last_friend = fields.Date(related="referral_standing_id.last_friend")

    @api.depends("commercial_partner_id", "company_id")
    @api.depends_context("uid")
    def _compute_referral_standing_id(self):
        """As far as the user may see it."""
        found = {
            (standing.commercial_partner_id.id, standing.company_id.id): standing.id
            for standing in self.env["relationship.referral.standing"].search_fetch(
                [("commercial_partner_id", "in", self.commercial_partner_id.ids),
                 ("company_id", "in", self.company_id.ids)],
                ["commercial_partner_id", "company_id"])
        }
        for profile in self:
            profile.referral_standing_id = found.get(
                (profile.commercial_partner_id.id, profile.company_id.id))
