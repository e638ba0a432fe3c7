from odoo.tests import HttpCase, tagged

from ..common_card import CardCase


@tagged("post_install", "-at_install")
class TestCustomerCardUi(HttpCase, CardCase):
    def test_card_loads_on_its_tab_and_takes_a_conversation(self):
        customer = self.new_customer("Somchai")
        self.new_profile(customer, **self.rich_values())
        self.start_tour(f"/odoo/contacts/{customer.id}", "relationship_card", login="card_rep")
        note = self.env["relationship.note"].search([("partner_id", "=", customer.id)])
        self.assertEqual(note.summary, "She moves house in spring")
        self.assertEqual(note.staff_id, self.rep.partner_id)

    def test_empty_card_says_what_to_do(self):
        customer = self.new_customer("Nobody")
        self.start_tour(
            f"/odoo/contacts/{customer.id}", "relationship_card_empty", login="card_rep")
