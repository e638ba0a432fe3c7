import math

from odoo import fields, models
from odoo.tools import SQL

from ...stats.tokens import share_tokens

TEXT_LENGTH = 2000
NAME_LENGTH = 80
NAMES_MOST = 10
READING_CHANNELS = {"email": "email", "sms": "sms", "receipt": "store", "kiosk": "store"}
NOT_APPLICABLE = "na"
# What of a measure is looked at when an answer is stored: no words, in no language.
ANSWER_FIELDS = (
    "answerable",
    "code",
    "facet",
    "kind",
    "parent_id",
    "reverse",
    "scale_max",
    "scale_min",
    "step",
    "valence",
    "version",
)


class RelationshipInvitation(models.Model):
    """Answers given on the page become readings at once."""

    _inherit = "relationship.invitation"

    def _lock_open(self):
        """Hold this invitation until the end of the transaction; False if it takes nothing more.

        Two requests at once for the same invitation come one after the other.
        """
        self.ensure_one()
        rows = self.env.execute_query(
            SQL("SELECT state FROM relationship_invitation WHERE id = %s FOR UPDATE", self.id)
        )
        if rows and rows[0][0] != self.sudo().state:
            self.invalidate_recordset(["state"])
        return bool(rows) and rows[0][0] not in ("done", "expired", "cancelled")

    def _mark_open(self):
        """Note that a human, no program, has opened the page."""
        for invitation in self.sudo().filtered(lambda i: not i.date_open):
            vals = {"date_open": fields.Datetime.now()}
            if invitation.state in ("planned", "sending", "sent", "uncertain", "failed"):
                vals["state"] = "opened"
            invitation.write(vals)

    def _mark_started(self):
        """Note the first answer."""
        now = fields.Datetime.now()
        for invitation in self.sudo().filtered(lambda i: not i.date_start):
            invitation.write(
                {"state": "started", "date_start": now, "date_open": invitation.date_open or now}
            )

    def _mark_done(self):
        """Close an invitation that is answered: nothing changes its answers any more."""
        now = fields.Datetime.now()
        for invitation in self.sudo().filtered(lambda i: i.state != "done"):
            invitation.write(
                {
                    "state": "done",
                    "date_done": now,
                    "date_open": invitation.date_open or now,
                    "date_start": invitation.date_start or now,
                }
            )

    def _store_answers(self, form, at):
        """Store what a form holds; what is stored already or is older changes nothing.

        :param form: :class:`werkzeug.datastructures.MultiDict` as the page sent it
        :param int at: when the customer answered, ms since 1970; of two answers to the same
            question the later one counts, whichever arrives first
        :return: (codes stored or known already, codes that can't be an answer, the readings that
            count now)
        """
        self.ensure_one()
        answers, refused = self._read_answers(form)
        stored = {}
        asked = self._get_asked_measures()
        # Before the first answer there is none to look for.
        current = (
            self._get_pulse_readings()
            if self.sudo().date_start
            else (self.env["relationship.reading"].sudo())
        )
        for reading in current:
            stored.setdefault(reading.measure_id, self.env["relationship.reading"].sudo())
            stored[reading.measure_id] |= reading
        for measure in asked.browse().union(*self._read_cards(form, "felt")) - asked.browse(
            measure.id for measure in answers
        ):
            if measure in stored and not stored[measure].na:
                answers[measure] = [{"na": True}]  # taken back
        fresh, gone = [], self.env["relationship.reading"].sudo()
        base = self._prepare_reading_base()
        for measure, rows in answers.items():
            old = stored.get(measure)
            if old and (self._get_answer_time(old[:1]) >= at or self._is_same_answer(old, rows)):
                continue
            gone |= old or gone.browse()
            fresh += [{**base, **self._prepare_reading(measure, row, at)} for row in rows]
        if fresh:
            current = (current - gone) | self.env["relationship.reading"].sudo().create(fresh)
            self._mark_started()
        if gone:
            gone._void(self.env._("Answered anew on the page"))
        return [measure.code for measure in answers], refused, current

    def _get_answer_time(self, reading):
        """Return when an answer was given, ms since 1970: it is the end of its key."""
        time = (reading.source_key or "").rpartition(":")[2]
        return int(time) if time.isdecimal() else 0

    def _is_same_answer(self, readings, rows):
        held = {(r.competitor_id.id, r.value, r.na, r.text or "") for r in readings}
        return held == {
            (
                row.get("competitor_id") or False,
                float(row.get("value") or 0),
                bool(row.get("na")),
                row.get("text") or "",
            )
            for row in rows
        }

    def _prepare_reading_base(self):
        """Return what all readings of this invitation have in common."""
        self.ensure_one()
        invitation = self.sudo()
        return {
            "partner_id": invitation.partner_id.id,
            "commercial_partner_id": invitation.commercial_partner_id.id,
            "company_id": invitation.company_id.id,
            "date": fields.Datetime.now(),
            "lang": self.env.context.get("lang") or invitation.lang or self.env.lang,
            "origin": "pulse",
            "channel": READING_CHANNELS.get(invitation.channel, "web"),
            "invitation_id": invitation.id,
            "order_model": invitation.order_model,
            "order_id": invitation.order_id,
        }

    def _prepare_reading(self, measure, row, at):
        about_staff = self.sudo().staff_id and measure.facet == "bond"
        rival = row.get("competitor_id")
        return {
            "value": 0,
            "na": False,
            "text": False,
            **row,
            "measure_id": measure.id,
            "staff_id": self.sudo().staff_id.id if about_staff else False,
            "source_key": ":".join(
                map(str, ("pulse", self.id, measure.id, *([rival] if rival else []), at))
            ),
        }

    def _read_answers(self, form):
        """Return ({measure: rows of readings}, codes of what can't be an answer)."""
        answers, refused = {}, []
        tokens = {}
        now = fields.Datetime.now()
        asked = self._get_asked_measures()
        asked.fetch(ANSWER_FIELDS)
        for measure in asked:
            raw = [clean(text) for text in form.getlist(measure.code)]
            raw = [text for text in raw if text]
            if not raw:
                continue
            if measure.kind == "awareness":
                answers[measure] = self._read_names(measure, raw)
            elif raw[0] == NOT_APPLICABLE:
                answers[measure] = [{"na": True}]
            elif measure.kind == "text":
                answers[measure] = [{"text": raw[0][:TEXT_LENGTH]}]
            else:
                value = read_number(raw[0])
                error = value is None or self.env["relationship.reading"]._get_reading_error(
                    measure, value, False, False, now, now
                )
                if error:
                    refused.append(measure.code)
                elif measure.kind == "motive":
                    tokens[measure] = value
                else:
                    friend = " ".join(clean(form.get(f"{measure.code}.text")).split())
                    friend = friend[:NAME_LENGTH]
                    answers[measure] = [{"value": value, "text": friend or False}]
        answers.update(self._read_tokens(tokens))
        for felt in self._read_cards(form, "nothing"):
            if not any(measure in answers for measure in felt):
                answers.update({measure: [{"na": True}] for measure in felt})
        return answers, refused

    def _read_cards(self, form, name):
        """Return the feelings of each card of faces that a field of this name tells of."""
        asked = {}
        if name in form:
            asked = {m.code: m.id for m in self._get_asked_measures() if m.kind == "emotion"}
        return [
            self.env["relationship.measure"].browse(
                asked[code] for code in codes.split(",") if code in asked
            )
            for codes in form.getlist(name)
        ]

    def _read_tokens(self, tokens):
        """Share out exactly the tokens there are over all motives of a scale."""
        answers = {}
        for scale in {measure.parent_id for measure in tokens}:
            motives = self._get_asked_measures().filtered(
                lambda measure, scale=scale: measure.parent_id == scale
            )
            weights = {motive: tokens.get(motive, 0) for motive in motives}
            total = int(max(motives.mapped("scale_max")))
            answers.update(
                {
                    motive: [{"value": float(given)}]
                    for motive, given in share_tokens(weights, total).items()
                }
            )
        return answers

    def _read_names(self, measure, lines):
        """Return the readings of a list of stores: us and the competitors in the order named."""
        text = "\n".join(" ".join(line.split())[:NAME_LENGTH] for line in lines[:NAMES_MOST])
        if text == NOT_APPLICABLE:
            return [{"na": True}]
        nobody = self.env["relationship.competitor"]
        ranks = nobody._rank_mentions(text, self.sudo().company_id)
        us = ranks.pop(nobody, None)
        return [
            {"text": text, "value": float(us or 0), "na": not us},
            *(
                {"competitor_id": competitor.id, "value": float(rank)}
                for competitor, rank in ranks.items()
            ),
        ]

    def _get_missing(self, stored):
        """Return the codes that are required and have no answer among the stored ones."""
        self.ensure_one()
        missing = []
        if any(required for _measure_id, required in self.sudo().version_id._get_asked()):
            for kind, item, measures in self.sudo().version_id._split_cards():
                left = [code for code in measures.mapped("code") if code not in stored]
                # Of faces one taps those that were there: one of them is an answer.
                if item.required and (kind != "felt" or len(left) == len(measures)):
                    missing += left
        return missing


def clean(text):
    """Return text from outside without what no text has: NULs and halves of characters."""
    text = (text or "").replace("\x00", "").strip()
    return text.encode("utf-8", "ignore").decode()


def read_number(text):
    """Return the finite number that a short text is, or None."""
    try:
        value = float(text) if len(text) <= 8 and text.isascii() else math.nan
    except ValueError:
        return None
    return value if math.isfinite(value) else None
