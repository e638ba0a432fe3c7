from odoo.tools import SQL


def sql_stratum(campaign, partner):
    """SQL of the group that a contact (SQL alias) belongs to, NULL without groups."""
    field = campaign.stratum_field_id
    if not field:
        return SQL("NULL::varchar")
    return SQL("COALESCE(%s.%s::varchar, '')", partner, SQL.identifier(field.name))


def sql_share(campaign, size):
    """SQL of the share asked in a group of this size: more in small ones, never by spend."""
    wanted = campaign.minimum_n / campaign.expected_response
    return SQL(
        "LEAST(1.0, GREATEST(%s, %s / GREATEST(%s, 1)::float8))",
        campaign.sampling_fraction,
        wanted,
        size,
    )
