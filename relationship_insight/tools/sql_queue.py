"""SQL of the append-only queues of customers, whose writers never wait for one another."""

from odoo.tools import SQL


def sql_put(table, customer_ids):
    """SQL that queues these customers, each once.

    :param str table: of a model with ``commercial_partner_ref`` and nothing else
    """
    return SQL(
        "INSERT INTO %s (commercial_partner_ref) SELECT unnest(%s)",
        SQL.identifier(table),
        list(set(customer_ids)),
    )


def sql_take(table, limit):
    """SQL that removes and returns up to ``limit`` queued customers, but those another holds."""
    return SQL(
        """
        WITH taken AS MATERIALIZED (
            SELECT id FROM %(table)s ORDER BY id LIMIT %(limit)s FOR UPDATE SKIP LOCKED
        )
        DELETE FROM %(table)s queue
         USING taken WHERE queue.id = taken.id
        RETURNING commercial_partner_ref
        """,
        table=SQL.identifier(table),
        limit=limit,
    )
