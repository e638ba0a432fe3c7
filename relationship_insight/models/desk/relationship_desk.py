from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools.misc import format_date

from ..care.relationship_case import OPEN_STATES

PEOPLE = 5
CASES = 10
POOL = 15
SOON_DAYS = 14
NEVER_DAYS = 180
KINDS = {
    "person": "res.partner",
    "promise": "relationship.promise",
    "event": "relationship.life.event",
    "handover": "relationship.handover.line",
}


class RelationshipDesk(models.AbstractModel):
    """My desk: a handful of people to talk with today, and what is due.

    Everything is read with the rights of the reader.
    """

    _name = "relationship.desk"
    _description = "My Desk"

    @api.model
    @api.readonly
    def get_desk(self, everyone=False):
        """Return the desk of the current user.

        :param bool everyone: all customers instead of one's own; for Customer Relations
        :return: dict with ``people`` (at most five, each with its reason), ``promises``,
            ``cases`` (the most urgent open ones), ``case_count`` and ``case_domain`` (all of
            them), ``events``, ``handovers``, ``being_read`` (customers were never read as yet)
            and ``onboarding`` (first steps, False for whom they aren't)
        """
        self.env["relationship.cadence"].check_access("read")
        relations = self.env.user.has_group("relationship_insight.group_relationship_relations")
        everyone = bool(everyone and relations)
        hidden = self.env["relationship.desk.hide"]._get_hidden()
        return {
            "today": fields.Date.context_today(self),
            "user": self.env.user.name,
            "everyone": everyone,
            "being_read": self.env.companies._relationship_being_read(),
            "can_see_everyone": relations,
            "digest": self.env.user.relationship_digest,
            "onboarding": self.env["relationship.onboarding"]._get_panel(),
            "drafts": len(self.env["relationship.note.draft"]._get_mine()),
            "people": self._get_people(everyone, hidden.get("person", [])),
            "promises": self._get_promises(hidden.get("promise", [])),
            **self._get_cases(everyone),
            "events": self._get_events(everyone, hidden.get("event", [])),
            "handovers": self._get_handovers(hidden.get("handover", [])),
        }

    @api.model
    def snooze(self, kind, record_id, days=7):
        """Take a line off the desk for some days."""
        record = self._get_line_record(kind, record_id)
        days = max(1, min(int(days), 365))
        until = fields.Date.context_today(self) + timedelta(days=days)
        self.env["relationship.desk.hide"]._hide(kind, record.id, until)
        if kind == "person":
            self._get_cadence(record).action_snooze(days)

    @api.model
    def not_relevant(self, kind, record_id):
        """Take a line off the desk for good; nobody need keep in touch with this person."""
        record = self._get_line_record(kind, record_id)
        until = fields.Date.context_today(self) + timedelta(days=NEVER_DAYS)
        self.env["relationship.desk.hide"]._hide(kind, record.id, until)
        if kind == "person":
            self._get_cadence(record).action_not_relevant()

    @api.model
    def set_digest(self, wanted):
        """Get the desk by mail every morning, or no more."""
        self.env.user.sudo().relationship_digest = bool(wanted)

    @api.model
    def _get_line_record(self, kind, record_id):
        if kind not in KINDS or KINDS[kind] not in self.env:
            raise UserError(self.env._("This isn't on a desk."))
        record = self.env[KINDS[kind]].browse(int(record_id)).exists()
        if not record:
            raise UserError(self.env._("This is gone. Reload the page."))
        record.check_access("read")
        return record

    @api.model
    def _get_cadence(self, partner):
        return self.env["relationship.cadence"].search(
            [
                ("commercial_partner_id", "=", partner.commercial_partner_id.id),
                ("company_id", "=", self.env.company.id),
            ],
            limit=1,
        )

    # ------------------------------------------------------------
    # What is due
    # ------------------------------------------------------------

    @api.model
    def _get_promises(self, hidden):
        today = fields.Date.context_today(self)
        promises = self.env["relationship.promise"]._get_due(self.env.user, days=2)
        return [
            {
                "id": promise.id,
                "partner_id": promise.partner_id.id,
                "customer": promise.partner_id.display_name or "",
                "text": promise.name,
                "day": format_date(self.env, promise.date_due),
                "days": (promise.date_due - today).days,
            }
            for promise in promises
            if promise.id not in hidden
        ]

    @api.model
    def _get_cases(self, everyone):
        """Open care cases: the late ones first, then by the day to get in touch by."""
        Case = self.env["relationship.case"]
        domain = Domain(
            [("company_id", "=", self.env.company.id), ("state", "in", list(OPEN_STATES))]
        )
        if not everyone:
            domain &= Domain("user_id", "=", self.env.uid)
        # Only who waits for a first word can be late: they come before those in touch already.
        waiting = Domain("date_contacted", "=", False)
        cases = Case.search(domain & waiting, limit=CASES, order="date_deadline, id")
        cases += Case.search(domain & ~waiting, limit=CASES, order="date_deadline, id")
        today = fields.Date.context_today(self)
        steps = dict(Case._fields["state"]._description_selection(self.env))
        return {
            "case_count": Case.search_count(domain),
            "case_domain": list(domain),
            "cases": [
                {
                    "id": case.id,
                    "partner_id": case.partner_id.id,
                    "customer": case.partner_id.display_name,
                    "text": case.name,
                    "step": steps[case.state],
                    "late": case.is_late,
                    # Whom we are in touch with waits for no first word any more.
                    "days": False
                    if case.date_contacted or not case.date_deadline
                    else (
                        fields.Datetime.context_timestamp(case, case.date_deadline).date() - today
                    ).days,
                }
                for case in cases[:CASES]
            ],
        }

    @api.model
    def _get_events(self, everyone, hidden):
        today = fields.Date.context_today(self)
        mine = (
            Domain.TRUE
            if everyone
            else (
                Domain("user_id", "=", self.env.uid)
                | Domain("partner_id.user_id", "=", self.env.uid)
                | Domain("commercial_partner_id.user_id", "=", self.env.uid)
            )
        )
        events = self.env["relationship.life.event"].search(
            mine
            & Domain(
                [
                    ("company_id", "=", self.env.company.id),
                    ("next_date", ">=", today),
                    ("next_date", "<=", today + timedelta(days=SOON_DAYS)),
                    ("partner_id.active", "=", True),
                    ("id", "not in", hidden),
                ]
            ),
            limit=10,
        )
        return [
            {
                "id": event.id,
                "partner_id": event.partner_id.id,
                "customer": event.partner_id.display_name,
                "text": event.display_name,
                "turns": event.turns,
                # Like all days on the desk: of one era, whichever calendar the customer keeps.
                "day": format_date(self.env, event.next_date),
                "days": (event.next_date - today).days,
            }
            for event in events
        ]

    @api.model
    def _get_handovers(self, hidden):
        """List the customers taken over who are to be met, or whose bond is looked at again."""
        if "relationship.handover.line" not in self.env:
            return []
        Line = self.env["relationship.handover.line"]
        if not Line.has_access("read"):
            return []
        today = fields.Date.context_today(self)
        lines = Line.search(
            [
                ("successor_id", "=", self.env.uid),
                ("handover_state", "=", "done"),
                ("id", "not in", hidden),
                "|",
                "|",
                ("state", "=", "open"),
                "&",
                ("check_30_date", "<=", today),
                ("checked_30", "=", False),
                "&",
                ("check_90_date", "<=", today),
                ("checked_90", "=", False),
            ],
            limit=10,
        )
        return [
            {
                "id": line.id,
                "partner_id": line.commercial_partner_id.id,
                "customer": line.commercial_partner_id.display_name,
                "text": self.env._("Introduce yourself")
                if line.state == "open"
                else self.env._("Check how it goes"),
            }
            for line in lines
        ]
