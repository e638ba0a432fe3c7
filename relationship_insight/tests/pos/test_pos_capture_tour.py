from odoo.tests import tagged

from odoo.addons.point_of_sale.tests.test_frontend import TestPointOfSaleHttpCommon


@tagged("post_install", "-at_install")
class TestPosCaptureTour(TestPointOfSaleHttpCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.customer = cls.env["res.partner"].create({"name": "Anong Suksai"})

    def _noted(self):
        note = self.env["relationship.note"].sudo().search([("partner_id", "=", self.customer.id)])
        self.assertEqual(len(note), 1)
        order = self.env["pos.order"].search([("partner_id", "=", self.customer.id)])
        self.assertEqual(order.state, "paid")
        self.assertRecordValues(
            note,
            [
                {
                    "staff_id": self.pos_user.partner_id.id,
                    "order_model": "pos.order",
                    "order_id": order.id,
                    "channel": "store",
                    "depth": "0.5",
                }
            ],
        )
        self.assertEqual(set(note.reading_ids.mapped("order_id")), {order.id})
        self.assertEqual(set(note.reading_ids.mapped("origin")), {"pos"})
        return note

    def test_cashier_without_our_groups_notes_feelings(self):
        self.assertFalse(self.pos_user.has_group("relationship_insight.group_relationship_staff"))
        self.main_pos_config.open_ui()
        self.start_pos_tour("pos_relationship_feelings")
        note = self._noted()
        self.assertEqual(set(note.reading_ids.measure_id.mapped("code")), {"M02_glad", "M02_cared"})
        self.assertEqual(note.summary, "Daughter starts school")

    def test_network_cut_half_way_and_reload(self):
        self.main_pos_config.open_ui()
        self.start_pos_tour("pos_relationship_feelings_offline")
        note = self._noted()
        self.assertEqual(
            set(note.reading_ids.measure_id.mapped("code")), {"M02_annoyed", "M02_worried"}
        )
        self.assertEqual(note.summary, "Waited long")

    def test_strip_pin_and_what_was_noted_offline(self):
        self.env["relationship.preference"].sudo().create(
            {"partner_id": self.customer.id, "kind": "care", "text": "Speak slowly"}
        )
        self.customer.sudo().relationship_pin = "Pays in advance"
        self.main_pos_config.sudo().write(
            {
                "relationship_strip_1": "care",
                "relationship_strip_2": "like",
                "relationship_strip_3": "promise",
                "relationship_strip_everybody": True,
            }
        )
        self.main_pos_config.open_ui()
        self.start_pos_tour("pos_relationship_strip")
        note = self.env["relationship.note"].sudo().search([("partner_id", "=", self.customer.id)])
        self.assertRecordValues(
            note,
            [
                {
                    "summary": "Green tea",
                    "promise": "Order the big jar",
                    "depth": "0.5",
                    "staff_id": self.pos_user.partner_id.id,
                }
            ],
        )
        liked = (
            self.env["relationship.preference"]
            .sudo()
            .search([("partner_id", "=", self.customer.id), ("kind", "=", "like")])
        )
        self.assertRecordValues(liked, [{"text": "Green tea", "note_id": note.id}])

    def test_employee_at_the_till_is_the_staff_of_the_note(self):
        if "hr.employee" not in self.env or "employee_id" not in self.env["pos.order"]._fields:
            self.skipTest("Employees don't log in at the till here: pos_hr is not installed")
        employee, other = (
            self.env["hr.employee"]
            .sudo()
            .create(
                [
                    {"name": name, "company_id": self.env.company.id}
                    for name in ("Mali Kaewta", "Ton Srisuk")
                ]
            )
        )
        self.main_pos_config.sudo().write(
            {
                "module_pos_hr": True,
                "basic_employee_ids": [(6, 0, (employee | other).ids)],
                "relationship_strip_everybody": True,
            }
        )
        self.main_pos_config.open_ui()
        self.start_pos_tour("pos_relationship_employee")
        note = self.env["relationship.note"].sudo().search([("partner_id", "=", self.customer.id)])
        self.assertRecordValues(
            note, [{"staff_id": employee.work_contact_id.id, "create_uid": self.pos_user.id}]
        )
