"""Rules that users may have changed: staff change their own, managers delete conversations."""

from odoo import SUPERUSER_ID, api

CHANGED = {
    "relationship_life_event_rule_staff": {
        "perm_write": False,
        "perm_create": False,
        "perm_unlink": False,
    },
    "relationship_note_rule_relations": {"perm_unlink": False},
}


def migrate(cr, version):
    env = api.Environment(cr, SUPERUSER_ID, {})
    for name, vals in CHANGED.items():
        rule = env.ref(f"relationship_insight.{name}", raise_if_not_found=False)
        if rule:
            rule.write(vals)
