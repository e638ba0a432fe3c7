from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """The standard programme had one name; every language in use gets its own."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    env["relationship.referral.program"].with_context(active_test=False).search(
        []
    )._translate_standard_name()
