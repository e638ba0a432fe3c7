"""Waves: when the next one is due, who belongs to it, and on which day their turn is."""

from datetime import datetime, time, timedelta

from dateutil.relativedelta import relativedelta

from odoo.tools import SQL

from ....tools.sql_hash import sql_unit_hash
from ..contact_rules import sql_holdout
from .draw import sql_share, sql_stratum

CLASSES = ("true", "latent", "spurious", "low", "unknown")
WORKING_DAYS = 5


def plan_waves(scope, campaigns):
    """Close waves that are over, open those that are due."""
    today = scope.today
    for campaign in campaigns.filtered(lambda c: c.kind == "cadence"):
        running = campaign.wave_ids.filtered(lambda wave: wave.state == "running")
        running.filtered(lambda wave: wave.date_end < today)._close()
        if not campaign.wave_ids.filtered(lambda wave: wave.state != "closed"):
            add_next_wave(campaign, today)
        due = campaign.wave_ids.filtered(
            lambda wave: wave.state == "planned" and wave.date_start <= today
        )
        for wave in due.sorted("number"):
            wave._start_if_allowed()


def add_next_wave(campaign, today):
    """Plan the wave that follows the last one at the campaign's cadence."""
    last = campaign.wave_ids.sorted("number")[-1:]
    step = relativedelta(**{campaign.cadence_unit: campaign.cadence_number})
    start = max(last.date_start + step, today) if last else today
    return campaign.env["relationship.wave"].create(
        {
            "campaign_id": campaign.id,
            "date_start": start,
            "date_end": _get_wave_end(campaign, start),
            "state": "planned",
        }
    )


def _get_wave_end(campaign, start):
    """Return the last day of a wave that starts on this day."""
    whole = start + relativedelta(**{campaign.cadence_unit: campaign.cadence_number})
    days = timedelta(days=campaign.drip_days) if campaign.drip_days else whole - start
    return start + days - timedelta(days=1)


def sql_asked(partner, company):
    """SQL that says whether a contact (SQL alias) is somebody whom a company may want to ask.

    Persons, and companies of which no person is known. Our own people and mere addresses are
    left out.
    """
    return SQL(
        """
        (%(p)s.active AND %(p)s.partner_share
         AND (%(p)s.company_id IS NULL OR %(p)s.company_id = %(company)s)
         AND COALESCE(%(p)s.type, 'contact') = 'contact'
         AND NOT (%(p)s.is_company AND EXISTS (
             SELECT 1 FROM res_partner person
              WHERE person.parent_id = %(p)s.id AND person.active AND person.type = 'contact')))
        """,
        p=partner,
        company=company.id,
    )


def _sql_population(campaign):
    """SQL of the contacts a campaign is about, whoever buys here: id and what the draw needs."""
    Partner = campaign.env["res.partner"]
    audience = Partner._search(campaign._get_audience_domain())
    classes = [name for name in CLASSES if campaign[f"class_{name}"]]
    return SQL(
        """
        SELECT p.id, p.commercial_partner_id, p.email_normalized, %(stratum)s AS stratum
          FROM res_partner p
          JOIN relationship_profile profile
            ON profile.commercial_partner_id = p.commercial_partner_id
           AND profile.company_id = %(company)s AND %(classes)s
         WHERE p.id IN %(audience)s AND %(asked)s
        """,
        asked=sql_asked(SQL("p"), campaign.company_id),
        stratum=sql_stratum(campaign, SQL("p")),
        company=campaign.company_id.id,
        classes=SQL("COALESCE(profile.loyalty_class, 'unknown') IN %s", tuple(classes))
        if classes
        else SQL("TRUE"),
        audience=audience.subselect(),
    )


def draw_wave(scope, wave):
    """Write the ledger of a wave that starts: one line for every customer in the audience.

    Everyone has a number that never changes; a wave takes the numbers of a window, which
    moves on with each wave by the share of new faces. So the chance to be asked is the same
    for everyone in a group, and most people of the last wave are asked again.
    """
    campaign, env = wave.campaign_id, scope.env
    days = _get_wave_days(wave)
    moved = (wave.number - 1) * campaign.sampling_fraction * campaign.refreshment_share
    env.flush_all()
    scope.execute_over_all(
        SQL(
            """
        WITH population AS MATERIALIZED (
            SELECT who.*, %(holdout)s AS holdout,
                   who.email_normalized IS NOT NULL AND row_number() OVER (
                        PARTITION BY who.email_normalized ORDER BY who.id) > 1 AS duplicate
              FROM (%(population)s) who JOIN res_company c ON c.id = %(company)s
        ), counted AS (
            SELECT *, count(*) FILTER (WHERE NOT holdout AND NOT duplicate)
                       OVER (PARTITION BY stratum) AS size
              FROM population
        ), drawn AS (
            SELECT *, %(share)s AS share,
                   mod((%(draw)s - %(moved)s + ceil(%(moved)s))::numeric, 1) AS number
              FROM counted
        )
        INSERT INTO relationship_eligibility (
            campaign_id, wave_id, partner_id, company_id, date, outcome, reason, stratum,
            inclusion_probability, date_first, date_until, date_expire)
        SELECT %(campaign)s, %(wave)s, id, %(company)s, %(now)s,
               CASE WHEN reason = 'not_due' THEN 'deferred' ELSE 'skipped' END, reason,
               stratum, CASE WHEN reason IN ('not_due', 'not_sampled') THEN share END,
               turn, turn, CASE WHEN turn IS NOT NULL THEN %(expire)s END
          FROM (
            SELECT *, CASE WHEN reason = 'not_due' THEN
                   (%(days)s::timestamp[])[1 + floor(%(slot)s * %(count)s)::int] END AS turn
              FROM (
                SELECT *, CASE WHEN holdout THEN 'holdout' WHEN duplicate THEN 'duplicate'
                               WHEN number < share THEN 'not_due' ELSE 'not_sampled'
                          END AS reason
                  FROM drawn
              ) reasoned
          ) timed
        ON CONFLICT DO NOTHING
        """,
            population=_sql_population(campaign),
            holdout=sql_holdout(SQL("who.commercial_partner_id"), SQL("c")),
            share=sql_share(campaign, SQL("size")),
            draw=sql_unit_hash(f"{campaign.seed}:draw", SQL("id")),
            slot=sql_unit_hash(f"{campaign.seed}:slot", SQL("id")),
            moved=moved,
            campaign=campaign.id,
            wave=wave.id,
            company=campaign.company_id.id,
            now=scope.now,
            expire=datetime.combine(wave.date_end, time.min) + timedelta(days=1),
            days=days,
            count=len(days),
        )
    )
    population, holdout, sample = scope.execute(
        SQL(
            """
        SELECT count(*), count(*) FILTER (WHERE reason = 'holdout'),
               count(*) FILTER (WHERE outcome = 'deferred')
          FROM relationship_eligibility WHERE wave_id = %s
        """,
            wave.id,
        )
    ).fetchone()
    env["relationship.eligibility"].invalidate_model()
    return {"population_count": population, "holdout_count": holdout, "sample_count": sample}


def _get_wave_days(wave):
    """Return the mornings over which a wave is spread: its working days, or all if none."""
    start = datetime.combine(wave.date_start, time.min)
    days = [
        start + timedelta(days=number)
        for number in range((wave.date_end - wave.date_start).days + 1)
    ]
    return [day for day in days if day.weekday() < WORKING_DAYS] or days
