from datetime import timedelta

from odoo import fields, models
from odoo.tools import SQL

from ...tools.scope import Scope
from ...tools.sql_hash import sql_unit_hash
from .relationship_invitation import CONTACT_CHANNELS

# Orders made at a till without a network arrive late. Most come within a few days, and once a
# day everything that could still be asked about is looked at.
LOOK_BACK_DAYS = 3
WHOLE_LOOK_HOURS = 24
# What a delivery may take.
DELIVERY_DAYS = 180


class RelationshipCampaign(models.Model):
    """Events: what happened since the last look becomes lines of the ledger, each one once."""

    _inherit = "relationship.campaign"

    wait_days = fields.Integer(
        string="Waits at Most (days)", default=45,
        help="Who can't be asked within this time after the event isn't asked about it any more.")
    date_scanned = fields.Datetime(readonly=True, copy=False)
    date_scanned_whole = fields.Datetime(readonly=True, copy=False)

    def _plan_events(self, company, now):
        """Write a line into the ledger for each event whose delay is over."""
        del company
        for campaign in self.filtered(lambda c: c.kind == "event"):
            if campaign._get_contact_channels():
                campaign._plan_event(now)

    def _get_contact_channels(self):
        """Return the channels, in order, by which this campaign turns to people."""
        self.ensure_one()
        channels = (self.channel_1, self.channel_2, self.channel_3)
        return [channel for channel in channels if channel in CONTACT_CHANNELS]

    def _get_event_window(self, now):
        """Return the first and the last moment of the events to look at now."""
        self.ensure_one()
        last = now - timedelta(**{self.delay_unit: self.delay})
        whole = not self.date_scanned_whole or (
            now - self.date_scanned_whole >= timedelta(hours=WHOLE_LOOK_HOURS))
        first = last - timedelta(days=self.wait_days)
        if not whole:
            first = max(first, self.date_scanned - timedelta(days=LOOK_BACK_DAYS))
        # What lies before the start of the campaign is nobody's fresh memory.
        return max(first, self.date_running or first), last, whole

    def _plan_event(self, now):
        self.ensure_one()
        first, last, whole = self._get_event_window(now)
        if first >= last:
            return
        Invitation = self.env["relationship.invitation"]
        self.env.cr.execute(SQL(
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
            events=self._sql_events(first, last),
            stratum=self._sql_stratum(SQL("p")),
            holdout=Invitation._sql_holdout(SQL("p.commercial_partner_id"), SQL("c")),
            audience=self.env["res.partner"]._search(self._get_audience_domain()).subselect(),
            company=self.company_id.id,
            campaign=self.id,
            quarter=now - timedelta(days=90),
            share=self._sql_share(SQL("size")),
            draw=sql_unit_hash(f"{self.seed}:event", SQL("event_key")),
            now=now,
            delay=timedelta(**{self.delay_unit: self.delay}),
            wait=timedelta(days=self.wait_days)))
        self.write({
            "date_scanned": last, **({"date_scanned_whole": now} if whole else {})})

    def _sql_events(self, first, last):
        """SQL of this campaign's events in a window.

        Columns: event_key (names the occasion once and for all), partner_id, date, order_model,
        order_id, shop_model, shop_id, staff_id.
        """
        self.ensure_one()
        return getattr(self, f"_sql_event_{self.event}")(first, last)

    def _sql_event_first_purchase(self, first, last):
        return self._sql_event_purchases(first, last, SQL("nth = 1"), SQL(
            "'first_purchase:' || commercial_partner_id"))

    def _sql_event_sale_confirmed(self, first, last):
        return self._sql_event_purchases(
            first, last, SQL("order_model = 'sale.order'"), SQL("'sale.order:' || order_id"))

    def _sql_event_pos_order(self, first, last):
        return self._sql_event_purchases(
            first, last, SQL("channel = 'pos'"), SQL("order_model || ':' || order_id"))

    def _sql_event_sale_delivered(self, first, last):
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
            buys=self._sql_buys(first - timedelta(days=DELIVERY_DAYS)), first=first, last=last)

    def _sql_event_case_closed(self, first, last):
        """Hook: whoever keeps cases gives those closed in the window; without any, none."""
        del first, last
        return SQL(
            """
            SELECT NULL::varchar AS event_key, NULL::int AS partner_id, NULL::timestamp AS date,
                   NULL::varchar AS order_model, NULL::int AS order_id,
                   NULL::varchar AS shop_model, NULL::int AS shop_id, NULL::int AS staff_id
             WHERE FALSE
            """)

    def _sql_event_anniversary(self, first, last):
        return self._sql_event_profiles(first, last, SQL("'anniversary'"), SQL(
            """
            CROSS JOIN LATERAL generate_series(
                EXTRACT(year FROM %(first)s::timestamp)::int - 1,
                EXTRACT(year FROM %(last)s::timestamp)::int) year
            CROSS JOIN LATERAL (
                SELECT profile.first_purchase + make_interval(
                    years => year - EXTRACT(year FROM profile.first_purchase)::int) AS date
            ) occasion
            """, first=first, last=last), SQL("occasion.date > profile.first_purchase"))

    def _sql_event_silence(self, first, last):
        return self._sql_event_profiles(first, last, SQL("'silence'"), SQL(
            """
            CROSS JOIN LATERAL (
                SELECT profile.last_purchase + make_interval(days => %s) AS date
            ) occasion
            """, self.silence_days), SQL("TRUE"))

    def _sql_event_profiles(self, first, last, name, occasion, condition):
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
            name=name, occasion=occasion, condition=condition, first=first, last=last,
            company=self.company_id.id)

    def _sql_event_purchases(self, first, last, condition, key):
        """SQL of purchases that were not returned, as events."""
        return SQL(
            """
            SELECT %(key)s AS event_key, partner_id, date, order_model, order_id,
                   %(shop_model)s AS shop_model, %(shop)s AS shop_id, staff_id
              FROM (%(buys)s) buy
             WHERE date > %(first)s AND date <= %(last)s AND %(condition)s
            """,
            key=key, shop_model=self._sql_shop_model(), shop=self._sql_shop_id(),
            buys=self._sql_buys(first), first=first, last=last, condition=condition)

    def _sql_buys(self, since):
        """SQL of every purchase kept by customers who bought since a date; ``nth`` counts them."""
        buyers = SQL(
            """
            SELECT everyone.id FROM res_partner everyone
             WHERE everyone.commercial_partner_id IN (
                SELECT buyer.commercial_partner_id FROM res_partner buyer
                 WHERE buyer.id IN (%s))
            """, SQL(" UNION ").join(self._get_recent_buyers(since)))
        return SQL(
            """
            SELECT source.*, p.commercial_partner_id, row_number() OVER (
                       PARTITION BY p.commercial_partner_id ORDER BY source.date, source.id) AS nth
              FROM (%s) source JOIN res_partner p ON p.id = source.partner_id
             WHERE NOT source.is_refund AND source.net_amount > 0.005
            """,
            self.env["relationship.purchase"]._purchase_union(
                Scope(self.company_id, partners=buyers)))

    def _get_recent_buyers(self, since):
        """Return SELECTs of contacts with orders since a date. Other sources add theirs."""
        return [SQL(
            "SELECT partner_id FROM sale_order WHERE date_order >= %s AND company_id = %s",
            since, self.company_id.id)]

    def _sql_shop_model(self):
        """Hook: SQL of the model of the shop of a purchase (``buy``)."""
        return SQL("NULL::varchar")

    def _sql_shop_id(self):
        """Hook: SQL of the id of the shop of a purchase (``buy``)."""
        return SQL("NULL::int")
