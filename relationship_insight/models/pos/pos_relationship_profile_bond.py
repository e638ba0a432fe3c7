from odoo import api, models
from odoo.tools import SQL

from ...stats import bond
from .relationship_purchase import PAID_STATES


class RelationshipProfile(models.Model):
    _inherit = "relationship.profile"

    @api.model
    def _served_sources(self, company, asof, customers):
        staff, staff_join = self.env["relationship.purchase"]._sql_pos_staff()
        scope = self._purchase_scope(company, asof, customers)
        customer, partners = self._sql_entity(SQL("po.partner_id"), customers)
        return super()._served_sources(company, asof, customers) + [SQL(
            """
            SELECT %(customer)s AS customer, %(staff)s AS staff, %(day)s AS day
              FROM %(orders)s
              %(partners)s
              %(staff_join)s
             WHERE po.partner_id IS NOT NULL AND po.state IN %(states)s
               AND po.amount_total > 0 AND po.is_refund IS NOT TRUE
               AND po.date_order > %(until)s::timestamp - INTERVAL '%(days)s days'
               AND %(scope)s
            """,
            customer=customer,
            partners=partners,
            staff=staff,
            day=self._sql_local_day(SQL("po.date_order"), company),
            orders=scope.orders("pos_order", "po"),
            staff_join=staff_join,
            states=PAID_STATES,
            until=scope.until,
            days=bond.SERVED_DAYS,
            scope=scope._replace(partners=None).sql(
                SQL("po.date_order"), SQL("po.partner_id"), SQL("po.company_id")),
        )]
