from odoo import api, models
from odoo.tools import SQL


class RelationshipPlanner(models.Model):
    _inherit = "relationship.planner"

    @api.model
    def _get_recent_buyers(self, company, since):
        return [
            *super()._get_recent_buyers(company, since),
            SQL(
                "SELECT partner_id FROM pos_order WHERE date_order >= %s AND company_id = %s"
                " AND partner_id IS NOT NULL",
                since,
                company.id,
            ),
        ]

    @api.model
    def _sql_shop_model(self):
        return SQL("CASE WHEN buy.order_model = 'pos.order' THEN 'pos.config' END")

    @api.model
    def _sql_shop_id(self):
        return SQL(
            """
            (SELECT session.config_id FROM pos_order ticket
               JOIN pos_session session ON session.id = ticket.session_id
              WHERE buy.order_model = 'pos.order' AND ticket.id = buy.order_id)
            """
        )
