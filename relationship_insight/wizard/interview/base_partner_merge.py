from odoo import models


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    """Two contacts become one person, whom a study may have chosen twice."""

    _inherit = "base.partner.merge.automatic.wizard"

    def _update_foreign_keys(self, src_partners, dst_partner):
        chosen = (
            self.env["relationship.interviewee"]
            .sudo()
            .search([("partner_id", "in", (src_partners | dst_partner).ids)])
        )
        for group in chosen.grouped("study_id").values():
            group._merge_into_one()
        self.env.flush_all()
        return super()._update_foreign_keys(src_partners, dst_partner)
