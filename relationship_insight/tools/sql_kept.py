"""A purchase of which something was kept: the one sort that counts as one."""

from odoo.tools import SQL

# Half a cent: what is less is nothing, after so much adding up.
LEAST = 0.005


def sql_kept(source):
    """SQL that tells so of a row of ``relationship.purchase`` or of its sources (SQL alias)."""
    return SQL("(NOT %(it)s.is_refund AND %(it)s.net_amount > %(least)s)", it=source, least=LEAST)
