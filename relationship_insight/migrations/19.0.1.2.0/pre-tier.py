"""The usual tiers of the first company are known by name, so that they can be translated."""

from odoo.tools.sql import table_exists

TIERS = (
    ("relationship_tier_key", "Key customers", 10, 30, 60),
    ("relationship_tier_good", "Good customers", 20, 60, 120),
)


def migrate(cr, version):
    if not table_exists(cr, "relationship_tier"):
        return  # from before tiers: they come with their names
    for name, english, sequence, ideal, most in TIERS:
        cr.execute(
            """
            INSERT INTO ir_model_data (module, name, model, res_id, noupdate)
            SELECT 'relationship_insight', %s, 'relationship.tier', MIN(tier.id), TRUE
              FROM relationship_tier tier
              JOIN ir_model_data main ON main.module = 'base' AND main.name = 'main_company'
               AND main.res_id = tier.company_id
             WHERE tier.sequence = %s AND tier.ideal_days = %s AND tier.max_days = %s
            HAVING COUNT(*) = 1
                ON CONFLICT DO NOTHING
            RETURNING res_id
            """,
            [name, sequence, ideal, most],
        )
        found = cr.fetchone()
        if found:
            # They were named in the language of whoever installed the addon.
            cr.execute(
                """
                UPDATE relationship_tier SET name = name || jsonb_build_object('en_US', %s::text)
                 WHERE id = %s AND (SELECT COUNT(DISTINCT value) FROM jsonb_each_text(name)) = 1
                   AND write_date = create_date
                """,
                [english, found[0]],
            )
