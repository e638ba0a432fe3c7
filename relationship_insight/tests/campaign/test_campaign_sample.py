from odoo.sql_db import db_connect
from odoo.tests import freeze_time, tagged
from odoo.tools import SQL

from ...tools.sql_hash import sql_unit_hash
from .common_campaign import NOW, CampaignCase

PEOPLE = 100_000
FIRST_ID = 1_500_000_000  # fixed, so that the draw is the same in every run
CHI_SQUARED_99 = 21.666  # of 9 degrees of freedom: p > 0.01 below it


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestCampaignSample(CampaignCase):
    """Who is drawn, and who is never asked, has nothing to do with what they spend."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.relationship_holdout_share = 0.05
        cls.company.relationship_holdout_seed = "fixed"
        cls.env.flush_all()
        cls.env.cr.execute("SET LOCAL session_replication_role = replica")
        cls.env.cr.execute(
            SQL(
                """
            INSERT INTO res_partner (id, name, complete_name, active, is_company, type,
                                     autopost_bills, partner_share, commercial_partner_id)
            SELECT %(first)s + i, 'S' || i, 'S' || i, TRUE, FALSE, 'contact', 'ask', TRUE,
                   %(first)s + i
              FROM generate_series(1, %(people)s) i;
            INSERT INTO relationship_profile (commercial_partner_id, company_id, loyalty_class,
                                              spend_12m)
            SELECT %(first)s + i, %(company)s, 'unknown', EXP(8 * %(spend)s)
              FROM generate_series(1, %(people)s) i
            """,
                first=FIRST_ID,
                people=PEOPLE,
                company=cls.company.id,
                spend=sql_unit_hash("spend", SQL("i")),
            )
        )
        cls.env.cr.execute("SET LOCAL session_replication_role = origin")
        # While they are being imported the database believes that there is nobody.
        with db_connect(cls.env.cr.dbname).cursor() as other:
            other.execute("ANALYZE res_partner, relationship_profile")
        cls.env.cr.execute("SET LOCAL statement_timeout = '60s'")
        cls.campaign = cls.make_campaign(run=False, sampling_fraction=0.15, drip_days=30)
        cls.campaign.seed = "fixed"
        cls.campaign.action_start()
        cls.plan_waves(cls.campaign, NOW)
        cls.env.cr.execute("ANALYZE relationship_profile, relationship_eligibility")

    def chi_squared(self, condition):
        """Chi-squared of being chosen against the tenths of spend."""
        rows = self.env.execute_query(
            SQL(
                """
            SELECT count(*), count(*) FILTER (WHERE chosen) FROM (
                SELECT ntile(10) OVER (ORDER BY f.spend_12m, f.id) AS tenth, %s AS chosen
                  FROM relationship_eligibility l
                  JOIN relationship_profile f
                    ON f.commercial_partner_id = l.partner_id AND f.company_id = l.company_id
                 WHERE l.campaign_id = %s
            ) people GROUP BY tenth
            """,
                condition,
                self.campaign.id,
            )
        )
        people, chosen = (sum(column) for column in zip(*rows))
        self.assertEqual((people, len(rows)), (PEOPLE, 10))
        share = chosen / people
        return sum((hit - size * share) ** 2 / (size * share * (1 - share)) for size, hit in rows)

    def test_draw_is_independent_of_spend(self):
        drawn = SQL("l.outcome = 'deferred'")
        self.assertLess(self.chi_squared(drawn), CHI_SQUARED_99)
        self.assertLess(self.chi_squared(SQL("l.reason = 'holdout'")), CHI_SQUARED_99)
        wave = self.campaign.wave_ids
        self.assertAlmostEqual(wave.sample_count / PEOPLE, 0.15 * 0.95, delta=0.004)
        self.assertAlmostEqual(wave.holdout_count / PEOPLE, 0.05, delta=0.003)

    def test_a_draw_that_looks_at_spend_would_be_seen(self):
        biased = SQL("l.outcome = 'deferred' OR (f.spend_12m > 400 AND l.partner_id %% 10 = 0)")
        self.assertGreater(self.chi_squared(biased), CHI_SQUARED_99)

    def test_turns_are_spread_independently_of_spend(self):
        early = SQL("l.date_first < %s", NOW.replace(day=18))
        self.assertLess(self.chi_squared(early), CHI_SQUARED_99)
