from odoo import models
from odoo.tools import SQL


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    """Two contacts become one person, who was asked by both names.

    Odoo deletes rows that would break a unique key. Here nothing that was asked is lost: an
    invitation that clashes loses its name, its answers keep theirs.
    """

    _inherit = "base.partner.merge.automatic.wizard"

    def _update_foreign_keys(self, src_partners, dst_partner):
        self.env.flush_all()
        ids = (src_partners | dst_partner).ids
        self.env.cr.execute(
            SQL(
                """
            UPDATE relationship_invitation i
               SET partner_id = NULL, commercial_partner_id = NULL, email = NULL, phone = NULL,
                   state = CASE WHEN i.state IN ('planned', 'sent', 'opened') THEN 'cancelled'
                                ELSE i.state END
             WHERE i.partner_id = ANY(%(sources)s) AND EXISTS (
                SELECT 1 FROM relationship_invitation other
                 WHERE other.partner_id = ANY(%(ids)s) AND other.partner_id != i.partner_id
                   AND (other.partner_id = %(kept)s OR other.id < i.id)
                   AND (other.wave_id = i.wave_id OR (
                        other.date_planned > i.date_planned - interval '24 hours'
                        AND other.date_planned < i.date_planned + interval '24 hours')))
            """,
                sources=src_partners.ids,
                ids=ids,
                kept=dst_partner.id,
            )
        )
        self.env.cr.execute(
            SQL(
                """
            DELETE FROM relationship_eligibility l
             WHERE l.partner_id = ANY(%(sources)s) AND EXISTS (
                SELECT 1 FROM relationship_eligibility other
                 WHERE other.wave_id = l.wave_id AND other.partner_id = ANY(%(ids)s)
                   AND other.partner_id != l.partner_id
                   AND (other.partner_id = %(kept)s OR other.id < l.id))
            """,
                sources=src_partners.ids,
                ids=ids,
                kept=dst_partner.id,
            )
        )
        self._merge_contact_preferences(src_partners, dst_partner)
        self.env.invalidate_all()
        result = super()._update_foreign_keys(src_partners, dst_partner)
        self.env.cr.execute(
            SQL(
                """
            UPDATE relationship_invitation i SET commercial_partner_id = p.commercial_partner_id
              FROM res_partner p WHERE p.id = i.partner_id AND p.id = %s
            """,
                dst_partner.id,
            )
        )
        return result

    def _merge_contact_preferences(self, src_partners, dst_partner):
        """Keep one wish per company, of several the one that asks least."""
        Preference = self.env["relationship.contact.preference"].sudo()
        wishes = Preference.search([("partner_id", "in", (src_partners | dst_partner).ids)])
        for group in wishes.grouped("company_id").values():
            kept = group.filtered(lambda wish: wish.partner_id == dst_partner)[:1] or group[:1]
            paces = [pace for pace, _label in Preference._fields["pace"].selection]
            pauses = [wish.paused_until for wish in group if wish.paused_until]
            kept.write(
                {
                    "opted_out": any(group.mapped("opted_out")),
                    "opted_out_campaign_ids": [(6, 0, group.opted_out_campaign_ids.ids)],
                    "pace": max(group.mapped("pace"), key=paces.index),
                    "paused_until": max(pauses) if pauses else False,
                }
            )
            (group - kept).unlink()
        self.env.flush_all()
