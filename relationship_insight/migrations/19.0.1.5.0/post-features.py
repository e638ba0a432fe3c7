"""Capabilities became switches: a company that has them keeps them all."""

from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    if version:
        api.Environment(cr, SUPERUSER_ID, {})["relationship.feature"]._set_all_features()
