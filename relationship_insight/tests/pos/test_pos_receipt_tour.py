from odoo.tests import tagged

from odoo.addons.point_of_sale.tests.test_frontend import TestPointOfSaleHttpCommon


@tagged("post_install", "-at_install")
class TestPosReceiptTour(TestPointOfSaleHttpCommon):
    def test_receipt_carries_its_own_code(self):
        env = self.env(su=True)
        measure = env["relationship.measure"].search([("code", "=", "M04")])
        instrument = env["relationship.instrument"].create(
            {"name": "Receipt", "code": "receipt-tour"}
        )
        env["relationship.instrument.version"].create(
            {
                "instrument_id": instrument.id,
                "item_ids": [(0, 0, {"measure_id": measure.id})],
            }
        ).action_go_live()
        self.main_pos_config.sudo().relationship_receipt_campaign_id = env[
            "relationship.campaign"
        ].create(
            {
                "name": "Receipt",
                "instrument_id": instrument.id,
                "state": "running",
                "company_id": self.main_pos_config.company_id.id,
            }
        )
        self.main_pos_config.open_ui()
        self.start_pos_tour("pos_receipt_pulse")
        self.assertFalse(env["relationship.invitation"].search_count([("channel", "=", "receipt")]))
        devices = self.main_pos_config.current_session_id.sudo().relationship_till_devices
        self.assertTrue(devices)
