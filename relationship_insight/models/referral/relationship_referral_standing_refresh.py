from odoo import api, models
from odoo.tools import SQL

# A friend of a friend counts half, their friend a quarter, and so on.
INDIRECT = 0.5
# From this influence on (0 to 10) they would not have come without the friend.
DECISIVE = 7
MEASURED = (
    "referrer_id",
    "root_id",
    "referral_id",
    "generation",
    "direct_count",
    "downstream_count",
    "chain_depth",
    "direct_revenue",
    "downstream_revenue",
    "value",
    "value_band",
    "in_cycle",
    "last_friend",
)


class RelationshipReferralStanding(models.Model):
    """How everybody's place is found: one pass down the chains, one back up.

    Chains are walked from those nobody brought, a generation at a time, and summed up again
    from the last generation to the first: each customer is read once, however long the chain.
    """

    _inherit = "relationship.referral.standing"

    @api.model
    def _refresh(self, companies=None):
        """Rebuild every customer's standing; only rows that differ are written."""
        self.env.flush_all()
        everyone = self.env["res.company"].sudo().search([("active", "=", True)], order="id")
        for company in companies or everyone:
            self._refresh_company(company)
        self.env.invalidate_all()

    @api.model
    def _refresh_company(self, company):
        cr = self.env.cr
        cr.execute("SET LOCAL jit = off; SET LOCAL work_mem = '128MB'")
        cr.execute("DROP TABLE IF EXISTS referral_edge, referral_lost, referral_walk, referral_sum")
        cr.execute(self._sql_edges(company))
        cr.execute("ANALYZE referral_edge")
        cr.execute(
            SQL(
                "CREATE TEMPORARY TABLE referral_walk ON COMMIT DROP AS %s",
                self._sql_walk("referral_edge", self._sql_roots(), in_cycle=False),
            )
        )
        # Whoever can't be reached from a first one hangs on a circle.
        cr.execute(
            """
            CREATE TEMPORARY TABLE referral_lost ON COMMIT DROP AS
            SELECT * FROM referral_edge edge
             WHERE NOT EXISTS (SELECT 1 FROM referral_walk walk WHERE walk.node = edge.node)
            """
        )
        if cr.rowcount:
            cr.execute(
                SQL(
                    "INSERT INTO referral_walk %s",
                    self._sql_walk("referral_lost", self._sql_circle_cuts(), in_cycle=True),
                )
            )
        cr.execute("CREATE INDEX ON referral_walk (depth)")
        cr.execute("ANALYZE referral_walk")
        cr.execute("SELECT COALESCE(MAX(depth), 0) FROM referral_walk")
        deepest = cr.fetchone()[0]
        cr.execute(
            """
            CREATE TEMPORARY TABLE referral_sum (
                node int, direct_count int, downstream_count int, chain_depth int,
                direct_revenue float8, downstream_revenue float8, value float8, last_friend date,
                depth int
            ) ON COMMIT DROP;
            CREATE INDEX ON referral_sum (depth)
            """
        )
        for depth in range(deepest, 0, -1):
            cr.execute(self._sql_sum_up(depth))
        self._store(company)

    @api.model
    def _sql_roots(self):
        """SQL of those who brought somebody and whom nobody brought."""
        return SQL(
            """
            SELECT DISTINCT up FROM referral_edge edge
             WHERE NOT EXISTS (SELECT 1 FROM referral_edge above WHERE above.node = edge.up)
            """
        )

    @api.model
    def _sql_circle_cuts(self):
        """SQL of one customer of each circle: the one brought by its newest referral."""
        return SQL(
            """
            WITH RECURSIVE climb (start, node, path, closed) AS (
                SELECT node, up, ARRAY[node], up = node FROM referral_lost
             UNION ALL
                SELECT climb.start, lost.up, climb.path || lost.node, lost.up = climb.start
                  FROM climb JOIN referral_lost lost ON lost.node = climb.node
                 WHERE NOT climb.closed AND NOT lost.node = ANY(climb.path)
            ), circle AS (
                SELECT start AS node, (SELECT MIN(one) FROM UNNEST(path) one) AS circle
                  FROM climb WHERE closed
            )
            SELECT DISTINCT ON (circle.circle) circle.node
              FROM circle JOIN referral_lost lost ON lost.node = circle.node
          ORDER BY circle.circle, lost.referral DESC
            """
        )

    @api.model
    def _sql_sum_up(self, depth):
        """SQL that adds up the customers of one generation for those who brought them."""
        return SQL(
            """
            INSERT INTO referral_sum
            SELECT walk.up, COUNT(*), SUM(1 + COALESCE(below.downstream_count, 0)),
                   1 + MAX(COALESCE(below.chain_depth, 0)), SUM(walk.revenue),
                   SUM(walk.revenue + COALESCE(below.downstream_revenue, 0)),
                   SUM(walk.gain + %(indirect)s * COALESCE(below.value, 0)), MAX(walk.day),
                   %(depth)s - 1
              FROM referral_walk walk
         LEFT JOIN referral_sum below ON below.node = walk.node AND below.depth = %(depth)s
             WHERE walk.depth = %(depth)s
          GROUP BY walk.up
            """,
            indirect=INDIRECT,
            depth=depth,
        )

    @api.model
    def _store(self, company):
        """Write what is new or differs, and drop those who stand in no chain any more."""
        names = SQL(", ").join(map(SQL.identifier, MEASURED))
        fresh = SQL(
            """
            SELECT walk.node AS commercial_partner_id, walk.brought AS referrer_id,
                   walk.root AS root_id, walk.referral AS referral_id, walk.depth AS generation,
                   COALESCE(sums.direct_count, 0) AS direct_count,
                   COALESCE(sums.downstream_count, 0) AS downstream_count,
                   COALESCE(sums.chain_depth, 0) AS chain_depth,
                   ROUND(COALESCE(sums.direct_revenue, 0)::numeric, 2) AS direct_revenue,
                   ROUND(COALESCE(sums.downstream_revenue, 0)::numeric, 2) AS downstream_revenue,
                   ROUND(COALESCE(sums.value, 0)::numeric, 2) AS value,
                   CASE WHEN sums.value >= 0.01 THEN FLOOR(4 * LN(sums.value))::int
                        ELSE -100 END AS value_band,
                   walk.in_cycle, sums.last_friend
              FROM referral_walk walk
         LEFT JOIN referral_sum sums ON sums.node = walk.node
            """
        )
        self.env.cr.execute(
            SQL(
                """
            WITH fresh AS (%(fresh)s), differs AS MATERIALIZED (
                SELECT fresh.*, live.id AS live_id FROM fresh
             LEFT JOIN relationship_referral_standing live
                    ON live.commercial_partner_id = fresh.commercial_partner_id
                   AND live.company_id = %(company)s
                 WHERE live.id IS NULL OR (%(live)s) IS DISTINCT FROM (%(new)s)
            ), moved AS (
                UPDATE relationship_referral_standing live SET (%(names)s) = ROW (%(differs)s)
                  FROM differs WHERE live.id = differs.live_id
            )
            INSERT INTO relationship_referral_standing (
                commercial_partner_id, company_id, %(names)s)
            SELECT commercial_partner_id, %(company)s, %(names)s FROM differs
             WHERE live_id IS NULL
            """,
                fresh=fresh,
                company=company.id,
                names=names,
                live=SQL(", ").join(SQL("live.%s", SQL.identifier(name)) for name in MEASURED),
                new=SQL(", ").join(SQL("fresh.%s", SQL.identifier(name)) for name in MEASURED),
                differs=SQL(", ").join(
                    SQL("differs.%s", SQL.identifier(name)) for name in MEASURED
                ),
            )
        )
        # By now nobody is missing: counting says whether there is one too many.
        self.env.cr.execute(
            SQL(
                """
            DELETE FROM relationship_referral_standing live
             WHERE live.company_id = %(company)s
               AND (SELECT COUNT(*) FROM relationship_referral_standing
                     WHERE company_id = %(company)s) > (SELECT COUNT(*) FROM referral_walk)
               AND NOT EXISTS (
                SELECT 1 FROM referral_walk walk WHERE walk.node = live.commercial_partner_id)
            """,
                company=company.id,
            )
        )

    @api.model
    def _sql_edges(self, company):
        """SQL of a table: who (node) was brought by whom (up), and what that was worth so far."""
        influence = self.env.ref(
            "relationship_insight.measure_m18_influence", raise_if_not_found=False
        )
        return SQL(
            """
            CREATE TEMPORARY TABLE referral_edge ON COMMIT DROP AS
            WITH asked AS MATERIALIZED (
                SELECT commercial_partner_id AS node, AVG(value) AS influence
                  FROM relationship_reading
                 WHERE measure_id = %(measure)s AND company_id = %(company)s
                   AND voided IS NOT TRUE AND na IS NOT TRUE
              GROUP BY commercial_partner_id
            )
            SELECT r.referred_commercial_id AS node, r.referrer_commercial_id AS up,
                   r.id AS referral, COALESCE(r.order_date, r.date)::date AS day,
                   COALESCE(profile.spend_total, 0)::float8 AS revenue,
                   CASE WHEN COALESCE(asked.influence, %(decisive)s) >= %(decisive)s
                        THEN COALESCE(profile.spend_total, 0)::float8 * %(margin)s
                        ELSE %(saved)s END
                   - CASE WHEN r.state = 'rewarded' THEN COALESCE(program.cost, 0)::float8
                          ELSE 0 END AS gain
              FROM relationship_referral r
              JOIN relationship_referral_program program ON program.id = r.program_id
         LEFT JOIN relationship_profile profile
                ON profile.commercial_partner_id = r.referred_commercial_id
               AND profile.company_id = r.company_id
         LEFT JOIN asked ON asked.node = r.referred_commercial_id
             WHERE r.company_id = %(company)s AND r.state IN ('confirmed', 'qualified', 'rewarded')
               AND r.referrer_commercial_id != r.referred_commercial_id
            """,
            company=company.id,
            measure=influence.id or 0,
            decisive=DECISIVE,
            margin=company.relationship_referral_margin / 100,
            saved=company.relationship_acquisition_cost,
        )

    @api.model
    def _sql_walk(self, edges, roots, in_cycle):
        """SQL that walks down from these customers; each has one above, so no path is kept.

        What an edge is worth goes along, so that no later step has to look it up. The JSON list
        has one element, of which the planner knows nothing: else it takes each generation for
        few and reads all edges anew for it, instead of once.
        """
        return SQL(
            """
            WITH RECURSIVE walk (node, up, root, depth, brought, referral, revenue, gain, day) AS (
                SELECT roots.node, NULL::int, roots.node, 0, edge.up, edge.referral,
                       edge.revenue, edge.gain, edge.day
                  FROM (%(roots)s) roots (node) CROSS JOIN JSONB_ARRAY_ELEMENTS('[1]')
             LEFT JOIN %(edges)s edge ON edge.node = roots.node
             UNION ALL
                SELECT edge.node, edge.up, walk.root, walk.depth + 1, edge.up, edge.referral,
                       edge.revenue, edge.gain, edge.day
                  FROM walk JOIN %(edges)s edge ON edge.up = walk.node
                 WHERE edge.node != walk.root
            )
            SELECT *, %(in_cycle)s AS in_cycle FROM walk
            """,
            edges=SQL.identifier(edges),
            roots=roots,
            in_cycle=in_cycle,
        )
