from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError


class RelationshipReferralMatch(models.TransientModel):
    """Find the customer behind a name that was told."""

    _name = "relationship.referral.match"
    _description = "Find Who Brought Them"
    _inherit = "relationship.guarded"

    referral_id = fields.Many2one(
        "relationship.referral", required=True, readonly=True, ondelete="cascade"
    )
    referrer_name = fields.Char(related="referral_id.referrer_name", string="They Said")
    referred_id = fields.Many2one(related="referral_id.referred_id")
    candidate_ids = fields.Many2many(
        "res.partner", string="Could Be", compute="_compute_candidates"
    )
    partner_id = fields.Many2one(
        "res.partner", string="It Is", compute="_compute_partner_id", store=True, readonly=False
    )

    def _get_candidates(self):
        found = self.referral_id.get_matches() if self.referral_id else []
        return self.env["res.partner"].browse([match["id"] for match in found])

    @api.depends("referral_id")
    def _compute_candidates(self):
        for wizard in self:
            wizard.candidate_ids = wizard._get_candidates()

    @api.depends("referral_id")
    def _compute_partner_id(self):
        for wizard in self:
            found = wizard._get_candidates()
            wizard.partner_id = found if len(found) == 1 else False

    def action_match(self):
        """The name is this customer: the referral goes on with them."""
        self.ensure_one()
        if not self.env.user.has_group("relationship_insight.group_relationship_relations"):
            raise AccessError(self.env._("Customer Relations decides about referrals."))
        self.referral_id.check_access("write")
        if not self.partner_id:
            raise UserError(self.env._("Choose the customer who brought them."))
        self.referral_id._match(self.partner_id)

    def action_create(self):
        """The name is nobody's yet: make them a contact, so that they can be thanked."""
        self.ensure_one()
        self.env["res.partner"].check_access("create")
        self.partner_id = self.env["res.partner"].create({"name": self.referrer_name})
        self.action_match()
