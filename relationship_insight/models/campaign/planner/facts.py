"""What the decision knows: the lines whose turn it is, and when these people were asked last.

A person is an e-mail address, or a contact without one: two contacts who share an address
are one person, who must not be asked twice.
"""

from datetime import timedelta

from odoo.tools import SQL

from ....tools.scope import Scope as Purchases
from ....tools.sql_kept import sql_kept
from .. import contact_rules
from ..relationship_invitation import IGNORED
from .scope import FACT, LINE, OWN, PEOPLE, TOUCH

IGNORED_AFTER_DAYS = 14


def collect_lines(scope):
    """Put the lines of the ledger whose turn it is into a table of this transaction.

    :return: their number
    """
    p, c = SQL("p"), SQL("c")
    return scope.store(
        LINE,
        SQL(
            """
        SELECT l.id, l.campaign_id, l.wave_id, l.partner_id, l.date_first, l.date_expire,
               l.reason AS reason_before, l.order_model, l.order_id, l.shop_model, l.shop_id,
               l.staff_id, l.stratum, l.inclusion_probability,
               COALESCE(p.email_normalized, 'contact ' || p.id) AS person,
               p.commercial_partner_id, p.email_normalized AS email,
               p.phone_sanitized AS phone, COALESCE(wish.lang, p.lang) AS lang, p.tz,
               cam.kind, cam.link_days, cam.gap_invited_days, cam.gap_answered_days,
               substr(cam.priority, 1, 1)::int AS rank, ver.id AS version_id,
               ver.asks_emotion_frequency AS emotion, ins.is_relationship AS relationship,
               wish.paused_until,
               CASE wish.pace WHEN 'half' THEN 2 WHEN 'quarter' THEN 4 ELSE 1 END AS pace,
               %(holdout)s AS holdout, %(archived)s OR %(opted_out)s AS opted_out,
               %(paused)s AS paused, %(blacklisted)s AS blacklisted, %(channel)s AS channel,
               profile.first_purchase, profile.last_purchase, FALSE AS undone
          FROM relationship_eligibility l
          JOIN relationship_campaign cam ON cam.id = l.campaign_id AND cam.state = 'running'
          JOIN relationship_instrument ins ON ins.id = cam.instrument_id
     LEFT JOIN relationship_wave wave ON wave.id = l.wave_id
     LEFT JOIN relationship_instrument_version live
            ON live.instrument_id = ins.id AND live.state = 'live'
          JOIN relationship_instrument_version ver
            ON ver.id = COALESCE(wave.version_id, live.id)
          JOIN res_partner p ON p.id = l.partner_id
          JOIN res_company c ON c.id = l.company_id
     LEFT JOIN relationship_profile profile
            ON profile.commercial_partner_id = p.commercial_partner_id
           AND profile.company_id = l.company_id
         %(joins)s
         WHERE l.company_id = %(company)s AND l.outcome = 'deferred'
           AND l.date_until <= %(now)s
        """,
            **contact_rules.get_refusals(p, c, scope.today, SQL("cam.id")),
            joins=contact_rules.sql_joins(p, c),
            **_get_channels(scope.env, p),
            company=scope.company.id,
            now=scope.now,
        ),
    )


def _get_channels(env, partner):
    """Return the SQL of the first channel that reaches a contact, and of whether one is blocked.

    Their own wish comes before what the campaign tries.
    """
    reached, blocked = [], []
    for channel in (
        SQL("wish.channel"),
        SQL("cam.channel_1"),
        SQL("cam.channel_2"),
        SQL("cam.channel_3"),
    ):
        refusals = contact_rules.get_address_refusals(partner, channel)
        tried = SQL(
            "(%(channel)s IN ('email', 'link', 'portal') OR %(channel)s = 'sms' AND %(sms)s)",
            channel=channel,
            sms="sms.sms" in env,
        )
        reached.append(
            SQL("WHEN %s AND NOT %s THEN %s", tried, contact_rules.sql_any(refusals), channel)
        )
        blocked.append(
            SQL("%s IS TRUE AND %s", tried, contact_rules.sql_any(refusals, ("blocked", "bounced")))
        )
    return {
        "channel": SQL("CASE %s END", SQL(" ").join(reached)),
        "blacklisted": SQL("(%s)", SQL(" OR ").join(blocked)),
    }


def collect_facts(scope):
    """Put what these people were asked and answered so far into tables, one line each."""
    Invitation = scope.env["relationship.invitation"]
    scope.store(
        PEOPLE,
        SQL(
            """
        SELECT p.id, person FROM res_partner p
          JOIN (SELECT DISTINCT person FROM %(line)s) due
            ON due.person = COALESCE(p.email_normalized, 'contact ' || p.id)
        """,
            line=LINE,
        ),
    )
    scope.store(
        TOUCH,
        SQL(
            """
        SELECT people.person, i.campaign_id, i.company_id = %(company)s AS own,
               %(contact)s AS contact, i.date_planned,
               CASE WHEN %(contact)s THEN %(touched)s END AS touched,
               GREATEST(i.date_start, i.date_done) AS answered,
               ver.asks_emotion_frequency AS emotion, ins.is_relationship AS relationship,
               i.state IN %(ignored_states)s
                   AND i.date_start IS NULL AND i.date_planned < %(ignored)s
                   AND i.date_planned > COALESCE(w.date_wished, '-infinity') AS ignored
          FROM %(people)s people
          JOIN relationship_invitation i ON i.partner_id = people.id
          JOIN relationship_instrument_version ver ON ver.id = i.version_id
          JOIN relationship_instrument ins ON ins.id = ver.instrument_id
     LEFT JOIN relationship_contact_preference w
            ON w.partner_id = people.id AND w.company_id = %(company)s
         UNION ALL
        SELECT people.person, NULL, other.company_id = %(company)s, TRUE, other.touched,
               other.touched, other.answered, FALSE, FALSE, FALSE
          FROM %(people)s people JOIN (%(others)s) other ON other.partner_id = people.id
        """,
            people=PEOPLE,
            others=scope.env["relationship.planner"]._sql_asked_elsewhere(),
            company=scope.company.id,
            contact=Invitation._sql_contact(SQL("i")),
            touched=Invitation._sql_last_touch(SQL("i")),
            ignored_states=IGNORED,
            ignored=scope.now - timedelta(days=IGNORED_AFTER_DAYS),
        ),
    )
    scope.store(
        FACT,
        SQL(
            """
        SELECT person, MAX(touched) AS touched_anywhere,
               MAX(touched) FILTER (WHERE own) AS touched,
               MAX(answered) FILTER (WHERE own) AS answered,
               MAX(GREATEST(touched, answered)) FILTER (WHERE own AND relationship)
                   AS relationship,
               MAX(GREATEST(touched, answered)) FILTER (WHERE own AND emotion) AS emotion,
               MAX(date_planned) FILTER (WHERE own AND contact AND nth = %(budget)s)
                   AS budget,
               COUNT(*) FILTER (WHERE own AND contact AND ignored
                   AND date_planned > COALESCE(heard, '-infinity')) AS ignored
          FROM (
            SELECT *, row_number() OVER (
                          PARTITION BY person, own AND contact ORDER BY date_planned DESC
                      ) AS nth,
                   MAX(date_planned) FILTER (WHERE own AND answered IS NOT NULL)
                       OVER (PARTITION BY person) AS heard
              FROM %(touch)s
          ) touch
      GROUP BY person
        """,
            touch=TOUCH,
            budget=scope.company.relationship_budget_invitations,
        ),
    )
    scope.store(
        OWN,
        SQL(
            """
        SELECT person, campaign_id, MAX(touched) AS touched, MAX(answered) AS answered
          FROM %(touch)s GROUP BY person, campaign_id
        """,
            touch=TOUCH,
        ),
    )


def mark_undone(scope):
    """Mark lines that waited, and whose purchase was returned or cancelled meanwhile."""
    Purchase = scope.env["relationship.purchase"]
    buyers = SQL(
        """
        SELECT DISTINCT partner_id FROM %s
         WHERE order_id IS NOT NULL AND reason_before != 'not_due'
        """,
        LINE,
    )
    if not scope.execute(SQL("%s LIMIT 1", buyers)).fetchone():
        return
    scope.execute(
        SQL(
            """
        WITH kept AS MATERIALIZED (
            SELECT order_model, order_id FROM (%(purchases)s) source
             WHERE %(kept)s
        )
        UPDATE %(line)s line SET undone = TRUE
         WHERE line.reason_before != 'not_due'
           AND line.order_model IN %(known)s
           AND NOT EXISTS (
            SELECT 1 FROM kept WHERE kept.order_model = line.order_model
               AND kept.order_id = line.order_id)
        """,
            line=LINE,
            purchases=Purchase._purchase_union(Purchases(scope.company, partners=buyers)),
            kept=sql_kept(SQL("source")),
            known=tuple(Purchase._get_order_models()),
        )
    )
