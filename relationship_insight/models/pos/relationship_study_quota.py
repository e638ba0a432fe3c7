from odoo import api, models
from odoo.tools import SQL

TILL = "pos.config"


class RelationshipStudyQuota(models.Model):
    """Shops with a till."""

    _inherit = "relationship.study.quota"

    @api.model
    def _get_shops(self):
        tills = self.env[TILL].sudo().search([("company_id", "in", self.env.companies.ids)])
        return [*super()._get_shops(), *((f"{TILL},{till.id}", till.name) for till in tills)]

    def _sql_shop(self, customer, since):
        model, _comma, record_id = (self.shop or "").partition(",")
        if model != TILL:
            return super()._sql_shop(customer, since)
        return SQL(
            """
            EXISTS (SELECT 1 FROM pos_order bought
                      JOIN pos_session session ON session.id = bought.session_id
                      JOIN res_partner buyer ON buyer.id = bought.partner_id
                     WHERE buyer.commercial_partner_id = %s
                       AND bought.state IN ('paid', 'done') AND bought.company_id = %s
                       AND bought.date_order >= %s AND session.config_id = %s)
            """,
            customer,
            self.company_id.id,
            since,
            int(record_id),
        )
