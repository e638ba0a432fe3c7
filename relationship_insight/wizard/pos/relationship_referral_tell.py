from odoo import api, models


class RelationshipReferralTell(models.TransientModel):
    _inherit = "relationship.referral.tell"

    @api.model
    def _get_sources(self):
        return {**super()._get_sources(), "pos.order": "pos"}
