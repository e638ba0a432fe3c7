"""A tap in a mail that named no feeling is taken out of the figures again.

Where a campaign began with a group of feelings, its mail showed only 1, 2 and 3, and each of them
opened the page with the first feeling chosen, which the next tap there stored.
"""

import logging

from odoo import SUPERUSER_ID, api
from odoo.tools.translate import get_translation

_logger = logging.getLogger(__name__)
CHUNK = 1000


def migrate(cr, version):
    env = api.Environment(cr, SUPERUSER_ID, {})
    voided = env["relationship.campaign"].browse()
    total = 0
    for campaign, readings in _find_unnamed(env).items():
        lang = campaign.user_id.lang or "en_US"

        def _(source, lang=lang, **args):
            return get_translation("relationship_insight", lang, source, args)

        campaign = campaign.with_context(lang=lang)
        reason = _("Tapped in a mail that did not name this feeling")
        for start in range(0, len(readings), CHUNK):
            readings[start : start + CHUNK]._void(reason)
            env.flush_all()
        campaign.message_post(
            body=_(
                "%(count)s answers were taken out of all figures. The mail of this campaign showed "
                "1, 2 and 3 without naming a feeling, and a tap on one of them was stored as "
                "“%(feeling)s”. They stay readable with this reason. Answers that were chosen or "
                "changed on the page itself still count.",
                count=len(readings),
                feeling=readings[:1].measure_id.with_context(lang=lang).name,
            )
        )
        voided += campaign
        total += len(readings)
    if total:
        _logger.info(
            "%s answers of %s campaigns came from a mail that named no feeling: voided.",
            total,
            len(voided),
        )


def _find_unnamed(env):
    """Return {campaign: readings that came with the page, as the mail had chosen them}.

    Neither the link nor its first tap was recorded, but the time of each save was, and the page
    saved all that was chosen in a group at once. What the mail had chosen is therefore in the
    first save of its group: alone, or at one time with the first feeling tapped on the page. A
    feeling saved later than another, or before the others by itself, or anew, was tapped there.
    """
    first = {}
    for version in env["relationship.instrument.version"].search([("kind", "=", "pulse")]):
        item = version.item_ids.sorted(lambda item: (item.sequence, item.id))[:1]
        group = item._get_measures().sorted("sequence")
        if len(group) > 1 and group == group._filter_felt():
            first[version.id] = group.ids
    found = {}
    for version_id, group in first.items():
        cr = env.cr
        cr.execute(
            """
            WITH said AS (
                SELECT r.id, r.invitation_id, r.measure_id, r.voided, r.na,
                       SPLIT_PART(r.source_key, ':', 4)::bigint AS at
                  FROM relationship_reading r
                  JOIN relationship_invitation i ON i.id = r.invitation_id
                 WHERE i.version_id = %(version)s AND i.channel = 'email' AND r.origin = 'pulse'
                   AND r.measure_id = ANY(%(group)s)
                   AND r.source_key ~ '^pulse:[0-9]+:[0-9]+:[0-9]+$'
            )
            SELECT i.campaign_id, ARRAY_AGG(said.id ORDER BY said.id)
              FROM said JOIN relationship_invitation i ON i.id = said.invitation_id
             WHERE said.measure_id = %(first)s AND said.voided IS NOT TRUE AND said.na IS NOT TRUE
               AND NOT EXISTS (
                SELECT FROM said other WHERE other.invitation_id = said.invitation_id
                   AND other.id != said.id
                   AND (other.measure_id = said.measure_id OR other.at < said.at))
               AND (
                EXISTS (
                    SELECT FROM said other WHERE other.invitation_id = said.invitation_id
                       AND other.id != said.id AND other.at = said.at)
                OR NOT EXISTS (
                    SELECT FROM said other WHERE other.invitation_id = said.invitation_id
                       AND other.id != said.id))
          GROUP BY i.campaign_id
            """,
            {"version": version_id, "group": group, "first": group[0]},
        )
        for campaign_id, ids in cr.fetchall():
            campaign = env["relationship.campaign"].browse(campaign_id)
            readings = env["relationship.reading"].browse(ids)
            found[campaign] = found.get(campaign, readings.browse()) | readings
    return found
