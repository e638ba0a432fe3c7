from datetime import timedelta

from odoo import api, fields, models

from .cast import CASES


class RelationshipDemo(models.AbstractModel):
    _inherit = "relationship.demo"

    @api.model
    def _create_cases(self, customers, staff):
        """One case after the other that customers brought up, in all stages."""
        self.env.company.relationship_case_user_id = staff["relations"]
        people = [partner for plan, partner in customers if plan.purchases[-1] < 100]
        team = self.env.ref("relationship_insight.demo_team")
        return self.env["relationship.case"].create(
            [
                self._prepare_case(people[7 * number % len(people)], staff, team, *case)
                for number, case in enumerate(CASES)
            ]
        )

    @api.model
    def _prepare_case(
        self, partner, staff, team, kind, state, channel, days, hours, accepted, name, said, answer
    ):
        received = fields.Datetime.now() - timedelta(days=days, minutes=25)
        contacted = received + timedelta(hours=hours) if hours else False
        told = contacted + timedelta(hours=20) if answer else False
        return {
            "name": name,
            "partner_id": partner.id,
            "user_id": (partner.user_id or staff["relations"]).id,
            "team_id": team.id,
            "kind": kind,
            "state": state,
            "channel": channel,
            "description": said,
            "answer": answer,
            "accepted": accepted,
            "date_received": received,
            "date_contacted": contacted,
            "date_answered": told,
            "date_closed": told + timedelta(hours=5) if state == "closed" else False,
        }
