from odoo import api, models
from odoo.tools import SQL


class RelationshipReferralFigures(models.Model):
    _inherit = "relationship.referral.figures"

    @api.model
    def _sql_place(self):
        """Each point of sale is a place of its own."""
        place, joins = super()._sql_place()
        return (
            SQL("COALESCE(till.config_id::text, %s)", place),
            SQL(
                """
                %s
         LEFT JOIN pos_order till ON p.order_model = 'pos.order' AND till.id = p.order_id
                """,
                joins,
            ),
        )
