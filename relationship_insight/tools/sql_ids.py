"""Long lists of ids in SQL."""

from odoo.tools import SQL


def sql_ids(ids):
    """An array of ids as one constant, which is read far sooner than ARRAY[1, 2, ...]."""
    return SQL("%s::int[]", f"{{{','.join(str(int(each)) for each in ids)}}}")
