"""Answers without a name on survey links are no longer read one by one either."""

from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    rule = api.Environment(cr, SUPERUSER_ID, {}).ref(
        "relationship_insight.survey_user_input_line_rule_relations", raise_if_not_found=False
    )
    if rule and rule.domain_force == "[('survey_id.survey_type', '=', 'relationship')]":
        rule.domain_force = """[('survey_id.survey_type', '=', 'relationship'),
            '|', ('user_input_id.partner_id', '!=', False), ('user_input_id.email', '!=', False)]"""
