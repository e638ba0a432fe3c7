from odoo import api, fields, models
from odoo.fields import Domain


class RelationshipProfile(models.Model):
    """Whose customer it is, for the record rule of staff.

    A field of its own, because a rule through ``bond_ids`` would leave every bond in the cache,
    those the user may not see included.
    """

    _inherit = "relationship.profile"

    is_own = fields.Boolean(
        string="Own Customer", compute="_compute_is_own", search="_search_is_own",
        help="You are their salesperson, or nobody is, or you have a bond with them.")

    # The customers list opens in this order: the first page is read from the index.
    _spend_idx = models.Index("(company_id, spend_12m DESC, id)")

    @api.depends("commercial_partner_id.user_id", "bond_ids.staff_id")
    @api.depends_context("uid")
    def _compute_is_own(self):
        own = self.sudo().search([("id", "in", self.ids), ("is_own", "=", True)])
        for profile in self:
            profile.is_own = profile.sudo() in own

    @api.model
    def _search_is_own(self, operator, value):
        if operator != "in":
            return NotImplemented
        bonds = self.env["relationship.bond"].sudo()._search([
            ("staff_id", "=", self.env.user.partner_id.id), ("profile_id", "!=", False),
            # One that the customer's word alone makes isn't known to the colleague.
            "|", ("basis", "!=", "customer"), ("first_talk", "!=", False)])
        return (
            Domain("commercial_partner_id.user_id", "in", [self.env.uid, False])
            | Domain("id", "in", bonds.subselect("profile_id"))
        )
