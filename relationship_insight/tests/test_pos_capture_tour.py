from odoo.tests import tagged

from odoo.addons.point_of_sale.tests.test_frontend import TestPointOfSaleHttpCommon


@tagged("post_install", "-at_install")
class TestPosCaptureTour(TestPointOfSaleHttpCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls.env["res.partner"].create({"name": "Anong Suksai"})

    def _noted(self):
        note = self.env["relationship.note"].sudo().search(
            [("partner_id", "=", self.customer.id)])
        self.assertEqual(len(note), 1)
        order = self.env["pos.order"].search([("partner_id", "=", self.customer.id)])
        self.assertEqual(order.state, "paid")
        self.assertRecordValues(note, [{
            "staff_id": self.pos_user.partner_id.id, "order_model": "pos.order",
            "order_id": order.id, "channel": "store", "depth": "0.5",
        }])
        self.assertEqual(set(note.reading_ids.mapped("order_id")), {order.id})
        self.assertEqual(set(note.reading_ids.mapped("origin")), {"pos"})
        return note

    def test_cashier_without_our_groups_notes_feelings(self):
        self.assertFalse(self.pos_user.has_group("relationship_insight.group_relationship_staff"))
        self.main_pos_config.open_ui()
        self.start_pos_tour("pos_relationship_feelings")
        note = self._noted()
        self.assertEqual(
            set(note.reading_ids.measure_id.mapped("code")), {"M02_glad", "M02_cared"})
        self.assertEqual(note.summary, "Daughter starts school")

    def test_network_cut_half_way_and_reload(self):
        self.main_pos_config.open_ui()
        self.start_pos_tour("pos_relationship_feelings_offline")
        note = self._noted()
        self.assertEqual(
            set(note.reading_ids.measure_id.mapped("code")), {"M02_annoyed", "M02_worried"})
        self.assertEqual(note.summary, "Waited long")
