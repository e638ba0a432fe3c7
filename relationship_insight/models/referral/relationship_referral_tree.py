from odoo import api, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

DEEPEST = 60
MOST = 2000


class RelationshipReferral(models.Model):
    """The chain around one customer, for the picture."""

    _inherit = "relationship.referral"

    @api.model
    @api.readonly
    def get_referral_tree(self, partner_id, depth=3, limit=1000):
        """Return who brought this customer, and whom they brought, generation by generation.

        Customers whose referral the user may not see keep their place without a name.

        :param int partner_id: any contact of the customer
        :param int depth: generations below to show, 1 to 60
        :param int limit: customers below to show at most, those of the first generations first
        :return: dict with ``root`` (id of the customer), ``above`` (from who brought them up to
            the first of the chain: id, name), ``nodes`` (the customer first; each with ``id``,
            ``name`` (False: hidden), ``parent_id``, ``depth``, ``state``, ``date``,
            ``referral_id``, ``children`` (all they brought, shown or not), ``downstream``,
            ``revenue``, ``value``), ``truncated``, ``total`` (all below), ``currency_id``,
            ``claims`` (who was named, accepted or not: id, name, date, source, state)
        :raise AccessError: without access to the customer
        """
        partner = self.env["res.partner"].browse(int(partner_id))
        if not self.env.user.has_group("relationship_insight.group_relationship_staff"):
            raise AccessError(self.env._("Only staff may see who brought whom."))
        partner.check_access("read")
        customer = partner.commercial_partner_id
        depth = max(1, min(int(depth), DEEPEST))
        limit = max(1, min(int(limit), MOST))
        self.env.flush_all()
        rows = self._read_tree(customer.id, depth, limit + 1)
        truncated = len(rows) > limit
        nodes = self._prepare_tree_nodes(customer, rows[:limit])
        return {
            "root": customer.id,
            "above": self._get_tree_above(customer),
            "nodes": nodes,
            "truncated": truncated
            or any(node["depth"] == depth and node["children"] for node in nodes),
            "total": nodes[0]["downstream"],
            "currency_id": self.env.company.currency_id.id,
            "claims": self._get_tree_claims(customer),
        }

    @api.model
    def _get_tree_claims(self, customer):
        """Return who was named as having brought this customer, newest first."""
        sources, states = (
            dict(self._fields[name]._description_selection(self.env))
            for name in ("source", "state")
        )
        claims = self.search(
            [
                ("referred_commercial_id", "=", customer.id),
                ("company_id", "=", self.env.company.id),
            ],
            limit=20,
        )
        return [
            {
                "id": claim.id,
                "name": claim.referrer_id.sudo().display_name or claim.referrer_name or "",
                "date": claim.date.date().isoformat(),
                "source": sources[claim.source],
                "state": claim.state,
                "state_name": states[claim.state],
            }
            for claim in claims
        ]

    @api.model
    def _read_tree(self, customer_id, depth, limit):
        """Read the accepted referrals below a customer; each path is left where it meets itself."""
        return self.env.execute_query_dict(
            SQL(
                """
            WITH RECURSIVE walk (id, node, parent, depth, path) AS (
                SELECT r.id, r.referred_commercial_id, r.referrer_commercial_id, 1,
                       ARRAY[%(customer)s, r.referred_commercial_id]
                  FROM relationship_referral r
                 WHERE r.referrer_commercial_id = %(customer)s AND r.company_id = %(company)s
                   AND r.state IN ('confirmed', 'qualified', 'rewarded')
                   AND r.referred_commercial_id != %(customer)s
             UNION ALL
                SELECT r.id, r.referred_commercial_id, r.referrer_commercial_id, walk.depth + 1,
                       walk.path || r.referred_commercial_id
                  FROM walk
            -- Looked up one by one: the planner can't know how few there are.
            CROSS JOIN LATERAL (
                    SELECT * FROM relationship_referral each
                     WHERE each.referrer_commercial_id = walk.node
                       AND each.company_id = %(company)s
                       AND each.state IN ('confirmed', 'qualified', 'rewarded') OFFSET 0
                  ) r
                 WHERE walk.depth < %(depth)s
                   AND NOT r.referred_commercial_id = ANY(walk.path)
            )
            SELECT found.id, found.node, found.parent, found.depth, %(figures)s,
                   referral.state, referral.date::date AS date
              FROM (SELECT id, node, parent, depth FROM walk LIMIT %(limit)s) found
        CROSS JOIN LATERAL (
                SELECT state, date FROM relationship_referral each
                 WHERE each.id = found.id OFFSET 0) referral
              %(joins)s
          ORDER BY found.depth, found.id
            """,
                customer=customer_id,
                company=self.env.company.id,
                depth=depth,
                limit=limit,
                figures=self._sql_tree_figures(),
                joins=self._sql_tree_joins(),
            )
        )

    @api.model
    def _sql_tree_figures(self):
        return SQL(
            """
            partner.complete_name AS name, COALESCE(standing.direct_count, 0) AS children,
            COALESCE(standing.downstream_count, 0) AS downstream,
            COALESCE(standing.direct_revenue, 0)::float8 AS revenue,
            COALESCE(standing.value, 0)::float8 AS value
            """
        )

    @api.model
    def _sql_tree_joins(self):
        return SQL(
            """
        CROSS JOIN LATERAL (
                SELECT complete_name FROM res_partner each
                 WHERE each.id = found.node OFFSET 0) partner
         LEFT JOIN LATERAL (
                SELECT direct_count, downstream_count, direct_revenue, value
                  FROM relationship_referral_standing each
                 WHERE each.commercial_partner_id = found.node AND each.company_id = %s OFFSET 0
              ) standing ON TRUE
            """,
            self.env.company.id,
        )

    @api.model
    def _prepare_tree_nodes(self, customer, rows):
        seen = set(self.browse([row["id"] for row in rows])._filtered_access("read").ids)
        top = self.env.execute_query_dict(
            SQL(
                """
            SELECT NULL::int AS id, found.node, NULL::int AS parent, 0 AS depth, %s,
                   NULL AS state, NULL::date AS date
              FROM (SELECT %s AS node) found %s
            """,
                self._sql_tree_figures(),
                customer.id,
                self._sql_tree_joins(),
            )
        )
        nodes = []
        for row in top + rows:
            shown = not row["id"] or row["id"] in seen
            nodes.append(
                {
                    "id": row["node"],
                    "name": shown and (row["name"] or ""),
                    "parent_id": row["parent"] or False,
                    "depth": row["depth"],
                    "referral_id": shown and row["id"] or False,
                    "state": row["state"] or False,
                    "date": row["date"] and row["date"].isoformat() or False,
                    "children": row["children"],
                    "downstream": row["downstream"],
                    "revenue": row["revenue"] if shown else 0,
                    "value": row["value"] if shown else 0,
                }
            )
        return nodes

    @api.model
    def _get_tree_above(self, customer):
        """Return who brought this customer, who brought them, and so on, nearest first."""
        rows = self.env.execute_query(
            SQL(
                """
            WITH RECURSIVE above (id, node, depth, path) AS (
                SELECT r.id, r.referrer_commercial_id, 1,
                       ARRAY[%(customer)s, r.referrer_commercial_id]
                  FROM relationship_referral r
                 WHERE r.referred_commercial_id = %(customer)s AND r.company_id = %(company)s
                   AND r.state IN ('confirmed', 'qualified', 'rewarded')
                   AND r.referrer_commercial_id != %(customer)s
             UNION ALL
                SELECT r.id, r.referrer_commercial_id, above.depth + 1,
                       above.path || r.referrer_commercial_id
                  FROM above
            CROSS JOIN LATERAL (
                    SELECT * FROM relationship_referral each
                     WHERE each.referred_commercial_id = above.node
                       AND each.company_id = %(company)s
                       AND each.state IN ('confirmed', 'qualified', 'rewarded') OFFSET 0
                  ) r
                 WHERE above.depth < %(deepest)s
                   AND NOT r.referrer_commercial_id = ANY(above.path)
            )
            SELECT id, node FROM above WHERE node IS NOT NULL ORDER BY depth
            """,
                customer=customer.id,
                company=self.env.company.id,
                deepest=DEEPEST,
            )
        )
        seen = set(self.browse([row[0] for row in rows])._filtered_access("read").ids)
        partners = self.env["res.partner"].sudo().browse([row[1] for row in rows])
        return [
            {"id": partner.id, "name": partner.display_name if row[0] in seen else False}
            for row, partner in zip(rows, partners)
        ]
