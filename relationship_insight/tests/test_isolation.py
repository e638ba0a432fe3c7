import random
from datetime import datetime, timedelta
from itertools import combinations

from odoo.exceptions import AccessError
from odoo.tests import freeze_time, tagged
from odoo.tools import mute_logger

from .campaign.common_result import FIRST, ResultCase
from .dashboard.common_insights import InsightCase, unknown

INSIGHT_NOW = "2026-07-20 05:00:00"


@tagged("post_install", "-at_install")
class TestIsolation(ResultCase):
    """Of no two figures shown, at once or one after the other, one person's answer can be had."""

    def shown(self):
        """{(cut, value): (n, mean)} of what is shown."""
        return {
            (result.cut, result.cut_value): (result.n, result.mean)
            for result in self.results()
            if result.status in ("ok", "low_base", "insufficient")
        }

    def test_the_rest_of_a_cut(self):
        """60 people, 29 in one group and 30 in the other: the one in neither isn't to be had."""
        self.make_wave(
            FIRST,
            answer=lambda i: 0 if i == 59 else 10,
            stratum=lambda i: "a" if i < 29 else "b" if i < 59 else False,
        )
        shown = self.shown()
        rest = shown["all", False][0] - sum(
            n for (cut, _value), (n, _mean) in shown.items() if cut == "stratum"
        )
        self.assertTrue(rest == 0 or rest >= 5, rest)
        self.assertEqual({cut for cut, _value in shown} & {"stratum"}, {"stratum"})
        self.assertNotIn(("stratum", False), shown)

    def test_a_running_wave_from_day_to_day(self):
        wave = self.make_wave(FIRST, people=self.people[:30], answer=lambda i: i % 11)
        before, seen = self.shown()["all", False], set()
        for i in range(30, 42):
            moment = datetime.combine(FIRST, datetime.min.time()) + timedelta(days=i)
            invitation = (
                self.env["relationship.invitation"]
                .sudo()
                .create(
                    {
                        "campaign_id": self.campaign.id,
                        "wave_id": wave.id,
                        "version_id": self.version.id,
                        "company_id": self.company.id,
                        "partner_id": self.people[i].id,
                        "channel": "email",
                        "lang": "en_US",
                        "state": "done",
                        "date_planned": moment,
                        "date_sent": moment,
                        "date_start": moment,
                        "date_done": moment,
                    }
                )
            )
            self.env["relationship.reading"].create(
                {
                    "measure_id": self.recommend.id,
                    "partner_id": self.people[i].id,
                    "company_id": self.company.id,
                    "value": 3,
                    "origin": "pulse",
                    "date": moment,
                    "invitation_id": invitation.id,
                }
            )
            now = self.shown()["all", False]
            if now[0] == before[0]:
                self.assertEqual(now, before)
            seen.add(now[0] - before[0])
            before = now
        self.assertEqual(seen, {0, 5})

    def test_subtraction_isolates_nobody(self):
        """Whatever is added and taken away, at once or from one day to the next, for three seeds.

        Known to the test alone is who is counted in each figure: those who answered first, in
        whole fives. No two figures differ by one person, a group in another by fewer than five;
        what cuts leave of everybody is nobody or five; no sum of means of any kind is one answer.
        """
        for wave, seed in enumerate((11, 12, 13)):
            looks = self.watch_wave(random.Random(seed), FIRST + timedelta(days=28 * wave))
            with self.subTest(seed=seed):
                self.assertGreater(len(looks), 10)
                self.check_pairs(looks)
                self.check_partitions(looks)
                self.check_sums(looks)

    def hide_answers(self, invitations, hidden):
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE relationship_reading SET voided = %s, void_reason = 'later'"
            " WHERE invitation_id = ANY(%s)",
            [hidden, invitations.ids],
        )
        self.env.invalidate_all()

    def watch_wave(self, rng, start):
        """{(day, cut, value): (who is counted, mean or None)} of a running wave on four days."""
        wave = self.make_wave(
            start,
            people=self.people[: rng.randint(30, 60)],
            answer=lambda _i: rng.choice((None, *range(11))),
            stratum=lambda _i: rng.choice(("a", "b", "c", False)),
            shop_name=lambda _i: rng.choice(("Here", "There", False)),
            channel=lambda _i: rng.choice(("email", "sms")),
        )
        started = wave.invitation_ids.filtered("date_start").sorted("id")
        for place, invitation in enumerate(started):
            invitation.date_start += timedelta(hours=place)
        looks, half = {}, len(started) // 2
        for day, answered in enumerate((half, half + 1, len(started) - 1, len(started))):
            self.hide_answers(started[answered:], True)  # as if these weren't there yet
            for result in self.results(period=wave.date_start):
                if result.status == "suppressed":
                    continue
                cut, value = result.cut, result.cut_value
                people = [
                    each.partner_id.id
                    for each in started[:answered]
                    if cut == "all" or each[cut] == value
                ]
                self.assertEqual(result.n, len(people) // 5 * 5)
                looks[day, cut, value] = (
                    frozenset(people[: result.n]),
                    result.mean if result.status in ("ok", "low_base") else None,
                )
            self.hide_answers(started[answered:], False)
        return looks

    def check_pairs(self, looks):
        for (one, (few, mean)), (two, (many, other)) in combinations(looks.items(), 2):
            self.assertNotEqual(len(few ^ many), 1, (one, two))
            if few <= many or many <= few:
                self.assertTrue(few == many or len(few ^ many) >= 5, (one, two))
            if few == many:
                self.assertEqual(mean, other, (one, two))

    def check_partitions(self, looks):
        """Everybody on one day less any of the groups of a cut on another day."""
        for (day, cut, _value), (everybody, _mean) in looks.items():
            if cut != "all":
                continue
            for other in range(4):
                for by in ("stratum", "shop_name", "channel", "lang"):
                    groups = [
                        people
                        for (when, name, _v), (people, _m) in looks.items()
                        if (when, name) == (other, by)
                    ]
                    for size in range(1, len(groups) + 1):
                        for some in combinations(groups, size):
                            rest = everybody ^ frozenset().union(*some)
                            self.assertNotEqual(len(rest), 1, (day, other, by))
                            if frozenset().union(*some) <= everybody:
                                self.assertTrue(not rest or len(rest) >= 5, (day, other, by))

    def check_sums(self, looks):
        """No answer is a sum of multiples of the means: eliminate, and look for a lone person."""
        prime, rows = 2**61 - 1, []
        for people, mean in looks.values():
            row = dict.fromkeys(people, 1) if mean is not None else {}
            for pivot, known in rows:
                self._take(row, known, row.get(pivot, 0), prime)
            if row:
                pivot = min(row)
                scale = pow(row[pivot], -1, prime)
                row = {person: value * scale % prime for person, value in row.items()}
                for _pivot, known in rows:
                    self._take(known, row, known.get(pivot, 0), prime)
                rows.append((pivot, row))
        self.assertFalse([row for _pivot, row in rows if len(row) == 1])

    def _take(self, row, other, times, prime):
        for person, value in other.items() if times else ():
            row[person] = (row.get(person, 0) - times * value) % prime
            if not row[person]:
                del row[person]


@tagged("post_install", "-at_install")
class TestUnnamed(ResultCase):
    """Answers without a name: counted, never read one by one; words apart from scores."""

    def answer_unnamed(self, count, start=0):
        words = self.env.ref("relationship_insight.measure_m03_why")
        moment = datetime.combine(FIRST, datetime.min.time())
        made = self.env["relationship.reading"]
        for i in range(start, start + count):
            invitation = (
                self.env["relationship.invitation"]
                .sudo()
                .create(
                    {
                        "campaign_id": self.campaign.id,
                        "version_id": self.version.id,
                        "company_id": self.company.id,
                        "channel": "kiosk",
                        "lang": "en_US",
                        "state": "done",
                        "date_planned": moment,
                        "date_start": moment,
                        "date_done": moment,
                    }
                )
            )
            base = {
                "company_id": self.company.id,
                "origin": "pulse",
                "date": moment,
                "invitation_id": invitation.id,
            }
            made += self.env["relationship.reading"].create(
                [
                    {**base, "measure_id": self.recommend.id, "value": 3},
                    {**base, "measure_id": words.id, "text": f"Comment {i:02}"},
                ]
            )
        return made

    @mute_logger("odoo.addons.base.models.ir_rule")
    def test_never_one_by_one(self):
        for count in (3, 40):
            readings = self.answer_unnamed(count)
            own = readings.with_user(self.pim)
            for read in (
                lambda r: r.read(["value"]),
                lambda r: r.read(["text"]),
                lambda r: r.export_data(["value", "text"]),
                lambda r: r.mapped("score"),
            ):
                with self.assertRaises(AccessError):
                    self.env.invalidate_all()
                    read(own)
            self.assertFalse(own.search([("id", "in", readings.ids)]))
            self.assertFalse(own.search_count([("text", "ilike", "Comment")]))
            groups = own.formatted_read_group(
                [("id", "in", readings.ids)], ["measure_id"], ["__count", "value:avg"]
            )
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

    def make_answers(self, kinds, salespeople=(False,), rng=None):
        """One noted feeling of each customer; ``kinds`` says for each whether it's a company."""
        rng = rng or random.Random(3)
        vals = []
        for kind in kinds:
            profile = self.new_customers(
                [unknown("no_attitude")], is_company=kind, user_id=rng.choice(salespeople)
            )
            vals.append(
                {
                    "measure_id": self.measures["M02_glad"].id,
                    "company_id": self.company.id,
                    "partner_id": profile.commercial_partner_id.id,
                    "value": 2,
                    "date": datetime(2026, 5, rng.randint(1, 28)),
                }
            )
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
            self.shown({"customer_type": "person"}), {"status": "suppressed", "n": None}
        )

    def test_siblings_of_a_small_group(self):
        """Salespeople of 20, 20 and 1: everybody less both of 20 is the last one's answer."""
        users = [self._new_user(f"sibling_{n}", "group_relationship_staff").id for n in range(3)]
        for user, count in zip(users, (20, 20, 1)):
            self.make_answers([False] * count, (user,))
        seen = [self.shown({"user_id": user}) for user in (False, *users)]
        self.assertEqual(seen[0]["n"], 41)
        self.assertEqual([cell["status"] for cell in seen[1:]].count("low_base"), 1)
        self.assertEqual(sum(cell["n"] or 0 for cell in seen[1:]), 20)

    def make_town(self, rng, users):
        """Customers with noted and told feelings of one month, and why they buy."""
        codes = [code for code in self.measures if code.startswith("M01_")]
        vals = []
        for _n in range(rng.randint(50, 70)):
            motives = rng.random() < 0.7
            profile = self.new_customers(
                [
                    unknown(
                        "no_attitude",
                        motive_count=1 if motives else 0,
                        relational_share=rng.random(),
                        loyalty_class=rng.choice(("true", "low", "unknown")),
                    )
                ],
                is_company=rng.random() < 0.3,
                user_id=rng.choices((False, *users), weights=(4, 5, 2, 1))[0],
            )
            base = {
                "company_id": self.company.id,
                "partner_id": profile.commercial_partner_id.id,
                "date": datetime(2026, 5, rng.randint(1, 28)),
            }
            if rng.random() < 0.6:
                glad = {"measure_id": self.measures["M02_glad"].id, "value": rng.randint(1, 3)}
                vals.append({**base, **glad})
            if rng.random() < 0.6:
                vals += [
                    {
                        **base,
                        "measure_id": self.measures[code].id,
                        "value": rng.randint(1, 5),
                        "origin": "survey",
                    }
                    for code in codes
                ]
        self.env["relationship.reading"].create(vals)

    def figures(self, filters):
        """{figure: n shown, None where hidden} of the feelings of a month and of the motives."""
        months = self.insight("get_insight_feelings", filters)["months"]
        month = next(m for m in months if m["month"] == "2026-05-01")
        motives = self.insight("get_insight_motives", filters)
        return {
            **{name: month[name]["n"] for name in ("events", "answers", "balance")},
            "motives": motives["n"],
            **{f"class {cell['key']}": cell["n"] for cell in motives["classes"]},
        }

    def test_500_random_pairs_of_filters(self):
        """No two figures differ by a group too small, nor does all less what is beside it."""
        users = [self._new_user(f"isolated_{n}", "group_relationship_staff").id for n in range(3)]
        filters = [
            {"user_id": user, "customer_type": kind}
            for user in (False, *users)
            for kind in (False, "company", "person")
        ]
        shown = 0
        for seed in (17, 18, 19):
            rng = random.Random(seed)
            self.env["relationship.reading"].search([("company_id", "=", self.company.id)]).unlink()
            self.env["relationship.profile"].search([("company_id", "=", self.company.id)]).unlink()
            self.make_town(rng, users)
            seen = {tuple(each.values()): self.figures(each) for each in filters}
            for _pair in range(500):
                name = rng.choice(list(seen[False, False]))
                one, two = rng.sample(list(seen), 2)
                shown += self.check_pair(name, one, two, seen)
            for name in seen[False, False]:
                for fixed in (False, "company", "person"):
                    self.check_siblings(
                        name, [(user, fixed) for user in users], (False, fixed), seen
                    )
                for user in (False, *users):
                    kinds = [(user, kind) for kind in ("company", "person")]
                    self.check_siblings(name, kinds, (user, False), seen)
        self.assertGreater(shown, 30)

    def check_pair(self, name, one, two, seen):
        """Hold two figures of which one is inside the other; return whether they were."""
        inside = all(wide in (False, narrow) for narrow, wide in zip(one, two))
        few, many = seen[one][name], seen[two][name]
        if not (inside and few and many):
            return False
        self.assertTrue(many - few == 0 or many - few >= 5, (name, one, few, two, many))
        return True

    def check_siblings(self, name, parts, whole_key, seen):
        """All less the groups that are shown is nobody or a group of its own."""
        everybody = seen[whole_key][name]
        shown = [seen[part][name] for part in parts if seen[part][name]]
        if everybody is None or not shown:
            return
        rest = everybody - sum(shown)
        self.assertTrue(rest == 0 or rest >= 5, (name, parts, whole_key, everybody, shown))

    def test_classes_are_no_secret_to_who_sees_them_counted(self):
        """The matrix counts customers whose class its reader may read one by one, and no other.

        So nothing of it is hidden (doc/access.rst): staff see their own customers counted.
        """
        Profile = self.env["relationship.profile"]
        owners = [self.rep.id, self.manager.id]
        for number in range(9):
            self.new_customers(
                [
                    {
                        "loyalty_class": ("true", "low", "unknown")[number % 3],
                        "unknown_reason": number % 3 == 2 and "ambiguous",
                    }
                ],
                user_id=owners[number % 2],
            )
        for user, expected in ((self.rep, 5), (self.manager, 9)):
            found = self.insight("get_insight_matrix", {}, user)
            own = Profile.with_user(user).with_context(allowed_company_ids=self.company.ids)
            read = own.search([]).mapped("loyalty_class")
            self.assertEqual((len(read), found["total"]), (expected, expected))
            for cell in (*found["classes"], {**found["unknown"], "key": "unknown"}):
                self.assertEqual(cell["count"], read.count(cell["key"]), cell["key"])
