from odoo.tests import tagged

from .test_pos_capture import PosCaptureCommon


@tagged("post_install", "-at_install")
class TestPosCaptureOrder(PosCaptureCommon):
    def _pay(self, partner, **order_data):
        order, _refund = self.create_backend_pos_order(
            {
                "order_data": {"partner_id": partner.id, **order_data},
                "line_data": [{"product_id": self.ten_dollars_no_tax.product_variant_id.id}],
                "payment_data": [{"payment_method_id": self.bank_payment_method.id}],
                "pos_config": self.config,
            }
        )
        return order

    def _queued(self):
        self.env.cr.execute("SELECT commercial_partner_ref FROM relationship_refresh_queue")
        return [row[0] for row in self.env.cr.fetchall()]

    def test_note_is_linked_once_the_order_is_paid(self):
        note = self._note(order_uuid="0aa0d9ab-2d5c-4f44-9d34-5b5a9bd9a001")
        self._send(note)
        stored = self._stored(note)
        self.assertFalse(stored.order_id)
        order = self._pay(self.customer, uuid=note["order_uuid"])
        self.assertEqual(order.state, "paid")
        self._send({**note, "feelings": []})
        self.assertEqual(stored.order_id, order.id)
        self.assertEqual(stored.reading_ids.mapped("order_id"), [order.id])

    def test_order_of_another_customer_is_not_linked(self):
        someone = self.env["res.partner"].create({"name": "Someone else"})
        note = self._note(order_uuid="0aa0d9ab-2d5c-4f44-9d34-5b5a9bd9a002")
        self._pay(someone, uuid=note["order_uuid"])
        self._send(note)
        self.assertFalse(self._stored(note).order_id)

    def test_paid_order_marks_its_customer(self):
        self._pay(self.customer)
        self.assertIn(self.customer.id, self._queued())

    def test_refund_marks_its_original_customer(self):
        order = self._pay(self.customer)
        self.env.cr.execute("DELETE FROM relationship_refresh_queue")
        refund = self.env["pos.order"].browse(order.refund()["res_id"])
        refund.partner_id = self.env["res.partner"].create({"name": "Brought it back"})
        payment = self.env["pos.make.payment"].with_context(
            active_ids=refund.ids, active_id=refund.id
        )
        payment.create({"payment_method_id": self.bank_payment_method.id}).check()
        self.assertEqual(refund.state, "paid")
        self.assertEqual(set(self._queued()), {self.customer.id, refund.partner_id.id})

    def test_draft_and_anonymous_orders_mark_nobody(self):
        self.env.cr.execute("DELETE FROM relationship_refresh_queue")
        draft = self.env["pos.order"].create(
            {
                "session_id": self.session.id,
                "company_id": self.company.id,
                "partner_id": self.customer.id,
                "amount_total": 0,
                "amount_paid": 0,
                "amount_tax": 0,
                "amount_return": 0,
            }
        )
        draft._process_saved_order(True)
        self._pay(self.env["res.partner"])
        self.assertFalse(self._queued())
