from odoo import api, fields, models

# Figures of a customer's standing: name here, name there.
FIGURES = {
    "friend_count": "direct_count",
    "friend_all_count": "downstream_count",
    "friend_revenue": "direct_revenue",
    "friend_value": "value",
    "last_friend": "last_friend",
}


class RelationshipProfile(models.Model):
    """Whom a customer brought, beside what they buy and feel; as far as the user may see it."""

    _inherit = "relationship.profile"

    is_in_chain = fields.Boolean(string="In a Chain", compute="_compute_friends")
    referrer_id = fields.Many2one("res.partner", string="Brought By", compute="_compute_friends")
    friend_count = fields.Integer(string="Friends Brought", compute="_compute_friends")
    friend_all_count = fields.Integer(string="With Friends of Friends", compute="_compute_friends")
    friend_revenue = fields.Monetary(string="Spent by Friends", compute="_compute_friends")
    friend_value = fields.Monetary(string="Referral Value", compute="_compute_friends")
    last_friend = fields.Date(string="Last Friend Brought", compute="_compute_friends")

    @api.depends("commercial_partner_id", "company_id")
    @api.depends_context("uid")
    def _compute_friends(self):
        names = ["commercial_partner_id", "company_id", "referrer_id", *FIGURES.values()]
        found = {
            (standing.commercial_partner_id, standing.company_id): standing
            for standing in self.env["relationship.referral.standing"].search_fetch(
                [
                    ("commercial_partner_id", "in", self.commercial_partner_id.ids),
                    ("company_id", "in", self.company_id.ids),
                ],
                names,
            )
        }
        nothing = self.env["relationship.referral.standing"]
        for profile in self:
            standing = found.get((profile.commercial_partner_id, profile.company_id), nothing)
            profile.is_in_chain = bool(standing)
            profile.referrer_id = standing.referrer_id
            for name, there in FIGURES.items():
                profile[name] = standing[there]
