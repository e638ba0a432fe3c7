from odoo.exceptions import AccessError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, new_test_user, tagged

from ..common_note import RELATIONS, STAFF
from .common_survey import SurveyCaptureCase


@tagged("post_install", "-at_install")
class TestSurveyAccess(SurveyCaptureCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.question = cls.ask("scale", "M13", scale_min=0, scale_max=10)
        make = lambda login, groups: new_test_user(cls.env, login, groups=groups)  # noqa: E731
        cls.staff = make("staff", STAFF)
        cls.boss = make("boss", RELATIONS)
        cls.officer = make("officer", "base.group_user,survey.group_survey_user")
        cls.admin = make("admin2", "base.group_user,survey.group_survey_manager")

    def test_who_sees_answers(self):
        user_input = self.answer((self.question, "3"))
        line = user_input.user_input_line_ids
        for user, seen in ((self.boss, 1), (self.officer, 0), (self.admin, 0)):
            with self.subTest(user=user.login):
                count = (
                    self.env["survey.user_input"]
                    .with_user(user)
                    .search_count([("id", "=", user_input.id)])
                )
                self.assertEqual(count, seen)
                count = (
                    self.env["survey.user_input.line"]
                    .with_user(user)
                    .search_count([("id", "=", line.id)])
                )
                self.assertEqual(count, seen)
        with self.assertRaises(AccessError):
            self.env["survey.user_input"].with_user(self.staff).search([])
        self.assertEqual(line.with_user(self.boss).value_scale, 3)
        self.survey.invalidate_recordset()
        self.assertEqual(self.survey.with_user(self.admin).answer_done_count, 0)
        self.survey.invalidate_recordset()
        self.assertEqual(self.survey.with_user(self.boss).answer_done_count, 1)

    def test_who_sees_answers_of_other_surveys(self):
        plain = self.make_survey(survey_type="survey")
        question = self.ask("scale", survey=plain)
        user_input = self.answer((question, "3"), survey=plain)
        self.assertFalse(
            self.env["survey.user_input"].with_user(self.boss).search([("id", "=", user_input.id)])
        )
        self.assertFalse(
            self.env["survey.survey"].with_user(self.boss).search([("id", "=", plain.id)])
        )
        self.assertTrue(user_input.with_user(self.officer).has_access("read"))

    def test_who_manages(self):
        survey = (
            self.env["survey.survey"]
            .with_user(self.boss)
            .create({"title": "Mine", "survey_type": "relationship"})
        )
        self.assertIn("relationship", survey.allowed_survey_types)
        survey.write(
            {
                "question_and_page_ids": [
                    Command.create(
                        {
                            "title": "How?",
                            "question_type": "scale",
                            "scale_min": 0,
                            "scale_max": 10,
                            "relationship_measure_id": self.measure("M03").id,
                        }
                    )
                ]
            }
        )
        with Form(survey) as form:
            form.title = "Still mine"
        survey.unlink()
        with self.assertRaises(ValidationError):
            self.env["survey.survey"].with_user(self.boss).create(
                {"title": "Not mine", "survey_type": "survey"}
            )
        for user in (self.officer, self.admin):
            mine = self.survey.with_user(user)
            self.assertNotIn("relationship", mine.allowed_survey_types)
            for action in (
                lambda mine=mine: mine.write({"survey_type": "survey"}),
                lambda mine=mine: mine.unlink(),
                lambda mine=mine: mine.question_ids.write({"relationship_measure_id": False}),
                lambda mine=mine: mine.question_ids.unlink(),
            ):
                with self.assertRaises(AccessError):
                    action()
            plain = self.make_survey(survey_type="survey").with_user(user)
            question = self.ask(
                "matrix", survey=plain.sudo(), matrix_row_ids=[Command.create({"value": "Row"})]
            )
            question.with_user(user).matrix_row_ids.value = "Changed"
            question.with_user(user).write({"title": "Changed"})
            plain.unlink()

    def test_actions_show_our_answers(self):
        self.answer((self.question, "3"))
        for name in ("action_survey_user_input", "action_survey_user_input_completed"):
            action = getattr(self.survey.with_user(self.boss), name)()
            self.assertTrue(
                self.env["survey.user_input"].with_user(self.boss).search(action["domain"])
            )
