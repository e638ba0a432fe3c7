from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain
from odoo.tools import SQL
from odoo.tools.misc import format_date, formatLang

from ...tools.scope import Scope
from ..talk.relationship_promise import GOING
from ..talk.relationship_touch import NOT_A_TALK

WINDOW_DAYS = 90
SOON_DAYS = 45


class RelationshipBrief(models.AbstractModel):
    """What to know before a visit: one page of sentences, each linked to its record.

    Everything is read with the rights of the reader, so two readers may see different pages.
    """

    _name = "relationship.brief"
    _description = "Before-visit Brief"

    @api.model
    @api.readonly
    def get_brief(self, partner_id):
        """Return the brief of a contact's commercial entity for the current user.

        :param int partner_id: the person or company to visit
        :return: dict with ``sections``: each a title and lines of text with ``model`` and ``id``
            of the record behind it
        :raise AccessError: if the contact or our models may not be read
        """
        self.env["relationship.note"].check_access("read")
        partner = self.env["res.partner"].browse(partner_id)
        partner.check_access("read")
        customer = partner.commercial_partner_id
        profile = self.env["relationship.profile"].search(
            [("commercial_partner_id", "=", customer.id), ("company_id", "=", self.env.company.id)],
            limit=1,
        )
        preferences = self._search_preferences(customer)
        sections = [
            self._get_touches(customer),
            self._get_promises(customer),
            self._get_facts(preferences),
            self._get_to_confirm(preferences),
            self._get_events(customer),
            self._get_people(partner),
            self._get_cases(customer),
            self._get_purchases(customer, profile),
            self._get_feelings(customer, profile),
        ]
        return {
            "partner_id": partner.id,
            "customer_id": customer.id,
            "name": partner.display_name,
            "phone": partner.phone or "",
            "email": partner.email or "",
            "today": fields.Date.context_today(self),
            "warning": partner.relationship_contact_warning or "",
            "window": self._get_window(customer),
            "sections": [section for section in sections if section],
            "question": self._get_question(profile, preferences),
        }

    # ------------------------------------------------------------
    # Pieces
    # ------------------------------------------------------------

    @api.model
    def _line(self, record, text, label="", when=False, tone=""):
        return {
            "model": record._name,
            "id": record.id,
            "text": text,
            "label": label,
            "when": when and format_date(self.env, when),
            "tone": tone,
        }

    @api.model
    def _section(self, key, icon, title, lines, empty=""):
        return {"key": key, "icon": icon, "title": title, "lines": lines, "empty": empty}

    @api.model
    def _local_day(self, moment):
        return fields.Datetime.context_timestamp(self, moment).date()

    @api.model
    def _of(self, customer):
        return Domain("commercial_partner_id", "=", customer.id) & Domain(
            "company_id", "=", self.env.company.id
        )

    @api.model
    def _get_window(self, customer):
        """Say over which time the page speaks, instead of claiming that nobody ever talked."""
        since = fields.Datetime.now() - timedelta(days=WINDOW_DAYS)
        count = self.env["relationship.note"].search_count(
            self._of(customer)
            & Domain("date", ">=", since)
            & Domain("channel", "not in", NOT_A_TALK)
        )
        if not count:
            return self.env._(
                "No call, visit or counter talk that you may read is recorded in %(days)s days.",
                days=WINDOW_DAYS,
            )
        if count == 1:
            return self.env._(
                "One call, visit or counter talk that you may read is recorded in %(days)s days.",
                days=WINDOW_DAYS,
            )
        return self.env._(
            "%(count)s calls, visits or counter talks that you may read are recorded in "
            "%(days)s days.",
            count=count,
            days=WINDOW_DAYS,
        )

    @api.model
    def _get_touches(self, customer):
        notes = self.env["relationship.note"].search_fetch(
            self._of(customer),
            [
                "channel",
                "date",
                "feeling_ids",
                "partner_id",
                "purpose",
                "staff_id",
                "summary",
                "visibility",
            ],
            limit=3,
        )
        lines = []
        for note in notes:
            row = note._get_card_row()
            feelings = ", ".join(note.feeling_ids.mapped("name"))
            said = row["summary"] or self.env._("Nothing written down.")
            text = self.env._(
                "%(staff)s, %(channel)s: %(said)s",
                staff=row["staff"],
                channel=row["channel"],
                said=f"{said} ({feelings})" if feelings else said,
            )
            lines.append(
                self._line(
                    note,
                    text,
                    self.env._("Only you") if row["private"] else "",
                    self._local_day(note.date),
                )
            )
        return self._section(
            "touches",
            "fa-comments-o",
            self.env._("Last touches"),
            lines,
            self.env._("No conversation that you may read."),
        )

    @api.model
    def _get_promises(self, customer):
        promises = self.env["relationship.promise"].search(
            self._of(customer) & Domain("state", "in", GOING), order="date_due, id", limit=5
        )
        lines = [
            self._line(
                promise,
                self.env._(
                    "%(owner)s: %(promise)s",
                    owner=promise.staff_id.sudo().name,
                    promise=promise.name,
                ),
                self.env._("Overdue") if promise.is_overdue or promise.state == "broken" else "",
                promise.date_due,
                "danger" if promise.is_overdue else "",
            )
            for promise in promises
        ]
        return self._section(
            "promises", "fa-handshake-o", self.env._("Open promises"), lines, self.env._("None.")
        )

    @api.model
    def _search_preferences(self, customer):
        return self.env["relationship.preference"].search(
            [("commercial_partner_id", "=", customer.id), ("state", "=", "current")], limit=40
        )

    @api.model
    def _get_facts(self, preferences):
        order = {"care": 0, "need": 1, "dislike": 2, "like": 3, "wish": 4}
        known = preferences.filtered(lambda p: p.status == "fact").sorted(lambda p: order[p.kind])[
            :8
        ]
        lines = [
            self._line(
                preference,
                preference.display_name,
                self.env._("This one time") if preference.steadiness == "once" else "",
                preference.last_confirmed or preference.first_seen,
            )
            for preference in known
        ]
        return self._section(
            "facts",
            "fa-id-card-o",
            self.env._("What we know"),
            lines,
            self.env._("Nothing noted yet."),
        )

    @api.model
    def _get_to_confirm(self, preferences):
        lines = [
            self._line(
                preference,
                self.env._("Ask: %(what)s?", what=preference.display_name),
                dict(preference._fields["provenance"]._description_selection(self.env)).get(
                    preference.provenance, ""
                ),
                preference.last_confirmed or preference.first_seen,
                "warning",
            )
            for preference in preferences.filtered(lambda p: p.status == "ask")[:5]
        ]
        return lines and self._section(
            "confirm", "fa-question-circle-o", self.env._("To confirm"), lines
        )

    @api.model
    def _get_events(self, customer):
        today = fields.Date.context_today(self)
        events = self.env["relationship.life.event"].search(
            [
                ("commercial_partner_id", "=", customer.id),
                ("next_date", ">=", today),
                ("next_date", "<=", today + timedelta(days=SOON_DAYS)),
            ],
            limit=5,
        )
        lines = [
            self._line(
                event,
                self.env._(
                    "%(event)s: %(years)s years", event=event.display_name, years=event.turns
                )
                if event.turns
                else event.display_name,
                "",
                event.next_date,
            )
            for event in events
        ]
        return lines and self._section("events", "fa-birthday-cake", self.env._("Coming up"), lines)

    @api.model
    def _get_people(self, partner):
        lines = [
            self._line(
                other,
                self.env._("%(relation)s: %(name)s", relation=kind, name=other.display_name),
                relation.text or "",
            )
            for relation, other, kind in self.env["relationship.relation"]._get_people(partner)[:6]
            if other.has_access("read")
        ]
        return lines and self._section(
            "people", "fa-users", self.env._("People around them"), lines
        )

    @api.model
    def _get_cases(self, customer):
        """List the open cases, where there are any."""
        if "relationship.case" not in self.env:
            return None
        Case = self.env["relationship.case"]
        if not Case.has_access("read"):
            return None
        cases = Case.search(
            [("partner_id", "child_of", customer.id), *self._get_open_case_domain()], limit=3
        )
        lines = [self._line(case, case.display_name, "", case.create_date.date()) for case in cases]
        return lines and self._section("cases", "fa-life-ring", self.env._("Open cases"), lines)

    @api.model
    def _get_open_case_domain(self):
        return [("state", "not in", ("closed", "cancelled", "done"))]

    # The part of the brief that rests on figures: purchases, feelings, what to ask.

    @api.model
    def _get_purchases(self, customer, profile):
        lines = []
        if profile.purchase_days:
            lines.append(
                self._line(
                    profile,
                    self.env._(
                        "Bought on %(days)s days; %(spend)s in 12 months.",
                        days=profile.purchase_days,
                        spend=formatLang(
                            self.env, profile.spend_12m, currency_obj=profile.currency_id
                        ),
                    ),
                    self.env._("Late") if profile.overdue_ratio > 2 else "",
                    profile.last_purchase,
                )
            )
        for model, order_id, moment, reference, amount in self._fetch_last_orders(customer):
            order = self.env[model].browse(order_id)
            if order.has_access("read"):
                lines.append(
                    self._line(
                        order,
                        self.env._(
                            "%(order)s: %(amount)s",
                            order=reference,
                            amount=formatLang(
                                self.env, amount, currency_obj=self.env.company.currency_id
                            ),
                        ),
                        "",
                        self._local_day(moment),
                    )
                )
        return self._section(
            "purchases",
            "fa-shopping-bag",
            self.env._("Purchases"),
            lines,
            self.env._("None that you may see."),
        )

    @api.model
    def _fetch_last_orders(self, customer):
        """Return the last three orders of one customer, read one by one from the indexes."""
        people = SQL("SELECT id FROM res_partner WHERE commercial_partner_id = %s", customer.id)
        self.env.flush_all()
        return self.env.execute_query(
            SQL(
                """
            SELECT order_model, order_id, date, reference, amount FROM (%s) source
             WHERE NOT is_refund ORDER BY date DESC, id DESC LIMIT 3
            """,
                self.env["relationship.purchase"]._purchase_union(
                    Scope(self.env.company, partners=people)
                ),
            )
        )

    @api.model
    def _get_feelings(self, customer, profile):
        readings = self.env["relationship.reading"].search(
            self._of(customer)
            & Domain("measure_id.parent_id.code", "=", "M02")
            & Domain("voided", "=", False),
            limit=3,
        )
        lines = [
            self._line(
                reading,
                reading.measure_id.name,
                "",
                self._local_day(reading.date),
                {1: "success", -1: "danger"}.get(reading.valence, ""),
            )
            for reading in readings
        ]
        if profile.event_positive or profile.event_negative:
            lines.insert(
                0,
                self._line(
                    profile,
                    self.env._(
                        "Good moments noted in 12 months: %(good)s, bad ones: %(bad)s",
                        good=profile.event_positive,
                        bad=profile.event_negative,
                    ),
                ),
            )
        return self._section(
            "feelings",
            "fa-heart-o",
            self.env._("Feelings"),
            lines,
            self.env._("Nobody asked, or nothing you may see."),
        )

    @api.model
    def _get_question(self, profile, preferences):
        """Return the one question to ask: what is open in the picture, else what got old."""
        Card = self.env["relationship.card"]
        measures = profile and Card._fetch_measures(profile, self.env["relationship.reading"])
        asked = Card._get_question(profile, measures) if profile else {"key": "nothing"}
        if asked["key"] not in ("nothing", "talk") and asked.get("question"):
            return {
                "text": asked["question"],
                "why": asked["text"],
                "model": profile._name,
                "id": profile.id,
            }
        for preference in preferences.filtered(lambda p: p.status == "ask")[:1]:
            return {
                "text": self.env._("Is this still so: %(what)s?", what=preference.display_name),
                "why": self.env._(
                    "It was last heard on %(day)s.",
                    day=format_date(self.env, preference.last_confirmed or preference.first_seen),
                ),
                "model": preference._name,
                "id": preference.id,
            }
        return {
            "text": self.env._("What could we do better for you?"),
            "why": self.env._("Nothing is open, so listen."),
            "model": False,
            "id": False,
        }
