from odoo import api, fields, models
from odoo.fields import Command
from odoo.tools import groupby

DISCOUNT = 20
# Receipts are numbered apart from those of the real till, which counts from 1.
DEVICE = "9"
WALK_IN_DAYS = range(3, 700, 15)


class RelationshipDemo(models.AbstractModel):
    _inherit = "relationship.demo"

    @api.model
    def _create_pos_orders(self, customers, products, staff):
        """Create the till's orders in one closed session per month, without bookkeeping."""
        config = self._create_pos_config(staff)
        goods = products.filtered("available_in_pos")
        tickets = sorted(
            self._draft_tickets(customers, goods, staff), key=lambda vals: vals["date_order"]
        )
        for number, vals in enumerate(tickets, 1):
            vals.update(
                name=f"{config.name}/{vals['date_order']:%Y}/{number:05}",
                pos_reference=f"{vals['date_order']:%y}{DEVICE}-{config.id}-{number:06}",
                sequence_number=number,
                tracking_number=str(number % 1000),
            )
        for _month, vals_list in groupby(tickets, key=lambda vals: f"{vals['date_order']:%Y-%m}"):
            session = self._create_session(config, vals_list, staff)
            for vals in vals_list:
                vals["session_id"] = session.id
        self._pin_warning(customers)
        orders = self.env["pos.order"].create(tickets)
        self._create_refund(customers, orders)
        orders.session_id.order_ids.write({"state": "done"})
        orders.session_id.write({"state": "closed"})
        return orders

    @api.model
    def _pin_warning(self, customers):
        """One customer whom no cashier may serve without a word of warning."""
        _plan, partner = next(
            pair for pair in customers if not pair[0].is_company and pair[0].persona.talks >= 0.3
        )
        partner.relationship_pin = "Deaf in the left ear: stand on the right and speak slowly"

    @api.model
    def _create_pos_config(self, staff):
        config = self.env["pos.config"]
        journal, methods = config._create_journal_and_payment_methods(
            cash_journal_vals={"name": "Cash Corner Shop", "show_on_dashboard": False}
        )
        category = self.env.ref("relationship_insight.demo_pos_category")
        config = config.create(
            {
                "name": "Corner Shop",
                "company_id": self.env.company.id,
                "journal_id": journal.id,
                "payment_method_ids": methods,
                "limit_categories": True,
                "iface_available_categ_ids": [Command.set(category.ids)],
                "relationship_strip_everybody": True,
            }
        )
        self._set_xmlid("demo_pos_config", config)
        return config

    @api.model
    def _create_session(self, config, tickets, staff):
        """Return a session over the tickets' days; it is closed once they are in."""
        start = tickets[0]["date_order"]
        session = (
            self.env["pos.session"]
            .with_user(staff["manager"])
            .create(
                {
                    "config_id": config.id,
                    "user_id": staff["manager"].id,
                }
            )
            .sudo()
        )
        session.write(
            {
                "name": f"{config.name}/{start:%Y-%m}",
                "start_at": start,
                "stop_at": tickets[-1]["date_order"],
                "state": "closed",
            }
        )
        return session

    @api.model
    def _draft_tickets(self, customers, goods, staff):
        vals_list = []
        for plan, partner in customers:
            if plan.is_company:
                continue
            for day in plan.purchases:
                vals_list.append(self._prepare_ticket(plan, partner, day, goods, staff))
        plan = customers[0][0]
        for day in WALK_IN_DAYS:
            vals_list.append(self._prepare_ticket(plan, self.env["res.partner"], day, goods, staff))
        vals_list.append(self._prepare_free_sample(customers, goods, staff))
        return vals_list

    @api.model
    def _prepare_ticket(self, plan, partner, day, goods, staff):
        rng = plan.rng
        discount = DISCOUNT if rng.random() < plan.persona.promo else 0
        server = "rep" if plan.persona.staff == "rep" and rng.random() < 0.7 else "cashier"
        lines = [
            (product, rng.randint(1, 3), product.list_price)
            for product in rng.sample(list(goods), rng.choice((1, 1, 1, 2)))
        ]
        return self._prepare_ticket_vals(
            partner, self._demo_time(day, rng), staff[server], lines, discount
        )

    @api.model
    def _prepare_ticket_vals(self, partner, date, user, lines, discount=0):
        line_vals, total = [], 0
        for number, (product, quantity, price) in enumerate(lines, 1):
            subtotal = round(quantity * price * (1 - discount / 100), 2)
            total += subtotal
            line_vals.append(
                Command.create(
                    {
                        "name": f"{product.name} {number}",
                        "full_product_name": product.name,
                        "product_id": product.id,
                        "qty": quantity,
                        "price_unit": price,
                        "discount": discount,
                        "price_subtotal": subtotal,
                        "price_subtotal_incl": subtotal,
                    }
                )
            )
        return {
            "partner_id": partner.id,
            "user_id": user.id,
            "date_order": date,
            "state": "paid",
            "amount_total": round(total, 2),
            "amount_paid": round(total, 2),
            "amount_tax": 0,
            "amount_return": 0,
            "lines": line_vals,
        }

    @api.model
    def _prepare_free_sample(self, customers, goods, staff):
        """A ticket of 0: it is an order, but no purchase."""
        plan, partner = next(
            pair for pair in customers if pair[0].persona.key == "low" and not pair[0].is_company
        )
        return self._prepare_ticket_vals(
            partner, self._demo_time(20, plan.rng), staff["cashier"], [(goods[0], 1, 0)]
        )

    @api.model
    def _create_refund(self, customers, orders):
        """One customer brings back everything of the first visit of the last three months."""
        limit = fields.Datetime.subtract(fields.Datetime.now(), days=90)
        partners = [partner.id for plan, partner in customers if plan.persona.key == "spurious"]
        sold = orders.filtered(
            lambda order: order.partner_id.id in partners and order.date_order > limit
        )[:1]
        vals = {
            "partner_id": sold.partner_id.id,
            "user_id": sold.user_id.id,
            "session_id": sold.session_id.id,
            "date_order": fields.Datetime.add(sold.date_order, days=2),
            "name": f"{sold.name} REFUND",
            "pos_reference": f"{sold.pos_reference}-R",
            "sequence_number": sold.sequence_number,
            "tracking_number": sold.tracking_number,
            "state": "paid",
            "is_refund": True,
            "amount_total": -sold.amount_total,
            "amount_paid": -sold.amount_total,
            "amount_tax": 0,
            "amount_return": 0,
            "lines": [
                Command.create(
                    {
                        "name": f"{line.name} back",
                        "full_product_name": line.full_product_name,
                        "product_id": line.product_id.id,
                        "qty": -line.qty,
                        "price_unit": line.price_unit,
                        "discount": line.discount,
                        "price_subtotal": -line.price_subtotal,
                        "price_subtotal_incl": -line.price_subtotal_incl,
                        "refunded_orderline_id": line.id,
                    }
                )
                for line in sold.lines
            ],
        }
        return self.env["pos.order"].create(vals)
