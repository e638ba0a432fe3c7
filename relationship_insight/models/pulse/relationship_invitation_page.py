from odoo import api, fields, models
from odoo.tools import SQL, ormcache

from ...tools.page_merge import place
from ..catalogue.relationship_measure import DRAWN_FEELINGS
from .relationship_invitation import TOKEN_PATTERN

FACES = 5
TEXT_KINDS = ("text",)
NAMES_ASKED = 3
FRIEND = "M18"


class RelationshipInvitation(models.Model):
    """What the page of an invitation shows, as plain values."""

    _inherit = "relationship.invitation"

    def _get_asked_measures(self):
        """Return the measures this invitation asks, in order."""
        self.ensure_one()
        return self.env["relationship.measure"].browse(
            dict.fromkeys(
                measure_id for measure_id, _required in self.sudo().version_id._get_asked()
            )
        )

    def _prepare_cards(self, chosen=None, form=None):
        """Return the questions as a list of dicts, one per card of the page.

        Items of one scale that are answered alike share a card.

        :param dict chosen: {code: value} chosen in the mail, not stored yet
        :param form: what was sent but couldn't be stored, shown again as it was
        """
        self.ensure_one()
        stored = self._get_stored_answers()
        for measure, rows in (self._read_answers(form)[0] if form else {}).items():
            stored.setdefault(measure.code, rows[0])
        for code, value in (chosen or {}).items():
            stored.setdefault(code, {})["value"] = value
        cards = []
        prepare = {
            "single": self._prepare_card,
            "tokens": self._prepare_tokens_card,
            "grid": self._prepare_feelings_card,
            "felt": self._prepare_felt_card,
        }
        for kind, item, measures in self.sudo().version_id._split_cards():
            cards.append(prepare[kind](item, measures.with_env(self.env), stored))
        for index, card in enumerate(cards):
            card["index"] = index
            card["id"] = f"card{index}"
            enough = any if card["widget"] == "felt" else all
            card["answered"] = enough(
                code in stored and "at" in stored[code] for code in card["codes"]
            )
            card["chosen"] = bool(chosen) and not set(chosen).isdisjoint(card["codes"])
        return cards

    def _prepare_card(self, item, measure, stored):
        """Return the card of one measure."""
        answer = stored.get(measure.code, {})
        return {
            "widget": self._get_widget(measure),
            "codes": [measure.code],
            "question": measure.question,
            "about": self._get_about(measure),
            "required": item.required,
            "rows": [self._prepare_row(measure, answer)],
        }

    def _prepare_feelings_card(self, item, measures, stored):
        return {
            "widget": "feelings",
            "codes": measures.mapped("code"),
            "question": item.measure_id.question,
            "about": False,
            "required": item.required,
            "rows": [
                self._prepare_row(measure, stored.get(measure.code, {}))
                for measure in self._shuffle(measures)
            ],
        }

    def _prepare_felt_card(self, item, measures, stored):
        """Return the card of feelings of which one taps those that were there."""
        rows = [
            self._prepare_row(measure, stored.get(measure.code, {}))
            for measure in self._shuffle(measures)
        ]
        for row, measure in zip(rows, self._shuffle(measures), strict=True):
            row["felt"] = row["value"] is not None
            row["drawn"] = row["face"] in DRAWN_FEELINGS
            row["points"] = [{"value": f"{row['value'] or measure._get_middle():g}"}]
            row["tone"] = round(4 * self._get_goodness(measure, 1))
        return {
            "widget": "felt",
            "codes": measures.mapped("code"),
            "question": measures.parent_id.question,
            "about": False,
            "required": item.required,
            "rows": rows,
            "nothing": not any(row["felt"] for row in rows) and any(row["na"] for row in rows),
        }

    def _prepare_tokens_card(self, item, measures, stored):
        return {
            "widget": "tokens",
            "codes": measures.mapped("code"),
            "question": item.measure_id.question,
            "about": False,
            "required": item.required,
            "total": int(max(measures.mapped("scale_max"))),
            "rows": [
                self._prepare_row(measure, stored.get(measure.code, {}))
                for measure in self._shuffle(measures)
            ],
        }

    def _prepare_row(self, measure, answer):
        """Return what one measure needs on its card: its name, its points and its answer."""
        value = answer.get("value")
        na = bool(answer.get("na"))
        row = {
            "code": measure.code,
            "face": measure.code.partition("_")[2] or measure.code,
            "name": measure.name,
            "emoji": measure.emoji or "",
            "na": na,
            "value": None if na else value,
            "text": answer.get("text") or "",
            "points": [],
            "low": measure.anchor_min or "",
            "high": measure.anchor_max or "",
            "most": int(measure.scale_max),
        }
        if measure.kind in ("rating", "emotion"):
            labels = dict(measure._get_labels())
            values = measure._get_values()
            row["points"] = [
                {
                    "value": f"{point:g}",
                    "label": labels.get(point) or "",
                    "chosen": not na and value is not None and abs(value - point) < 1e-6,
                    # The place on the scale decides the colour and the mouth, good on the right.
                    "tone": round(4 * self._get_goodness(measure, index / (len(values) - 1))),
                }
                for index, point in enumerate(values)
            ]
        elif measure.kind == "awareness":
            lines = row["text"].splitlines()
            row["lines"] = [*lines, *[""] * (NAMES_ASKED - len(lines))]
        return row

    def _get_goodness(self, measure, share):
        return 1 - share if measure.reverse or measure.valence == "-1" else share

    def _get_widget(self, measure):
        """Say how a measure is answered on the page."""
        if measure.kind == "awareness":
            return "names"
        if measure.kind in TEXT_KINDS:
            return "text"
        if measure.kind in ("count", "motive"):
            return "count"
        points = len(measure._get_values())
        if points == 2:
            return "friend" if measure.code == FRIEND else "steps"
        if points == FACES:
            return "faces"
        return "steps" if points < 10 else "numbers"

    def _get_about(self, measure):
        """Return the name of the member of staff a question is about, False if it isn't."""
        staff = self.sudo().staff_id
        return staff.name if staff and measure.facet == "bond" else False

    def _shuffle(self, measures):
        """Return the measures in an order of this invitation's own, the same at each load."""
        seed = self.sudo().access_token or self.source_key or ""
        return measures.sorted(lambda measure: place(seed, measure.code))

    def _get_stored_answers(self, readings=None):
        """Return {code: value, na, text, at} of what this invitation has in its readings.

        :param readings: those that count now, where they are at hand
        """
        answers = {}
        for reading in self._get_pulse_readings() if readings is None else readings:
            if reading.competitor_id:
                continue
            answers[reading.measure_id.code] = {
                "value": reading.value,
                "na": reading.na,
                "text": reading.text,
                "at": self._get_answer_time(reading),
            }
        return answers

    def _get_pulse_readings(self):
        """Return the answers that count now."""
        self.ensure_one()
        if not self.id:
            return self.env["relationship.reading"].sudo()
        return (
            self.env["relationship.reading"]
            .sudo()
            .search_fetch(
                [("invitation_id", "=", self.id), ("voided", "=", False)],
                ["measure_id", "competitor_id", "value", "na", "text", "source_key"],
                order="id",
            )
        )

    @api.model
    def _read_link(self, token):
        """Return the id of the invitation that a link opens, and its language.

        The invitation is held until the end of the transaction: two requests at once for the
        same one come one after the other.

        :return: dict; None for a link that opens nothing
        """
        return self._read_open(token, SQL("opened.id, lang"), lock=SQL("FOR UPDATE OF i"))

    @api.model
    def _read_page(self, token):
        """Return what differs from one customer's untouched page to the next, in one look.

        :return: dict of the invitation's id, how the page addresses the person, ``words``, which
            changes with anything everybody sees, and ``fresh``: a pulse without any answer yet;
            None for a link that opens nothing
        """
        return self._read_open(
            token,
            SQL(
                """
            opened.id, lang, opened.version_id, opened.partner_id,
            (SELECT CASE WHEN is_company IS NOT TRUE THEN split_part(name, ' ', 1) END
               FROM res_partner WHERE id = opened.partner_id) AS name,
            (SELECT name FROM res_partner WHERE id = opened.staff_id) AS staff,
            (company.id, company.name, uses_default_logo, octet_length(logo_web),
             instrument.write_date, version.state, instrument.kind,
             (SELECT MAX(write_date) FROM relationship_measure))::text AS words,
            instrument.kind = 'pulse' AND version.state != 'draft' AND NOT EXISTS (
                SELECT FROM relationship_reading WHERE invitation_id = opened.id) AS fresh
            """
            ),
            SQL(
                """
            JOIN res_company company ON company.id = opened.company_id
            JOIN relationship_instrument_version version ON version.id = opened.version_id
            JOIN relationship_instrument instrument ON instrument.id = version.instrument_id
            """
            ),
        )

    @api.model
    def _read_open(self, token, columns, joins=None, lock=None):
        if not TOKEN_PATTERN.match(token):
            return None
        rows = self.env.execute_query_dict(
            SQL(
                """
            WITH opened AS MATERIALIZED (
                SELECT id, version_id, company_id, partner_id, staff_id, COALESCE((
                        SELECT w.lang FROM relationship_contact_preference w
                         WHERE w.partner_id = i.partner_id AND w.company_id = i.company_id
                       ), lang) AS lang
                  FROM relationship_invitation i
                 WHERE access_token = %s AND state NOT IN ('done', 'cancelled', 'expired')
                   AND (date_expire IS NULL OR date_expire >= %s)
                   %s
            )
            SELECT %s FROM opened %s
            """,
                token,
                fields.Datetime.now(),
                lock or SQL(),
                columns,
                joins or SQL(),
            )
        )
        return rows[0] if rows else None

    @api.model
    @ormcache("key", cache="templates.cached_values")
    def _keep_page(self, key, render):
        """Return the parts of a page kept under a key, rendered now if there are none.

        :param key: names the page and all that changes what it says
        """
        del key
        return render()
