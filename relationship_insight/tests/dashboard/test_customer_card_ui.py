from odoo.tests import HttpCase, tagged

from ..common_calls import recorded
from ..common_card import CardCase


@tagged("post_install", "-at_install")
class TestCustomerCardUi(HttpCase, CardCase):
    def test_card_loads_on_its_tab_and_takes_a_conversation(self):
        customer = self.new_customer("Somchai")
        self.new_profile(customer, **self.rich_values())
        with recorded(self.env, "relationship.card", "get_customer_card") as calls:
            self.start_tour(f"/odoo/contacts/{customer.id}", "relationship_card", login="card_rep")
        self.assertEqual({tuple(args) for _method, args, _card in calls}, {(customer.id,)})
        self.assertEqual(
            [len(card["talks"]) for _method, _args, card in (calls[0], calls[-1])], [0, 1]
        )
        self.assertEqual(calls[-1][2]["talks"][0]["summary"], "She moves house in spring")
        note = self.env["relationship.note"].search([("partner_id", "=", customer.id)])
        self.assertEqual(note.summary, "She moves house in spring")
        self.assertEqual(note.staff_id, self.rep.partner_id)

    def test_empty_card_says_what_to_do(self):
        customer = self.new_customer("Nobody")
        with recorded(self.env, "relationship.card", "get_customer_card") as calls:
            self.start_tour(
                f"/odoo/contacts/{customer.id}", "relationship_card_empty", login="card_rep"
            )
        [(_method, args, card)] = calls
        self.assertEqual((args, card["state"]), ([customer.id], "empty"))
        self.assertFalse(self.env["relationship.note"].search([("partner_id", "=", customer.id)]))
