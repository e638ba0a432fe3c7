"""Bonds get the figure that leaves out what the customer said, which alone colleagues see."""

from odoo import SUPERUSER_ID, api
from odoo.tools import SQL

RULES = {
    "relationship_bond_rule_staff": "'|', ('basis', '!=', 'customer'), ('first_talk', '!=', False)",
    "relationship_bond_snapshot_rule_staff": "'|', ('basis', '!=', 'customer'), "
    "('points_recency', '>', 0)",
}
# Weight of the customer's word and the most without it, as in version 2 of the formula.
VOICE, CAP = 0.35, 60


def migrate(cr, version):
    for table in ("relationship_bond", "relationship_bond_snapshot"):
        cr.execute(
            SQL(
                """
            UPDATE %(table)s
               SET own_strength = LEAST(%(cap)s, ROUND((
                    (COALESCE(points_intensity, 0) + COALESCE(points_recency, 0)
                     + COALESCE(points_listening, 0) + COALESCE(points_mutuality, 0)
                     + COALESCE(points_duration, 0) + COALESCE(points_knowledge, 0))
                    / CASE WHEN basis = 'customer' THEN 1 - %(voice)s ELSE 1 END)::numeric, 4))
             WHERE own_strength IS NULL
            """,
                table=SQL.identifier(table),
                voice=VOICE,
                cap=CAP,
            )
        )
    env = api.Environment(cr, SUPERUSER_ID, {})
    for name, more in RULES.items():
        rule = env.ref(f"relationship_insight.{name}", raise_if_not_found=False)
        if rule and rule.domain_force == "[('staff_id', '=', user.partner_id.id)]":
            rule.domain_force = f"[('staff_id', '=', user.partner_id.id), {more}]"
