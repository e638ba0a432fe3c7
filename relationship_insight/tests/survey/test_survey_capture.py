from unittest.mock import patch

from odoo import fields
from odoo.exceptions import ValidationError
from odoo.fields import Command
from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from .common_survey import LOGGER, SurveyCaptureCase


@tagged("post_install", "-at_install")
class TestSurveyReadings(SurveyCaptureCase):
    def answer_check(self, **vals):
        m01, m07, m16 = self.part("m01"), self.part("m07"), self.part("m16")
        return self.answer(
            (
                m01,
                {
                    str(self.part("m01_row_glad").id): [self.part("m01_4").id],
                    str(self.part("m01_row_annoyed").id): [self.part("m01_na").id],
                },
            ),
            (m07, {str(self.part("m07_row_tell").id): [self.part("m07_5").id]}),
            (self.part("m13"), "8"),
            (self.part("m03"), ""),
            (
                m16,
                {
                    str(self.part("m16_row_quality").id): [self.part("m16_5").id],
                    str(self.part("m16_row_staff").id): [self.part("m16_3").id],
                    str(self.part("m16_row_price").id): [self.part("m16_2").id],
                },
            ),
            survey=self.check,
            **vals,
        )

    def test_ready_survey(self):
        user_input = self.answer_check()
        readings = self.readings(user_input)
        values = self.values(user_input)
        tokens = {code: value for code, value in values.items() if code.startswith("M16")}
        self.assertEqual(len(tokens), 12)
        self.assertEqual(sum(tokens.values()), 10)
        self.assertEqual(
            {code: value for code, value in tokens.items() if value},
            {"M16_quality": 5, "M16_staff": 3, "M16_price": 2},
        )
        self.assertEqual(
            {code: value for code, value in values.items() if code not in tokens},
            {"M01_glad": 4, "M07_tell": 5, "M13": 8},
        )
        na = readings.filtered("na")
        self.assertEqual(na.measure_id.code, "M01_annoyed")
        self.assertRecordValues(
            readings[0],
            [
                {
                    "origin": "survey",
                    "channel": "web",
                    "partner_id": self.customer.id,
                    "commercial_partner_id": self.customer.id,
                    "date": user_input.end_datetime,
                    "company_id": self.check.user_id.company_id.id,
                    "competitor_id": False,
                    "source_key": f"survey:{user_input.id}:{readings[0].measure_id.id}",
                }
            ],
        )
        self.env.cr.execute("SELECT commercial_partner_ref FROM relationship_refresh_queue")
        self.assertIn((self.customer.id,), self.env.cr.fetchall())

    def test_replay_adds_nothing(self):
        user_input = self.answer_check()
        before = self.readings(user_input)
        user_input._mark_done()
        self.assertFalse(user_input._create_relationship_readings())
        self.assertEqual(self.readings(user_input), before)

    def test_language_of_the_answer(self):
        self.env["res.lang"]._activate_lang("th_TH")
        user_input = self.answer_check(lang_id=self.env["res.lang"]._lang_get("th_TH").id)
        self.assertEqual(set(self.readings(user_input).mapped("lang")), {"th_TH"})

    def test_who_and_whose(self):
        other = self.env["res.company"].create({"name": "Other"})
        anonymous = self.answer_check(partner=self.env["res.partner"])
        self.assertTrue(self.readings(anonymous))
        self.assertFalse(self.readings(anonymous).partner_id)
        self.customer.company_id = other
        self.assertEqual(self.readings(self.answer_check()).company_id, other)

    def test_trial_runs_and_other_surveys_give_none(self):
        self.assertFalse(self.readings(self.answer_check(test_entry=True)))
        plain = self.make_survey(survey_type="survey")
        question = self.ask("scale", "M13", survey=plain, scale_min=0, scale_max=10)
        self.assertFalse(self.readings(self.answer((question, "8"), survey=plain)))

    def test_every_kind_of_question(self):
        rival = self.env["relationship.competitor"].create({"name": "Big C", "aliases": "BigC"})
        fair = self.env["relationship.competitor"].create({"name": "Fair Mart"})
        scale = self.ask("scale", "M03", scale_min=0, scale_max=10)
        number = self.ask(
            "numerical_box",
            "M17_good",
            validation_required=True,
            validation_min_float_value=0,
            validation_max_float_value=100,
        )
        text = self.ask("text_box", "M03_why")
        named = self.ask("text_box", "M06")
        choice = self.ask(
            "simple_choice",
            "M04",
            suggested_answer_ids=[
                Command.create({"value": "Very", "relationship_value": 4}),
                Command.create({"value": "Don't know", "relationship_na": True}),
            ],
        )
        several = self.ask(
            "multiple_choice",
            suggested_answer_ids=[
                Command.create(
                    {
                        "value": word,
                        "relationship_value": 2,
                        "relationship_measure_id": self.measure(f"M02_{word}").id,
                    }
                )
                for word in ("glad", "annoyed", "valued")
            ],
        )
        rivals = self.ask(
            "matrix",
            "M13",
            matrix_row_ids=[
                Command.create({"value": "Us", "sequence": 1}),
                Command.create(
                    {"value": "Big C", "sequence": 2, "relationship_competitor_id": rival.id}
                ),
            ],
            suggested_answer_ids=[
                Command.create({"value": str(i), "relationship_value": i}) for i in (0, 9)
            ],
        )
        us, them = rivals.matrix_row_ids
        low, high = rivals.suggested_answer_ids
        user_input = self.answer(
            (scale, "0"),
            (number, "3"),
            (text, "The staff"),
            (named, f"1. BigC Rama 4\n2. Corner shop, {self.env.company.name}"),
            (choice, choice.suggested_answer_ids[1].id),
            (several, several.suggested_answer_ids[:2].ids),
            (rivals, {str(us.id): [high.id], str(them.id): [low.id]}),
        )
        readings = self.readings(user_input)
        found = {
            (r.measure_id.code, r.competitor_id.name): (r.value, r.na, r.text) for r in readings
        }
        whole = f"1. BigC Rama 4\n2. Corner shop, {self.env.company.name}"
        self.assertEqual(
            found,
            {
                ("M03", False): (0, False, False),
                ("M17_good", False): (3, False, False),
                ("M03_why", False): (0, False, "The staff"),
                ("M06", False): (3, False, whole),
                ("M06", "Big C"): (1, False, False),
                ("M04", False): (0, True, False),
                ("M02_glad", False): (2, False, False),
                ("M02_annoyed", False): (2, False, False),
                ("M13", False): (9, False, False),
                ("M13", "Big C"): (0, False, False),
            },
        )
        self.assertFalse(readings.filtered(lambda r: r.competitor_id == fair))
        key = f"survey:{user_input.id}:{self.measure('M13').id}:{rival.id}"
        self.assertIn(key, readings.mapped("source_key"))

    def test_not_coming_to_mind(self):
        named = self.ask("char_box", "M06")
        reading = self.readings(self.answer((named, "Nobody's store")))
        self.assertRecordValues(reading, [{"na": True, "text": "Nobody's store"}])
        self.env.company.relationship_store_names = "Mali, Mali Shop"
        reading = self.readings(self.answer((named, "mali shop")))
        self.assertRecordValues(reading, [{"na": False, "value": 1}])

    def test_ticked_reasons_share_the_tokens(self):
        question = self.ask(
            "multiple_choice",
            suggested_answer_ids=[
                Command.create(
                    {
                        "value": word,
                        "relationship_value": 1,
                        "sequence": index,
                        "relationship_measure_id": self.measure(f"M16_{word}").id,
                    }
                )
                for index, word in enumerate(("price", "habit", "trust", "staff"))
            ],
        )
        user_input = self.answer((question, question.suggested_answer_ids[:3].ids))
        self.assertEqual(
            self.values(user_input),
            {"M16_price": 4, "M16_habit": 3, "M16_trust": 3, "M16_staff": 0},
        )
        self.assertFalse(self.values(self.answer((question, []))))

    def test_a_mistake_of_ours_never_reaches_the_customer(self):
        number = self.ask(
            "numerical_box",
            "M22",
            validation_required=True,
            validation_min_float_value=0,
            validation_max_float_value=10,
        )
        good = self.ask("scale", "M13", scale_min=0, scale_max=10)
        with self.assertLogs(LOGGER, "WARNING"):
            user_input = self.answer((number, "15"), (good, "7"))
        self.assertEqual(user_input.state, "done")
        self.assertEqual(self.values(user_input), {"M13": 7})
        with (
            patch.object(
                self.env.registry["relationship.reading"],
                "_create_once",
                side_effect=ValidationError("Broken"),
            ),
            self.assertLogs(LOGGER, "ERROR"),
        ):
            user_input = self.answer((good, "7"))
        self.assertEqual(user_input.state, "done")

    def test_choices_of_other_questions_dont_count(self):
        foreign = self.part("m16_5")
        choice = self.ask(
            "simple_choice",
            "M04",
            suggested_answer_ids=[Command.create({"value": "Very", "relationship_value": 4})],
        )
        user_input = self.answer((choice, foreign.id))
        self.assertFalse(self.readings(user_input))


@tagged("post_install", "-at_install")
class TestSurveyHttp(SurveyCaptureCase, HttpCase):
    def submit(self, user_input, page, answers):
        survey = user_input.survey_id
        return self.make_jsonrpc_request(
            f"/survey/submit/{survey.access_token}/{user_input.access_token}",
            {"page_id": page.id, **answers},
            timeout=60,
        )

    def fill_in(self):
        user_input = self.check.sudo()._create_answer(partner=self.customer)
        self.authenticate(None, None)
        page = self.url_open(
            f"/survey/start/{self.check.access_token}?answer_token={user_input.access_token}"
        )
        self.assertEqual(page.status_code, 200)
        self.make_jsonrpc_request(
            f"/survey/begin/{self.check.access_token}/{user_input.access_token}", timeout=60
        )
        m01, m07, m13, m16 = (self.part(name) for name in ("m01", "m07", "m13", "m16"))
        self.submit(
            user_input,
            self.part("page_feelings"),
            {
                str(m01.id): {
                    str(self.part("m01_row_glad").id): [str(self.part("m01_4").id)],
                    str(self.part("m01_row_letdown").id): [str(self.part("m01_na").id)],
                }
            },
        )
        self.submit(
            user_input,
            self.part("page_pride"),
            {str(m07.id): {str(self.part("m07_row_tell").id): [str(self.part("m07_3").id)]}},
        )
        self.submit(user_input, self.part("page_overall"), {str(m13.id): "0"})
        self.assertFalse(self.readings(user_input), "only a finished survey gives readings")
        self.last = {
            str(m16.id): {str(self.part("m16_row_habit").id): [str(self.part("m16_5").id)]}
        }
        self.submit(user_input, self.part("page_reasons"), self.last)
        user_input.invalidate_recordset()
        return user_input

    def test_answered_by_a_visitor(self):
        user_input = self.fill_in()
        self.assertEqual(user_input.state, "done")
        values = self.values(user_input)
        self.assertEqual(len(values), 3 + 12)
        self.assertEqual(
            {code: value for code, value in values.items() if value},
            {"M01_glad": 4, "M07_tell": 3, "M16_habit": 10},
        )
        self.assertEqual(values["M13"], 0)
        self.assertEqual(self.readings(user_input).filtered("na").measure_id.code, "M01_letdown")
        self.assertEqual(self.readings(user_input).partner_id, self.customer)

    def test_sent_twice(self):
        user_input = self.fill_in()
        before = self.readings(user_input)
        answer = self.submit(user_input, self.part("page_reasons"), self.last)
        self.assertEqual(answer[1], {"error": "unauthorized"})
        self.assertEqual(self.readings(user_input), before)
        self.url_open(f"/survey/retry/{self.check.access_token}/{user_input.access_token}")
        self.assertEqual(
            self.env["survey.user_input"].search(
                [("survey_id", "=", self.check.id), ("partner_id", "=", self.customer.id)]
            ),
            user_input,
        )

    def test_broken_mapping_still_thanks_the_customer(self):
        with (
            patch.object(
                self.env.registry["relationship.reading"],
                "_create_once",
                side_effect=ValueError("Broken"),
            ),
            mute_logger(LOGGER),
        ):
            user_input = self.fill_in()
        self.assertEqual(user_input.state, "done")
        self.assertLessEqual(user_input.end_datetime, fields.Datetime.now())
        self.assertFalse(self.readings(user_input))
