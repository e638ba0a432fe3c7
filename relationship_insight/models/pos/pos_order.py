from odoo import api, models


class PosOrder(models.Model):
    _inherit = "pos.order"

    def action_pos_order_paid(self):
        res = super().action_pos_order_paid()
        # A refund also changes what its original customer bought.
        orders = self.sudo() | self.sudo().lines.refunded_orderline_id.order_id
        self.env["relationship.refresh.queue"]._add_buyers(
            orders.partner_id.commercial_partner_id.ids
        )
        return res

    def _get_relationship_server(self):
        """Return the contact of who served the customer, an employee's before the login's."""
        order = self.sudo()
        if "employee_id" in order._fields and order.employee_id:
            employee = order.employee_id
            return employee.work_contact_id or employee.user_id.partner_id
        return order.user_id.partner_id

    @api.model_create_multi
    def create(self, vals_list):
        orders = super().create(vals_list)
        orders._link_receipt_answers()
        return orders

    def _link_receipt_answers(self):
        """Tell answers that came before their order, from a till without network, which it is."""
        keys = {f"receipt:{order.uuid}": order for order in self.sudo() if order.uuid}
        early = (
            self.env["relationship.invitation"]
            .sudo()
            .search([("source_key", "in", list(keys)), ("order_id", "in", [False, 0])])
        )
        for invitation in early:
            order = keys[invitation.source_key]
            staff = order._get_relationship_server()
            invitation.write({"order_id": order.id, "staff_id": staff.id})
            partner = order.partner_id
            known = partner and invitation.campaign_id._may_come_along(partner)
            readings = invitation.reading_ids
            readings.write(
                {
                    "order_model": "pos.order",
                    "order_id": order.id,
                    **({"partner_id": partner.id} if known else {}),
                }
            )
            readings.filtered(lambda r: r.facet == "bond").write({"staff_id": staff.id})
