"""The decision: every line of the ledger whose turn it is gets one outcome and one reason."""

from datetime import timedelta

import pytz

from odoo.tools import SQL

from ....tools.sql_hash import sql_unit_hash
from .. import contact_rules
from ..res_company import EMOTION_FLOOR_DAYS, FLOOR_HOURS
from . import facts
from .scope import FACT, LINE, OWN, VERDICT

MORNING_HOUR = 8
MORNING_LENGTH = 3
# A line that waited too long comes after recovery and before everything else.
PATIENT_RANK = 1.5
NEVER = "infinity"


def decide(scope):
    """Decide all lines whose turn it is, for all campaigns of a company at once.

    :return: the number of new invitations
    """
    if not facts.collect_lines(scope):
        return 0
    facts.collect_facts(scope)
    facts.mark_undone(scope)
    _judge(scope)
    return _invite(scope)


def _judge(scope):
    """Put the verdict on each line (reason, until) into a table of this transaction."""
    company, now = scope.company, scope.now
    verdicts = list(enumerate(get_verdicts(scope)))
    scope.store(
        VERDICT,
        SQL(
            """
        WITH clock AS (
            SELECT line.*, COALESCE(fact.ignored, 0) AS ignored,
                   own.touched IS NULL AS is_new,
                   line.pace * CASE WHEN COALESCE(fact.ignored, 0) >= %(slow)s
                                    THEN 2 ELSE 1 END AS stretch,
                   fact.touched_anywhere + %(floor)s::interval AS floor_until,
                   fact.budget + interval '365 days' AS budget_until,
                   fact.touched, fact.answered, fact.relationship AS relationship_date,
                   fact.emotion AS emotion_date, own.touched AS own_touched,
                   own.answered AS own_answered
              FROM %(lines)s line
         LEFT JOIN %(facts)s fact ON fact.person = line.person
         LEFT JOIN %(own)s own
                ON own.person = line.person AND own.campaign_id = line.campaign_id
        ), timed AS (
            SELECT *, GREATEST(%(clocks)s) AS quarantine_until FROM clock
        ), numbered AS (
            SELECT *, CASE %(conditions)s END AS verdict FROM timed
        ), judged AS (
            SELECT *, CASE verdict %(reasons)s END AS reason,
                   CASE verdict %(untils)s END AS until
              FROM numbered
        ), braked AS (
            SELECT judged.*,
                   judged.reason = 'invited' AND row_number() OVER (
                       PARTITION BY judged.campaign_id, judged.reason
                       ORDER BY date_first, %(draw)s) > brake.free AS too_many
              FROM judged
         LEFT JOIN (VALUES %(brakes)s) brake (campaign_id, free)
                ON brake.campaign_id = judged.campaign_id
        ), ranked AS (
            SELECT *, reason = 'invited' AND too_many IS NOT TRUE AND row_number() OVER (
                       PARTITION BY person, reason, too_many IS TRUE
                       ORDER BY CASE WHEN date_first < %(patience)s AND rank > 1
                                     THEN %(patient)s ELSE rank END,
                                date_first, campaign_id, id) > 1 AS loses
              FROM braked
        )
        SELECT id, CASE WHEN too_many THEN 'capacity' WHEN loses THEN 'conflict'
                        ELSE reason END AS reason,
               CASE WHEN too_many THEN LEAST(date_expire, %(now)s + interval '1 day')
                    WHEN loses THEN LEAST(date_expire, %(now)s + %(quarantine)s * stretch)
                    ELSE until END AS until,
               is_new
          FROM ranked
        """,
            lines=LINE,
            facts=FACT,
            own=OWN,
            slow=company.relationship_backoff_slow,
            floor=f"{FLOOR_HOURS} hours",
            clocks=SQL(", ").join(_get_clocks(company)),
            conditions=SQL(" ").join(
                SQL("WHEN %s THEN %s", applies, nth) for nth, (_reason, applies, _until) in verdicts
            ),
            reasons=SQL(" ").join(
                SQL("WHEN %s THEN %s", nth, reason) for nth, (reason, _applies, _until) in verdicts
            ),
            untils=SQL(" ").join(
                SQL("WHEN %s THEN %s", nth, until) for nth, (_reason, _applies, until) in verdicts
            ),
            brakes=_sql_brakes(scope),
            draw=sql_unit_hash("brake", SQL("judged.id")),
            patience=now - timedelta(days=company.relationship_patience_days),
            patient=PATIENT_RANK,
            quarantine=timedelta(days=company.relationship_quarantine_days),
            now=now,
        ),
    )


def _get_clocks(company):
    """Return the SQL of the moments before which nobody is asked again.

    Four clocks: invited and answered, by any campaign and by this one. Two more: about the
    relationship, and how often they felt something, which asks about the last four weeks.
    """

    def clock(date, days, condition=None):
        later = SQL("%s + make_interval(days => %s) * stretch", date, days)
        return SQL("CASE WHEN %s THEN %s END", condition, later) if condition else later

    return [
        clock(SQL("touched"), company.relationship_quarantine_days),
        clock(SQL("answered"), company.relationship_quarantine_answered_days),
        clock(SQL("own_touched"), SQL("gap_invited_days")),
        clock(SQL("own_answered"), SQL("gap_answered_days")),
        clock(
            SQL("relationship_date"),
            company.relationship_quarantine_relationship_days,
            SQL("relationship"),
        ),
        clock(
            SQL("emotion_date"),
            max(company.relationship_emotion_days, EMOTION_FLOOR_DAYS),
            SQL("emotion"),
        ),
    ]


def get_verdicts(scope):
    """Return (reason, SQL condition, SQL until) of each verdict, the first that applies counts.

    Whoever can't be asked before the line expires is left out at once.
    """
    company, now, today = scope.company, scope.now, scope.today
    regular = SQL("kind = 'cadence' AND relationship")
    new_until = SQL("first_purchase + make_interval(days => %s)", company.relationship_new_days)
    gone = SQL("FALSE")
    if company.relationship_active_days:
        gone = SQL("last_purchase < %s", today - timedelta(days=company.relationship_active_days))
    never = SQL("%s::timestamp", NEVER)
    given_up = SQL("CASE reason_before WHEN 'not_due' THEN 'expired' ELSE reason_before END")
    return [
        ("holdout", SQL("holdout"), never),
        ("opted_out", SQL("opted_out"), never),
        ("blacklist", SQL("channel IS NULL AND blacklisted"), never),
        ("no_address", SQL("channel IS NULL"), never),
        ("undone", SQL("undone"), never),
        (given_up, SQL("date_expire <= %s", now), never),
        ("paused", SQL("paused"), SQL("paused_until::timestamp")),
        ("outside", SQL("%s AND (first_purchase IS NULL OR %s)", regular, gone), never),
        ("outside", SQL("%s AND %s > %s", regular, new_until, now), new_until),
        ("backoff", SQL("ignored >= %s", company.relationship_backoff_stop), never),
        ("budget", SQL("budget_until > %s", now), SQL("budget_until")),
        ("floor", SQL("floor_until > %s", now), SQL("floor_until")),
        ("quarantine", SQL("quarantine_until > %s", now), SQL("quarantine_until")),
        ("invited", SQL("TRUE"), SQL("NULL::timestamp")),
    ]


def _sql_brakes(scope):
    """SQL of how many each campaign may still ask today while cases are open."""
    day = scope.now.replace(hour=0, minute=0, second=0, microsecond=0)
    braked = scope.env["relationship.campaign"].search(
        [
            ("company_id", "=", scope.company.id),
            ("state", "=", "running"),
            ("case_capacity", ">", 0),
        ]
    )
    asked = dict(
        scope.env["relationship.invitation"]._read_group(
            [("campaign_id", "in", braked.ids), ("create_date", ">=", day)],
            ["campaign_id"],
            ["__count"],
        )
    )
    open_cases = scope.env["relationship.planner"]._count_open_cases(scope.company) if braked else 0
    rows = [(0, 0)]
    for campaign in braked:
        limit = get_daily_limit(campaign, open_cases)
        rows.append((campaign.id, max(limit - asked.get(campaign, 0), 0)))
    return SQL(", ").join(SQL("(%s, %s)", *row) for row in rows)


def get_daily_limit(campaign, open_cases):
    """Return how many may be asked a day: what the desk can take in low scores.

    Once more cases are open than the desk handles a day, twice the cases halve the limit.
    """
    relief = min(1, campaign.case_capacity / open_cases) if open_cases else 1
    return int(campaign.case_capacity / campaign.expected_low_rate * relief)


def _invite(scope):
    """Make the invitations and write the outcome of every line into the ledger."""
    known = scope.execute(SQL("SELECT DISTINCT tz FROM %s", LINE)).fetchall()
    zones = [zone for (zone,) in known if zone in pytz.all_timezones_set]
    local = scope.company._relationship_tz()
    draw = sql_unit_hash("hour", SQL("line.id"))
    scope.execute(
        SQL(
            """
        WITH chosen AS MATERIALIZED (
            SELECT line.*, verdict.is_new, zone.tz AS zone,
                   CASE WHEN line.kind = 'cadence' THEN morning.at
                        + CASE WHEN morning.at < here.at THEN interval '1 day'
                               ELSE interval '0' END
                        ELSE here.at END AT TIME ZONE zone.tz AT TIME ZONE 'UTC' AS planned
              FROM %(lines)s line
              JOIN %(verdicts)s verdict
                ON verdict.id = line.id AND verdict.reason = 'invited'
        CROSS JOIN LATERAL (SELECT CASE WHEN line.tz = ANY(%(zones)s) THEN line.tz
                                        ELSE %(local)s END AS tz) zone
        CROSS JOIN LATERAL (SELECT %(now)s AT TIME ZONE 'UTC' AT TIME ZONE zone.tz AS at) here
        CROSS JOIN LATERAL (SELECT date_trunc('day', here.at)
                + interval '1 hour' * (%(hour)s + %(length)s * %(draw)s) AS at) morning
        ), made AS (
            INSERT INTO relationship_invitation (
                campaign_id, wave_id, version_id, company_id, partner_id,
                commercial_partner_id, channel, state, access_token, source_key, email, phone,
                lang, tz, step, date_planned, date_expire, order_model, order_id, shop_model,
                shop_id, staff_id, stratum, inclusion_probability, weight, is_refreshment,
                create_uid, create_date, write_uid, write_date)
            SELECT campaign_id, wave_id, version_id, %(company)s, partner_id,
                   commercial_partner_id, channel, 'planned',
                   replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', ''),
                   'ledger:' || id, email, phone, lang, zone, 0, date_trunc('second', planned),
                   date_trunc('second', planned) + make_interval(days => link_days),
                   order_model, order_id, shop_model, shop_id, staff_id, stratum,
                   COALESCE(inclusion_probability, 1),
                   1 / COALESCE(NULLIF(inclusion_probability, 0), 1), is_new,
                   %(user)s, %(now)s, %(user)s, %(now)s
              FROM chosen
            ON CONFLICT DO NOTHING
            RETURNING id, source_key
        )
        UPDATE relationship_eligibility l SET date = %(now)s,
               outcome = CASE
                   WHEN made.id IS NOT NULL THEN 'invited'
                   WHEN verdict.reason = 'invited' THEN 'deferred'
                   WHEN verdict.until <= l.date_expire AND verdict.reason NOT IN (
                       'quarantine', 'budget', 'floor', 'paused', 'outside')
                   THEN 'deferred'
                   WHEN verdict.until < l.date_expire THEN 'deferred'
                   ELSE 'skipped' END,
               reason = CASE WHEN verdict.reason = 'invited' AND made.id IS NULL
                             THEN 'floor' ELSE verdict.reason END,
               date_until = CASE
                   WHEN made.id IS NOT NULL THEN NULL
                   WHEN verdict.reason = 'invited' THEN %(now)s + interval '1 day'
                   WHEN verdict.until <= l.date_expire THEN verdict.until END,
               invitation_id = made.id
          FROM %(verdicts)s verdict
     LEFT JOIN made ON made.source_key = 'ledger:' || verdict.id
         WHERE l.id = verdict.id
        """,
            zones=zones,
            local=local,
            now=scope.now,
            hour=MORNING_HOUR,
            length=MORNING_LENGTH,
            draw=draw,
            lines=LINE,
            verdicts=VERDICT,
            company=scope.company.id,
            user=scope.env.uid,
        )
    )
    return scope.execute(
        SQL(
            """
        SELECT count(*) FROM %s verdict
          JOIN relationship_eligibility l ON l.id = verdict.id WHERE l.outcome = 'invited'
        """,
            VERDICT,
        )
    ).fetchone()[0]


def withdraw(scope):
    """Cancel what is planned for somebody who by now wants nothing or is never asked."""
    p, c = SQL("p"), SQL("c")
    refusals = contact_rules.get_refusals(p, c, scope.today, SQL("i.campaign_id"))
    scope.execute(
        SQL(
            """
        WITH unwanted AS (
            SELECT i.id, %(holdout)s AS holdout
              FROM relationship_invitation i
              JOIN res_partner p ON p.id = i.partner_id
              JOIN res_company c ON c.id = i.company_id
              %(joins)s
             WHERE i.state = 'planned' AND i.company_id = %(company)s AND %(for_good)s
        ), gone AS (
            UPDATE relationship_invitation i SET state = 'cancelled'
              FROM unwanted WHERE i.id = unwanted.id AND i.state = 'planned'
         RETURNING i.id, unwanted.holdout
        )
        UPDATE relationship_eligibility l SET outcome = 'skipped',
               reason = CASE WHEN gone.holdout THEN 'holdout' ELSE 'opted_out' END
          FROM gone WHERE l.invitation_id = gone.id
        """,
            company=scope.company.id,
            holdout=refusals["holdout"],
            joins=contact_rules.sql_joins(p, c),
            for_good=contact_rules.sql_any(refusals, contact_rules.FOR_GOOD),
        )
    )
