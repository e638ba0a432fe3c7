from odoo import models
from odoo.tools import SQL

# A handover of the same colleague this recently has taken care of whom they merely knew.
RECENT = 90


class RelationshipHandover(models.Model):
    """Whose customers they are and who takes them, found in one statement for all of them."""

    _inherit = "relationship.handover"

    def _propose_lines(self, leaving=None):
        """Add a line for each customer that has none yet, with the best successor.

        Best is: their salesperson, if that is somebody else; then the secondary or backup of the
        account team; then the colleague with the strongest other bond; then the default.

        :param leaving: res.users who can't be successors
        """
        self.ensure_one()
        leaving = leaving or self.user_id
        self.env.flush_all()
        known = self.line_ids.commercial_partner_id.ids
        vals_list = [
            {
                "handover_id": self.id,
                "commercial_partner_id": customer,
                "successor_id": successor or self.successor_id.id,
                "why": why or "rest",
                "spend_12m": spend or 0,
                "bond_before": strength or 0,
            }
            for customer, successor, why, spend, strength in self.env.execute_query(
                self._sql_customers_to_pass_on(leaving)
            )
            if customer not in known
        ]
        self.env["relationship.handover.line"].sudo().create(vals_list)

    def _sql_customers_to_pass_on(self, leaving):
        return SQL(
            """
            WITH mine AS (
                SELECT commercial_partner_id AS customer FROM res_partner
                 WHERE user_id = %(user)s AND active
                   AND (company_id = %(company)s OR company_id IS NULL AND %(is_main)s)
             UNION
                SELECT commercial_partner_id FROM relationship_account_team
                 WHERE staff_id = %(staff)s AND company_id = %(company)s
                   AND (date_to IS NULL OR date_to >= %(date)s)
             UNION
                SELECT commercial_partner_id FROM relationship_bond bond
                 WHERE staff_id = %(staff)s AND company_id = %(company)s AND band != 'none'
                   AND NOT EXISTS (
                    SELECT 1 FROM relationship_handover_line line
                      JOIN relationship_handover handover ON handover.id = line.handover_id
                     WHERE line.commercial_partner_id = bond.commercial_partner_id
                       AND handover.staff_id = %(staff)s AND handover.state = 'done'
                       AND handover.date > %(date)s::date - %(recent)s)
            ),
            able AS (
                SELECT u.id, u.partner_id FROM res_users u
                  JOIN res_company_users_rel rel ON rel.user_id = u.id AND rel.cid = %(company)s
                 WHERE u.active AND NOT u.share AND u.id != ALL(%(leaving)s)
            ),
            candidate AS (
                SELECT mine.customer, able.id AS user_id, 1 AS place, 'salesperson' AS why,
                       0.0 AS score
                  FROM mine
                  JOIN res_partner customer ON customer.id = mine.customer
                  JOIN able ON able.id = customer.user_id
             UNION ALL
                SELECT mine.customer, able.id, 2, 'team',
                       CASE team.role WHEN 'secondary' THEN 2.0 ELSE 1.0 END
                  FROM mine
                  JOIN relationship_account_team team
                    ON team.commercial_partner_id = mine.customer
                   AND team.company_id = %(company)s
                   AND (team.date_to IS NULL OR team.date_to > %(date)s)
                   AND team.date_from <= %(date)s
                  JOIN able ON able.partner_id = team.staff_id
             UNION ALL
                SELECT mine.customer, able.id, 3, 'bond', bond.strength
                  FROM mine
                  JOIN relationship_bond bond ON bond.commercial_partner_id = mine.customer
                   AND bond.company_id = %(company)s AND bond.band != 'none'
                  JOIN able ON able.partner_id = bond.staff_id
            ),
            best AS (
                SELECT DISTINCT ON (customer) customer, user_id, why
                  FROM candidate ORDER BY customer, place, score DESC, user_id
            )
            SELECT mine.customer, best.user_id, best.why, profile.spend_12m, bond.strength
              FROM mine
              JOIN res_partner partner ON partner.id = mine.customer AND partner.active
         LEFT JOIN best ON best.customer = mine.customer
         LEFT JOIN relationship_profile profile
                ON profile.commercial_partner_id = mine.customer
               AND profile.company_id = %(company)s
         LEFT JOIN relationship_bond bond ON bond.commercial_partner_id = mine.customer
               AND bond.company_id = %(company)s AND bond.staff_id = %(staff)s
             WHERE mine.customer != %(staff)s
               AND (partner.company_id IS NULL OR partner.company_id = %(company)s)
          ORDER BY profile.spend_12m DESC NULLS LAST, mine.customer
            """,
            user=self.user_id.id or 0,
            is_main=self.user_id.company_id == self.company_id,
            staff=self.staff_id.id,
            company=self.company_id.id,
            date=self.date,
            recent=RECENT,
            leaving=leaving.ids or [0],
        )
