"""Events: what happened since the last look becomes lines of the ledger, each one once."""

from datetime import timedelta

from odoo.tools import SQL

from ....tools.scope import Scope as Purchases
from ....tools.sql_hash import sql_unit_hash
from ....tools.sql_kept import sql_kept
from ..contact_rules import sql_holdout
from ..relationship_invitation import CONTACT_CHANNELS
from .draw import sql_share, sql_stratum

# Orders made at a till without a network arrive late. Most come within a few days, and once a
# day everything that could still be asked about is looked at.
LOOK_BACK_DAYS = 3
WHOLE_LOOK_HOURS = 24
# What a delivery may take.
DELIVERY_DAYS = 180


def plan_events(scope, campaigns):
    """Write a line into the ledger for each event whose delay is over."""
    for campaign in campaigns.filtered(lambda c: c.kind == "event"):
        if _get_contact_channels(campaign):
            _plan_event(scope, campaign)


def _get_contact_channels(campaign):
    """Return the channels, in order, by which this campaign turns to people."""
    channels = (campaign.channel_1, campaign.channel_2, campaign.channel_3)
    return [channel for channel in channels if channel in CONTACT_CHANNELS]


def _get_window(campaign, now):
    """Return the first and the last moment of the events to look at now."""
    last = now - timedelta(**{campaign.delay_unit: campaign.delay})
    whole = not campaign.date_scanned_whole or (
        now - campaign.date_scanned_whole >= timedelta(hours=WHOLE_LOOK_HOURS)
    )
    first = last - timedelta(days=campaign.wait_days)
    if not whole:
        first = max(first, campaign.date_scanned - timedelta(days=LOOK_BACK_DAYS))
    # What lies before the start of the campaign is nobody's fresh memory.
    return max(first, campaign.date_running or first), last, whole


def _plan_event(scope, campaign):
    now = scope.now
    first, last, whole = _get_window(campaign, now)
    if first >= last:
        return
    scope.execute(
        SQL(
            """
        WITH event AS MATERIALIZED (%(events)s),
        fresh AS MATERIALIZED (
            SELECT event.*, p.commercial_partner_id, %(stratum)s AS stratum,
                   %(holdout)s AS holdout, p.email_normalized
              FROM event
              JOIN res_partner p ON p.id = event.partner_id
              JOIN res_company c ON c.id = %(company)s
             WHERE p.active AND p.partner_share AND p.id IN %(audience)s
               AND NOT EXISTS (
                    SELECT 1 FROM relationship_eligibility known
                     WHERE known.campaign_id = %(campaign)s
                       AND known.event_key = event.event_key)
        ), sized AS (
            SELECT *, count(*) OVER (PARTITION BY stratum) + (
                SELECT count(*) FROM relationship_eligibility known
                 WHERE known.campaign_id = %(campaign)s AND known.date > %(quarter)s
                   AND known.reason != 'holdout'
                   AND known.stratum IS NOT DISTINCT FROM fresh.stratum) AS size
              FROM fresh
        ), shared AS (
            SELECT *, %(share)s AS share, %(draw)s AS number FROM sized
        ), reasoned AS (
            SELECT *, CASE WHEN holdout THEN 'holdout' WHEN number < share THEN 'not_due'
                           ELSE 'not_sampled' END AS reason
              FROM shared
        )
        INSERT INTO relationship_eligibility (
            campaign_id, partner_id, company_id, date, outcome, reason, stratum, event_key,
            order_model, order_id, shop_model, shop_id, staff_id,
            inclusion_probability, date_first, date_until, date_expire)
        SELECT %(campaign)s, partner_id, %(company)s, %(now)s,
               CASE WHEN reason = 'not_due' THEN 'deferred' ELSE 'skipped' END, reason,
               stratum, event_key, order_model, order_id, shop_model, shop_id, staff_id,
               CASE WHEN reason != 'holdout' THEN share END,
               CASE WHEN reason = 'not_due' THEN date + %(delay)s END,
               CASE WHEN reason = 'not_due' THEN date + %(delay)s END,
               CASE WHEN reason = 'not_due' THEN date + %(delay)s + %(wait)s END
          FROM reasoned
        ON CONFLICT DO NOTHING
        """,
            events=EVENTS[campaign.event](scope, campaign, first, last),
            stratum=sql_stratum(campaign, SQL("p")),
            holdout=sql_holdout(SQL("p.commercial_partner_id"), SQL("c")),
            audience=scope.env["res.partner"]._search(campaign._get_audience_domain()).subselect(),
            company=campaign.company_id.id,
            campaign=campaign.id,
            quarter=now - timedelta(days=90),
            share=sql_share(campaign, SQL("size")),
            draw=sql_unit_hash(f"{campaign.seed}:event", SQL("event_key")),
            now=now,
            delay=timedelta(**{campaign.delay_unit: campaign.delay}),
            wait=timedelta(days=campaign.wait_days),
        )
    )
    campaign.write({"date_scanned": last, **({"date_scanned_whole": now} if whole else {})})


def _sql_first_purchase(scope, campaign, first, last):
    return _sql_purchases(
        scope,
        campaign,
        first,
        last,
        SQL("nth = 1"),
        SQL("'first_purchase:' || commercial_partner_id"),
    )


def _sql_sale_confirmed(scope, campaign, first, last):
    return _sql_purchases(
        scope,
        campaign,
        first,
        last,
        SQL("order_model = 'sale.order'"),
        SQL("'sale.order:' || order_id"),
    )


def _sql_pos_order(scope, campaign, first, last):
    return _sql_purchases(
        scope, campaign, first, last, SQL("channel = 'pos'"), SQL("order_model || ':' || order_id")
    )


def _sql_sale_delivered(scope, campaign, first, last):
    return SQL(
        """
        SELECT bought.*, NULL::varchar AS shop_model, NULL::int AS shop_id
          FROM (
            SELECT 'delivered:' || buy.order_id AS event_key, buy.partner_id,
                   so.effective_date AS date, buy.order_model, buy.order_id, buy.staff_id
              FROM (%(buys)s) buy
              JOIN sale_order so ON so.id = buy.order_id
             WHERE buy.order_model = 'sale.order' AND so.delivery_status = 'full'
               AND so.effective_date > %(first)s AND so.effective_date <= %(last)s
          ) bought
        """,
        buys=_sql_buys(scope, campaign, first - timedelta(days=DELIVERY_DAYS)),
        first=first,
        last=last,
    )


def _sql_anniversary(scope, campaign, first, last):
    return _sql_profiles(
        scope,
        campaign,
        first,
        last,
        SQL("'anniversary'"),
        SQL(
            """
        CROSS JOIN LATERAL generate_series(
            EXTRACT(year FROM %(first)s::timestamp)::int - 1,
            EXTRACT(year FROM %(last)s::timestamp)::int) year
        CROSS JOIN LATERAL (
            SELECT profile.first_purchase + make_interval(
                years => year - EXTRACT(year FROM profile.first_purchase)::int) AS date
        ) occasion
        """,
            first=first,
            last=last,
        ),
        SQL("occasion.date > profile.first_purchase"),
    )


def _sql_silence(scope, campaign, first, last):
    return _sql_profiles(
        scope,
        campaign,
        first,
        last,
        SQL("'silence'"),
        SQL(
            """
        CROSS JOIN LATERAL (
            SELECT profile.last_purchase + make_interval(days => %s) AS date
        ) occasion
        """,
            campaign.silence_days,
        ),
        SQL("TRUE"),
    )


def _sql_profiles(scope, campaign, first, last, name, occasion, condition):
    """SQL of dates in the life of a customer. Of a company its first contact is asked."""
    return SQL(
        """
        SELECT %(name)s || ':' || profile.commercial_partner_id || ':' || occasion.date::date
                   AS event_key,
               COALESCE(person.id, profile.commercial_partner_id) AS partner_id,
               occasion.date, NULL::varchar AS order_model, NULL::int AS order_id,
               NULL::varchar AS shop_model, NULL::int AS shop_id, NULL::int AS staff_id
          FROM relationship_profile profile
          %(occasion)s
     LEFT JOIN LATERAL (
            SELECT id FROM res_partner
             WHERE parent_id = profile.commercial_partner_id AND active AND type = 'contact'
          ORDER BY email_normalized IS NULL, id LIMIT 1
          ) person ON TRUE
         WHERE profile.company_id = %(company)s AND %(condition)s
           AND occasion.date > %(first)s AND occasion.date <= %(last)s
        """,
        name=name,
        occasion=occasion,
        condition=condition,
        first=first,
        last=last,
        company=campaign.company_id.id,
    )


def _sql_purchases(scope, campaign, first, last, condition, key):
    """SQL of purchases that were not returned, as events."""
    planner = scope.env["relationship.planner"]
    return SQL(
        """
        SELECT %(key)s AS event_key, partner_id, date, order_model, order_id,
               %(shop_model)s AS shop_model, %(shop)s AS shop_id, staff_id
          FROM (%(buys)s) buy
         WHERE date > %(first)s AND date <= %(last)s AND %(condition)s
        """,
        key=key,
        shop_model=planner._sql_shop_model(),
        shop=planner._sql_shop_id(),
        buys=_sql_buys(scope, campaign, first),
        first=first,
        last=last,
        condition=condition,
    )


def _sql_buys(scope, campaign, since):
    """SQL of every purchase kept by customers who bought since a date; ``nth`` counts them."""
    buyers = SQL(
        """
        SELECT everyone.id FROM res_partner everyone
         WHERE everyone.commercial_partner_id IN (
            SELECT buyer.commercial_partner_id FROM res_partner buyer
             WHERE buyer.id IN (%s))
        """,
        SQL(" UNION ").join(
            scope.env["relationship.planner"]._get_recent_buyers(campaign.company_id, since)
        ),
    )
    return SQL(
        """
        SELECT source.*, p.commercial_partner_id, row_number() OVER (
                   PARTITION BY p.commercial_partner_id ORDER BY source.date, source.id) AS nth
          FROM (%s) source JOIN res_partner p ON p.id = source.partner_id
         WHERE %s
        """,
        scope.env["relationship.purchase"]._purchase_union(
            Purchases(campaign.company_id, partners=buyers)
        ),
        sql_kept(SQL("source")),
    )


def _sql_case_closed(scope, campaign, first, last):
    return scope.env["relationship.planner"]._sql_event_case_closed(
        campaign.company_id, first, last
    )


# Each gives the SQL of its events in a window. Columns: event_key (names the occasion once and
# for all), partner_id, date, order_model, order_id, shop_model, shop_id, staff_id.
EVENTS = {
    "anniversary": _sql_anniversary,
    "case_closed": _sql_case_closed,
    "first_purchase": _sql_first_purchase,
    "pos_order": _sql_pos_order,
    "sale_confirmed": _sql_sale_confirmed,
    "sale_delivered": _sql_sale_delivered,
    "silence": _sql_silence,
}
