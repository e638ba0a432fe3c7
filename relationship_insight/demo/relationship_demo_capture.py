from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Command

DRAFTS = (("visit", "cared", 2), ("call_in", "worried", 5))


class RelationshipDemo(models.AbstractModel):
    """Talks caught on the way, to be finished, and one meeting with several people."""

    _inherit = "relationship.demo"

    @api.model
    def _create_person_facts(self, customers, staff):
        result = super()._create_person_facts(customers, staff)
        self._create_drafts(customers, staff)
        self._create_meeting(customers)
        return result

    @api.model
    def _create_drafts(self, customers, staff):
        now = fields.Datetime.now()
        rep = staff["rep"]
        own = [partner for plan, partner in customers if partner.user_id == rep]
        for partner, (channel, feeling, hours) in zip(own[3:], DRAFTS):
            measure = self.env.ref(f"relationship_insight.measure_m02_{feeling}")
            self.env["relationship.note.draft"].with_user(rep).create(
                {
                    "partner_id": partner.id,
                    "date": now - timedelta(hours=hours),
                    "channel": channel,
                    "feeling_ids": [Command.link(measure.id)],
                }
            )

    @api.model
    def _create_meeting(self, customers):
        """A visit to a company: who was there, and what was promised to them."""
        firm = next(
            (
                partner
                for plan, partner in customers
                if plan.is_company and plan.persona.key == "true" and partner.child_ids
            ),
            None,
        )
        if not firm:
            return
        today = fields.Date.context_today(self)
        self.env["relationship.note"].with_user(firm.user_id).create(
            {
                "partner_id": firm.id,
                "attendee_ids": [Command.set(firm.child_ids[:2].ids)],
                "date": fields.Datetime.now() - timedelta(days=4),
                "channel": "visit",
                "purpose": "advise",
                "duration": 40,
                "summary": "They plan a second room and want to try two kinds of cups first.",
                "promise": "Bring the samples",
                "promise_date": today + timedelta(days=6),
                "promise_ids": [
                    Command.create(
                        {
                            "name": "Send prices for fifty pieces",
                            "date_due": today + timedelta(days=8),
                        }
                    )
                ],
            }
        )
