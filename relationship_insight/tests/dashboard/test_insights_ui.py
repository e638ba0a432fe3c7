from odoo.tests import HttpCase, tagged

from odoo.addons.web.tests.test_js import unit_test_error_checker

from .common_insights import InsightCase, judged, unknown


@tagged("post_install", "-at_install")
class TestInsightUi(HttpCase, InsightCase):
    def test_tour(self):
        staff = self.measures["M16_staff"].id
        self.new_customers(
            [judged(
                80, 30, "true", (.9, .1, 0, 0), confidence="high", motive_count=1,
                motive_id=staff, motives={str(staff): 1}, relational_share=1)] * 12)
        self.new_customers([judged(80, 30, "true", (.9, .1, 0, 0))], name="Often and attached")
        self.new_customers(
            [judged(20, 1, "low", (0, 0, .1, .9))], name="Rarely and cold", is_company=True)
        profiles = self.new_customers([unknown("no_attitude")] * 3)
        self.calibrate()
        self.env["relationship.reading"].create([
            {
                "measure_id": self.measures["M02_glad"].id,
                "value": 2,
                "partner_id": profile.commercial_partner_id.id,
                "company_id": self.company.id,
            }
            for profile in profiles
        ])
        self.env["relationship.snapshot"].create([
            {
                "commercial_partner_id": profile.commercial_partner_id.id,
                "company_id": self.company.id,
                "date": profile.date,
                "loyalty_class": "unknown",
            }
            for profile in profiles
        ])
        self.start_tour(
            "/odoo/relationship-insights", "relationship_insight", login="insight_manager")

    def test_first_steps(self):
        for company in self.env["res.company"].search([]):  # read, and nothing was found
            company._note_relationship_refresh(self.env.cr.now())
        self.start_tour(
            "/odoo/relationship-insights", "relationship_insight_first", login="insight_manager")

    def test_helpers(self):
        suite = "@relationship_insight"
        job = 0
        for char in suite:
            job = ((job << 5) - job + ord(char)) & 0xFFFFFFFF
        self.browser_js(
            f"/web/tests?headless&loglevel=2&preset=desktop&timeout=15000&id={job:08x}", "", "",
            login="admin", timeout=300, success_signal="[HOOT] Test suite succeeded",
            error_checker=unit_test_error_checker)
