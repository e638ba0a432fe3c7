import itertools
from datetime import timedelta

from odoo import api, fields, models

KNOWN = (
    ("coffee", "like", "two sugars, no milk"),
    ("tea", "like", ""),
    ("gift", "like", ""),
    ("waiting", "dislike", ""),
    ("plastic", "dislike", ""),
    ("pushing", "dislike", ""),
    ("delivery", "need", "rings twice, the bell is broken"),
    ("invoice", "need", ""),
    ("call", "care", "never before ten"),
    ("name", "care", ""),
    ("time", "care", ""),
    ("morning", "care", ""),
    ("back", "wish", "the big honey jar"),
    ("order", "wish", "a basket for the opening"),
)
EVERY = 3


class RelationshipDemo(models.AbstractModel):
    _inherit = "relationship.demo"

    @api.model
    def _create_person_facts(self, customers, staff):
        """Create what staff know of the people, and what became of their promises."""
        kept = [
            plan_partner
            for plan_partner in customers
            if plan_partner[0].persona.talks >= 0.3 and plan_partner[0].persona.staff
        ]
        self._create_preferences(kept)
        self._create_life_events(kept, staff)
        self._create_relations(kept)
        self._settle_promises(staff)

    @api.model
    def _create_preferences(self, customers):
        today = fields.Date.context_today(self)
        tags = {
            name: self.env.ref(f"relationship_insight.preference_tag_{name}")
            for name, _kind, _text in KNOWN
        }
        preferences = self.env["relationship.preference"].create(
            [
                {
                    "partner_id": (partner.child_ids[:1] or partner).id,
                    "tag_id": tags[name].id,
                    "kind": kind,
                    "text": text,
                    "provenance": ("stated", "observed", "inferred")[turn % 3],
                    "first_seen": today - timedelta(days=40 + 97 * turn + number % 50),
                }
                for number, (plan, partner) in enumerate(customers)
                for turn, (name, kind, text) in enumerate(plan.rng.sample(KNOWN, 1 + number % 4))
            ]
        )
        for number, preference in enumerate(preferences):
            keeper = preference.commercial_partner_id.user_id
            preference.staff_id = keeper.partner_id
            if number % EVERY == 0:
                preference.with_user(keeper).action_confirm()

    @api.model
    def _create_life_events(self, customers, staff):
        today = fields.Date.context_today(self)
        vals_list = []
        for number, (plan, partner) in enumerate(customers[::2]):
            day = today + timedelta(days=(number * 11) % 340 + 2)
            person = partner.child_ids[:1] or partner
            vals_list.append(
                {
                    "partner_id": person.id,
                    "type": "opening" if plan.is_company and number % 2 else "birthday",
                    "day": day.day,
                    "month": str(day.month),
                    "year": 0 if number % 3 == 0 else 1965 + number % 30,
                    "user_id": staff[plan.persona.staff].id,
                }
            )
        self.env["relationship.life.event"].create(vals_list)

    @api.model
    def _create_relations(self, customers):
        """Some customers know each other."""
        people = [partner for plan, partner in customers if not plan.is_company]
        kinds = [
            self.env.ref(f"relationship_insight.relation_type_{name}")
            for name in ("spouse", "friend", "neighbour", "sibling")
        ]
        self.env["relationship.relation"].create(
            [
                {"partner_id": one.id, "other_id": two.id, "type_id": kinds[number % 4].id}
                for number, (one, two) in enumerate(zip(people[::2], people[1::2]))
            ]
        )

    @api.model
    def _settle_promises(self, staff):
        """Most promises were kept, some late, some never; each by its owner."""
        Promise = self.env["relationship.promise"]
        today = fields.Date.context_today(self)
        for user in staff.values():
            past = Promise.search(
                [
                    ("staff_id", "=", user.partner_id.id),
                    ("state", "=", "open"),
                    ("date_due", "<", today - timedelta(days=3)),
                ],
                order="id",
            )
            fates = dict(zip(past, itertools.cycle(("kept", "kept", "late", "kept", "broken"))))
            done = past.filtered(lambda promise, fates=fates: fates[promise] != "broken")
            done.activity_id.with_user(user).sudo().action_feedback()
            for promise in done:
                late = 2 if fates[promise] == "late" else -1
                promise.write(
                    {
                        "date_done": promise.date_due + timedelta(days=late),
                        "state": fates[promise],
                    }
                )
        Promise._cron_break()
