from odoo import models
from odoo.tools import SQL


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    """What we know of people who turn out to be one."""

    _inherit = "base.partner.merge.automatic.wizard"

    def _update_foreign_keys(self, src_partners, dst_partner):
        self.env.flush_all()
        self._fold_preferences(src_partners | dst_partner, dst_partner)
        people = tuple((src_partners | dst_partner).ids)
        self.env.cr.execute(SQL("DELETE FROM relationship_touch WHERE partner_id IN %s", people))
        # The two were related: now they are the same person.
        self.env.cr.execute(
            SQL(
                "DELETE FROM relationship_relation WHERE partner_id IN %s AND other_id IN %s",
                people,
                people,
            )
        )
        self.env.invalidate_all()
        res = super()._update_foreign_keys(src_partners, dst_partner)
        for model in ("relationship.preference", "relationship.life.event", "relationship.promise"):
            Model = self.env[model].sudo().with_context(active_test=False)
            self.env.add_to_compute(
                Model._fields["commercial_partner_id"],
                Model.search([("partner_id", "=", dst_partner.id)]),
            )
        self.env.flush_all()
        self.env["relationship.touch"]._refresh(dst_partner.ids)
        return res

    def _fold_preferences(self, people, dst_partner):
        """Make one of those that say the same; it is as sure as all of them together."""
        preferences = (
            self.env["relationship.preference"]
            .sudo()
            .search(
                [("partner_id", "in", people.ids), ("state", "=", "current")],
                order="first_seen, id",
            )
        )
        same = preferences.grouped(
            lambda p: (p.company_id, p.kind, p.tag_id, (p.text or "").strip().lower(), p.steadiness)
        )
        for group in same.values():
            kept, others = group[0], group[1:]
            if not others:
                continue
            days = [day for day in group.mapped("last_confirmed") if day]
            kept.write(
                {
                    "confirm_count": sum(group.mapped("confirm_count")),
                    "last_confirmed": max(days, default=False),
                    "sensitive": any(group.mapped("sensitive")),
                }
            )
            self.env["relationship.preference.check"].sudo().search(
                [("preference_id", "in", others.ids)]
            ).preference_id = kept
            others.unlink()
