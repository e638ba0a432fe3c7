from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Command

from .cast import (
    BAD_FEELINGS,
    GOOD_FEELINGS,
    PROMISES,
    RIVALS,
    TALKS,
    WHY_COLD,
    WHY_FOND,
)

MOTIVES = (
    "location",
    "convenience",
    "price",
    "promotion",
    "assortment",
    "quality",
    "habit",
    "only",
    "staff",
    "friend",
    "trust",
    "atmosphere",
)
# Every answer has the core; one of these blocks is added by turns.
BLOCKS = (
    ("M07_tell", "M07_self", "M07_bring", "M16_stay"),
    ("M10_promise", "M10_honest", "M10_side", "M11A_last", "M11A_care", "M04"),
    tuple(f"M16_{motive}" for motive in MOTIVES),
)
RAPPORT = ("M08E_pleasure", "M08E_lighter", "M08P_understand", "M08P_person")


class RelationshipDemo(models.AbstractModel):
    _inherit = "relationship.demo"

    @api.model
    def _create_answers(self, customers, staff):
        """Create what the customers answered in each round, and at the till in between."""
        measures = {
            measure.code: measure for measure in self.env["relationship.measure"].search([])
        }
        rivals = self.env["relationship.competitor"].search(
            [("company_id", "=", self.env.company.id), ("name", "in", list(RIVALS))]
        )
        vals_list = []
        for number, (plan, partner) in enumerate(customers):
            people = partner.child_ids or partner
            for turn, day in enumerate(plan.answers):
                person = people[turn % len(people)]
                answer = Answer(plan, person, measures, self._demo_time(day, plan.rng), day)
                answer.add_core(rivals)
                answer.add_block(BLOCKS[(number + turn) % len(BLOCKS)])
                if plan.persona.talks >= 0.5:
                    answer.add_rapport(staff[plan.persona.staff].partner_id)
                vals_list += answer.vals_list
            vals_list += self._prepare_till_feelings(plan, partner, measures)
        return self.env["relationship.reading"].create(vals_list)

    @api.model
    def _prepare_till_feelings(self, plan, partner, measures):
        """Faces tapped at the till after one visit in nine."""
        vals_list = []
        for day in [] if plan.is_company else plan.purchases[4::9]:
            good = plan.rng.random() < plan.warmth(day)
            code = plan.rng.choice(GOOD_FEELINGS if good else BAD_FEELINGS)
            vals_list.append(
                {
                    "measure_id": measures[f"M02_{code}"].id,
                    "value": plan.rng.randint(1, 3),
                    "partner_id": partner.id,
                    "date": self._demo_time(day, plan.rng),
                    "origin": "pos",
                    "channel": "store",
                }
            )
        return vals_list

    @api.model
    def _create_conversations(self, customers, staff):
        """Create the talks, each under the name of who had it."""
        feelings = {
            measure.code: measure.id
            for measure in self.env["relationship.measure"].search([("parent_id.code", "=", "M02")])
        }
        by_login = {}
        for plan, partner in customers:
            login = plan.persona.staff or "cashier"
            by_login.setdefault(login, []).extend(
                self._prepare_talk(plan, partner, day, feelings) for day in plan.talks
            )
        by_login.setdefault("seller", []).extend(self._prepare_small_talk(customers))
        for login, vals_list in by_login.items():
            vals_list.sort(key=lambda vals: vals["date"])
            self._add_promises(vals_list, login)
            self.env["relationship.note"].with_user(staff[login]).create(vals_list)

    @api.model
    def _prepare_talk(self, plan, partner, day, feelings):
        rng = plan.rng
        warm = rng.random() < plan.warmth(day)
        purpose = rng.choice(
            ("listen", "listen", "care", "sell", "solve")
            if warm
            else ("sell", "sell", "solve", "complaint")
        )
        words = {"sell": "haggle", "solve": "trouble"}.get(purpose, purpose)
        channel, summary = self._pick_words(rng, plan, purpose if warm else words)
        codes = rng.sample(GOOD_FEELINGS if warm else BAD_FEELINGS, rng.choice((1, 1, 2)))
        people = partner.child_ids or partner
        return {
            "partner_id": rng.choice(people).id,
            "date": self._demo_time(day, rng),
            "channel": channel,
            "purpose": purpose,
            "initiator": "staff" if channel in ("call_out", "visit") else "customer",
            "duration": rng.randint(3, 25),
            "summary": summary,
            "visibility": "team" if rng.random() < 0.15 else "company",
            "feeling_ids": [Command.set([feelings[f"M02_{code}"] for code in codes])],
        }

    @api.model
    def _prepare_small_talk(self, customers):
        """The seller who is silent with growing customers does talk with the others, and once
        with two of these."""
        silent = [plan for plan, _partner in customers if plan.persona.key == "silent"]
        days = {
            "lapsed": ((12, "listen"), (55, "sell"), (90, "care"), (140, "sell")),
            "spurious": ((12, "listen"), (55, "sell"), (90, "care"), (140, "sell")),
        }
        talks = [
            (plan, partner, day, purpose)
            for plan, partner in customers
            if plan.is_company
            for day, purpose in (
                ((37, "sell"),) if plan in silent[:2] else days.get(plan.persona.key, ())
            )
        ]
        return [
            {
                "partner_id": partner.id,
                "date": self._demo_time(day, plan.rng),
                "channel": channel,
                "purpose": purpose,
                "initiator": "staff",
                "duration": 8,
                "summary": summary,
            }
            for plan, partner, day, purpose in talks
            for channel, summary in [self._pick_words(plan.rng, plan, purpose, "call_out")]
        ]

    @api.model
    def _pick_words(self, rng, plan, key, channel=None):
        """Return where it was said and what: words that fit the customer and the place."""
        channels, summary = rng.choice(
            [
                (channels, text)
                for company, channels, text in TALKS[key]
                if company in (None, plan.is_company) and (not channel or channel in channels)
            ]
        )
        places = [place for place in channels if not (plan.is_company and place == "store")]
        return channel or rng.choice(places), summary

    @api.model
    def _add_promises(self, vals_list, login):
        """Some talks ended with a promise: the latest ones are due or late, others settled."""
        for number, vals in enumerate(vals_list[:-4][-45::3] if login != "cashier" else []):
            vals["promise"] = PROMISES[number % len(PROMISES)]
            vals["promise_date"] = vals["date"].date() + timedelta(days=7)
        today = fields.Date.context_today(self)
        for number, vals in enumerate(vals_list[-4:] if login != "cashier" else []):
            vals["promise"] = PROMISES[(number + len(login)) % len(PROMISES)]
            vals["promise_date"] = today + timedelta(days=3 * number - 3)


class Answer:
    """The readings of one customer in one round of questions."""

    def __init__(self, plan, person, measures, date, day):
        self.rng = plan.rng
        self.persona = plan.persona
        self.warmth = plan.warmth(day)
        self.measures = measures
        self.vals_list = []
        self.base = {"partner_id": person.id, "date": date, "origin": "survey", "channel": "email"}

    def add(self, code, level, **more):
        """Add a reading at ``level`` (0 to 1) of the measure's scale, give or take a little."""
        measure = self.measures[code]
        level = min(1, max(0, level + self.rng.gauss(0, 0.06)))
        value = measure.scale_min + round(level * (measure.scale_max - measure.scale_min))
        self.vals_list.append({**self.base, "measure_id": measure.id, "value": value, **more})

    def add_core(self, rivals):
        """Feelings, our index of recommending, and us next to the other stores."""
        for code in GOOD_FEELINGS:
            self.add(f"M01_{code}", self.warmth)
        for code in BAD_FEELINGS:
            self.add(f"M01_{code}", 0.8 * (1 - self.warmth))
        self.add("M03", self.warmth)
        self.add("M13", self.warmth)
        for rival in rivals:
            self.add("M13", self.persona.rival - 0.1 * self.rng.random(), competitor_id=rival.id)
        if self.rng.random() < 0.25:
            self.vals_list.append(
                {
                    **self.base,
                    "measure_id": self.measures["M03_why"].id,
                    "text": self.rng.choice(WHY_FOND if self.warmth > 0.6 else WHY_COLD),
                }
            )

    def add_block(self, codes):
        """One of the blocks asked by turns; the motives' tokens add up to ten."""
        tokens = self._deal_tokens()
        for code in codes:
            motive = code.removeprefix("M16_")
            if motive in MOTIVES:
                self.vals_list.append(
                    {
                        **self.base,
                        "measure_id": self.measures[code].id,
                        "value": tokens.get(motive, 0),
                    }
                )
            elif motive == "stay":
                self.add(code, (self.persona.stay - 1) / 4)
            else:
                self.add(code, self.warmth)

    def add_rapport(self, staff):
        """How they get along with the person who looks after them."""
        for code in RAPPORT:
            self.add(code, self.warmth, staff_id=staff.id)

    def _deal_tokens(self):
        """Their kind's ten tokens, one of them moved to another reason."""
        tokens = dict(self.persona.motives)
        giver = self.rng.choice([motive for motive, count in tokens.items() if count > 1])
        taker = self.rng.choice(MOTIVES)
        tokens[giver] -= 1
        tokens[taker] = tokens.get(taker, 0) + 1
        return tokens
