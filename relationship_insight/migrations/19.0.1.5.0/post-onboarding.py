"""Whoever has used the app needs no first steps."""

from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    if version:
        env = api.Environment(cr, SUPERUSER_ID, {})
        for company in env["res.company"].search([]):
            env["relationship.onboarding"].with_company(company)._close_panel()
