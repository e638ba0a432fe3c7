import logging

from psycopg2 import OperationalError

from odoo import fields, models

from ...stats.tokens import share_tokens

_logger = logging.getLogger(__name__)


class SurveyUserInput(models.Model):
    _inherit = "survey.user_input"

    def _mark_done(self):
        res = super()._mark_done()
        answered = self.filtered(
            lambda answer: answer.survey_id.survey_type == "relationship" and not answer.test_entry
        )
        for user_input in answered.sudo():
            user_input._try_relationship_readings()
        return res

    def _try_relationship_readings(self):
        """Make readings without ever failing: a mistake of ours is not the customer's concern."""
        try:
            with self.env.cr.savepoint():
                self._create_relationship_readings()
        except OperationalError:
            # A conflict with another transaction: the request is tried again as a whole.
            raise
        except Exception:  # pylint: disable=broad-except
            _logger.exception("Answer %s of survey %s gave no readings", self.id, self.survey_id.id)

    def _create_relationship_readings(self):
        """Turn a finished answer into readings; doing it again adds nothing.

        :return: the new readings
        """
        self.ensure_one()
        Reading = self.env["relationship.reading"]
        base = self._prepare_relationship_reading_base()
        now = fields.Datetime.now()
        vals_list = []
        for (measure, competitor), answer in self._get_relationship_answers().items():
            vals = {"value": 0, "na": False, "text": False, **answer}
            error = Reading._get_reading_error(
                measure, vals["value"], vals["na"], vals["text"], base["date"], now
            )
            if error:
                _logger.warning("Answer %s of survey %s: %s", self.id, self.survey_id.id, error)
                continue
            key = f"survey:{self.id}:{measure.id}"
            vals_list.append(
                {
                    **base,
                    **vals,
                    "measure_id": measure.id,
                    "competitor_id": competitor.id,
                    "source_key": f"{key}:{competitor.id}" if competitor else key,
                }
            )
        return Reading._create_once(vals_list)

    def _prepare_relationship_reading_base(self):
        """Return what all readings of this answer have in common."""
        self.ensure_one()
        responsible = self.survey_id.user_id or self.survey_id.create_uid
        company = self.partner_id.company_id or responsible.company_id or self.env.company
        return {
            "partner_id": self.partner_id.id,
            "company_id": company.id,
            "date": self.end_datetime,
            "lang": self.lang_id.code or self.env.lang,
            "origin": "survey",
            "channel": "web",
            "user_input_id": self.id,
        }

    def _get_relationship_answers(self):
        """Return {(measure, competitor): values of the reading} of what was answered.

        What was skipped isn't there. Of two answers to the same thing the first counts.
        """
        self.ensure_one()
        answers, weights = {}, {}
        nobody = self.env["relationship.competitor"]
        for line in self.user_input_line_ids.filtered(lambda line: not line.skipped):
            measure, competitor = line._get_relationship_target()
            if not measure:
                continue
            value = line._get_relationship_value()
            if measure.kind == "awareness":
                answers.update(self._get_relationship_mentions(measure, value["text"]))
            elif measure.kind == "motive" and not value.get("na"):
                pool = weights.setdefault(measure.parent_id, {})
                pool[measure] = pool.get(measure, 0) + value["value"]
            else:
                answers.setdefault((measure, competitor), value)
        offered = self._get_relationship_motives()
        for parent, pool in weights.items():
            pool = {
                motive: pool.get(motive, 0)
                for motive in offered | self.env["relationship.measure"].union(*pool)
                if motive.parent_id == parent and (motive, nobody) not in answers
            }
            total = int(max(motive.scale_max for motive in pool))
            for motive, tokens in share_tokens(pool, total).items():
                answers[motive, nobody] = {"value": tokens}
        return answers

    def _get_relationship_motives(self):
        """Return the motives this answer could have named: one not chosen weighs nothing."""
        questions = self.predefined_question_ids
        choices = questions.suggested_answer_ids | questions.matrix_row_ids
        measures = questions.relationship_measure_id | choices.relationship_measure_id
        return measures.filtered(lambda measure: measure.kind == "motive")

    def _get_relationship_mentions(self, measure, text):
        """Rank the stores named in a text: us and the known competitors, in the order named.

        The reading about us keeps the whole text; without a rank if we weren't named.
        """
        company = self.env["res.company"].browse(
            self._prepare_relationship_reading_base()["company_id"]
        )
        nobody = self.env["relationship.competitor"]
        ranks = nobody._rank_mentions(text, company)
        us = ranks.pop(nobody, None)
        answers = {(measure, nobody): {"text": text, "value": us or 0, "na": not us}}
        for competitor, rank in ranks.items():
            answers[measure, competitor] = {"value": rank}
        return answers
