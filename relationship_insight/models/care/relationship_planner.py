from odoo import api, models
from odoo.tools import SQL

from .relationship_case import OPEN_STATES


class RelationshipPlanner(models.Model):
    """Cases: a closed one can ask how it went, and open ones hold back new questions."""

    _inherit = "relationship.planner"

    @api.model
    def _sql_event_case_closed(self, company, first, last):
        return SQL(
            """
            SELECT 'relationship.case:' || id || ':' || date_closed::date AS event_key, partner_id,
                   date_closed AS date, 'relationship.case' AS order_model, id AS order_id,
                   NULL::varchar AS shop_model, NULL::int AS shop_id, NULL::int AS staff_id
              FROM relationship_case
             WHERE company_id = %s AND state = 'closed' AND date_closed > %s AND date_closed <= %s
            """,
            company.id,
            first,
            last,
        )

    @api.model
    def _count_open_cases(self, company):
        return (
            self.env["relationship.case"]
            .sudo()
            .search_count([("company_id", "=", company.id), ("state", "in", OPEN_STATES)])
        )
