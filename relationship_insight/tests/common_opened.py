"""What a screen shows as it opens, worked out as the browser does it."""

from lxml import etree

from odoo.fields import Domain
from odoo.tools.safe_eval import safe_eval


def opened_domain(env, action):
    """Return the domain of an action with the filters it opens with.

    Filters of one block, without a separator in between, are joined by "or".
    """
    values = {"uid": env.uid, "active_id": False, "active_ids": []}
    context = safe_eval(action.context or "{}", values)
    view = env[action.res_model].get_view(action.search_view_id.id, "search")
    blocks = [[]]
    for node in etree.fromstring(view["arch"]):
        if node.tag == "separator" or node.tag == "group":
            blocks.append([])
        elif node.tag == "filter" and context.get(f"search_default_{node.get('name')}"):
            blocks[-1].append(Domain(safe_eval(node.get("domain") or "[]", values)))
    return Domain.AND(
        [
            Domain(safe_eval(action.domain or "[]", values)),
            *(Domain.OR(block) for block in blocks if block),
        ]
    )
