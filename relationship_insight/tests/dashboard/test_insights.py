import random
from unittest.mock import patch

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from .common_insights import CLASSES, THETA_YEAR, THRESHOLD, InsightCase, judged, unknown

MATRIX = "odoo.addons.relationship_insight.models.dashboard.relationship_insights_matrix"


def region(matrix, key):
    """Domain of a corner, as the browser builds it."""
    often = ">=" if key in ("true", "spurious") else "<"
    attached = ">=" if key in ("true", "latent") else "<"
    return [
        *matrix["domain"],
        ("attitude_count", ">", 0),
        ("rate_year", often, matrix["x_line"]),
        ("attitude", attached, matrix["y_line"]),
    ]


@tagged("post_install", "-at_install")
class TestInsight(InsightCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        rng = random.Random(11)
        cls.vals = []
        for _number in range(60):
            cut = sorted(rng.random() for _cut in range(3))
            chances = [b - a for a, b in zip([0, *cut], [*cut, 1])]
            cls.vals.append(
                judged(
                    round(rng.uniform(0, 100), 4),
                    round(rng.lognormvariate(2, 1.2), 2),
                    CLASSES[chances.index(max(chances))],
                    [round(c, 6) for c in chances],
                    confidence="medium",
                )
            )
        cls.vals += [
            # On the lines, at the ends, hardly ever, more than daily.
            judged(THRESHOLD, THETA_YEAR, "true", (0.7, 0.1, 0.1, 0.1)),
            judged(THRESHOLD - 0.0001, THETA_YEAR - 0.01, "low", (0.1, 0.1, 0.1, 0.7)),
            judged(100, 500, "true", (1, 0, 0, 0)),
            judged(0, 0, "low", (0, 0, 0, 1)),
            judged(100, 0.01, "latent", (0, 1, 0, 0)),
            # Judged but undecided: it counts for the shares, not for a class.
            judged(66, 12, "unknown", (0.3, 0.3, 0.2, 0.2), unknown_reason="ambiguous"),
            # Answered too long ago: a point, but no share.
            unknown("stale", attitude=80, attitude_count=2, rate_year=20, p_true=0.9),
            # Nobody asked: an attitude of the segment is no answer, so no point.
            unknown("no_attitude", attitude=62, attitude_count=0, rate_year=30),
            unknown("opted_out", rate_year=5),
            unknown(False),
            # Never bought: no rate at all.
            unknown("no_behaviour", attitude=75, attitude_count=1, rate_year=0),
        ]
        cls.profiles = cls.new_customers(cls.vals)
        cls.env.flush_all()
        cls.env.cr.execute(
            "UPDATE relationship_profile SET rate_year = NULL WHERE id = %s", [cls.profiles[-1].id]
        )
        cls.calibrate()

    def test_points_are_the_customers_with_an_attitude(self):
        matrix = self.insight("get_insight_matrix")
        expected = sorted(
            (profile.id, vals["rate_year"], vals["attitude"], vals["loyalty_class"])
            for profile, vals in zip(self.profiles, self.vals)
            if vals.get("attitude_count")
        )
        self.assertEqual(
            [(point[0], point[2], point[3], point[4]) for point in matrix["points"]], expected
        )
        self.assertEqual(len(expected), 68)
        self.assertIsNone(matrix["bins"])
        self.assertEqual((matrix["x_line"], matrix["x_source"]), (THETA_YEAR, "calibration"))
        self.assertEqual(matrix["y_line"], THRESHOLD)

    def test_classes_and_reasons_add_up(self):
        matrix = self.insight("get_insight_matrix")
        for cell in matrix["classes"]:
            self.assertEqual(
                cell["count"],
                sum(vals["loyalty_class"] == cell["key"] for vals in self.vals),
                cell["key"],
            )
        reasons = {cell["key"]: cell["count"] for cell in matrix["unknown"]["reasons"]}
        # Without a reason on record nobody has asked.
        self.assertEqual(
            reasons,
            {"no_attitude": 2, "stale": 1, "no_behaviour": 1, "ambiguous": 1, "opted_out": 1},
        )
        self.assertEqual(matrix["unknown"]["count"], 6)
        self.assertEqual(matrix["total"], len(self.vals))

    def test_every_count_opens_as_many_customers(self):
        """Also with several filters: each count's own domain, as an ordinary user."""
        company = {"is_company": True, "user_id": self.manager.id}
        self.profiles[::2].commercial_partner_id.write(company)
        for filters, cells in (
            (None, 10),
            ({"user_id": self.manager.id, "customer_type": "company"}, 8),
        ):
            matrix = self.insight("get_insight_matrix", filters)
            counted = [*matrix["classes"], matrix["unknown"], *matrix["unknown"]["reasons"]]
            Profile = self.env["relationship.profile"].with_user(self.manager)
            self.assertEqual(
                [Profile.search_count(cell["domain"]) for cell in counted],
                [cell["count"] for cell in counted],
            )
            self.assertEqual(len(counted), cells)

    def test_regions_hold_the_customers_of_the_picture(self):
        matrix = self.insight("get_insight_matrix")
        Profile = self.env["relationship.profile"].with_user(self.manager)
        found = [set(Profile.search(region(matrix, key)).ids) for key in CLASSES]
        for key, ids in zip(CLASSES, found):
            self.assertEqual(
                ids,
                {
                    point[0]
                    for point in matrix["points"]
                    if (point[2] >= THETA_YEAR) == (key in ("true", "spurious"))
                    and (point[3] >= THRESHOLD) == (key in ("true", "latent"))
                },
            )
        self.assertEqual(sum(map(len, found)), len(matrix["points"]))
        self.assertIn(self.profiles[60].id, found[0])
        self.assertIn(self.profiles[61].id, found[3])

    def test_bins_hold_the_points(self):
        points = self.insight("get_insight_matrix")["points"]
        with patch(f"{MATRIX}.POINT_LIMIT", 0):
            matrix = self.insight("get_insight_matrix")
        self.assertIsNone(matrix["points"])
        self.assertEqual(sum(sum(cell["classes"].values()) for cell in matrix["bins"]), len(points))

        def inside(value, edges):
            low, high = edges
            return (low is None or value >= low) and (high is None or value < high)

        Profile = self.env["relationship.profile"].with_user(self.manager)
        for cell in matrix["bins"]:
            held = [p for p in points if inside(p[2], cell["x"]) and inside(p[3], cell["y"])]
            self.assertEqual(
                cell["classes"],
                {key: sum(p[4] == key for p in held) for key in {p[4] for p in held}},
            )
            # No bin crosses a line, and its records are found by its edges.
            for edges, line in ((cell["x"], THETA_YEAR), (cell["y"], THRESHOLD)):
                self.assertFalse(
                    (edges[0] is None or edges[0] < line) and (edges[1] is None or edges[1] > line)
                )
            domain = [("attitude_count", ">", 0)]
            for field, (low, high) in (("rate_year", cell["x"]), ("attitude", cell["y"])):
                domain += [(field, ">=", low)] if low is not None else []
                domain += [(field, "<", high)] if high is not None else []
            self.assertEqual(set(Profile.search(domain).ids), {point[0] for point in held})

    def test_line_falls_back_to_the_target_then_the_median(self):
        self.env["relationship.calibration"].search([("company_id", "=", self.company.id)]).unlink()
        rates = sorted(
            vals["rate_year"]
            for vals in self.vals
            if vals.get("attitude_count") and vals["rate_year"]
        )
        middle = len(rates) // 2
        median = (rates[middle] + rates[~middle]) / 2
        matrix = self.insight("get_insight_matrix")
        self.assertEqual(matrix["x_source"], "median")
        self.assertAlmostEqual(matrix["x_line"], median, delta=0.0051)
        self.company.relationship_target_interval = 73
        matrix = self.insight("get_insight_matrix")
        self.assertEqual((matrix["x_line"], matrix["x_source"]), (5.0, "target"))

    def test_filters(self):
        self.profiles[:4].commercial_partner_id.write({"user_id": self.rep.id, "is_company": True})
        staff = self.env["res.partner"].create({"name": "Insight Staff"})
        self.env["relationship.bond"].create(
            [
                {
                    "commercial_partner_id": profile.commercial_partner_id.id,
                    "company_id": self.company.id,
                    "staff_id": staff.id,
                    "profile_id": profile.id,
                }
                for profile in self.profiles[2:6]
            ]
        )
        for filters, count in (
            ({"user_id": self.rep.id}, 4),
            ({"customer_type": "company"}, 4),
            ({"customer_type": "person"}, len(self.profiles) - 4),
            ({"staff_id": staff.id}, 4),
            ({"staff_id": staff.id, "user_id": self.rep.id}, 2),
        ):
            self.assertEqual(self.insight("get_insight_matrix", filters)["total"], count, filters)
        for wrong in ({"months": 7}, {"customer_type": "x"}, {"user_id": "1 OR 1"}):
            with self.assertRaises(UserError):
                self.insight("get_insight_matrix", wrong)
        options = self.insight("get_insight_options")
        self.assertEqual(options["staff"], [[staff.id, staff.name]])


@tagged("post_install", "-at_install")
class TestInsightAccess(InsightCase):
    def test_staff_see_their_own_customers(self):
        mine = self.new_customers(
            [judged(80, 20, "true", (0.9, 0.1, 0, 0))] * 3, user_id=self.rep.id
        )
        free = self.new_customers([judged(20, 2, "low", (0, 0, 0.1, 0.9))] * 2)
        theirs = self.new_customers(
            [judged(50, 9, "spurious", (0, 0, 0.9, 0.1))] * 4, user_id=self.manager.id
        )
        matrix = self.insight("get_insight_matrix", user=self.rep)
        self.assertEqual({point[0] for point in matrix["points"]}, set((mine + free).ids))
        self.assertEqual(matrix["total"], 5)
        with patch(f"{MATRIX}.POINT_LIMIT", 0):
            matrix = self.insight("get_insight_matrix", user=self.rep)
        self.assertEqual(sum(sum(cell["classes"].values()) for cell in matrix["bins"]), 5)
        self.assertEqual(self.insight("get_insight_matrix")["total"], 5 + len(theirs))
        options = self.insight("get_insight_options", user=self.rep)
        self.assertFalse(options["can_compare"] or options["can_refresh"])
        self.assertTrue(options["own_only"], "their figures are over their own customers")
        self.assertFalse(options["salespeople"] or options["staff"])

    def test_a_contact_out_of_reach_has_no_name(self):
        profiles = self.new_customers([judged(80, 20, "true", (0.9, 0.1, 0, 0))] * 2)
        other = self.env["res.company"].create({"name": "Another Store"})
        profiles[0].commercial_partner_id.company_id = other
        points = self.insight("get_insight_matrix")["points"]
        self.assertEqual(points[0][1], False)
        self.assertEqual(points[0][6], "")
        self.assertEqual(points[1][6], profiles[1].commercial_partner_id.name)

    def test_other_companies_stay_out(self):
        other = self.env["res.company"].create(
            {"name": "Another Store", "relationship_minimum_group": 8}
        )
        self.new_customers([unknown("no_attitude")] * 2)
        self.new_customers([unknown("no_attitude")] * 3, profile_company=other)
        self.assertEqual(self.insight("get_insight_matrix")["total"], 2)
        self.manager.company_ids += other
        both = (
            self.env["relationship.insights"]
            .with_user(self.manager)
            .with_context(allowed_company_ids=(self.company + other).ids)
        )
        self.assertEqual(both.get_insight_matrix()["total"], 5)
        # The strictest of the companies looked at decides.
        self.assertEqual(both.get_insight_options()["floor"], 8)

    def test_no_access_without_the_app(self):
        stranger = self._new_user("insight_stranger", "group_relationship_staff")
        stranger.group_ids = self.env.ref("base.group_user")
        for method in (
            "get_insight_options",
            "get_insight_matrix",
            "get_insight_feelings",
            "get_insight_motives",
            "get_insight_history",
        ):
            with self.assertRaises(AccessError):
                self.insight(method, user=stranger)

    def test_refresh_now(self):
        Insights = self.env["relationship.insights"]
        with self.assertRaises(AccessError):
            Insights.with_user(self.rep).action_refresh_now()
        cron = self.env.ref("relationship_insight.ir_cron_relationship_refresh")
        triggers = self.env["ir.cron.trigger"].search_count([("cron_id", "=", cron.id)])
        Insights.with_user(self.manager).action_refresh_now()
        self.assertEqual(
            self.env["ir.cron.trigger"].search_count([("cron_id", "=", cron.id)]), triggers + 1
        )
        cron.active = False
        with self.assertRaises(UserError):
            Insights.with_user(self.manager).action_refresh_now()
