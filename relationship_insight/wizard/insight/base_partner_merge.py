from odoo import models
from odoo.tools import SQL


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    def _update_foreign_keys(self, src_partners, dst_partner):
        """Fold insight before the keys move: it is derived, and unique per customer."""
        customers = (src_partners | dst_partner).commercial_partner_id
        self.env.flush_all()
        known_to_staff = self._get_customers_of_staff(src_partners)
        for table in ("relationship_bond", "relationship_profile"):
            self.env.cr.execute(
                SQL(
                    "DELETE FROM %s WHERE commercial_partner_id IN %s",
                    SQL.identifier(table),
                    tuple(customers.ids),
                )
            )
        self.env.cr.execute(
            SQL("DELETE FROM relationship_bond WHERE staff_id IN %s", tuple(src_partners.ids))
        )
        self.env.cr.execute(
            SQL(
                """
            DELETE FROM relationship_snapshot s
             WHERE s.commercial_partner_id IN %s AND EXISTS (
                SELECT 1 FROM relationship_snapshot other
                 WHERE other.commercial_partner_id IN %s AND other.company_id = s.company_id
                   AND other.date = s.date
                   AND (other.commercial_partner_id = %s OR other.id < s.id)
             ) AND s.commercial_partner_id != %s
            """,
                tuple(src_partners.ids),
                tuple((src_partners | dst_partner).ids),
                dst_partner.id,
                dst_partner.id,
            )
        )
        self.env.invalidate_all()
        result = super()._update_foreign_keys(src_partners, dst_partner)
        for model in ("relationship.reading", "relationship.note"):
            Model = self.env[model].sudo()
            records = Model.search([("partner_id", "=", dst_partner.id)])
            self.env.add_to_compute(Model._fields["commercial_partner_id"], records)
        self.env["relationship.refresh.queue"]._add(
            [*(customers | dst_partner).ids, *known_to_staff]
        )
        return result

    def _get_customers_of_staff(self, staff):
        """Return the ids of the customers who have a bond with one of these."""
        return [
            customer.id
            for (customer,) in self.env["relationship.bond"]
            .sudo()
            ._read_group([("staff_id", "in", staff.ids)], ["commercial_partner_id"])
        ]
