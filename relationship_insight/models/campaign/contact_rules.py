"""May this person be contacted? Whoever asks, reminds, sends or shows questions, looks here.

Nobody is contacted who is archived, belongs to those never asked, wants no questions (none at
all, or none of this campaign) or takes a break; nor by an address that is missing, blocked, or
bounced too often. Questions at a till or in a shop are for whoever comes along: there only the
never asked and the unwilling are left out.

Bounces are the contact's own. Odoo counts one with every contact of an address, so where only one
of two has some, that one had another address then: nothing against who shares this one now.
"""

from odoo.tools import SQL

from ...tools.sql_hash import sql_unit_hash

BOUNCES_MAX = 5
# What keeps somebody from being shown questions, wherever they come along.
UNASKED = ("holdout", "opted_out")
# What lasts: who is left out for one of these needn't wait for a better day.
FOR_GOOD = ("archived", *UNASKED)


def sql_holdout(commercial, company):
    """SQL that says whether a customer entity is never asked by a company (SQL alias)."""
    return SQL(
        "(COALESCE(%(company)s.relationship_holdout_share, 0) > %(draw)s)",
        company=company,
        draw=sql_unit_hash(
            SQL("COALESCE(%s.relationship_holdout_seed, '') || ':holdout'", company), commercial
        ),
    )


def sql_joins(partner, company):
    """SQL of what the rules read of a contact in a company (SQL aliases): ``wish`` and others."""
    return SQL(
        """
        LEFT JOIN relationship_contact_preference wish
               ON wish.partner_id = %(partner)s.id AND wish.company_id = %(company)s.id
        LEFT JOIN mail_blacklist blocked
               ON blocked.email = %(partner)s.email_normalized AND blocked.active
        LEFT JOIN phone_blacklist silent
               ON silent.number = %(partner)s.phone_sanitized AND silent.active
        """,
        partner=partner,
        company=company,
    )


def sql_left(wish, campaign):
    """SQL that tells that somebody with this wish (SQL of its id) has left a campaign."""
    return SQL(
        """
        EXISTS (SELECT 1 FROM relationship_contact_preference_campaign_rel r
                 WHERE r.relationship_contact_preference_id = %s
                   AND r.relationship_campaign_id = %s)
        """,
        wish,
        campaign,
    )


def get_refusals(partner, company, today, campaign=None):
    """Return {refusal: SQL that tells whether it applies}, never NULL, in the order that counts.

    :param partner: SQL alias of the contact; so is ``company``. Needs ``sql_joins``.
    :param campaign: SQL of the campaign's id; None where no campaign of its own asks
    """
    left = sql_left(SQL("wish.id"), campaign) if campaign else SQL("FALSE")
    return {
        "archived": SQL("(%s.active IS NOT TRUE)", partner),
        "holdout": SQL(
            "COALESCE(%s, FALSE)", sql_holdout(SQL("%s.commercial_partner_id", partner), company)
        ),
        "opted_out": SQL("(wish.opted_out IS TRUE OR %s)", left),
        "paused": SQL("(wish.paused_until > %s) IS TRUE", today),
    }


def get_address_refusals(partner, channel):
    """Return {refusal: SQL that tells whether it applies} to an address; as ``get_refusals``.

    :param channel: SQL of the channel; what isn't sent by us needs no address
    """

    def by_channel(email, sms):
        return SQL(
            "(CASE %s WHEN 'email' THEN %s WHEN 'sms' THEN %s ELSE FALSE END)", channel, email, sms
        )

    return {
        "no_address": by_channel(
            SQL("COALESCE(%s.email_normalized, '') = ''", partner),
            SQL("COALESCE(%s.phone_sanitized, '') = ''", partner),
        ),
        "blocked": by_channel(SQL("blocked.id IS NOT NULL"), SQL("silent.id IS NOT NULL")),
        "bounced": by_channel(
            SQL("COALESCE(%s.message_bounce, 0) >= %s", partner, BOUNCES_MAX), SQL("FALSE")
        ),
    }


def sql_any(refusals, names=None):
    """SQL that tells whether one of the refusals applies: all, or those of these names."""
    return SQL(
        "(%s)",
        SQL(" OR ").join(
            refusal for name, refusal in refusals.items() if names is None or name in names
        ),
    )


def sql_contactable(partner, company, today, channel, campaign=None):
    """SQL that tells whether nothing speaks against contacting somebody by a channel today."""
    return SQL(
        "NOT %s",
        sql_any(
            {
                **get_refusals(partner, company, today, campaign),
                **get_address_refusals(partner, channel),
            }
        ),
    )
