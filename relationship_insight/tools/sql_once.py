"""Storing what may be stored once, by requests that may come at once."""

from contextlib import contextmanager

from psycopg2.errors import UniqueViolation

from odoo.exceptions import ConcurrencyError


@contextmanager
def once(cr, message):
    """Store within; where another transaction was quicker, Odoo tries again and finds its row.

    :param str message: what was stored twice, for the log
    """
    try:
        with cr.savepoint():
            yield
    except UniqueViolation as error:
        raise ConcurrencyError(message) from error
