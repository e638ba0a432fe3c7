from odoo import api, fields, models
from odoo.fields import Domain

from ..insight.relationship_bond import WORD_GROUP

CARD_ROWS = 5
CARD_MOTIVES = 6
CARD_CHANGES = 3
FEW_ANSWERS = 2
Z_95 = 1.96
CARD_FIELDS = [
    "ask_next", "attitude", "attitude_basis", "attitude_count", "attitude_date", "attitude_se",
    "behaviour_pct", "bond", "bond_staff_id", "class_date", "commercial_partner_id", "confidence",
    "currency_id", "date", "event_negative", "event_positive", "feeling_balance",
    "feeling_negative", "feeling_positive", "first_purchase", "gap_median", "last_purchase",
    "last_talk", "loyalty_class", "motive_count", "motive_id", "motives", "overdue_ratio",
    "p_behaviour", "p_latent", "p_low", "p_spurious", "p_true", "previous_class",
    "purchase_days", "rate_year", "recency_days", "spend_12m", "spend_total", "talk_count",
    "unknown_reason",
]
# The question to read out for each thing to ask next.
ASK_MEASURES = {
    "attitude": "relationship_insight.measure_m13",
    "motive": "relationship_insight.measure_m16",
    "pride": "relationship_insight.measure_m07_tell",
    "refresh": "relationship_insight.measure_m13",
}


class RelationshipProfile(models.Model):
    """The card on the contact: what is known of one customer, and how well."""

    _inherit = "relationship.profile"

    @api.model
    @api.readonly
    def get_customer_card(self, partner_id):
        """Return what the Relationship tab of one contact shows, as the current user may see it.

        The four axes stay apart, each with its count ``n``, ``date`` and ``status`` ("ok",
        "low_base", "insufficient"); there is no overall score. ``low`` and ``high`` are the 95 %
        interval m +- 1.96 s of the attitude, cut at 0 and 100. Shares and probabilities run from
        0 to 1, axes from 0 to 100, money is in the company's currency, moments are in UTC.

        :param int partner_id: a contact; the card is that of its commercial entity
        :return: dict with ``state``: "rich", "thin" (class unknown), "empty" (no insight yet) or
            "restricted" (a colleague's customer); the last two carry ``sentences`` only
        :raise AccessError: if the contact may not be read
        """
        partner = self.env["res.partner"].browse(partner_id)
        partner.check_access("read")
        customer = partner.commercial_partner_id
        profile = self.search_fetch([
            ("commercial_partner_id", "=", customer.id),
            ("company_id", "=", self.env.company.id),
        ], [name for name in CARD_FIELDS if self._has_field_access(self._fields[name], "read")],
            limit=1)
        if not profile:
            return self._get_card_without_profile(customer)
        readings = self._search_card_readings(customer)
        talks = self._search_card_talks(customer)
        motives = profile.motives or {}
        measures = self._fetch_card_measures(profile, readings)
        staff = talks.staff_id.sudo()
        if self.env.user.has_group(WORD_GROUP):
            staff |= profile.sudo().bond_staff_id
        staff.fetch(["name"])
        counts = profile._get_card_counts()
        return {
            "state": "thin" if profile._is_class_unknown() else "rich",
            "profile_id": profile.id,
            "customer_id": customer.id,
            "date": profile.date,
            "currency_id": profile.currency_id.id,
            "loyalty_class": profile.loyalty_class,
            "since": False if profile._is_class_unknown() else profile.class_date,
            "confidence": profile.confidence,
            "sentences": profile._get_card_sentences(measures),
            "changes": [change._get_card_row() for change in self._search_card_changes(customer)],
            "probabilities": profile._get_card_probabilities(),
            "axes": {
                "feelings": profile._get_card_feelings(counts),
                "attitude": profile._get_card_attitude(),
                "bond": profile._get_card_bond(counts),
                "behaviour": profile._get_card_behaviour(),
            },
            "motives": self._get_card_motives(motives, measures),
            "motive_count": profile.motive_count,
            "readings": [reading._get_card_row(measures) for reading in readings],
            "talks": [talk._get_card_row() for talk in talks],
            "ask": profile._get_card_question(measures),
            "purchases": {
                name: profile[name] for name in (
                    "first_purchase", "last_purchase", "purchase_days", "recency_days",
                    "spend_12m", "spend_total", "gap_median", "overdue_ratio")
            },
        }

    @api.model
    def _get_card_without_profile(self, customer):
        """Say why there is no card: nothing is known yet, or it is a colleague's customer."""
        relations = self.env.user.has_group("relationship_insight.group_relationship_relations")
        if not relations and customer.user_id and customer.user_id != self.env.user:
            return {"state": "restricted", "sentences": [
                self.env._("A colleague looks after this customer."),
                self.env._("Their insight is shown to that colleague and to Customer Relations."),
            ]}
        if self.env.company._relationship_being_read():
            return {"state": "empty", "customer_id": customer.id, "sentences": [
                self.env._("Our customers are being read."),
                self.env._("What they bought, said and felt shows here in a few minutes."),
            ]}
        return {"state": "empty", "customer_id": customer.id, "sentences": [
            self.env._("Nothing is known about this customer yet."),
            self.env._(
                "Talk with them and log it, or wait for their first order: "
                "the picture fills in by itself."),
        ]}

    @api.model
    def _search_card_readings(self, customer):
        return self.env["relationship.reading"].search_fetch([
            ("commercial_partner_id", "=", customer.id),
            ("company_id", "=", self.env.company.id),
            ("competitor_id", "=", False),
            ("voided", "=", False),
        ], ["date", "measure_id", "na", "origin", "score", "text", "valence", "value"],
            limit=CARD_ROWS)

    @api.model
    def _search_card_changes(self, customer):
        """The latest changes of class; the first class somebody was given is none."""
        return self.env["relationship.transition"].search_fetch([
            ("commercial_partner_id", "=", customer.id),
            ("company_id", "=", self.env.company.id),
            ("class_from", "!=", False),
        ], ["attitude_after", "attitude_before", "class_from", "class_to", "date", "rate_after",
            "rate_before"], limit=CARD_CHANGES)

    @api.model
    def _search_card_talks(self, customer):
        return self.env["relationship.note"].search_fetch([
            ("commercial_partner_id", "=", customer.id),
            ("company_id", "=", self.env.company.id),
        ], ["channel", "date", "purpose", "staff_id", "summary", "visibility"], limit=CARD_ROWS)

    @api.model
    def _fetch_card_measures(self, profile, readings):
        """Fetch in one query every measure the card names; return {id: measure}."""
        ask_xmlid = ASK_MEASURES.get(profile.ask_next)
        ids = {
            *readings.measure_id.ids,
            *map(int, profile.motives or ()),
            profile.motive_id.id,
            ask_xmlid and self.env["ir.model.data"]._xmlid_to_res_id(ask_xmlid),
        }
        measures = self.env["relationship.measure"].with_context(active_test=False).search_fetch(
            [("id", "in", [measure_id for measure_id in ids if measure_id])],
            ["code", "emoji", "kind", "name", "question", "scale_max", "scale_min"])
        return {measure.id: measure for measure in measures}

    def _get_card_counts(self):
        """Count the moments at which something was noted, by facet, as of the profile's date.

        A count only, so it runs over every reading that made the figures, hidden ones included.
        """
        until = fields.Datetime.end_of(
            fields.Datetime.to_datetime(self.date or fields.Date.context_today(self)), "day")
        domain = Domain([
            ("commercial_partner_id", "=", self.commercial_partner_id.id),
            ("company_id", "=", self.company_id.id),
            ("competitor_id", "=", False),
            ("voided", "=", False),
            ("facet", "in", ("emotion", "bond")),
            ("date", "<=", until),
        ])
        return {
            facet: (count, last)
            for facet, count, last in self.env["relationship.reading"].sudo()._read_group(
                domain, ["facet"], ["date:count_distinct", "date:max"])
        }

    def _is_class_unknown(self):
        return (self.loyalty_class or "unknown") == "unknown"

    def _get_card_probabilities(self):
        """Return the chances of the four classes, unless one of their two halves is missing."""
        if self._is_class_unknown() and self.unknown_reason not in ("ambiguous", "stale"):
            return []
        chances = [(key, self[f"p_{key}"]) for key in ("true", "latent", "spurious", "low")]
        if not any(chance for _key, chance in chances):
            return []
        return [{"key": key, "value": chance} for key, chance in chances]

    @api.model
    def _get_card_axis(self, known, value, count, date, **more):
        status = "insufficient"
        if known:
            status = "low_base" if count < FEW_ANSWERS else "ok"
        return {
            "value": value if known else None, "n": count, "date": date, "status": status, **more}

    def _get_card_feelings(self, counts):
        count, last = counts.get("emotion", (0, None))
        return self._get_card_axis(
            bool(self.feeling_positive and self.feeling_negative), self.feeling_balance,
            count, last,
            positive=self.event_positive, negative=self.event_negative)

    def _get_card_attitude(self):
        half = Z_95 * self.attitude_se
        return self._get_card_axis(
            bool(self.attitude_count), self.attitude, self.attitude_count, self.attitude_date,
            se=self.attitude_se, basis=self.attitude_basis,
            low=max(0, self.attitude - half), high=min(100, self.attitude + half))

    def _get_card_bond(self, counts):
        if not self.env.user.has_group(WORD_GROUP):
            bond = self.env["relationship.bond"].search_fetch([
                ("profile_id", "=", self.id), ("staff_id", "=", self.env.user.partner_id.id),
            ], ["last_talk", "own_strength", "talk_count"], limit=1)
            return self._get_card_axis(
                bool(bond), bond.own_strength, bond.talk_count, bond.last_talk or False,
                staff=self.env.user.name if bond else "", told=None)
        told, _last = counts.get("bond", (0, None))
        return self._get_card_axis(
            bool(self.talk_count or told) and bool(self.bond), self.bond, self.talk_count,
            self.last_talk, staff=self.bond_staff_id.sudo().name or "", told=told)

    def _get_card_behaviour(self):
        return self._get_card_axis(
            bool(self.purchase_days), self.behaviour_pct, self.purchase_days,
            self.last_purchase, rate_year=self.rate_year, p_behaviour=self.p_behaviour)

    @api.model
    def _get_card_motives(self, motives, measures):
        shares = [
            {
                "id": int(measure_id),
                "name": measures[int(measure_id)].name,
                "emoji": measures[int(measure_id)].emoji or "",
                "share": share,
            }
            for measure_id, share in motives.items() if int(measure_id) in measures
        ]
        return sorted(shares, key=lambda row: (-row["share"], row["id"]))[:CARD_MOTIVES]

    def _get_card_question(self, measures):
        """Return what to find out next: its sentence, and a question to read out if one fits."""
        choices = dict(self._fields["ask_next"]._description_selection(self.env))
        ask_xmlid = ASK_MEASURES.get(self.ask_next)
        measure = ask_xmlid and measures.get(
            self.env["ir.model.data"]._xmlid_to_res_id(ask_xmlid))
        return {
            "key": self.ask_next or "nothing",
            "text": choices.get(self.ask_next or "nothing"),
            "question": measure and measure.question or "",
        }
