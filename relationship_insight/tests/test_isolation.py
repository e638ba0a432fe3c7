import random
from datetime import datetime, timedelta

from odoo.exceptions import AccessError
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from .common_result import FIRST, ResultCase
from .insight_common import InsightCase, unknown

PAIRS = 500
INSIGHT_NOW = "2026-07-20 05:00:00"


@tagged("post_install", "-at_install")
class TestIsolation(ResultCase):
    """Of no two figures shown, at once or one after the other, one person's answer can be had."""

    def shown(self):
        """{(cut, value): (n, mean)} of what is shown."""
        return {
            (result.cut, result.cut_value): (result.n, result.mean)
            for result in self.results() if result.status in ("ok", "low_base", "insufficient")}

    def test_the_rest_of_a_cut(self):
        """60 people, 29 in one group and 30 in the other: the one in neither isn't to be had."""
        self.make_wave(
            FIRST, answer=lambda i: 0 if i == 59 else 10,
            stratum=lambda i: "a" if i < 29 else "b" if i < 59 else False)
        shown = self.shown()
        rest = shown["all", False][0] - sum(
            n for (cut, _value), (n, _mean) in shown.items() if cut == "stratum")
        self.assertTrue(rest == 0 or rest >= 5, rest)
        self.assertEqual({cut for cut, _value in shown} & {"stratum"}, {"stratum"})
        self.assertNotIn(("stratum", False), shown)

    def test_a_running_wave_from_day_to_day(self):
        wave = self.make_wave(FIRST, people=self.people[:30], answer=lambda i: i % 11)
        before, seen = self.shown()["all", False], set()
        for i in range(30, 42):
            moment = datetime.combine(FIRST, datetime.min.time()) + timedelta(days=i)
            invitation = self.env["relationship.invitation"].sudo().create({
                "campaign_id": self.campaign.id, "wave_id": wave.id,
                "version_id": self.version.id, "company_id": self.company.id,
                "partner_id": self.people[i].id, "channel": "email", "lang": "en_US",
                "state": "done", "date_planned": moment, "date_sent": moment,
                "date_start": moment, "date_done": moment})
            self.env["relationship.reading"].create({
                "measure_id": self.recommend.id, "partner_id": self.people[i].id,
                "company_id": self.company.id, "value": 3, "origin": "pulse", "date": moment,
                "invitation_id": invitation.id})
            now = self.shown()["all", False]
            if now[0] == before[0]:
                self.assertEqual(now, before)
            seen.add(now[0] - before[0])
            before = now
        self.assertEqual(seen, {0, 5})

    def test_500_pairs_isolate_nobody(self):
        """Random small waves; any two groups shown, on any two days, differ by nobody or by five.

        Where groups overlap in other ways, adding and taking away whole groups still can't leave
        one person: each counts a multiple of five.
        """
        rng, looks = random.Random(11), []
        for trial in range(4):
            wave = self.make_wave(
                FIRST + timedelta(days=28 * trial), people=self.people[:rng.randint(12, 60)],
                answer=lambda _i: rng.choice((None, *range(11))),
                stratum=lambda _i: rng.choice(("a", "b", "c", False)),
                shop_name=lambda _i: rng.choice(("Here", "There", False)),
                channel=lambda _i: rng.choice(("email", "sms")))
            started = wave.invitation_ids.filtered("date_start")
            for place, invitation in enumerate(started):
                invitation.date_start += timedelta(hours=place)
            for answered in (len(started) // 2, len(started) - 1, len(started)):
                late = started[answered:]
                late.flag = "burst"  # as if these weren't there yet
                for result in self.results(period=wave.date_start):
                    if result.status != "suppressed":
                        looks.append((wave, answered, result.cut, result.cut_value, result.n))
                late.flag = False
        self.assertGreater(len(looks), 30)
        for _pair in range(PAIRS):
            (wave, _day, *one, n), (other, _other_day, *two, m) = (
                rng.choice(looks), rng.choice(looks))
            if wave == other:
                self.assertTrue(n == m or abs(n - m) >= 5, (one, n, two, m))
                self.assertEqual((n % 5, m % 5), (0, 0))


@tagged("post_install", "-at_install")
class TestUnnamed(ResultCase):
    """Answers without a name: counted, never read one by one; words apart from scores."""

    def answer_unnamed(self, count, start=0):
        words = self.env.ref("relationship_insight.measure_m03_why")
        moment = datetime.combine(FIRST, datetime.min.time())
        made = self.env["relationship.reading"]
        for i in range(start, start + count):
            invitation = self.env["relationship.invitation"].sudo().create({
                "campaign_id": self.campaign.id, "version_id": self.version.id,
                "company_id": self.company.id, "channel": "kiosk", "lang": "en_US",
                "state": "done", "date_planned": moment, "date_start": moment,
                "date_done": moment})
            base = {
                "company_id": self.company.id, "origin": "pulse", "date": moment,
                "invitation_id": invitation.id}
            made += self.env["relationship.reading"].create([
                {**base, "measure_id": self.recommend.id, "value": 3},
                {**base, "measure_id": words.id, "text": f"Comment {i:02}"}])
        return made

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_never_one_by_one(self):
        for count in (3, 40):
            readings = self.answer_unnamed(count)
            own = readings.with_user(self.pim)
            for read in (
                lambda r: r.read(["value"]), lambda r: r.read(["text"]),
                lambda r: r.export_data(["value", "text"]), lambda r: r.mapped("score"),
            ):
                with self.assertRaises(AccessError):
                    self.env.invalidate_all()
                    read(own)
            self.assertFalse(own.search([("id", "in", readings.ids)]))
            self.assertFalse(own.search_count([("text", "ilike", "Comment")]))
            groups = own.formatted_read_group(
                [("id", "in", readings.ids)], ["measure_id"], ["__count", "value:avg"])
            self.assertFalse(groups)

    def test_words_apart_from_scores_and_ten_at_a_time(self):
        seen = []
        for _each in range(20):
            self.answer_unnamed(1, start=len(seen))
            self.env.invalidate_all()
            words = self.campaign.with_user(self.pim).anonymous_words or ""
            seen.append(len(words.splitlines()))
        self.assertEqual(seen, [0] * 9 + [10] * 10 + [20])
        self.assertEqual(words.splitlines()[0], "Comment 00")


@tagged("post_install", "-at_install")
@freeze_time(INSIGHT_NOW)
class TestFilters(InsightCase):
    """What a filter leaves out is nobody, or a group that may be shown itself."""

    def make_answers(self, kinds, salespeople=(False,)):
        """One noted feeling of each customer; ``kinds`` says for each whether it's a company."""
        rng = random.Random(3)
        vals = []
        for kind in kinds:
            profile = self.new_customers(
                [unknown("no_attitude")], is_company=kind, user_id=rng.choice(salespeople))
            vals.append({
                "measure_id": self.measures["M02_glad"].id, "company_id": self.company.id,
                "partner_id": profile.commercial_partner_id.id, "value": 2,
                "date": datetime(2026, 5, rng.randint(1, 28))})
        self.env["relationship.reading"].create(vals)

    def shown(self, filters):
        months = self.insight("get_insight_feelings", filters)["months"]
        return next(m for m in months if m["month"] == "2026-05-01")["events"]

    def test_all_minus_persons(self):
        self.company.relationship_minimum_group = 10
        self.make_answers([True] * 8 + [False] * 75)
        self.assertEqual(self.shown({})["n"], 83)
        self.assertEqual(self.shown({"customer_type": "company"})["status"], "suppressed")
        self.assertEqual(
            self.shown({"customer_type": "person"}), {"status": "suppressed", "n": None})

    def test_500_pairs_of_filters(self):
        users = [self._new_user(f"isolated_{n}", "group_relationship_staff").id for n in range(3)]
        rng = random.Random(17)
        self.make_answers([rng.random() < 0.2 for _n in range(70)], (False, *users))
        filters = [
            {"user_id": user, "customer_type": kind}
            for user in (False, *users) for kind in (False, "company", "person")]
        seen = [(each, self.shown(each)) for each in filters]
        self.assertGreater(len([1 for _each, cell in seen if cell["n"]]), 3)
        checked = 0
        for _pair in range(PAIRS):
            (one, few), (two, many) = rng.choice(seen), rng.choice(seen)
            inside = all(two[name] in (False, one[name]) for name in one)
            if inside and few["n"] and many["n"]:
                rest = many["n"] - few["n"]
                self.assertTrue(rest == 0 or rest >= 5, (one, few, two, many))
                checked += 1
        self.assertGreater(checked, 20)
