from odoo import models
from odoo.fields import Command
from odoo.tools import plaintext2html

COUNT_MAX = 999
# What the first, second and third reason weigh of ten tokens.
REASON_WEIGHTS = (5, 3, 2)
SCALE_LIMITS = (0, 10)


class RelationshipMeasure(models.Model):
    _inherit = "relationship.measure"

    def _add_to_survey(self, survey, competitors=None):
        """Append questions that ask these measures, already linked, in every installed language.

        Items of one scale that share their labels become one matrix, motives one table of
        reasons. What comes to mind is asked first, before any name is read.

        :param survey: a survey of type relationship
        :param competitors: stores to rate with the same words as us, where the measure is M13
        :return: the new questions
        """
        langs = [code for code, _name in self.env["res.lang"].get_installed()]
        sequences = survey.question_and_page_ids.mapped("sequence") or [0]
        first, last = min(sequences), max(sequences)
        questions = self.env["survey.question"]
        for scale, items in self._get_survey_groups():
            last += 1
            first -= 1
            wordings = {
                lang: items.with_context(lang=lang)._prepare_survey_question(scale, competitors)
                for lang in langs
            }
            vals = wordings[langs[0]]
            question = questions.with_context(lang=langs[0]).create(
                {
                    **vals,
                    "survey_id": survey.id,
                    "sequence": first if items[0].kind == "awareness" else last,
                }
            )
            for lang in langs[1:]:
                question.with_context(lang=lang)._translate_survey_question(wordings[lang])
            questions += question
        return questions.with_env(self.env)

    def _get_survey_groups(self):
        """Return [(scale, items)], the items that fit into one question together."""
        items = self.search(
            [("id", "child_of", self.ids), ("answerable", "=", True)], order="sequence, code"
        )
        groups = {}
        for item in items:
            scale = item
            while scale.parent_id:
                scale = scale.parent_id
            alone = (
                item == scale
                or item.kind != scale.kind
                or item.kind in ("awareness", "count", "text")
            )
            key = (
                (item,)
                if alone
                else (scale, item.kind, item.scale_min, item.scale_max, item.step, item.anchors)
            )
            groups.setdefault(key, []).append(item)
        return [(key[0], self.browse().concat(*members)) for key, members in groups.items()]

    def _get_labels(self):
        """Return [(value, label)] of the points of a scale, [] unless every point has a label."""
        self.ensure_one()
        labels = []
        for line in (self.anchors or "").splitlines():
            value, separator, label = line.partition("=")
            if separator:
                labels.append((float(value), label.strip()))
        points = round((self.scale_max - self.scale_min) / self.step) + 1
        return labels if len(labels) == points else []

    def _prepare_survey_question(self, scale, competitors=None):
        """Return the values of one question asking these items, in the context's language."""
        if self[0].kind == "motive":
            return self._prepare_reasons_question()
        if len(self) > 1:
            return self._prepare_matrix_question(scale.with_env(self.env))
        if self.code == "M13" and competitors:
            return self._prepare_rivals_question(competitors)
        vals = {"title": self.question, "relationship_measure_id": self.id}
        if self.kind in ("text", "awareness"):
            return {**vals, "question_type": "text_box"}
        if self.kind == "count":
            return {
                **vals,
                "question_type": "numerical_box",
                "validation_required": True,
                "validation_min_float_value": self.scale_min,
                "validation_max_float_value": self.scale_max or COUNT_MAX,
            }
        if not self._get_labels() and (self.scale_min, self.scale_max) == SCALE_LIMITS:
            return {
                **vals,
                "question_type": "scale",
                "scale_min": int(self.scale_min),
                "scale_max": int(self.scale_max),
                "scale_min_label": self.anchor_min,
                "scale_max_label": self.anchor_max,
            }
        return {
            **vals,
            "question_type": "simple_choice",
            "suggested_answer_ids": self._prepare_points(),
        }

    def _prepare_points(self):
        """Return the choices of a scale, the last of them "doesn't apply"."""
        points = self[0]._get_labels() or [(value, f"{value:g}") for value in self[0]._get_values()]
        return [
            *(
                Command.create({"value": label, "relationship_value": value, "sequence": index})
                for index, (value, label) in enumerate(points)
            ),
            Command.create(
                {
                    "value": self.env._("Doesn't apply"),
                    "relationship_na": True,
                    "sequence": len(points),
                }
            ),
        ]

    def _get_values(self):
        """Return every value of a scale, lowest first."""
        self.ensure_one()
        points = round((self.scale_max - self.scale_min) / self.step) + 1
        return [self.scale_min + index * self.step for index in range(points)]

    def _prepare_matrix_question(self, scale):
        return {
            "title": scale.question,
            "question_type": "matrix",
            "matrix_subtype": "simple",
            "suggested_answer_ids": self._prepare_points(),
            "matrix_row_ids": [
                Command.create(
                    {
                        # A feeling is one word of the question above; other items are questions.
                        "value": item.name if item.kind == "emotion" else item.question,
                        "relationship_measure_id": item.id,
                        "sequence": index,
                    }
                )
                for index, item in enumerate(self)
            ],
        }

    def _prepare_rivals_question(self, competitors):
        return {
            "title": self.env._("All in all, how good do you feel about each of these stores?"),
            "description": plaintext2html(
                self.env._(
                    "%(low)g = %(worst)s, %(high)g = %(best)s",
                    low=self.scale_min,
                    worst=self.anchor_min,
                    high=self.scale_max,
                    best=self.anchor_max,
                )
            ),
            "question_type": "matrix",
            "matrix_subtype": "simple",
            "relationship_measure_id": self.id,
            "suggested_answer_ids": self._prepare_points(),
            "matrix_row_ids": [
                Command.create({"value": self.env._("Our store"), "sequence": 0}),
                *(
                    Command.create(
                        {
                            "value": competitor.name,
                            "relationship_competitor_id": competitor.id,
                            "sequence": index,
                        }
                    )
                    for index, competitor in enumerate(competitors, start=1)
                ),
            ],
        }

    def _prepare_reasons_question(self):
        """Three reasons in order instead of ten tokens, which nobody shares out on a phone."""
        labels = (self.env._("Main reason"), self.env._("Second"), self.env._("Third"))
        return {
            "title": self.env._("What are your main reasons for buying from us?"),
            "question_type": "matrix",
            "matrix_subtype": "simple",
            "suggested_answer_ids": [
                Command.create({"value": label, "relationship_value": weight, "sequence": index})
                for index, (label, weight) in enumerate(zip(labels, REASON_WEIGHTS))
            ],
            "matrix_row_ids": [
                Command.create(
                    {"value": item.name, "relationship_measure_id": item.id, "sequence": index}
                )
                for index, item in enumerate(self)
            ],
        }
