import logging

from odoo import SUPERUSER_ID, api

_logger = logging.getLogger(__name__)


def migrate(cr, version):
    """Say anew what changed in closed waves, by the rule that new waves follow.

    Their scores stay. A label meant the people who answered twice, and was told at 90 % whatever
    else was told beside it.
    """
    if not version:
        return
    env = api.Environment(cr, SUPERUSER_ID, {})
    Result = env["relationship.campaign.result"]
    fewer = more = 0
    for campaign in Result.search([("final", "=", True)]).campaign_id:
        final = campaign._read_final()
        ids = [vals.pop("id") for vals in final]
        campaign._add_changes(final, [], campaign._get_segments())
        for result, vals in zip(Result.browse(ids), final):
            was = result.moved in ("up", "down")
            result.write(
                {
                    name: vals[name]
                    for name in (
                        "change",
                        "change_low",
                        "change_high",
                        "change_p",
                        "change_q",
                        "least_change",
                        "pairs",
                        "pair_change",
                        "pair_low",
                        "pair_high",
                        "moved",
                    )
                    if name in vals
                }
            )
            now = result.moved in ("up", "down")
            fewer += was and not now
            more += now and not was
        campaign._refresh_results()
    _logger.info("Better or worse of closed waves: %s taken back, %s new.", fewer, more)
