from odoo import models
from odoo.tools import SQL

from ...stats import raking

# Fewer answers than this can't be made to look like anybody.
SMALLEST_SAMPLE = 10


class RelationshipWave(models.Model):
    _inherit = "relationship.wave"

    def _weigh_answers(self):
        """Weigh the answers of each wave so that they look like those who were asked.

        First by response cell (recency and spend), trimmed, then raked to the margins of group,
        language, recency and spend. Stored on the invitations; mean 1.

        :return: {wave: R-indicator, or None where there is too little}
        """
        return {wave: wave._weigh_wave() for wave in self}

    def _weigh_wave(self):
        self.ensure_one()
        cells = self._get_response_cells()
        if sum(done for _asked, done, _design in cells.values()) < SMALLEST_SAMPLE:
            return None
        weights, likeness = raking.cell_weights(cells, lambda cell: cell[2:])
        self._store_weights(weights)
        return likeness

    def _get_response_cells(self):
        """Return {(group, language, recency, spend): (asked, answered, sum of design weights)}."""
        return {
            tuple(cell): (asked, done, design)
            for *cell, asked, done, design in self.env.execute_query(
                SQL(
                    """
                SELECT %(cell)s, COUNT(*), COUNT(invitation.date_start),
                       SUM(1 / GREATEST(
                           COALESCE(invitation.inclusion_probability, 1), 1e-6))::float8
                  FROM %(invitations)s
              GROUP BY 1, 2, 3, 4
                """,
                    cell=self._sql_cell(),
                    invitations=self._sql_asked(),
                )
            )
        }

    def _store_weights(self, weights):
        rows = SQL(", ").join(
            SQL("(%s, %s, %s, %s, %s::float8)", *cell, weight) for cell, weight in weights.items()
        )
        self.env.cr.execute(
            SQL(
                """
            UPDATE relationship_invitation target
               SET weight = fresh.weight
              FROM (SELECT invitation.id, weights.weight
                      FROM %(invitations)s
                      JOIN (VALUES %(rows)s) AS weights (stratum, lang, recency, spend, weight)
                        ON (weights.stratum, weights.lang, weights.recency, weights.spend)
                         = (%(cell)s)
                     WHERE invitation.date_start IS NOT NULL) fresh
             WHERE target.id = fresh.id AND target.weight IS DISTINCT FROM fresh.weight
            """,
                invitations=self._sql_asked(),
                rows=rows,
                cell=self._sql_cell(),
            )
        )
        self.env["relationship.invitation"].invalidate_model(["weight"])

    def _sql_cell(self):
        return SQL(
            "COALESCE(invitation.stratum, ''), COALESCE(invitation.lang, ''),"
            " COALESCE(profile.rfm_recency, 0), COALESCE(profile.rfm_monetary, 0)"
        )

    def _sql_asked(self):
        """SQL of the invitations that reached somebody, with what we know of the customer."""
        return SQL(
            """
            (SELECT * FROM relationship_invitation
              WHERE wave_id = %s AND date_sent IS NOT NULL
                AND state NOT IN ('planned', 'cancelled', 'failed')) invitation
            LEFT JOIN relationship_profile profile
              ON profile.commercial_partner_id = invitation.commercial_partner_id
             AND profile.company_id = invitation.company_id
            """,
            self.id,
        )
