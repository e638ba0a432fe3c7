from odoo import api, models
from odoo.fields import Command

DISCOUNT = 15


class RelationshipDemo(models.AbstractModel):
    _inherit = "relationship.demo"

    @api.model
    def _create_sale_orders(self, customers, products, staff):
        """Create the companies' orders, confirmed on the day they came in."""
        orders = self.env["sale.order"]
        for plan, partner in customers:
            if plan.is_company:
                # One company at a time: the lines' computed fields look at the whole batch.
                orders |= orders.create(
                    [
                        self._prepare_sale_vals(plan, partner, day, products, staff)
                        for day in plan.purchases
                    ]
                )
        # Not action_confirm(): two years of deliveries and mails are no part of this story.
        orders.write({"state": "sale", "locked": True})
        return orders

    @api.model
    def _prepare_sale_vals(self, plan, partner, day, products, staff):
        rng = plan.rng
        discount = DISCOUNT if rng.random() < plan.persona.promo else 0
        return {
            "partner_id": rng.choice(partner | partner.child_ids).id,
            "company_id": self.env.company.id,
            "pricelist_id": False,
            "user_id": staff[plan.persona.staff].id,
            "date_order": self._demo_time(day, rng),
            "order_line": [
                Command.create(
                    {
                        "name": product.name,
                        "product_id": product.id,
                        "product_uom_qty": rng.randint(1, 6),
                        "price_unit": product.list_price,
                        "discount": discount,
                        "tax_ids": [Command.clear()],
                        "analytic_distribution": False,
                    }
                )
                for product in rng.sample(list(products), rng.choice((1, 1, 2)))
            ],
        }
