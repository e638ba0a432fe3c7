from odoo import models
from odoo.tools import SQL


class RelationshipCampaign(models.Model):
    _inherit = "relationship.campaign"

    def _get_recent_buyers(self, since):
        return [*super()._get_recent_buyers(since), SQL(
            "SELECT partner_id FROM pos_order WHERE date_order >= %s AND company_id = %s"
            " AND partner_id IS NOT NULL", since, self.company_id.id)]

    def _sql_shop_model(self):
        return SQL("CASE WHEN buy.order_model = 'pos.order' THEN 'pos.config' END")

    def _sql_shop_id(self):
        return SQL(
            """
            (SELECT session.config_id FROM pos_order ticket
               JOIN pos_session session ON session.id = ticket.session_id
              WHERE buy.order_model = 'pos.order' AND ticket.id = buy.order_id)
            """)
