from odoo import api, models
from odoo.tools import SQL


class RelationshipPlanner(models.Model):
    _inherit = "relationship.planner"

    @api.model
    def _sql_asked_elsewhere(self):
        """Whoever is asked for a talk isn't asked by a campaign beside it."""
        return SQL(
            """
            %s UNION ALL
            SELECT partner_id, company_id, date_invited, date_held
              FROM relationship_interviewee
             WHERE partner_id IS NOT NULL AND date_invited IS NOT NULL
            """,
            super()._sql_asked_elsewhere(),
        )
