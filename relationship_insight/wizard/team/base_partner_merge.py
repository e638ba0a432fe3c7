from odoo import models
from odoo.tools import SQL


class BasePartnerMergeAutomaticWizard(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    def _update_foreign_keys(self, src_partners, dst_partner):
        """Fold account teams and handovers first: rows that would be twice there are dropped."""
        self.env.flush_all()
        everybody = tuple((src_partners | dst_partner).ids)
        # Of two open rows that become the same, or two primaries, the destination's stays open.
        merged = {
            f"{alias}_{name}": self._sql_merged(alias, column, everybody, dst_partner)
            for alias in ("team", "other")
            for name, column in (("customer", "commercial_partner_id"), ("staff", "staff_id"))
        }
        self.env.cr.execute(
            SQL(
                """
            DELETE FROM relationship_account_team team
             USING relationship_account_team other
             WHERE team.date_to IS NULL AND other.date_to IS NULL AND team.id != other.id
               AND team.company_id = other.company_id AND team.role = other.role
               AND %(team_customer)s = %(other_customer)s
               AND (team.role = 'primary' OR %(team_staff)s = %(other_staff)s)
               AND (team.commercial_partner_id IN %(everybody)s OR team.staff_id IN %(everybody)s)
               AND (other.commercial_partner_id = %(dst)s, -other.id)
                 > (team.commercial_partner_id = %(dst)s, -team.id)
            """,
                everybody=everybody,
                dst=dst_partner.id,
                **merged,
            )
        )
        self.env.cr.execute(
            SQL(
                """
            DELETE FROM relationship_handover_line line
             USING relationship_handover_line other
             WHERE line.handover_id = other.handover_id AND line.id != other.id
               AND line.commercial_partner_id IN %(everybody)s
               AND other.commercial_partner_id IN %(everybody)s
               AND (other.commercial_partner_id = %(dst)s, -other.id)
                 > (line.commercial_partner_id = %(dst)s, -line.id)
            """,
                everybody=everybody,
                dst=dst_partner.id,
            )
        )
        # Two histories of one bond: of two figures for a month the destination's is kept.
        past = {
            f"{alias}_{name}": self._sql_merged(alias, column, everybody, dst_partner)
            for alias in ("past", "other")
            for name, column in (("customer", "commercial_partner_id"), ("staff", "staff_id"))
        }
        self.env.cr.execute(
            SQL(
                """
            DELETE FROM relationship_bond_snapshot past
             USING relationship_bond_snapshot other
             WHERE past.date = other.date AND past.company_id = other.company_id
               AND past.id != other.id
               AND (past.commercial_partner_id IN %(everybody)s OR past.staff_id IN %(everybody)s)
               AND (other.commercial_partner_id IN %(everybody)s OR other.staff_id IN %(everybody)s)
               AND %(past_customer)s = %(other_customer)s AND %(past_staff)s = %(other_staff)s
               AND (other.commercial_partner_id = %(dst)s OR other.staff_id = %(dst)s, -other.id)
                 > (past.commercial_partner_id = %(dst)s OR past.staff_id = %(dst)s, -past.id)
            """,
                everybody=everybody,
                dst=dst_partner.id,
                **past,
            )
        )
        self.env.invalidate_all()
        return super()._update_foreign_keys(src_partners, dst_partner)

    def _sql_merged(self, table, column, everybody, dst_partner):
        """SQL of a contact's id after the merge."""
        column = SQL.identifier(table, column)
        return SQL(
            "CASE WHEN %s IN %s THEN %s ELSE %s END", column, everybody, dst_partner.id, column
        )
