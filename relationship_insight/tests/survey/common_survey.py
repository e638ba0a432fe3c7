from odoo.tests import TransactionCase

LOGGER = "odoo.addons.relationship_insight.models.survey.survey_user_input"


class SurveyCaptureCase(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.check = cls.env.ref("relationship_insight.relationship_survey_check")
        cls.customer = cls.env["res.partner"].create({"name": "Somchai"})
        cls.survey = cls.make_survey()

    @classmethod
    def make_survey(cls, **vals):
        return cls.env["survey.survey"].create(
            {"title": "Feelings", "survey_type": "relationship", **vals}
        )

    @classmethod
    def measure(cls, code):
        return cls.env.ref(f"relationship_insight.measure_{code.lower()}")

    @classmethod
    def ask(cls, question_type, code=None, survey=None, **vals):
        return cls.env["survey.question"].create(
            {
                "title": f"{question_type} {code}",
                "survey_id": (survey or cls.survey).id,
                "question_type": question_type,
                "relationship_measure_id": code and cls.measure(code).id,
                **vals,
            }
        )

    @classmethod
    def part(cls, name):
        """Return a record of the survey that is shipped."""
        return cls.env.ref(f"relationship_insight.relationship_survey_check_{name}")

    def start(self, survey=None, **vals):
        user_input = (
            (survey or self.survey)
            .sudo()
            ._create_answer(
                partner=vals.pop("partner", self.customer), check_attempts=False, **vals
            )
        )
        user_input._mark_in_progress()
        return user_input

    def answer(self, *answers, survey=None, **vals):
        user_input = self.start(survey, **vals)
        for question, value in answers:
            user_input._save_lines(question, value)
        user_input._mark_done()
        return user_input

    def readings(self, user_input):
        return self.env["relationship.reading"].search(
            [("user_input_id", "=", user_input.id)], order="id"
        )

    def values(self, user_input):
        return {r.measure_id.code: r.value for r in self.readings(user_input) if not r.na}
