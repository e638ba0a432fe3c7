from odoo import models
from odoo.tools import SQL


class RelationshipInstrumentVersion(models.Model):
    _inherit = "relationship.instrument.version"

    def _load_shipped_words(self):
        """Load what the addon ships in the installed languages, where questions lack it.

        While the addon or its demo data is being installed, Odoo hasn't loaded translations yet;
        a restored backup or a deleted translation may lack them too.
        """
        measures = self._get_measures()
        measures.flush_recordset(["question"])
        langs = [
            code
            for code, _name in self.env["res.lang"].get_installed()
            if not code.startswith("en")
        ]
        lacking = (
            [
                code
                for (code,) in self.env.execute_query(
                    SQL(
                        """
            SELECT lang FROM unnest(%s) lang
             WHERE EXISTS (
                   SELECT FROM relationship_measure measure
                     JOIN ir_model_data named ON named.model = 'relationship.measure'
                      AND named.res_id = measure.id AND named.module = 'relationship_insight'
                    WHERE measure.id = ANY(%s) AND measure.question IS NOT NULL
                      AND NOT measure.question ? lang)
            """,
                        langs,
                        measures.ids,
                    )
                )
            ]
            if langs and measures
            else []
        )
        if lacking:
            addon = self.env.ref("base.module_relationship_insight").sudo()
            addon._update_translations(lacking)
            self.env.invalidate_all()

    def _translate_survey(self):
        """Give the questions made from measures their measures' words in every language.

        What was reworded or translated by hand stays.
        """
        langs = [
            code
            for code, _name in self.env["res.lang"].get_installed()
            if not code.startswith("en")
        ]
        for question in self.survey_id.sudo().question_ids:
            items = question.relationship_measure_id or (
                question.matrix_row_ids.sorted("sequence").relationship_measure_id
            )
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
                        items.with_context(lang=lang)._prepare_survey_question(scale)
                    )
