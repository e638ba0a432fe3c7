from datetime import timedelta

from odoo import api, models
from odoo.tools import SQL

from ...stats import silence
from .relationship_silence_refresh import TEAM_OF


class RelationshipSilence(models.Model):
    """The customers of each colleague whose sales rose in silence, one by one."""

    _inherit = "relationship.silence"

    @api.model
    def _get_usual_talks(self, unit):
        """Return the talks expected of a customer, by what colleagues have per order."""
        buyers = sum(unit["cells"][channel].n for channel in unit["peers"])
        return sum(
            peers.rate * unit["cells"][channel].orders
            for channel, peers in unit["peers"].items()) / buyers if buyers else None

    @api.model
    def _get_needed_talks(self, unit):
        """Return the talks that must be expected of a customer before none at all says much."""
        return min(
            (silence.least_expected(peers.size) for peers in unit["peers"].values()),
            default=None)

    @api.model
    def _store_pairs(self, company, asof, period, group):
        """Store the customers of each colleague whose sales rose in silence.

        Pairs with the same counts have the same chance, so each chance is computed once.
        """
        shown = {
            unit["unit"]: unit for unit in group if unit["peers"] and not unit["hidden"]}
        cells = self._fetch(SQL(
            """
            SELECT unit, channel, x0, x1, LEAST(y, %(most)s) AS y, COUNT(*) AS pairs
              FROM relationship_sale_pair
             WHERE level = 'staff' AND x0 IS NOT NULL AND x0 + x1 >= %(least)s
               AND unit = ANY(%(units)s)
          GROUP BY 1, 2, 3, 4, 5
            """,
            most=silence.MAX_TALKS + 1, least=silence.MIN_ORDERS, units=list(shown)))
        cells = [cell for cell in cells if cell["channel"] in shown[cell["unit"]]["peers"]]
        for cell in cells:
            peers = shown[cell["unit"]]["peers"][cell["channel"]]
            cell["p"] = silence.pair_p(cell["x0"], cell["x1"], cell["y"], peers)
            cell["expected"] = peers.rate * cell["x1"]
            cell["deficit_p"] = silence.deficit_p(cell["y"], cell["expected"], peers.size)
            if cell["expected"] >= silence.least_expected(peers.size):
                shown[cell["unit"]]["judged"] += cell["pairs"]
        adjusted = silence.adjusted_by_count([(cell["p"], cell["pairs"]) for cell in cells])
        rows = [
            SQL("(%s, %s, %s, %s, %s, %s::float8, %s::float8, %s::float8, %s::float8, %s)",
                cell["unit"], cell["channel"], cell["x0"], cell["x1"], cell["y"], q,
                silence.growth_p(cell["x0"], cell["x1"]), cell["deficit_p"], cell["expected"],
                "silent" if shown[cell["unit"]]["logs"] else "logging")
            for cell, q in zip(cells, adjusted)
            if cell["p"] <= silence.ALPHA and q <= silence.FDR]
        if not rows:
            return
        self.env.cr.execute(SQL(
            """
            INSERT INTO relationship_silent_pair (
                company_id, commercial_partner_id, staff_id, team_id, period, date, date_from,
                status, orders_before, orders_now, sales_before, sales_now, talk_count,
                expected_talks, growth_p, deficit_p, p_value, create_uid, create_date, write_uid,
                write_date)
            SELECT %(company)s, pair.customer, pair.unit::int, team.team::int, %(period)s, %(asof)s,
                   %(since)s, cell.status, pair.x0, pair.x1, pair.m0, pair.m1, pair.y,
                   cell.expected, cell.growth_p, cell.deficit_p, cell.q, 1,
                   NOW() AT TIME ZONE 'UTC', 1, NOW() AT TIME ZONE 'UTC'
              FROM relationship_sale_pair pair
              JOIN (VALUES %(rows)s) AS cell (
                   unit, channel, x0, x1, y, q, growth_p, deficit_p, expected, status)
                ON cell.unit = pair.unit AND cell.channel = pair.channel AND cell.x0 = pair.x0
               AND cell.x1 = pair.x1 AND cell.y = pair.y
         LEFT JOIN (%(team_of)s) team ON team.staff = pair.unit::int
             WHERE pair.level = 'staff'
            """,
            company=company.id, team_of=TEAM_OF, period=str(period), asof=SQL("%s::date", asof),
            since=SQL("%s::date", asof - timedelta(days=period - 1)),
            rows=SQL(", ").join(rows)))
