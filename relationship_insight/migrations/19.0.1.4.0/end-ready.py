"""Companies that came after the first one get the ready-made campaigns too."""

from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    env = api.Environment(cr, SUPERUSER_ID, {"relationship_no_refresh": True})
    env["res.company"]._create_missing_ready_campaigns()
