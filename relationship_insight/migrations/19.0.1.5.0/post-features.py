"""Capabilities became switches: a company that has them keeps them all."""

from odoo import SUPERUSER_ID, api

HAD = {"feedback", "care", "referral", "handover", "silence"}


def migrate(cr, version):
    if version:
        Feature = api.Environment(cr, SUPERUSER_ID, {})["relationship.feature"]
        Feature._set_features(Feature._get_features() | HAD)
