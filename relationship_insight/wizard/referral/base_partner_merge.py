from odoo import models
from odoo.tools import SQL


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    def _update_foreign_keys(self, src_partners, dst_partner):
        """Chains keep their shape, codes go on working, and limits count both pasts."""
        Referral = self.env["relationship.referral"].sudo()
        customer = dst_partner.commercial_partner_id
        neighbours = Referral._fold_into(src_partners | dst_partner, customer)._get_customer_ids()
        self.env.flush_all()
        for source in src_partners:
            self.env.cr.execute(
                SQL(
                    """
                UPDATE relationship_referral_reward reward
                   SET slot = slot + COALESCE((
                        SELECT MAX(kept.slot) FROM relationship_referral_reward kept
                         WHERE kept.partner_id = ANY(%s) AND kept.period = reward.period
                           AND kept.company_id = reward.company_id), 0)
                 WHERE partner_id = %s AND slot > 0
                """,
                    (src_partners | dst_partner).ids,
                    source.id,
                )
            )
        self.env.cr.execute(
            SQL(
                "UPDATE relationship_referral_code SET is_main = FALSE WHERE partner_id = ANY(%s)",
                src_partners.ids,
            )
        )
        self.env.cr.execute(
            SQL(
                "DELETE FROM relationship_referral_standing WHERE commercial_partner_id = ANY(%s)",
                (src_partners | dst_partner).ids,
            )
        )
        self.env.invalidate_all()
        result = super()._update_foreign_keys(src_partners, dst_partner)
        self.env.invalidate_all()
        moved = Referral.search(
            [
                "|",
                ("referrer_id", "child_of", dst_partner.id),
                ("referred_id", "child_of", dst_partner.id),
            ]
        )
        for name in ("referrer_commercial_id", "referred_commercial_id"):
            self.env.add_to_compute(Referral._fields[name], moved)
        moved.flush_recordset()
        moved._start()
        self.env["relationship.referral.queue"]._wake(neighbours)
        return result
