from odoo import api, fields, models
from odoo.fields import Command

LEAVER = "Ploy Demo"
LEFT_DAYS_AGO = 41


class RelationshipDemo(models.AbstractModel):
    """A colleague who left, who looks after whom, and how sales compare with talks."""

    _inherit = "relationship.demo"

    @api.model
    def _create_bond_story(self, customers, staff):
        """Name account teams, and let one colleague leave six weeks ago."""
        self._create_account_teams(customers, staff)
        self._create_handover(customers, staff)

    @api.model
    def _create_account_teams(self, customers, staff):
        today = fields.Date.context_today(self)
        vals_list = []
        for place, (plan, partner) in enumerate(customers):
            keeper = staff.get(plan.persona.staff)
            if not plan.is_company or not keeper:
                continue
            roles = [("primary", keeper)]
            # Some have nobody who steps in: that is what the warning list is for.
            if place % 3 == 0:
                roles.append(
                    ("backup", staff["manager"] if keeper != staff["manager"] else staff["rep"])
                )
            vals_list += [
                {
                    "commercial_partner_id": partner.id,
                    "staff_id": user.partner_id.id,
                    "role": role,
                    "date_from": fields.Date.subtract(today, days=300),
                }
                for role, user in roles
            ]
        self.env["relationship.account.team"].create(vals_list)

    @api.model
    def _create_handover(self, customers, staff):
        """Ploy knew four companies well, promised something to two, and left."""
        leaver = self.env["res.users"].create(
            {
                "name": LEAVER,
                "login": "ploy.demo",
                "email": "ploy@example.com",
                "tz": "Asia/Bangkok",
                "company_id": self.env.company.id,
                "company_ids": [Command.set(self.env.company.ids)],
                "group_ids": [
                    Command.set(self.env.ref("relationship_insight.group_relationship_staff").ids)
                ],
            }
        )
        mine = [
            (plan, partner)
            for plan, partner in customers
            if plan.is_company and plan.persona.key == "latent"
        ]
        for _plan, partner in mine:
            partner.user_id = leaver
        notes = (
            self.env["relationship.note"]
            .with_user(leaver)
            .create(
                [
                    {
                        "partner_id": partner.id,
                        "date": self._demo_time(day, plan.rng),
                        "channel": "visit",
                        "purpose": purpose,
                        "initiator": "customer",
                        "duration": 20,
                        "summary": summary,
                    }
                    for plan, partner in mine
                    for day, purpose, summary in (
                        (150, "listen", "Told us about the rooms they are going to repaint."),
                        (95, "care", "Brought the samples they had asked for."),
                        (60, "listen", "Would like one delivery a week instead of two."),
                    )
                ]
            )
        )
        for note in notes[2::6]:
            note.write(
                {
                    "promise": "Offer one delivery a week",
                    "promise_date": fields.Date.add(fields.Date.context_today(self), days=4),
                }
            )
        self.env.flush_all()
        self.env["relationship.profile"]._refresh([partner.id for _plan, partner in mine])
        handover = self.env["relationship.handover"].create(
            {
                "user_id": leaver.id,
                "reason": "leaves",
                "successor_id": staff["rep"].id,
                "date": fields.Date.subtract(fields.Date.context_today(self), days=LEFT_DAYS_AGO),
            }
        )
        handover._propose_lines()
        handover._hand_over()
        leaver.active = False
        done = handover.line_ids[:2]
        done.introduction_id.action_done()
        done.write({"state": "introduced", "introduced_on": fields.Date.add(handover.date, days=5)})

    @api.model
    def _compare_staff(self):
        """Hold sales against talks, and look at the bonds of those handed over."""
        self.env["relationship.silence"]._refresh(self.env.company)
        self.env["relationship.handover.line"].search([("handover_state", "=", "done")])._check(30)
