from odoo import api, models
from odoo.tools import SQL


class RelationshipOfCustomer(models.AbstractModel):
    """Rows of a person that count for the customer the person belongs to.

    They follow the person's own link. When contacts move to another customer one statement moves
    all their rows: by dependencies Odoo would ask each of these tables several times, for every
    contact that is moved or deleted anywhere.
    """

    _name = "relationship.of.customer"
    _inherit = "relationship.doing"
    _description = "Of a Customer"

    # {field that holds the customer: field that holds the person}
    _customers = {"commercial_partner_id": "partner_id"}

    @api.depends(lambda self: tuple(self._customers.values()))
    def _compute_customer(self):
        for customer, person in self._customers.items():
            for record in self:
                record[customer] = record[person].commercial_partner_id

    @api.model
    def _get_moves(self):
        """Return [(model, field of the customer, field of the person)] of all that follow."""
        return [
            (model, customer, person)
            for name in self.pool.descendants([self._name], "_inherit")
            if not (model := self.env[name])._abstract
            for customer, person in model._customers.items()
        ]

    @api.model
    def _knows(self, partners):
        """Whether anything is kept of these contacts, of those below them or of their customers.

        Besides the rows that follow, models tell by ``_tells_of``: {their field: what it holds,
        ``id`` of a person or ``customer``}.

        One query: most contacts that move are nothing to us. It counts, since for mere existence
        PostgreSQL may read a whole table in the hope of an early hit.
        """
        partners.flush_model(["commercial_partner_id", "parent_id"])
        signs = [(model, person, "id") for model, _customer, person in self._get_moves()]
        signs += [
            (self.env[name], field, whom)
            for name, model in self.pool.items()
            for field, whom in getattr(model, "_tells_of", {}).items()
        ]
        for model, field, _whom in signs:
            model.flush_model([field])
        return self.env.execute_query(
            SQL(
                "WITH RECURSIVE %s SELECT %s",
                self._cte_people(partners),
                SQL(" OR ").join(
                    SQL(
                        "(SELECT COUNT(*) FROM %s WHERE %s = ANY(ARRAY(SELECT %s FROM person))) "
                        "> 0",
                        SQL.identifier(model._table),
                        SQL.identifier(field),
                        SQL.identifier(whom),
                    )
                    for model, field, whom in signs
                ),
            )
        )[0][0]

    @api.model
    def _cte_people(self, partners):
        """SQL ``person``: these contacts and those below them, each with its ``customer``."""
        return SQL(
            """
            person AS (
                SELECT id, commercial_partner_id AS customer FROM res_partner WHERE id = ANY(%s)
                 UNION
                SELECT child.id, child.commercial_partner_id
                  FROM res_partner child JOIN person ON child.parent_id = person.id
            )
            """,
            partners.ids,
        )

    @api.model
    def _leave(self, partners):
        """Let the rows of people who are about to be deleted count for no customer any more."""
        self.env.flush_all()
        for model, customer, person in self._get_moves():
            self.env.cr.execute(
                SQL(
                    "UPDATE %s SET %s = NULL WHERE %s = ANY(%s)",
                    SQL.identifier(model._table),
                    SQL.identifier(customer),
                    SQL.identifier(person),
                    partners.ids,
                )
            )
            if self.env.cr.rowcount:
                model.invalidate_model([customer])

    @api.model
    def _follow(self, partners):
        """Let the rows of these contacts, and of those below them, follow to their customer.

        :param partners: contacts whose place was just written
        """
        self.env.flush_all()
        moves = self._get_moves()
        names = [SQL.identifier(f"moved_{number}") for number in range(len(moves))]
        ((*counts,),) = self.env.execute_query(
            SQL(
                """
            WITH RECURSIVE %s, %s SELECT %s
            """,
                self._cte_people(partners),
                SQL(", ").join(
                    SQL(
                        """%(name)s AS (
                        UPDATE %(table)s row SET %(customer)s = person.customer
                          FROM person
                         WHERE row.%(person)s = person.id
                           AND row.%(customer)s IS DISTINCT FROM person.customer
                     RETURNING 1)
                    """,
                        name=name,
                        table=SQL.identifier(model._table),
                        customer=SQL.identifier(customer),
                        person=SQL.identifier(person),
                    )
                    for name, (model, customer, person) in zip(names, moves)
                ),
                SQL(", ").join(SQL("(SELECT COUNT(*) FROM %s)", name) for name in names),
            )
        )
        for (model, customer, _person), count in zip(moves, counts):
            if count:
                model.invalidate_model([customer])
