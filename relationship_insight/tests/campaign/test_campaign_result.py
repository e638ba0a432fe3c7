from datetime import date, timedelta

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from odoo.addons.relationship_insight.stats import changes

from ..common_note import RELATIONS, STAFF
from .common_result import FIRST, SECOND, ResultCase


@tagged("post_install", "-at_install")
class TestCampaignResult(ResultCase):
    def test_plain_mean_and_index(self):
        self.make_wave(FIRST, answer=lambda i: (10, 8, 2)[i % 3])
        result = self.results(cut="all")
        self.assertEqual((result.n, result.status), (60, "ok"))
        self.assertAlmostEqual(result.mean, 66.7)
        self.assertAlmostEqual(result.recommend, 0)
        self.assertTrue(0 < result.low < result.mean < result.high < 100)

    def test_interval_of_the_index(self):
        """30 promoters, 15 between, 15 detractors. Adjusted Wald adds 3/4, 3/2 and 3/4 of one:
        15 of 63, variance 46.5/63 - (15/63)^2 = 0.6814, and 1.96 sqrt(0.6814/63) to each side.
        """
        self.make_wave(FIRST, answer=lambda i: (10, 10, 8, 2)[i % 4])
        result = self.results(cut="all")
        self.assertAlmostEqual(result.recommend, 25, 1)
        self.assertAlmostEqual(result.recommend_low, 3.4, 1)
        self.assertAlmostEqual(result.recommend_high, 44.2, 1)

    def test_nothing_below_the_floor_is_stored(self):
        self.make_wave(FIRST, people=self.people[:4], answer=lambda i: 1)
        result = self.results(cut="all")
        self.assertEqual(result.status, "suppressed")
        self.assertEqual((result.n, result.mean, result.low, result.recommend), (0, 0, 0, 0))

    def test_a_hidden_group_hides_another(self):
        self.make_wave(FIRST, stratum=lambda i: "a" if i < 4 else "b" if i < 24 else "c")
        cells = {r.cut_value: r for r in self.results(cut="stratum")}
        self.assertEqual(cells["a"].status, "suppressed")
        self.assertEqual(cells["b"].status, "suppressed")
        self.assertEqual((cells["c"].status, cells["c"].n), ("ok", 35))
        grouped = (
            self.env["relationship.campaign.result"]
            .with_user(self.pim)
            ._read_group(
                [("campaign_id", "=", self.campaign.id), ("cut", "=", "stratum")],
                ["cut_value"],
                ["__count"],
            )
        )
        self.assertEqual(len(grouped), 3)
        exported = (
            (cells["a"] + cells["b"])
            .with_user(self.pim)
            .export_data(["cut_value", "n", "mean", "low", "high", "recommend"])["datas"]
        )
        self.assertEqual([row[1:] for row in exported], [[0, 0.0, 0.0, 0.0, 0.0]] * 2)

    def test_few_are_counted_only(self):
        self.make_wave(FIRST, people=self.people[:8])
        result = self.results(cut="all")
        self.assertEqual((result.status, result.n, result.mean), ("insufficient", 5, 0))

    def test_who_is_silent_is_weighed_in(self):
        """Half the people are unhappy and answer four times as seldom: weights put it right."""
        self.make_wave(
            FIRST,
            stratum=lambda i: "happy" if i % 2 else "unhappy",
            answer=lambda i: 10 if i % 2 else (0 if i % 8 == 0 else None),
        )
        result = self.results(cut="all")
        self.assertEqual(result.n, 35)
        self.assertTrue(result.weighted)
        # The last three of 38 wait for the next step of five.
        self.assertAlmostEqual(result.mean, 50, delta=2)
        self.assertLess(result.n_eff, result.n)
        self.assertGreater(result.design_effect, 1)

    def test_same_people_better_both_times(self):
        low = {i: self.random.choice((4, 5, 6)) for i in range(60)}
        self.make_wave(FIRST, answer=lambda i: low[i])
        self.make_wave(SECOND, answer=lambda i: low[i] + 2)
        before, after = self.results(cut="all")
        self.assertFalse(before.moved)
        self.assertEqual((after.moved, after.pairs), ("up", 60))
        self.assertAlmostEqual(after.change, 20)

    def test_no_change_is_said_to_be_none(self):
        answers = [self.random.randint(3, 9) for _i in range(120)]
        self.make_wave(FIRST, people=self.people[:30], answer=lambda i: answers[i])
        self.make_wave(SECOND, people=self.people[30:], answer=lambda i: answers[i + 60])
        self.assertEqual(self.results(cut="all")[1].moved, "same")

    def test_label_and_line_speak_of_the_same_change(self):
        """Those who answer twice are happier; the newcomers aren't, and the line falls."""
        low = {i: self.random.choice((5, 6, 7)) for i in range(60)}
        self.make_wave(FIRST, people=self.people[:30], answer=lambda i: low[i])
        self.make_wave(SECOND, answer=lambda i: low[i] + (i % 3 > 0) if i < 30 else i % 4)
        before, after = self.results(cut="all")
        self.assertAlmostEqual(after.change, after.mean - before.mean, 6)
        self.assertLess(after.change, -15)
        self.assertEqual(after.moved, "down")
        self.assertEqual(after.pairs, 30)
        self.assertAlmostEqual(after.pair_change, 6.7, 4)
        self.assertTrue(after.change_low < after.change < after.change_high < 0)
        self.assertGreater(after.pair_low, 0)

    def test_a_change_too_small_to_matter_is_not_told(self):
        answers = {i: self.random.randint(3, 8) for i in range(60)}
        self.make_wave(FIRST, answer=lambda i: answers[i])
        self.make_wave(SECOND, answer=lambda i: answers[i] + (i % 6 == 0))
        after = self.results(cut="all")[1]
        self.assertAlmostEqual(after.change, 1.7, 4)
        self.assertLess(after.change_p, 0.01)
        self.assertEqual(after.moved, "same")
        self.assertGreaterEqual(after.least_change, 3)

    def test_labels_shown_together_are_adjusted_together(self):
        """A p of .01 is a change by itself, not beside seven measures that didn't move."""

        def tell(values, earlier=()):
            rows = [
                (
                    p,
                    changes.Change(9.0, 1.0, 17.0, p),
                    {"deviation": 20.0, "n_eff": 50.0, "measure_id": self.recommend.id},
                )
                for p in values
            ]
            told = {SECOND: rows, FIRST: [(p, None, None) for p in earlier]}
            self.campaign._tell_changes(told)
            return [vals["moved"] for _p, _change, vals in rows]

        quiet = [0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8]
        self.assertEqual(tell([0.01]), ["up"])
        self.assertEqual(tell([0.01, *quiet])[0], "same")
        self.assertEqual(tell([0.003, *quiet])[0], "up")
        self.assertEqual(tell([0.003, *quiet], earlier=quiet * 5)[0], "same")
        self.assertEqual(tell([0.001, *quiet], earlier=quiet * 5)[0], "up")

    def test_the_first_wave_after_a_closed_one_has_a_change(self):
        self.make_wave(date(2025, 1, 6), answer=lambda i: 3 + i % 3).state = "closed"
        self.assertTrue(self.results(cut="all").final)
        self.make_wave(FIRST, answer=lambda i: 6 + i % 3)
        before, after = self.results(cut="all")
        self.assertTrue(before.final)
        self.assertEqual((after.moved, after.pairs), ("up", 60))

    def test_another_meaning_breaks_the_line(self):
        self.make_wave(FIRST, answer=lambda i: 2)
        same = self.make_version(comparable=True)
        self.make_wave(date(2026, 4, 6), same, answer=lambda i: 3)
        other = self.make_version(comparable=False)
        self.make_wave(SECOND, other, answer=lambda i: 9)
        one, two, three = self.results(cut="all")
        self.assertEqual(one.segment, two.segment)
        self.assertEqual(two.moved, "up")
        self.assertGreater(three.segment, two.segment)
        self.assertFalse(three.moved)

    def test_marked_answers_count_until_they_are_voided(self):
        wave = self.make_wave(
            FIRST, answer=lambda i: 10 if i < 50 else 0, stratum=lambda i: "ab"[i % 2]
        )
        marked = wave.invitation_ids.filtered(lambda v: v.reading_ids.value == 0)
        marked.write({"flag": "burst"})
        everybody = self.results(cut="all")
        self.assertRecordValues(everybody, [{"n": 60, "flagged_count": 10, "mean": 83.3}])
        self.assertEqual(self.results(cut="stratum").mapped("flagged_count"), [5, 5])
        report = self.campaign.with_user(self.pim).get_campaign_report()
        done = report["funnel"][-1]
        self.assertEqual((done["count"], done["marked"]), (60, 10))
        self.assertEqual(wave.invitation_ids.search(done["marked_domain"]), marked)
        (line,) = report["measures"]
        self.assertEqual(line["points"][0]["flagged_count"], 10)
        marked.reading_ids._void("A mistake")
        self.assertRecordValues(
            self.results(cut="all"), [{"n": 50, "flagged_count": 0, "mean": 100}]
        )
        (wave.invitation_ids - marked)[:1].reading_ids._void("A mistake")
        self.assertEqual(self.results(cut="all").n, 45)

    def test_marks_are_hidden_with_their_group_and_step_with_it(self):
        """Of twelve who answered ten count, whoever came first; of four nothing is stored."""
        wave = self.make_wave(
            FIRST, people=self.people[:12], stratum=lambda i: "a" if i < 4 else "b"
        )
        wave.invitation_ids.write({"flag": "speed"})
        self.assertRecordValues(self.results(cut="all"), [{"n": 10, "flagged_count": 10}])
        self.assertEqual(
            [(r.cut_value, r.n, r.flagged_count) for r in self.results(cut="stratum")],
            [("a", 0, 0), ("b", 0, 0)],
        )

    def test_a_closed_wave_stays_as_it_was_when_a_customer_is_erased(self):
        wave = self.make_wave(date(2025, 1, 6), answer=lambda i: i % 11)
        wave.state = "closed"
        before = self.results(cut="all")
        self.assertTrue(before.final)
        figures = before.read(["n", "mean", "low", "high"])
        self.env["relationship.reading"].search([("partner_id", "in", self.people[:20].ids)])._void(
            "Erased"
        )
        self.people[:20].unlink()
        self.assertEqual(self.results(cut="all").read(["n", "mean", "low", "high"]), figures)

    def test_funnel_reconciles_with_rows(self):
        states = ["planned", "sent", "opened", "started", "done", "cancelled", "failed"]
        self.make_wave(FIRST, answer=lambda i: 9 if i % 7 in (3, 4) else None)
        invitations = self.campaign.invitation_ids.sorted("id")
        for i, invitation in enumerate(invitations):
            state = states[i % 7]
            invitation.write(
                {
                    "state": state,
                    "date_sent": False if state == "planned" else invitation.date_sent,
                    "date_open": invitation.date_sent if state == "opened" else False,
                    "date_done": invitation.date_sent if state == "done" else False,
                }
            )
        report = self.campaign.with_user(self.pim).get_campaign_report()
        counts = [stage["count"] for stage in report["funnel"]]
        self.assertEqual(counts, sorted(counts, reverse=True))
        for stage in report["funnel"]:
            self.assertEqual(
                stage["count"],
                self.env["relationship.invitation"].search_count(stage["domain"]),
                stage["stage"],
            )
        self.assertEqual(counts[-1], sum(v.state == "done" for v in invitations))
        self.assertEqual(sum(r["delivered"] for r in report["rates"]["channel"]), counts[2])
        # The campaign, its wave and the report say the same of the same invitations.
        for record in (self.campaign, self.campaign.wave_ids):
            names = ["asked", "sent", "reached", "open", "start", "done"]
            self.assertEqual([record[f"{name}_count"] for name in names], counts)
            self.assertEqual(record.done_share, counts[-1] / counts[2])

    def test_people_asked_in_two_waves_are_counted_once(self):
        self.make_wave(FIRST, people=self.people[:20])
        self.make_wave(FIRST + timedelta(days=30), people=self.people[10:30])
        report = self.campaign.with_user(self.pim).get_campaign_report()
        self.assertEqual((report["funnel"][2]["count"], report["people"]), (40, 30))

    def test_reminders_are_judged_by_all_whom_they_reached(self):
        """Sixty are asked: 20 finish at once, 10 of 40 after a reminder, 6 of 30 after two."""
        wave = self.make_wave(FIRST, answer=lambda i: 9 if i < 36 else None)
        for i, invitation in enumerate(wave.invitation_ids.sorted("id")):
            step = 0 if i < 20 else 1 if i < 30 else 2
            invitation.write({"step": step, "state": "done" if i < 36 else "sent"})
            if i >= 36:
                invitation.date_done = False
        rows = self.campaign.with_user(self.pim).get_campaign_report()["rates"]["step"]
        self.assertEqual(
            [(row["label"], row["delivered"], row["done"]) for row in rows],
            [
                ("Without a reminder", 60, 20),
                ("After the first reminder", 40, 10),
                ("After reminder 2", 30, 6),
            ],
        )
        for row in rows:
            self.assertEqual(
                row["delivered"], self.env["relationship.invitation"].search_count(row["domain"])
            )

    def test_who_may_look(self):
        self.make_wave(FIRST)
        self.campaign._refresh_results()
        staff = new_test_user(self.env, "nid", groups=STAFF)
        for model in ("relationship.campaign.result", "relationship.campaign"):
            with self.assertRaises(AccessError):
                self.env[model].with_user(staff).search([])
        with self.assertRaises(AccessError):
            self.campaign.with_user(staff).get_campaign_report()
        other = self.env["res.company"].create({"name": "Other"})
        lek = new_test_user(
            self.env,
            "lek",
            groups=RELATIONS,
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        self.assertFalse(self.env["relationship.campaign.result"].with_user(lek).search([]))
