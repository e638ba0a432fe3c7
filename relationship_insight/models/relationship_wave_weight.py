from odoo import models
from odoo.tools import SQL

from ..stats import raking

# Fewer answers than this can't be made to look like anybody.
SMALLEST_SAMPLE = 10
DIMENSIONS = 4


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
        answered = {cell: done for cell, (_asked, done, _design) in cells.items() if done}
        if sum(answered.values()) < SMALLEST_SAMPLE:
            return None
        coarse = {}
        for (_group, _lang, *segment), (asked, done, _design) in cells.items():
            before = coarse.get(tuple(segment), (0, 0))
            coarse[tuple(segment)] = (before[0] + asked, before[1] + done)
        merged = raking.merge_small_cells(coarse)
        groups = {}
        for cell, (asked, done) in coarse.items():
            before = groups.get(merged[cell], (0, 0))
            groups[merged[cell]] = (before[0] + asked, before[1] + done)
        response = raking.response_weights(groups)
        rows = sorted(answered)
        # A cell's design weight is spread over its answers; one nobody answered in has none.
        start = [
            cells[cell][2] / cells[cell][0] * answered[cell]
            * response.get(merged[cell[2:]], 1.0) for cell in rows]
        margins = [{} for _dimension in range(DIMENSIONS)]
        for cell, (_asked, _done, design) in cells.items():
            for margin, category in zip(margins, cell):
                margin[category] = margin.get(category, 0) + design
        raked = raking.rake(rows, margins, start)
        scale = sum(answered.values()) / sum(raked.weights)
        self._store_weights({
            cell: weight * scale / answered[cell] for cell, weight in zip(rows, raked.weights)})
        return raking.r_indicator(groups)

    def _get_response_cells(self):
        """Return {(group, language, recency, spend): (asked, answered, sum of design weights)}."""
        return {
            tuple(cell): (asked, done, design)
            for *cell, asked, done, design in self.env.execute_query(SQL(
                """
                SELECT %(cell)s, COUNT(*), COUNT(invitation.date_start),
                       SUM(1 / GREATEST(
                           COALESCE(invitation.inclusion_probability, 1), 1e-6))::float8
                  FROM %(invitations)s
              GROUP BY 1, 2, 3, 4
                """, cell=self._sql_cell(), invitations=self._sql_asked()))
        }

    def _store_weights(self, weights):
        rows = SQL(", ").join(
            SQL("(%s, %s, %s, %s, %s::float8)", *cell, weight) for cell, weight in weights.items())
        self.env.cr.execute(SQL(
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
            """, invitations=self._sql_asked(), rows=rows, cell=self._sql_cell()))
        self.env["relationship.invitation"].invalidate_model(["weight"])

    def _sql_cell(self):
        return SQL(
            "COALESCE(invitation.stratum, ''), COALESCE(invitation.lang, ''),"
            " COALESCE(profile.rfm_recency, 0), COALESCE(profile.rfm_monetary, 0)")

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
            """, self.id)
