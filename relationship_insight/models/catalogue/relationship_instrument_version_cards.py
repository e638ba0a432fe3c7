from odoo import models

from .relationship_instrument_version import PULSE_ITEMS

# How long the usual customer takes for a card; a grid of feelings is as long as its rows.
SECONDS = {"felt": 15, "tokens": 60, "text": 35, "awareness": 35, "grid row": 6}
SECONDS_PER_CARD = 12
SECONDS_PER_QUESTION = 20


class RelationshipInstrumentVersion(models.Model):
    """How the questions are laid out: what is answered together stands on one card."""

    _inherit = "relationship.instrument.version"

    def _split_cards(self):
        """Return [(kind, item, its measures)] of the cards, in order.

        Kinds: ``felt`` (faces of which one taps those that were there), ``grid`` (feelings, each
        with its own points), ``tokens``, and ``single`` (one question).
        """
        self.ensure_one()
        felt = self.item_ids._get_measures()._filter_felt()
        cards, scales = [], set()
        for item in self.item_ids:
            measures = item._get_measures()
            if measures and measures <= felt:
                # Feelings put in one by one ask the same question: once is enough.
                for scale in measures.parent_id - felt.browse(scales):
                    cards.append(("felt", item, felt.filtered(
                        lambda measure, scale=scale: measure.parent_id == scale)))
                    scales.add(scale.id)
            elif item.measure_id.answerable:
                cards.append(("single", item, measures))
            elif measures[:1].kind == "motive":
                cards.append(("tokens", item, measures))
            elif measures and all(measure.kind == "emotion" for measure in measures):
                cards.append(("grid", item, measures))
            else:
                cards += [("single", item, measure) for measure in measures]
        return cards

    def _count_questions(self):
        """Return how many answers the page asks for."""
        return sum(
            len(measures) if kind == "grid" else 1 for kind, _item, measures in self._split_cards())

    def _get_minutes(self):
        """Return how long it takes, in minutes."""
        self.ensure_one()
        if self.kind == "survey":
            seconds = len(self.sudo().survey_id.question_ids) * SECONDS_PER_QUESTION
        else:
            seconds = sum(
                SECONDS["grid row"] * len(measures) if kind == "grid" else
                SECONDS.get(kind) or SECONDS.get(measures.kind, SECONDS_PER_CARD)
                for kind, _item, measures in self._split_cards())
        return max(1, round(seconds / 60))

    def _get_length(self):
        """Return in words how long it takes, in the context's language."""
        self.ensure_one()
        count = len(self.sudo().survey_id.question_ids) if self.kind == "survey" else len(
            self._split_cards())
        minutes = self._get_minutes()
        if count == 1:
            return self.env._("one question")
        if minutes == 1:
            return self.env._("%(count)s questions, about a minute", count=count)
        return self.env._(
            "%(count)s questions, about %(minutes)s minutes", count=count, minutes=minutes)

    def _get_warning(self):
        """Return what one should know before beginning something long, else False."""
        self.ensure_one()
        if self.kind == "pulse" and len(self._split_cards()) <= PULSE_ITEMS:
            return False
        return self.env._(
            "%(length)s. Stop whenever you like: what you have answered is kept.",
            length=self._get_length())
