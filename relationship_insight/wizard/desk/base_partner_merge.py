from odoo import models
from odoo.tools import SQL


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    """How often to see people who turn out to be one."""

    _inherit = "base.partner.merge.automatic.wizard"

    def _update_foreign_keys(self, src_partners, dst_partner):
        customers = (src_partners | dst_partner).commercial_partner_id
        self.env.flush_all()
        self._fold_cadences(src_partners, dst_partner)
        self.env.invalidate_all()
        res = super()._update_foreign_keys(src_partners, dst_partner)
        self.env["relationship.cadence"]._refresh(
            (customers | dst_partner.commercial_partner_id).ids
        )
        return res

    def _fold_cadences(self, src_partners, dst_partner):
        """Keep one plan per company: what was decided for any of them holds for the one."""
        self.env.cr.execute(
            SQL(
                """
            INSERT INTO relationship_cadence (commercial_partner_id, company_id, hand_tier_id,
                own_ideal_days, own_max_days, not_relevant, snoozed_until, decided_by_id,
                create_uid, create_date, write_uid, write_date)
            SELECT %(kept)s, company_id, MIN(hand_tier_id), MAX(own_ideal_days),
                   MAX(own_max_days), BOOL_AND(not_relevant), MAX(snoozed_until),
                   MIN(decided_by_id), 1, NOW() AT TIME ZONE 'UTC', 1, NOW() AT TIME ZONE 'UTC'
              FROM relationship_cadence WHERE commercial_partner_id IN %(gone)s
          GROUP BY company_id
            ON CONFLICT (commercial_partner_id, company_id) DO UPDATE SET
                hand_tier_id = COALESCE(relationship_cadence.hand_tier_id, excluded.hand_tier_id),
                own_ideal_days = COALESCE(
                    NULLIF(relationship_cadence.own_ideal_days, 0), excluded.own_ideal_days),
                own_max_days = COALESCE(
                    NULLIF(relationship_cadence.own_max_days, 0), excluded.own_max_days),
                not_relevant = relationship_cadence.not_relevant AND excluded.not_relevant
            """,
                kept=dst_partner.id,
                gone=tuple(src_partners.ids),
            )
        )
        self.env.cr.execute(
            SQL(
                "DELETE FROM relationship_cadence WHERE commercial_partner_id IN %s",
                tuple(src_partners.ids),
            )
        )
