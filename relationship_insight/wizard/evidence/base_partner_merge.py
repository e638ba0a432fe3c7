from odoo import models


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    def _update_foreign_keys(self, src_partners, dst_partner):
        """Remember where the contacts went, for what tills without network note about them."""
        result = super()._update_foreign_keys(src_partners, dst_partner)
        self.env["relationship.merged.contact"]._trace(src_partners, dst_partner)
        return result
