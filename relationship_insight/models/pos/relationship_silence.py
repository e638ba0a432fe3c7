from odoo import api, models
from odoo.tools import SQL


class RelationshipSilence(models.Model):
    _inherit = "relationship.silence"

    @api.model
    def _sql_shop(self):
        """The shop of a ticket is its point of sale."""
        return SQL("till.name"), SQL(
            """
            LEFT JOIN pos_order ticket ON source.order_model = 'pos.order'
                  AND ticket.id = source.order_id
            LEFT JOIN pos_session opened ON opened.id = ticket.session_id
            LEFT JOIN pos_config till ON till.id = opened.config_id
            """
        )
