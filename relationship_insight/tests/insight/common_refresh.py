"""Every figure of a profile from the evidence as people read it, with the formulas of ``stats``.

Nothing here shares a line with the SQL of the refresh: orders, readings and conversations are
read by the ORM, grouped in plain Python, and handed to the reference formulas.
"""

from collections import defaultdict

import pytz

from odoo.addons.relationship_insight.stats import (
    attitude,
    bgnbd,
    bond,
    classify,
    gaps,
    motives,
    ranks,
    rate,
    scales,
    shrinkage,
)

POINTS = {
    "Q": "points_rapport",
    "I": "points_intensity",
    "R": "points_recency",
    "L": "points_listening",
    "M": "points_mutuality",
    "Dn": "points_duration",
    "N": "points_knowledge",
    "cap": "points_cap",
}
DIRECT = {"survey", "pulse", "interview", "import"}
SCALES = ("M03", "M04", "M07", "M10", "M11A", "M13", "M16_stay")
MOTIVE_NAMES = {"only": "only_option"}


class Oracle:
    """What the refresh must find for one company on one day."""

    def __init__(self, env, company, asof, params):
        self.env = env(su=True, context={"active_test": False})
        self.company, self.asof, self.params = company, asof, params
        calendar = company.resource_calendar_id
        self.zone = pytz.timezone(calendar.tz or company.partner_id.tz or "UTC")
        self.attitude_half_life = company.relationship_attitude_half_life
        self.items_by_tag = defaultdict(list)

    def day(self, moment):
        return pytz.utc.localize(moment).astimezone(self.zone).date()

    def age(self, day):
        return (self.asof - day).days

    # ------------------------------------------------------------
    # Purchases
    # ------------------------------------------------------------

    def purchases(self):
        """{customer id: {day: [spend, visit]}}"""
        result = defaultdict(lambda: defaultdict(lambda: [0.0, False]))
        for row in self.env["relationship.purchase"].search(
            [("company_id", "=", self.company.id), ("partner_id", "!=", False)]
        ):
            day = self.day(row.date)
            if day <= self.asof:
                entry = result[row.commercial_partner_id.id][day]
                entry[0] += row.amount
                entry[1] |= row.is_visit
        return result

    def discounts(self):
        """{customer id: money let off}"""
        result = defaultdict(float)
        for line in self.env["sale.order.line"].search(
            [
                ("order_id.company_id", "=", self.company.id),
                ("state", "=", "sale"),
                ("discount", ">", 0),
            ]
        ):
            if self.day(line.order_id.date_order) > self.asof:
                continue
            full = line.price_unit * line.product_uom_qty
            off = (
                full
                if line.discount == 100
                else (line.price_total / (1 - line.discount / 100) - line.price_total)
            )
            result[line.order_id.partner_id.commercial_partner_id.id] += off / (
                line.order_id.currency_rate or 1
            )
        return result

    def behaviour(self):
        """{customer id: figures}"""
        result = {}
        discounts = self.discounts()
        for customer, days in self.purchases().items():
            spend = sum(amount for amount, _visit in days.values())
            year = sum(amount for day, (amount, _visit) in days.items() if self.age(day) < 365)
            values = {
                "spend_total": spend,
                "spend_12m": year,
                "purchase_days": 0,
                "promo_share": discounts[customer] / (discounts[customer] + max(spend, 0))
                if discounts[customer] + max(spend, 0)
                else 0,
            }
            visits = sorted(day for day, (_amount, visit) in days.items() if visit)
            if visits:
                values |= self._rhythm(visits, spend)
            result[customer] = values
        self._rank(result)
        return result

    def _rhythm(self, visits, spend):
        params = self.params
        numbers = [day.toordinal() for day in visits]
        now = self.asof.toordinal()
        seen = rate.exposure(numbers, now, params["half_life"])
        nbd = params["r"], params["alpha"]
        rhythm = gaps.gap_statistics(numbers, now)
        values = {
            "purchase_days": len(visits),
            "first_purchase": visits[0],
            "last_purchase": visits[-1],
            "tenure_days": seen.T,
            "recency_days": rhythm.recency,
            "spend_per_day": spend / len(visits),
            "x_weighted": seen.x_w,
            "t_weighted": seen.T_w,
            "rate": rate.purchase_rate(seen.x_w, seen.T_w, *nbd),
            "p_behaviour": rate.probability_at_least(seen.x_w, seen.T_w, *nbd, params["theta"]),
            "gap_mean": rhythm.mean,
            "gap_median": rhythm.median,
            "gap_cv": rhythm.cv,
            "overdue_ratio": rhythm.overdue,
            "x": seen.x,
            "T": seen.T,
        }
        values["rate_year"] = values["rate"] * 365
        if len(visits) > 1 and len(visits) <= seen.T:
            first = numbers[0]
            values["clumpiness"] = gaps.clumpiness(
                [number - first + 1 for number in numbers], seen.T + 1
            )
        if params.get("bgnbd") and params.get("mbgnbd"):
            history = seen.x, seen.t_x, seen.T
            values["p_alive"] = (
                bgnbd.alive(*history, *params["mbgnbd"], modified=True) if seen.x else None
            )
            values["expected_90d"] = bgnbd.expected_purchases(90, *history, *params["bgnbd"])
        return values

    def _rank(self, result):
        buyers = sorted(customer for customer in result if result[customer]["purchase_days"])
        quintiles = ranks.rfm(
            [
                (
                    result[c]["recency_days"],
                    result[c]["purchase_days"],
                    round(result[c]["spend_total"], 6),
                )
                for c in buyers
            ]
        )
        for customer, rfm in zip(buyers, quintiles):
            result[customer] |= {
                "rfm_recency": rfm.recency,
                "rfm_frequency": rfm.frequency,
                "rfm_monetary": rfm.monetary,
            }
        known = [customer for customer in buyers if result[customer]["T"] >= 1]
        for customer, percentile in zip(
            known, ranks.percentiles([round(result[c]["rate"], 12) for c in known])
        ):
            result[customer]["behaviour_pct"] = percentile

    # ------------------------------------------------------------
    # Voice
    # ------------------------------------------------------------

    def readings(self):
        for reading in self.env["relationship.reading"].search(
            [("company_id", "=", self.company.id), ("partner_id", "!=", False)]
        ):
            if self.day(reading.date) > self.asof:
                continue
            if not reading.voided or self.day(reading.void_date) > self.asof:
                yield reading

    def tag(self, measure):
        parent = measure.parent_id.code
        if parent in ("M01", "M02"):
            return parent, measure.valence == "1"
        if parent in SCALES or parent == "M16":
            return parent
        return measure.code if measure.code in SCALES else None

    def items(self, tag):
        if not self.items_by_tag:
            for measure in self.env["relationship.measure"].search([("answerable", "=", True)]):
                self.items_by_tag[self.tag(measure)].append(measure)
        return self.items_by_tag[tag]

    def scale(self, answers, tag):
        """Score of a scale from {measure: values}; M01 keeps its own unit.

        Each answer counts, but an item answered twice in a day is one item answered.
        """
        items = self.items(tag)
        given = [answers[item][0] if answers.get(item) else None for item in items]
        if scales.mean_of_answers(given) is None:
            return None
        values = [
            value
            if tag in (("M01", True), ("M01", False))
            else scales.pomp(value, item.scale_min, item.scale_max, item.reverse)
            for item in items
            for value in answers.get(item, ())
        ]
        return sum(values) / len(values)

    def voice(self):
        """{customer id: figures}"""
        return {
            customer: self._listen(customer, parts) for customer, parts in self.occasions().items()
        }

    def occasions(self):
        """{customer id: [(day, what was answered about us, about rivals, readings)]}"""
        occasions = defaultdict(lambda: (defaultdict(list), defaultdict(list), []))
        for reading in self.readings():
            key = reading.commercial_partner_id.id, reading.partner_id.id, self.day(reading.date)
            own, rivals, everything = occasions[key]
            everything.append(reading)
            if reading.na or reading.origin not in DIRECT:
                continue
            store = rivals if reading.competitor_id else own
            store[reading.measure_id].append(reading.value)
        per_customer = defaultdict(list)
        for (customer, _person, day), parts in occasions.items():
            per_customer[customer].append((day, parts))
        return per_customer

    def _score_occasion(self, day, own, rivals):
        values = {
            "positive": self.scale(own, ("M01", True)),
            "negative": self.scale(own, ("M01", False)),
            "pride": self.scale(own, "M07"),
            "recommend": self.scale(own, "M03"),
            "stay": self.scale(own, "M16_stay"),
            "balance": None,
        }
        if None not in (values["positive"], values["negative"]):
            values["balance"] = 50 + 12.5 * (values["positive"] - values["negative"])
        values["quality"] = scales.relationship_quality(
            self.scale(own, "M10"), self.scale(own, "M11A"), self.scale(own, "M04")
        )
        us = self.scale(own, "M13")
        towards_us = scales.attitude_towards_us(
            values["balance"], us, values["quality"], values["pride"], values["recommend"]
        )
        best = [max(rated) for measure, rated in rivals.items() if measure.code == "M13"]
        relative = scales.relative_attitude(towards_us, None if us is None else us / 10, best)
        values["score"] = relative and relative.RA
        if relative and relative.basis == "relative":
            values["score"] = scales.equated_attitude(
                relative.RA, scales.Equating(*(self.params or {}).get("equating", scales.EQUATING))
            )
        values["relative"] = bool(relative) and relative.basis == "relative"
        values["age"] = self.age(day)
        values["day"] = day
        return values

    def _listen(self, customer, parts):
        everything = [reading for _day, (_own, _rivals, rows) in parts for reading in rows]
        occasions = [self._score_occasion(day, own, rivals) for day, (own, rivals, _rows) in parts]
        judged = [occasion for occasion in occasions if occasion["score"] is not None]

        def recent(name):
            known = [occasion for occasion in occasions if occasion[name] is not None]
            return shrinkage.weighted_mean(
                [occasion[name] for occasion in known],
                shrinkage.recency_weights(
                    [occasion["age"] for occasion in known], self.attitude_half_life
                ),
            )

        values = {
            "reading_count": len(everything),
            "last_reading": max(reading.date for reading in everything),
            "attitude_count": len(judged),
            "feeling_balance": recent("balance"),
            "feeling_positive": recent("positive"),
            "feeling_negative": recent("negative"),
            "pride": recent("pride"),
            "recommend": recent("recommend"),
            "quality": recent("quality"),
            "stay_strength": recent("stay"),
            "attitude_mass": 0.0,
        }
        for name, good in (("event_positive", True), ("event_negative", False)):
            values[name] = sum(
                1
                for reading in everything
                if not reading.na
                and self.tag(reading.measure_id) == ("M02", good)
                and self.age(self.day(reading.date)) < 365
            )
        if judged:
            found = attitude.evidence(
                [(occasion["age"], occasion["score"]) for occasion in judged],
                self.attitude_half_life,
            )
            partner = self.env["res.partner"].browse(customer)
            params = self.params
            opinion = attitude.posterior(
                found.W,
                found.y,
                params["mu_company" if partner.is_company else "mu_person"],
                params["sigma_w"],
                params["kappa"],
                self.company.relationship_attitude_threshold,
            )
            relative = {occasion["relative"] for occasion in judged}
            if found.W >= classify.MIN_W:
                values["attitude_worth"] = found.W**2 / sum(
                    4 ** (-occasion["age"] / self.attitude_half_life) for occasion in judged
                )
            values |= {
                "attitude": opinion.m,
                "attitude_se": opinion.s,
                "p_attitude": opinion.pA,
                "attitude_mass": found.W,
                "attitude_told": found.y,
                "attitude_date": max(occasion["day"] for occasion in judged),
                "attitude_basis": "relative"
                if relative == {True}
                else "absolute"
                if relative == {False}
                else "mixed",
            }
        return values

    def motives(self):
        """{customer id: figures}"""
        tokens = defaultdict(lambda: defaultdict(lambda: defaultdict(list)))
        names = {}
        for reading in self.readings():
            measure = reading.measure_id
            if reading.na or reading.origin not in DIRECT or measure.parent_id.code != "M16":
                continue
            suffix = measure.code.partition("_")[2]
            names[MOTIVE_NAMES.get(suffix, suffix)] = measure.id
            occasion = reading.partner_id.id, self.day(reading.date)
            tokens[reading.commercial_partner_id.id][occasion][
                MOTIVE_NAMES.get(suffix, suffix)
            ].append(reading.value)
        ids = {
            MOTIVE_NAMES.get(suffix, suffix): measure.id
            for measure in self.env["relationship.measure"].search([("parent_id.code", "=", "M16")])
            for suffix in [measure.code.partition("_")[2]]
        }
        segment = {
            name: self.params["motives"].get(str(ids[name]), 0.0) for name in motives.MOTIVES
        }
        result = {}
        for customer, occasions in tokens.items():
            answers = [
                (self.age(day), {name: sum(v) / len(v) for name, v in given.items()})
                for (_person, day), given in occasions.items()
            ]
            answers = [answer for answer in answers if any(answer[1].values())]
            if not answers:
                continue
            shares = motives.motive_shares(answers, segment, self.attitude_half_life)
            groups = motives.motive_groups(shares)
            best = max(shares, key=lambda name: (round(shares[name], 9), -ids[name]))
            result[customer] = {
                "motive_count": len(answers),
                "motive_id": ids[best],
                "motives": {str(ids[name]): round(share, 4) for name, share in shares.items()},
                "relational_share": groups.relational,
                "situational_share": groups.situational,
                "merit_share": groups.merit,
            }
        return result

    # ------------------------------------------------------------
    # Bonds
    # ------------------------------------------------------------

    def talks(self):
        """{(customer id, staff id): {(day, channel): conversations}}"""
        result = defaultdict(lambda: defaultdict(list))
        for note in self.env["relationship.note"].search(
            [
                ("company_id", "=", self.company.id),
                ("visibility", "=", "company"),
                ("channel", "not in", ("email", "call_missed")),
            ]
        ):
            day = self.day(note.date)
            if day <= self.asof:
                pair = note.commercial_partner_id.id, note.staff_id.id
                result[pair][day, note.channel].append(note)
        return result

    def rapports(self):
        """{(customer id, staff id): (mass, mean of 0 to 100)}"""
        result = defaultdict(list)
        for customer, staff, day, half_life, score in self.sittings():
            result[customer, staff].append((2 ** (-self.age(day) / half_life), score))
        return {
            key: (
                sum(w for w, _score in rows),
                sum(w * score for w, score in rows) / sum(w for w, _score in rows),
            )
            for key, rows in result.items()
        }

    def sittings(self):
        """[(customer id, staff id, day, half-life, score)]: three of the four items or more."""
        sittings = defaultdict(list)
        for reading in self.readings():
            top = reading.measure_id
            while top.parent_id:
                top = top.parent_id
            if (
                top.code == "M08"
                and reading.staff_id
                and not reading.na
                and (reading.origin in DIRECT)
            ):
                sittings[
                    reading.commercial_partner_id.id,
                    reading.staff_id.id,
                    reading.partner_id.id,
                    self.day(reading.date),
                ].append(reading)
        return [
            (
                customer,
                staff,
                day,
                readings[0].measure_id.half_life_days,
                sum(
                    scales.pomp(
                        reading.value,
                        reading.measure_id.scale_min,
                        reading.measure_id.scale_max,
                        reading.measure_id.reverse,
                    )
                    for reading in readings
                )
                / len(readings),
            )
            for (customer, staff, _person, day), readings in sittings.items()
            if len({reading.measure_id for reading in readings}) >= 3
        ]

    def bonds(self):
        """{(customer id, staff id): figures}"""
        talks, rapports = self.talks(), self.rapports()
        served, kept = self.served(), self.kept()
        result = {}
        for key in {*talks, *rapports}:
            mass, mean = rapports.get(key, (0, None))
            voice = None
            if mass >= 0.25:
                known = self.params["rapport"].get(str(key[1]))
                voice = bond.shrunk_rapport(
                    mass,
                    mean,
                    mean if known is None else 100 * known,
                    self.params.get("omega_rapport", self.params["omega"]),
                )
            figures = self._bond(voice, talks.get(key, {}), served.get(key, ()), kept.get(key, 0))
            if figures:
                result[key] = figures
        return result

    def served(self):
        """{(customer id, staff id): days at the till}"""
        result = defaultdict(set)
        for order in self.env["pos.order"].search(
            [
                ("company_id", "=", self.company.id),
                ("partner_id", "!=", False),
                ("state", "in", ("paid", "done", "invoiced")),
                ("amount_total", ">", 0),
            ]
        ):
            day = self.day(order.date_order)
            if not order.is_refund and day <= self.asof and self.age(day) < bond.SERVED_DAYS:
                pair = order.partner_id.commercial_partner_id.id, order.user_id.partner_id.id
                result[pair].add(day)
        return result

    def kept(self):
        """{(customer id, staff id): promises kept in 12 months}"""
        result = defaultdict(int)
        for note in self.env["relationship.note"].search(
            [
                ("company_id", "=", self.company.id),
                ("visibility", "=", "company"),
                ("promise_ids", "!=", False),
            ]
        ):
            for promise in note.promise_ids:
                in_time = promise.date_done and promise.date_done <= promise.date_due
                if (
                    promise.state in ("kept", "late")
                    and in_time
                    and (0 <= self.age(promise.date_done) < 365)
                ):
                    result[note.commercial_partner_id.id, note.staff_id.id] += 1
        return result

    def _bond(self, voice, talks, served=(), kept=0):
        each = [
            (day, max(float(note.depth) for note in notes), notes)
            for (day, _channel), notes in talks.items()
        ]

        def count(test):
            return sum(1 for _day, _depth, notes in each if any(map(test, notes)))

        days = [day for day, _depth, _notes in each]
        greeted = set(served) - set(days)
        learned = {
            day
            for day, _depth, notes in each
            if self.age(day) < 365
            and any(
                note.purpose in ("listen", "care") and (note.summary or "").strip()
                for note in notes
            )
        }
        found = bond.bond(
            voice,
            bond.conversation_mass(
                [(self.age(day), depth) for day, depth, _n in each]
                + [(self.age(day), bond.SERVED_DEPTH) for day in greeted]
            ),
            self.age(max(days)) if days else None,
            count(lambda note: note.purpose in ("listen", "care", "complaint")),
            count(lambda note: note.purpose == "sell"),
            count(lambda note: note.initiator == "customer"),
            len(each),
            self.age(min(days)) / 30.4375 if days else 0,
            len(learned) + kept,
        )
        if not found:
            return None
        parts = found.components
        dates = [note.date for _day, _depth, notes in each for note in notes]
        return {
            "strength": found.value,
            "basis": "customer" if found.basis == "customer" else "staff",
            "rapport": parts.Q,
            "intensity": parts.I,
            "recency": parts.R,
            "listening": parts.L,
            "mutuality": parts.M,
            "duration": parts.Dn,
            "knowledge": parts.N,
            "talk_count": sum(1 for day in days if self.age(day) < 365),
            "first_talk": min(dates, default=None),
            "last_talk": max(dates, default=None),
            "band": bond.band(found.value),
            "served_count": len(greeted),
            "kept_count": kept,
            **{column: float(getattr(found.points, name)) for name, column in POINTS.items()},
        }

    # ------------------------------------------------------------
    # Constants
    # ------------------------------------------------------------

    def constants(self):
        """The constants of a company with fewer than 100 buyers."""
        visits = {
            customer: sorted(day.toordinal() for day, (_amount, visit) in days.items() if visit)
            for customer, days in self.purchases().items()
        }
        visits = [days for days in visits.values() if days]
        rhythms = [gaps.gap_statistics(days, self.asof.toordinal()) for days in visits]
        medians = sorted(rhythm.median for rhythm in rhythms if rhythm.n)
        gap = medians[len(medians) // 2]
        half_life = gaps.half_life(gap)
        nbd = rate.fit_nbd_or_fallback([], [], gap)
        seen = [rate.exposure(days, self.asof.toordinal(), half_life) for days in visits]
        theta = rate.default_theta(
            (one.x, rate.purchase_rate(one.x_w, one.T_w, nbd.r, nbd.alpha)) for one in seen
        )
        return {
            "customers": len(visits),
            "median_gap": gap,
            "half_life": half_life,
            "r": nbd.r,
            "alpha": nbd.alpha,
            "theta": theta,
            **self._opinions(),
            **self._other_means(),
        }

    def _opinions(self):
        panels, latest, firms = [], [], []
        for customer, parts in self.occasions().items():
            judged = sorted(
                (
                    (day, self._score_occasion(day, own, rivals)["score"])
                    for day, (own, rivals, _rows) in parts
                ),
                key=lambda pair: pair[0],
            )
            judged = [(day, score) for day, score in judged if score is not None]
            if not judged:
                continue
            panels.append([score for day, score in judged if self.age(day) < 365])
            latest.append(judged[-1][1])
            firms.append(self.env["res.partner"].browse(customer).is_company)
        spread = attitude.variance_components(panels, latest, 0.85)
        overall = (sum(latest) + 30 * 62) / (len(latest) + 30)
        persons = [score for score, firm in zip(latest, firms) if not firm]
        companies = [score for score, firm in zip(latest, firms) if firm]
        return {
            "sigma_w": spread.sigma_w2**0.5,
            "kappa": spread.kappa,
            "attitude_source": spread.source,
            "mu_person": sum(persons) / len(persons) if len(persons) >= 30 else overall,
            "mu_company": sum(companies) / len(companies) if len(companies) >= 30 else overall,
        }

    def _other_means(self):
        tokens = defaultdict(lambda: defaultdict(list))
        rapport = defaultdict(list)
        for reading in self.readings():
            measure = reading.measure_id
            if reading.na or reading.origin not in DIRECT:
                continue
            if measure.parent_id.code == "M16":
                day = self.day(reading.date)
                tokens[reading.partner_id, day][measure.id].append(reading.value)
        for _customer, staff, _day, _half_life, score in self.sittings():
            rapport[str(staff)].append(score / 100)
        shares, whole = defaultdict(float), 0
        for (_person, day), given in tokens.items():
            given = {key: sum(values) / len(values) for key, values in given.items()}
            if sum(given.values()):
                weight = 2 ** (-self.age(day) / self.attitude_half_life)
                whole += weight
                for key, value in given.items():
                    shares[str(key)] += weight * value / sum(given.values())
        return {
            "motives": {key: share / whole for key, share in shares.items()},
            "rapport": {key: sum(values) / len(values) for key, values in rapport.items()},
        }

    # ------------------------------------------------------------
    # All together
    # ------------------------------------------------------------

    def profiles(self, before=None):
        """{customer id: every figure}

        :param dict before: {customer id: (class, pending)} at the last month's end
        """
        behaviour, voice, mix, bonds = (
            self.behaviour(),
            self.voice(),
            self.motives(),
            self.bonds(),
        )
        dyads = defaultdict(list)
        for (customer, staff), values in bonds.items():
            dyads[customer].append((values["strength"], -staff, values))
        result = {}
        for customer in {*behaviour, *voice, *dyads}:
            values = {
                "purchase_days": 0,
                "spend_total": 0,
                "spend_12m": 0,
                "attitude_count": 0,
                "reading_count": 0,
                "motive_count": 0,
                "event_positive": 0,
                "event_negative": 0,
                "talk_count": 0,
                "bond_count": 0,
                **behaviour.get(customer, {}),
                **voice.get(customer, {}),
                **mix.get(customer, {}),
            }
            if dyads[customer]:
                ordered = sorted(dyads[customer], key=lambda row: row[:2], reverse=True)
                together = bond.customer_bond(
                    [row[0] for row in ordered], [row[2]["talk_count"] for row in ordered]
                )
                values |= {
                    "bond": together.value,
                    "bond_count": together.bus_factor,
                    "contact_hhi": together.hhi,
                    "key_risk": together.risk or None,
                    "key_staff_id": -ordered[0][1] if together.bus_factor == 1 else None,
                    "bond_staff_id": -ordered[0][1],
                    "talk_count": sum(row[2]["talk_count"] for row in ordered),
                    "last_talk": max(
                        (row[2]["last_talk"] for row in ordered if row[2]["last_talk"]),
                        default=None,
                    ),
                }
            self._classify(customer, values, (before or {}).get(customer, (None, 0)))
            result[customer] = values
        return result

    def _classify(self, customer, values, before):
        partner = self.env["res.partner"].browse(customer)
        asked = values["attitude_count"] > 0
        listed = self.env["mail.blacklist"].search_count(
            [("email", "=", partner.email_normalized), ("active", "=", True)]
        )
        reason = classify.gate(
            values.get("attitude_mass", 0.0),
            values.get("T"),
            values.get("x", 0),
            self.params["median_gap"],
            asked,
            bool(listed),
        )
        found = classify.classify(
            values.get("p_attitude", 0.0),
            min(values.get("p_behaviour", 0.0), 1.0),
            reason,
            *before,
            values.get("attitude_basis", "absolute"),
        )
        values |= {
            "loyalty_class": found.state,
            "class_pending": found.pend if reason is None else 0,
            "confidence": found.confidence,
            "unknown_reason": found.reason if found.state == "unknown" else None,
            "previous_class": before[0] or "unknown",
        }
        for name, chance in found.P._asdict().items():
            values["p_" + name] = chance if reason is None else None
        mass = values.get("attitude_mass", 0.0)
        if reason == "opted_out":
            values["ask_next"] = "talk"
        elif not asked:
            values["ask_next"] = "attitude"
        elif mass < 0.5:
            values["ask_next"] = "refresh"
        elif "motives" not in values:
            values["ask_next"] = "motive"
        elif values["pride"] is None:
            values["ask_next"] = "pride"
        else:
            values["ask_next"] = "nothing" if values["talk_count"] else "talk"
