import logging
import re

from odoo.tests import HttpCase, tagged

from odoo.addons.web.tests.test_js import unit_test_error_checker

from ..common_calls import recorded
from .common_insights import InsightCase, judged, unknown

_logger = logging.getLogger(__name__)

# Hoot tests of the addon and their assertions; only ever more.
TESTS, ASSERTIONS = 165, 500


@tagged("post_install", "-at_install")
class TestInsightUi(HttpCase, InsightCase):
    def test_tour(self):
        staff = self.measures["M16_staff"].id
        self.new_customers(
            [
                judged(
                    80,
                    30,
                    "true",
                    (0.9, 0.1, 0, 0),
                    confidence="high",
                    motive_count=1,
                    motive_id=staff,
                    motives={str(staff): 1},
                    relational_share=1,
                )
            ]
            * 12
        )
        self.new_customers([judged(80, 30, "true", (0.9, 0.1, 0, 0))], name="Often and attached")
        self.new_customers(
            [judged(20, 1, "low", (0, 0, 0.1, 0.9))], name="Rarely and cold", is_company=True
        )
        profiles = self.new_customers([unknown("no_attitude")] * 3)
        self.calibrate()
        self.env["relationship.reading"].create(
            [
                {
                    "measure_id": self.measures["M02_glad"].id,
                    "value": 2,
                    "partner_id": profile.commercial_partner_id.id,
                    "company_id": self.company.id,
                }
                for profile in profiles
            ]
        )
        self.env["relationship.snapshot"].create(
            [
                {
                    "commercial_partner_id": profile.commercial_partner_id.id,
                    "company_id": self.company.id,
                    "date": profile.date,
                    "loyalty_class": "unknown",
                }
                for profile in profiles
            ]
        )
        with recorded(self.env, "relationship.insights", "get_insight_matrix") as calls:
            self.start_tour(
                "/odoo/relationship-insights", "relationship_insight", login="insight_manager"
            )
        # 17 people and companies; back from the list; one company; back again; two years.
        self.assertEqual(
            [
                (filters["customer_type"], filters["months"], filters["user_id"], answer["total"])
                for _method, (filters,), answer in calls
            ],
            [
                (False, 12, False, 17),
                (False, 12, False, 17),
                ("company", 12, False, 1),
                ("company", 12, False, 1),
                ("company", 24, False, 1),
                ("company", 24, self.manager.id, 0),
            ],
        )

    def test_first_steps(self):
        for company in self.env["res.company"].search([]):  # read, and nothing was found
            company._note_relationship_refresh(self.env.cr.now())
        self.assertFalse(self.company._relationship_to_refresh())
        self.start_tour(
            "/odoo/relationship-insights", "relationship_insight_first", login="insight_manager"
        )
        self.assertEqual(self.company._relationship_to_refresh(), self.company)
        self.assertTrue(
            self.env["ir.cron.trigger"].search_count(
                [
                    (
                        "cron_id",
                        "=",
                        self.env.ref("relationship_insight.ir_cron_relationship_refresh").id,
                    )
                ]
            )
        )

    def test_backend_and_till_javascript(self):
        """Every hoot test of ours, in a browser; an error on its console is a failure, too."""
        suite = "@relationship_insight"
        job = 0
        for char in suite:
            job = ((job << 5) - job + ord(char)) & 0xFFFFFFFF
        with self.assertLogs(self._logger.getChild("browser"), "INFO") as told:
            self.browser_js(
                f"/web/tests?headless&loglevel=2&preset=desktop&timeout=60000&id={job:08x}",
                "",
                "",
                login="admin",
                timeout=300,
                success_signal="[HOOT] Test suite succeeded",
                error_checker=unit_test_error_checker,
            )
        [(passed, assertions)] = re.findall(
            r"\[HOOT\] Passed (\d+) tests \((\d+) assertions", "\n".join(told.output)
        )
        _logger.runbot("hoot: %s tests, %s assertions", passed, assertions)
        # A file that isn't loaded passes as well: there are at least as many as were written.
        self.assertGreaterEqual(int(passed), TESTS)
        self.assertGreaterEqual(int(assertions), ASSERTIONS)
