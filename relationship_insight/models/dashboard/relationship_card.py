from odoo import api, fields, models
from odoo.fields import Domain

from ..insight.relationship_bond import WORD_GROUP

CARD_ROWS = 5
CARD_MOTIVES = 6
CARD_CHANGES = 3
FEW_ANSWERS = 2
CARD_FIELDS = [
    "ask_next",
    "attitude",
    "attitude_basis",
    "attitude_count",
    "attitude_date",
    "attitude_se",
    "behaviour_pct",
    "bond",
    "bond_staff_id",
    "class_date",
    "commercial_partner_id",
    "confidence",
    "currency_id",
    "date",
    "event_negative",
    "event_positive",
    "feeling_balance",
    "feeling_negative",
    "feeling_positive",
    "first_purchase",
    "gap_median",
    "last_purchase",
    "last_talk",
    "loyalty_class",
    "motive_count",
    "motive_id",
    "motives",
    "overdue_ratio",
    "p_behaviour",
    "p_latent",
    "p_low",
    "p_spurious",
    "p_true",
    "previous_class",
    "purchase_days",
    "rate_year",
    "recency_days",
    "spend_12m",
    "spend_total",
    "talk_count",
    "unknown_reason",
]
# The question to read out for each thing to ask next.
ASK_MEASURES = {
    "attitude": "relationship_insight.measure_m13",
    "motive": "relationship_insight.measure_m16",
    "pride": "relationship_insight.measure_m07_tell",
    "refresh": "relationship_insight.measure_m13",
}


class RelationshipCard(models.AbstractModel):
    """The card on the contact: what is known of one customer, and how well."""

    _name = "relationship.card"
    _description = "Customer Card"

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
        Profile = self.env["relationship.profile"]
        Profile.check_access("read")
        profile = Profile.search_fetch(
            [
                ("commercial_partner_id", "=", customer.id),
                ("company_id", "=", self.env.company.id),
            ],
            [
                name
                for name in CARD_FIELDS
                if Profile._has_field_access(Profile._fields[name], "read")
            ],
            limit=1,
        )
        if not profile:
            return self._get_without_profile(customer)
        readings = self._search_readings(customer)
        talks = self._search_talks(customer)
        motives = profile.motives or {}
        measures = self._fetch_measures(profile, readings)
        staff = talks.staff_id.sudo()
        if self.env.user.has_group(WORD_GROUP):
            staff |= profile.sudo().bond_staff_id
        staff.fetch(["name"])
        counts = self._get_counts(profile)
        return {
            "state": "thin" if self._is_class_unknown(profile) else "rich",
            "profile_id": profile.id,
            "customer_id": customer.id,
            "date": profile.date,
            "currency_id": profile.currency_id.id,
            "loyalty_class": profile.loyalty_class,
            "since": False if self._is_class_unknown(profile) else profile.class_date,
            "confidence": profile.confidence,
            "sentences": self._get_sentences(profile, measures),
            "changes": [change._get_card_row() for change in self._search_changes(customer)],
            "probabilities": self._get_probabilities(profile),
            "axes": {
                "feelings": self._get_feelings(profile, counts),
                "attitude": self._get_attitude(profile),
                "bond": self._get_bond(profile, counts),
                "behaviour": self._get_behaviour(profile),
            },
            "motives": self._get_motives(motives, measures),
            "motive_count": profile.motive_count,
            "readings": [reading._get_card_row(measures) for reading in readings],
            "talks": [talk._get_card_row() for talk in talks],
            "ask": self._get_question(profile, measures),
            "purchases": {
                name: profile[name]
                for name in (
                    "first_purchase",
                    "last_purchase",
                    "purchase_days",
                    "recency_days",
                    "spend_12m",
                    "spend_total",
                    "gap_median",
                    "overdue_ratio",
                )
            },
        }

    @api.model
    def _get_without_profile(self, customer):
        """Say why there is no card: nothing is known yet, or it is a colleague's customer."""
        relations = self.env.user.has_group("relationship_insight.group_relationship_relations")
        if not relations and customer.user_id and customer.user_id != self.env.user:
            return {
                "state": "restricted",
                "sentences": [
                    self.env._("A colleague looks after this customer."),
                    self.env._(
                        "Their insight is shown to that colleague and to Customer Relations."
                    ),
                ],
            }
        if self.env.company._relationship_being_read():
            return {
                "state": "empty",
                "customer_id": customer.id,
                "sentences": [
                    self.env._("Our customers are being read."),
                    self.env._("What they bought, said and felt shows here in a few minutes."),
                ],
            }
        return {
            "state": "empty",
            "customer_id": customer.id,
            "sentences": [
                self.env._("Nothing is known about this customer yet."),
                self.env._(
                    "Talk with them and log it, or wait for their first order: "
                    "the picture fills in by itself."
                ),
            ],
        }

    @api.model
    def _search_readings(self, customer):
        return self.env["relationship.reading"].search_fetch(
            [
                ("commercial_partner_id", "=", customer.id),
                ("company_id", "=", self.env.company.id),
                ("competitor_id", "=", False),
                ("voided", "=", False),
            ],
            ["date", "measure_id", "na", "origin", "score", "text", "valence", "value"],
            limit=CARD_ROWS,
        )

    @api.model
    def _search_changes(self, customer):
        """The latest changes of class; the first class somebody was given is none."""
        return self.env["relationship.transition"].search_fetch(
            [
                ("commercial_partner_id", "=", customer.id),
                ("company_id", "=", self.env.company.id),
                ("class_from", "!=", False),
            ],
            [
                "attitude_after",
                "attitude_before",
                "class_from",
                "class_to",
                "date",
                "rate_after",
                "rate_before",
            ],
            limit=CARD_CHANGES,
        )

    @api.model
    def _search_talks(self, customer):
        return self.env["relationship.note"].search_fetch(
            [
                ("commercial_partner_id", "=", customer.id),
                ("company_id", "=", self.env.company.id),
            ],
            ["channel", "date", "purpose", "staff_id", "summary", "visibility"],
            limit=CARD_ROWS,
        )

    @api.model
    def _fetch_measures(self, profile, readings):
        """Fetch in one query every measure the card names; return {id: measure}."""
        ask_xmlid = ASK_MEASURES.get(profile.ask_next)
        ids = {
            *readings.measure_id.ids,
            *map(int, profile.motives or ()),
            profile.motive_id.id,
            ask_xmlid and self.env["ir.model.data"]._xmlid_to_res_id(ask_xmlid),
        }
        measures = (
            self.env["relationship.measure"]
            .with_context(active_test=False)
            .search_fetch(
                [("id", "in", [measure_id for measure_id in ids if measure_id])],
                ["code", "emoji", "kind", "name", "question", "scale_max", "scale_min"],
            )
        )
        return {measure.id: measure for measure in measures}

    @api.model
    def _get_counts(self, profile):
        """Count the moments at which something was noted, by facet, as of the profile's date.

        A count only, so it runs over every reading that made the figures, hidden ones included.
        """
        until = fields.Datetime.end_of(
            fields.Datetime.to_datetime(profile.date or fields.Date.context_today(self)), "day"
        )
        domain = Domain(
            [
                ("commercial_partner_id", "=", profile.commercial_partner_id.id),
                ("company_id", "=", profile.company_id.id),
                ("competitor_id", "=", False),
                ("voided", "=", False),
                ("facet", "in", ("emotion", "bond")),
                ("date", "<=", until),
            ]
        )
        return {
            facet: (count, last)
            for facet, count, last in self.env["relationship.reading"]
            .sudo()
            ._read_group(domain, ["facet"], ["date:count_distinct", "date:max"])
        }

    @api.model
    def _is_class_unknown(self, profile):
        return (profile.loyalty_class or "unknown") == "unknown"

    @api.model
    def _get_probabilities(self, profile):
        """Return the chances of the four classes, unless one of their two halves is missing."""
        if self._is_class_unknown(profile) and profile.unknown_reason not in ("ambiguous", "stale"):
            return []
        chances = [(key, profile[f"p_{key}"]) for key in ("true", "latent", "spurious", "low")]
        if not any(chance for _key, chance in chances):
            return []
        return [{"key": key, "value": chance} for key, chance in chances]

    @api.model
    def _get_axis(self, known, value, count, date, **more):
        status = "insufficient"
        if known:
            status = "low_base" if count < FEW_ANSWERS else "ok"
        return {
            "value": value if known else None,
            "n": count,
            "date": date,
            "status": status,
            **more,
        }

    @api.model
    def _get_feelings(self, profile, counts):
        count, last = counts.get("emotion", (0, None))
        return self._get_axis(
            bool(profile.feeling_positive and profile.feeling_negative),
            profile.feeling_balance,
            count,
            last,
            positive=profile.event_positive,
            negative=profile.event_negative,
        )

    @api.model
    def _get_attitude(self, profile):
        half = profile.attitude_margin
        return self._get_axis(
            bool(profile.attitude_count),
            profile.attitude,
            profile.attitude_count,
            profile.attitude_date,
            basis=profile.attitude_basis,
            low=max(0, profile.attitude - half),
            high=min(100, profile.attitude + half),
        )

    @api.model
    def _get_bond(self, profile, counts):
        if not self.env.user.has_group(WORD_GROUP):
            bond = self.env["relationship.bond"].search_fetch(
                [
                    ("profile_id", "=", profile.id),
                    ("staff_id", "=", self.env.user.partner_id.id),
                ],
                ["last_talk", "own_strength", "talk_count"],
                limit=1,
            )
            return self._get_axis(
                bool(bond),
                bond.own_strength,
                bond.talk_count,
                bond.last_talk or False,
                staff=self.env.user.name if bond else "",
                told=None,
            )
        told, _last = counts.get("bond", (0, None))
        closest = profile.bond_ids.filtered(lambda bond: bond.staff_id == profile.bond_staff_id)
        return self._get_axis(
            bool(profile.talk_count or told) and bool(profile.bond),
            profile.bond,
            profile.talk_count,
            profile.last_talk,
            staff=profile.bond_staff_id.sudo().name or "",
            alone=closest[:1].strength,
            told=told,
        )

    @api.model
    def _get_behaviour(self, profile):
        return self._get_axis(
            bool(profile.purchase_days),
            profile.behaviour_pct,
            profile.purchase_days,
            profile.last_purchase,
            rate_year=profile.rate_year,
            p_behaviour=profile.p_behaviour,
        )

    @api.model
    def _get_motives(self, motives, measures):
        shares = [
            {
                "id": int(measure_id),
                "name": measures[int(measure_id)].name,
                "picture": measures[int(measure_id)].picture,
                "share": share,
            }
            for measure_id, share in motives.items()
            if int(measure_id) in measures
        ]
        return sorted(shares, key=lambda row: (-row["share"], row["id"]))[:CARD_MOTIVES]

    @api.model
    def _get_question(self, profile, measures):
        """Return what to find out next: its sentence, and a question to read out if one fits."""
        choices = dict(profile._fields["ask_next"]._description_selection(self.env))
        ask_xmlid = ASK_MEASURES.get(profile.ask_next)
        measure = ask_xmlid and measures.get(self.env["ir.model.data"]._xmlid_to_res_id(ask_xmlid))
        return {
            "key": profile.ask_next or "nothing",
            "text": choices.get(profile.ask_next or "nothing"),
            "question": measure and measure.question or "",
        }
