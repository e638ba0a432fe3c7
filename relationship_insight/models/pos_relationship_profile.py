from odoo import api, models
from odoo.tools import SQL

from .pos_relationship_purchase import PAID_STATES


class RelationshipProfile(models.Model):
    _inherit = "relationship.profile"

    @api.model
    def _promo_sources(self, scope):
        return super()._promo_sources(scope) + [SQL(
            """
            SELECT partner.commercial_partner_id AS customer,
                   CASE WHEN l.discount < 100
                        THEN l.price_subtotal_incl * l.discount / (100 - l.discount)
                        ELSE l.price_unit * l.qty END::float8
                   / COALESCE(NULLIF(o.currency_rate, 0), 1)::float8 AS discount
              FROM pos_order_line l
              JOIN pos_order o ON o.id = l.order_id AND o.state IN %(states)s
              JOIN res_partner partner ON partner.id = o.partner_id
             WHERE l.discount > 0 AND %(scope)s
            """,
            states=PAID_STATES,
            scope=scope.sql(SQL("o.date_order"), SQL("o.partner_id"), SQL("o.company_id")),
        )]
