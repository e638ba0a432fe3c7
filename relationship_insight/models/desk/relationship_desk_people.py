from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools.misc import format_date

from .relationship_desk import PEOPLE, POOL

UPSET_DAYS = 14
# Why somebody is on the desk, the most urgent first.
UPSET, LATEST, LATE_BUYER, DUE, SILENT = range(5)


class RelationshipDesk(models.AbstractModel):
    """Whom to talk with today, and why."""

    _inherit = "relationship.desk"

    @api.model
    def _get_people(self, everyone, hidden):
        """Return at most five lines: by the urgency of the reason, then by spend.

        A fixed number of candidates is read per reason, so the cost doesn't grow with customers.
        """
        reasons = {}
        for rank, customer, spend, words in self._find_candidates(everyone, hidden):
            reasons.setdefault(customer, []).append((rank, -spend, words))
        customers = self._leave_in_peace(
            self.env["res.partner"].browse([customer.id for customer in reasons])
        )
        best = sorted(customers, key=lambda c: (min(reasons[c])[:2], c.id))[:PEOPLE]
        people = self.env["res.partner"].browse([customer.id for customer in best])
        notes = self._get_last_notes(people)
        return [
            {
                "id": customer.id,
                "name": customer.display_name,
                "phone": customer.phone or "",
                "reason": min(reasons[customer])[2],
                "more": [words for _rank, _spend, words in sorted(reasons[customer])[1:3]],
                "urgent": min(reasons[customer])[0] <= LATEST,
                "note": notes.get(customer.id),
            }
            for customer in people
        ]

    @api.model
    def _find_candidates(self, everyone, hidden):
        """Yield (rank, customer, spend, words)."""
        # Dates to talk are days of the company, wherever the reader is.
        today = self.env.company._relationship_today()
        mine = Domain.TRUE if everyone else self._get_own_domain()
        there = Domain(
            [
                ("company_id", "=", self.env.company.id),
                ("commercial_partner_id", "not in", hidden),
                ("commercial_partner_id.active", "=", True),
            ]
        )
        keep = (
            there
            & mine
            & Domain(
                [
                    ("not_relevant", "=", False),
                    "|",
                    ("snoozed_until", "=", False),
                    ("snoozed_until", "<=", today),
                ]
            )
        )
        Cadence = self.env["relationship.cadence"]
        yield from self._find_upset(there, everyone, today)
        late = Cadence.search(
            keep & Domain("latest_date", "<", today), order="spend_12m desc, id", limit=POOL
        )
        for cadence in late:
            delay = self._get_unseen_delay(cadence)
            if cadence.latest_date + delay >= today:
                if cadence.next_date and cadence.next_date + delay <= today:
                    yield self._get_due(cadence)
                continue
            yield (
                LATEST,
                cadence.commercial_partner_id,
                cadence.spend_12m,
                self.env._(
                    "We wanted to talk by %(day)s at the latest. %(silence)s",
                    day=format_date(self.env, cadence.latest_date),
                    silence=self._get_silence(cadence),
                ),
            )
        yield from self._find_late_buyers(there, everyone)
        due = Cadence.search(
            keep & Domain("next_date", "<=", today) & Domain("latest_date", ">=", today),
            order="spend_12m desc, id",
            limit=POOL,
        )
        for cadence in due:
            if cadence.next_date + self._get_unseen_delay(cadence) > today:
                continue
            yield self._get_due(cadence)
        silent = Cadence.search(
            keep & Domain("task_state", "=", "proposed") & Domain("next_date", "=", False),
            order="spend_12m desc, id",
            limit=POOL,
        )
        for cadence in silent:
            if self._get_unseen_delay(cadence):
                continue
            yield (
                SILENT,
                cadence.commercial_partner_id,
                cadence.spend_12m,
                self._get_silence(cadence),
            )

    @api.model
    def _get_due(self, cadence):
        return (
            DUE,
            cadence.commercial_partner_id,
            cadence.spend_12m,
            self.env._("It is time to talk again. %(silence)s", silence=self._get_silence(cadence)),
        )

    @api.model
    def _get_own_domain(self):
        """Return whose customers are mine: as salesperson, or in the account team."""
        mine = Domain("user_id", "=", self.env.uid)
        if "relationship.account.team" in self.env:
            team = (
                self.env["relationship.account.team"]
                .sudo()
                ._search(
                    [("staff_id", "=", self.env.user.partner_id.id), ("is_current", "=", True)]
                )
            )
            mine |= Domain("commercial_partner_id", "in", team.subselect("commercial_partner_id"))
        return mine

    @api.model
    def _get_unseen_delay(self, cadence):
        """Return by how much the reader knows of a later talk than everyone does."""
        talked = cadence.commercial_partner_id.relationship_last_talk
        if not talked:
            return timedelta()
        zone = cadence.company_id._relationship_tz()
        day = fields.Datetime.context_timestamp(self.with_context(tz=zone), talked).date()
        return max(day - cadence.basis_date, timedelta())

    @api.model
    def _get_silence(self, cadence):
        talked = cadence.commercial_partner_id.relationship_last_talk
        if talked:
            day = fields.Datetime.context_timestamp(self, talked).date()
            return self.env._("The last talk was on %(day)s.", day=format_date(self.env, day))
        return self.env._("No talk is on record.")

    @api.model
    def _find_upset(self, there, everyone, today):
        """Yield who was seen to feel bad lately and wasn't talked with since.

        Only noted moments count: an answer on a scale may say that they never feel so.
        """
        readings = self.env["relationship.reading"].search(
            there
            & (
                Domain.TRUE
                if everyone
                else Domain("commercial_partner_id.user_id", "=", self.env.uid)
            )
            & Domain(
                [
                    ("measure_id.parent_id.code", "=", "M02"),
                    ("valence", "=", -1),
                    ("voided", "=", False),
                    ("date", ">=", fields.Datetime.now() - timedelta(days=UPSET_DAYS)),
                ]
            ),
            order="date desc, id desc",
            limit=POOL,
        )
        seen = set()
        for reading in readings:
            customer = reading.commercial_partner_id
            talked = customer.relationship_last_talk
            if customer in seen or (talked and talked > reading.date):
                continue
            seen.add(customer)
            day = fields.Datetime.context_timestamp(self, reading.date).date()
            yield (
                UPSET,
                customer,
                0,
                self.env._(
                    "%(feeling)s on %(day)s, and no talk since.",
                    feeling=reading.measure_id.name,
                    day=format_date(self.env, day),
                ),
            )

    @api.model
    def _find_late_buyers(self, there, everyone):
        """Yield who usually would have bought again by now."""
        mine = Domain.TRUE
        if not everyone:
            mine = Domain("commercial_partner_id.user_id", "=", self.env.uid)
        profiles = self.env["relationship.profile"].search(
            there
            & mine
            & Domain(
                [("overdue_ratio", ">", 2), ("overdue_ratio", "<", 6), ("purchase_days", ">=", 4)]
            ),
            order="spend_12m desc, id",
            limit=POOL,
        )
        for profile in profiles:
            yield (
                LATE_BUYER,
                profile.commercial_partner_id,
                profile.spend_12m,
                self.env._(
                    "Usually buys every %(gap)s days; the last time was %(days)s days ago.",
                    gap=round(profile.gap_median),
                    days=profile.recency_days,
                ),
            )

    @api.model
    def _leave_in_peace(self, customers):
        """Leave out whom somebody talked with just now, as far as the reader may know.

        A questionnaire is no talk: whoever got one still may need somebody.
        """
        gap = self.env.company.relationship_contact_gap
        recent = customers._get_recent_talks(fields.Datetime.now() - timedelta(days=gap))
        return customers.filtered(lambda c: c.id not in recent and not self._is_fresh(c))

    @api.model
    def _is_fresh(self, customer):
        """A talk that only some may read is no news to them: it may be more recent."""
        talked = customer.relationship_last_talk
        gap = self.env.company.relationship_contact_gap
        return bool(talked and talked >= fields.Datetime.now() - timedelta(days=gap))

    @api.model
    def _get_last_notes(self, people):
        """Return {customer's id: the last conversation that the reader may read}."""
        rows = {}
        for customer in people:
            note = customer.relationship_last_talk_note_id
            if note and note.has_access("read"):
                row = note._get_card_row()
                rows[customer.id] = {
                    "id": note.id,
                    "day": format_date(
                        self.env, fields.Datetime.context_timestamp(self, note.date).date()
                    ),
                    "staff": row["staff"],
                    "text": row["summary"],
                    "open": note.visibility == "company",
                }
        return rows
