"""What was logged before tells the days of the last talk; promises come with 19.0.1.4.0."""

from odoo import SUPERUSER_ID, api
from odoo.tools import convert_file


def migrate(cr, version):
    env = api.Environment(cr, SUPERUSER_ID, {"relationship_no_refresh": True})
    # Tiers that somebody deleted don't come back with an update; these never were there.
    convert_file(
        env,
        "relationship_insight",
        "data/desk/relationship_tier_data.xml",
        {},
        mode="init",
        noupdate=True,
    )
    env["res.company"]._create_missing_relationship_tiers()
    env["relationship.touch"]._refresh()
    env["relationship.cadence"]._refresh()
