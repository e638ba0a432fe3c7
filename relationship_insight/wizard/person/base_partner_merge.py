from odoo import models
from odoo.tools import SQL


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    """What we know of people who turn out to be one."""

    _inherit = "base.partner.merge.automatic.wizard"

    def _update_foreign_keys(self, src_partners, dst_partner):
        customers = (src_partners | dst_partner).commercial_partner_id
        self.env.flush_all()
        self._fold_cadences(src_partners, dst_partner)
        self._fold_preferences(src_partners | dst_partner, dst_partner)
        people = tuple((src_partners | dst_partner).ids)
        self.env.cr.execute(SQL(
            "DELETE FROM relationship_touch WHERE partner_id IN %s", people))
        # The two were related: now they are the same person.
        self.env.cr.execute(SQL(
            "DELETE FROM relationship_relation WHERE partner_id IN %s AND other_id IN %s",
            people, people))
        self.env.invalidate_all()
        res = super()._update_foreign_keys(src_partners, dst_partner)
        for model in ("relationship.preference", "relationship.life.event", "relationship.promise"):
            Model = self.env[model].sudo().with_context(active_test=False)
            self.env.add_to_compute(
                Model._fields["commercial_partner_id"],
                Model.search([("partner_id", "=", dst_partner.id)]))
        self.env.flush_all()
        self.env["relationship.touch"]._refresh(dst_partner.ids)
        self.env["relationship.cadence"]._refresh(
            (customers | dst_partner.commercial_partner_id).ids)
        return res

    def _fold_cadences(self, src_partners, dst_partner):
        """Keep one plan per company: what was decided for any of them holds for the one."""
        self.env.cr.execute(SQL(
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
            """, kept=dst_partner.id, gone=tuple(src_partners.ids)))
        self.env.cr.execute(SQL(
            "DELETE FROM relationship_cadence WHERE commercial_partner_id IN %s",
            tuple(src_partners.ids)))

    def _fold_preferences(self, people, dst_partner):
        """Make one of those that say the same; it is as sure as all of them together."""
        preferences = self.env["relationship.preference"].sudo().search(
            [("partner_id", "in", people.ids), ("state", "=", "current")], order="first_seen, id")
        same = preferences.grouped(lambda p: (
            p.company_id, p.kind, p.tag_id, (p.text or "").strip().lower(), p.steadiness))
        for group in same.values():
            kept, others = group[0], group[1:]
            if not others:
                continue
            days = [day for day in group.mapped("last_confirmed") if day]
            kept.write({
                "confirm_count": sum(group.mapped("confirm_count")),
                "last_confirmed": max(days, default=False),
                "sensitive": any(group.mapped("sensitive")),
            })
            self.env["relationship.preference.check"].sudo().search(
                [("preference_id", "in", others.ids)]).preference_id = kept
            others.unlink()
