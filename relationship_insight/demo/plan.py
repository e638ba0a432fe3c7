"""Turns personas into customers with their days of purchases, answers and talks. No ORM."""

import random
from dataclasses import dataclass

from .cast import (
    COMPANIES,
    COMPANY_NAMES,
    DAYS,
    FIRST_NAMES,
    INITIALS,
    PEOPLE,
    SEED,
    WAVES,
    Persona,
)

HALF_YEAR = 183


@dataclass
class Customer:
    """One customer of the demo. Days count back from today; ``order`` runs oldest first."""

    name: str
    email: str
    phone: str
    persona: Persona
    is_company: bool
    rng: random.Random
    purchases: list
    answers: list
    talks: list

    def warmth(self, day):
        """Return how they feel about us that many days ago, 0 to 1."""
        before, now = self.persona.warmth
        return now + (before - now) * min(day, DAYS) / DAYS


def cast_customers():
    """Return the customers of the demo, the same ones on every run."""
    people = _people(PEOPLE, _person_names(), is_company=False)
    companies = _people(COMPANIES, COMPANY_NAMES, is_company=True)
    rng = random.Random(SEED)
    for label, group in (("customer", people), ("company", companies)):
        # In no order that an address, a number or a name would give away.
        rng.shuffle(group)
        for number, customer in enumerate(group, 1):
            customer.email = f"{label}.{number}@example.com"
            customer.phone = f"02 555 {'0' if label == 'customer' else '1'}{number:03}"
    return people + companies


def _person_names():
    return tuple(f"{first} {initial}" for initial in INITIALS for first in FIRST_NAMES)


def _people(personas, names, is_company):
    customers = []
    names = iter(names)
    for persona in personas:
        for number in range(persona.count):
            name = next(names)
            customers.append(_customer(name, persona, number, is_company))
    return customers


def _customer(name, persona, number, is_company):
    rng = random.Random(f"{SEED} {is_company} {persona.key} {number}")
    first = rng.randint(*persona.joined)
    last = first - persona.stays if persona.stays else rng.randint(*persona.left)
    panel = number < round(persona.count * persona.asked)
    return Customer(
        name=name,
        email="",
        phone="",
        persona=persona,
        is_company=is_company,
        rng=rng,
        purchases=_purchase_days(rng, persona, first, last),
        answers=_answer_days(rng, persona, first, number) if panel else [],
        talks=_talk_days(rng, persona, first, last),
    )


def _purchase_days(rng, persona, first, last):
    """Days ago of each purchase, oldest first."""
    # Everyone has a pace of their own around that of their kind.
    pace = rng.uniform(0.8, 1.25)
    days, day = [], first
    while day > last:
        days.append(day)
        gap = persona.recent_gap if persona.recent_gap and day <= HALF_YEAR else persona.gap
        day -= max(1, round(rng.gauss(gap * pace, gap * 0.3)))
    return days


def _answer_days(rng, persona, first, number):
    """Days ago of each answer, oldest first. Most are asked in every second round only."""
    days = []
    always = persona.asked == 1
    for turn, wave in enumerate(WAVES):
        day = wave - rng.randint(0, 10)
        asked = wave in persona.waves and (always or number % 3 == 0 or turn % 2 == 0)
        if asked and day < first - 5 and (always or rng.random() < 0.75):
            days.append(day)
    if not days and persona.key not in ("new", "lapsed"):
        days.append(WAVES[0] - rng.randint(0, 10))
    return days[::-1]


def _talk_days(rng, persona, first, last):
    count = round(persona.talks * (first - last) / 91 * rng.uniform(0.7, 1.3))
    return sorted((rng.randint(last + 1, max(first, last + 2)) for _ in range(count)), reverse=True)
