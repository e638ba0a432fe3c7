from odoo import api, fields, models
from odoo.tools.misc import format_date

from ..talk.relationship_touch import NOT_A_TALK
from .relationship_desk import PEOPLE
from .relationship_desk_people import LATEST, UPSET

# What one chose to do comes before what the rhythm asks for.
PLANNED = (UPSET + LATEST) / 2


class RelationshipDesk(models.AbstractModel):
    """What was planned for today, and how much of today's things is done."""

    _inherit = "relationship.desk"

    @api.model
    @api.readonly
    def get_desk(self, everyone=False):
        """Return the desk with ``progress``: how many of the reader's things are ``done``.

        Things of a day are talks with customers, up to as many as the desk lists or more if one
        had more, and promises due by today or kept today.
        """
        desk = super().get_desk(everyone)
        if not desk["everyone"]:
            desk["progress"] = self._get_progress(desk)
        return desk

    @api.model
    def _get_progress(self, desk):
        talked = self._count_talked_today()
        kept = self.env["relationship.promise"].search_count(
            [
                ("staff_id", "=", self.env.user.partner_id.id),
                ("state", "in", ("kept", "late")),
                ("date_done", "=", desk["today"]),
                ("company_id", "in", self.env.companies.ids),
            ]
        )
        due = sum(line["days"] <= 0 for line in desk["promises"])
        talks = max(talked, min(PEOPLE, talked + len(desk["people"])))
        return {"done": talked + kept, "total": talks + kept + due}

    @api.model
    def _count_talked_today(self):
        """How many customers the reader talked with today."""
        today = fields.Date.context_today(self)
        start, end = self.env["relationship.insights"]._get_insight_instants(
            [today, fields.Date.add(today, days=1)]
        )
        [(count,)] = self.env["relationship.note"]._read_group(
            [
                ("staff_id", "=", self.env.user.partner_id.id),
                ("company_id", "in", self.env.companies.ids),
                ("channel", "not in", list(NOT_A_TALK)),
                ("date", ">=", start),
                ("date", "<", end),
            ],
            [],
            ["commercial_partner_id:count_distinct"],
        )
        return count

    @api.model
    def _find_candidates(self, everyone, hidden):
        yield from super()._find_candidates(everyone, hidden)
        yield from self._find_planned(hidden)

    @api.model
    def _find_planned(self, hidden):
        """Yield with whom a talk was planned for the reader, by today."""
        activities = self.env["mail.activity"]._get_planned_talks(self.env.user)
        partners = self.env["res.partner"].search(
            [
                ("id", "in", activities.mapped("res_id")),
                ("company_id", "in", (*self.env.companies.ids, False)),
            ]
        )
        customers = {partner.id: partner.commercial_partner_id for partner in partners}
        for activity in activities:
            customer = customers.get(activity.res_id)
            if not customer or customer.id in hidden or not customer.active:
                continue
            yield (
                PLANNED,
                customer,
                0,
                self.env._(
                    "Planned for %(day)s: %(what)s",
                    day=format_date(self.env, activity.date_deadline),
                    what=activity.summary,
                ),
            )
