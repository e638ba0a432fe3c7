from odoo.exceptions import UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged

from ..common_note import RELATIONS
from .common_survey import SurveyCaptureCase


@tagged("post_install", "-at_install")
class TestSurveyMapping(SurveyCaptureCase):
    def assertRefused(self, *args, **kwargs):
        with self.assertRaises(ValidationError), self.env.cr.savepoint():
            self.ask(*args, **kwargs)

    def test_question_must_fit_the_measure(self):
        self.assertRefused("scale", "M03", scale_min=1, scale_max=10)
        self.assertRefused("scale", "M04", scale_min=0, scale_max=10)
        self.assertRefused("scale", "M06")
        self.assertRefused("scale", "M03_why", scale_min=0, scale_max=10)
        self.assertRefused("numerical_box", "M22")
        self.assertRefused(
            "numerical_box",
            "M22",
            validation_required=True,
            validation_min_float_value=0,
            validation_max_float_value=12,
        )
        self.assertRefused("numerical_box", "M03_why")
        self.assertRefused("char_box", "M03")
        self.assertRefused("date", "M03")
        self.assertRefused("scale", "M01", scale_min=1, scale_max=5)

    def test_choices_must_fit_the_measure(self):
        self.assertRefused(
            "simple_choice", "M04", suggested_answer_ids=[Command.create({"value": "Forgotten"})]
        )
        self.assertRefused(
            "simple_choice",
            "M04",
            suggested_answer_ids=[Command.create({"value": "Between", "relationship_value": 2.5})],
        )
        self.assertRefused("multiple_choice", "M04")
        self.assertRefused(
            "multiple_choice",
            suggested_answer_ids=[
                Command.create(
                    {"value": "Price", "relationship_measure_id": self.measure("M16_price").id}
                )
            ],
        )
        rows = [
            Command.create(
                {"value": "Glad", "relationship_measure_id": self.measure("M01_glad").id}
            )
        ]
        columns = [Command.create({"value": "Often", "relationship_value": 6})]
        self.assertRefused("matrix", matrix_row_ids=rows, suggested_answer_ids=columns)
        self.assertRefused("matrix", matrix_row_ids=rows * 2)
        self.assertRefused("matrix", matrix_row_ids=rows, matrix_subtype="multiple")
        question = self.ask(
            "matrix",
            matrix_row_ids=rows,
            suggested_answer_ids=[
                Command.create({"value": "Often", "relationship_value": 4}),
                Command.create({"value": "No contact", "relationship_na": True}),
            ],
        )
        with self.assertRaises(ValidationError):
            question.suggested_answer_ids[0].relationship_value = 7
        with self.assertRaises(ValidationError):
            question.suggested_answer_ids[0].relationship_competitor_id = self.env[
                "relationship.competitor"
            ].create({"name": "Big C"})

    def test_other_surveys_are_left_alone_until_they_change_type(self):
        plain = self.make_survey(survey_type="survey")
        self.ask("scale", "M04", survey=plain, scale_min=0, scale_max=10)
        with self.assertRaises(ValidationError):
            plain.survey_type = "relationship"

    def test_confidence_is_kept(self):
        self.survey.survey_type = "survey"
        self.survey.survey_type = "relationship"
        self.ask("scale", "M13", scale_min=0, scale_max=10)
        self.start()
        with self.assertRaises(UserError):
            self.survey.survey_type = "survey"
        with self.assertRaises(ValidationError):
            self.survey.questions_selection = "random"

    def test_measures_become_questions(self):
        big, fair = self.env["relationship.competitor"].create(
            [{"name": "Big C"}, {"name": "Fair"}]
        )
        measures = self.env["relationship.measure"]
        for code in ("M01", "M06", "M08", "M13", "M16", "M17", "M03", "M03_why", "M19", "M04"):
            measures += self.measure(code)
        questions = measures._add_to_survey(self.survey, big + fair)
        by_type = {}
        for question in questions:
            by_type.setdefault(question.question_type, []).append(question)
        self.assertEqual(
            {name: len(found) for name, found in by_type.items()},
            {"text_box": 2, "matrix": 4, "numerical_box": 2, "scale": 1, "simple_choice": 2},
        )
        first = self.survey.question_ids.sorted("sequence")[0]
        self.assertEqual(first.relationship_measure_id.code, "M06")
        feelings = questions.filtered(
            lambda q: "M01_glad" in q.matrix_row_ids.relationship_measure_id.mapped("code")
        )
        self.assertEqual(len(feelings.matrix_row_ids), 10)
        self.assertEqual(
            feelings.suggested_answer_ids.mapped("relationship_value"), [1, 2, 3, 4, 5, 0]
        )
        self.assertTrue(feelings.suggested_answer_ids[-1].relationship_na)
        rivals = questions.filtered(lambda q: q.matrix_row_ids.relationship_competitor_id)
        self.assertEqual(rivals.matrix_row_ids.relationship_competitor_id, big + fair)
        signed = questions.filtered(lambda q: q.relationship_measure_id.code == "M19")
        self.assertEqual(
            signed.suggested_answer_ids[:7].mapped("relationship_value"), [-3, -2, -1, 0, 1, 2, 3]
        )

    def test_every_measure_can_be_asked(self):
        for measure in self.env["relationship.measure"].search([("parent_id", "=", False)]):
            if measure.answerable or measure.child_ids:
                with self.subTest(measure=measure.code):
                    self.assertTrue(measure._add_to_survey(self.survey))

    def test_questions_come_in_every_language(self):
        self.env["res.lang"]._activate_lang("th_TH")
        measure = self.measure("M04")
        measure.with_context(lang="th_TH").write(
            {
                "question": "พอใจแค่ไหน",
                "anchors": "1 = ก\n2 = ข\n3 = ค\n4 = ง\n5 = จ",
            }
        )
        question = measure._add_to_survey(self.survey)
        thai = question.with_context(lang="th_TH")
        self.assertEqual(thai.title, "พอใจแค่ไหน")
        self.assertEqual(thai.suggested_answer_ids[:5].mapped("value"), ["ก", "ข", "ค", "ง", "จ"])
        english = question.with_context(lang="en_US")
        self.assertEqual(english.title, "Overall, how satisfied are you with us?")
        self.assertEqual(english.suggested_answer_ids[0].value, "Not satisfied at all")

    def test_wizard(self):
        boss = new_test_user(self.env, "boss", groups=RELATIONS)
        wizard = Form(
            self.env["relationship.survey.add"]
            .with_user(boss)
            .with_context(active_model="relationship.measure", active_ids=self.measure("M13").ids)
        )
        self.assertTrue(wizard.asks_attitude)
        wizard.survey_id = self.survey
        record = wizard.save()
        self.assertEqual(record.action_add()["res_id"], self.survey.id)
        self.assertEqual(self.survey.question_ids.relationship_measure_id.code, "M13")
        record.measure_ids = False
        with self.assertRaises(UserError):
            record.action_add()
