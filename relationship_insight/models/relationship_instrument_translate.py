from odoo import models


class RelationshipInstrumentVersion(models.Model):
    _inherit = "relationship.instrument.version"

    def _translate_survey(self):
        """Give the questions made from measures their measures' words in every language.

        What was reworded or translated by hand stays.
        """
        langs = [code for code, _name in self.env["res.lang"].get_installed()
                 if not code.startswith("en")]
        for question in self.survey_id.sudo().question_ids:
            items = question.relationship_measure_id or (
                question.matrix_row_ids.sorted("sequence").relationship_measure_id)
            if not items:
                continue
            scale = items[0]
            while scale.parent_id:
                scale = scale.parent_id
            english = question.with_context(lang="en_US").title
            wording = items.with_context(lang="en_US")._prepare_survey_question(scale)
            if english != wording["title"]:
                continue
            for lang in langs:
                if question.with_context(lang=lang).title == english:
                    question.with_context(lang=lang)._translate_survey_question(
                        items.with_context(lang=lang)._prepare_survey_question(scale))
