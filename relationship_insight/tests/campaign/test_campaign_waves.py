from datetime import date, timedelta

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import Form, freeze_time, tagged

from ...tools.sql_hash import unit_hash
from .common_campaign import MANAGER, NOW, RELATIONS, CampaignCase


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestCampaignWaves(CampaignCase):
    """Waves from the draw to the outcome, and who is drawn."""

    def test_ledger_sums_to_the_population(self):
        people = self.make_customers(60)
        firm = self.make_customers(1, first=100, is_company=True)
        buyer = self.env["res.partner"].create([{"name": "Buyer", "parent_id": firm.id}])
        self.env["res.partner"].create(
            [
                {"name": "Address", "parent_id": firm.id, "type": "delivery"},
                {"name": "No customer", "email": "nobody@example.com"},
            ]
        )
        self.company.relationship_holdout_share = 0.2
        campaign = self.make_campaign(sampling_fraction=0.5)
        self.plan()
        wave = campaign.wave_ids
        lines = self.Ledger.search([("wave_id", "=", wave.id)])
        self.assertEqual(lines.partner_id, people + buyer)
        self.assertEqual(len(lines), 61)
        self.assertEqual(wave.population_count, 61)
        self.assertEqual(
            wave.holdout_count, len(lines.filtered(lambda line: line.reason == "holdout"))
        )
        self.assertFalse(lines.filtered(lambda line: line.outcome == "deferred"))
        asked = lines.filtered(lambda line: line.outcome == "invited")
        self.assertEqual(len(asked), campaign.asked_count)
        self.assertEqual(wave.asked_count, campaign.asked_count)
        self.assertEqual(wave.progress, 100)

    def test_same_seed_draws_the_same_people(self):
        people = self.make_customers(80)
        samples = []
        for seed in ("one", "one", "two"):
            campaign = self.make_campaign(run=False, sampling_fraction=0.3, channel_1="link")
            campaign.seed = seed
            campaign.action_start()
            self.plan_waves(campaign, NOW)
            samples.append(campaign.wave_ids._get_drawn())
        self.assertEqual(samples[0], samples[1])
        self.assertNotEqual(samples[0], samples[2])
        self.assertEqual(samples[0], people.filtered(lambda p: unit_hash("one:draw", p.id) < 0.3))

    def test_waves_keep_most_people_and_bring_new_faces(self):
        self.make_customers(400)
        campaign = self.make_campaign(sampling_fraction=0.25, refreshment_share=0.2)
        self.plan_waves(campaign, NOW)
        before = campaign.wave_ids._get_drawn()
        campaign.wave_ids._close()
        campaign.wave_ids.sudo().outcome_published = NOW
        with freeze_time(NOW + timedelta(days=93)):
            self.plan_waves(campaign, NOW + timedelta(days=93))
        second = campaign.wave_ids.sorted("number")[-1]
        after = second._get_drawn()
        self.assertEqual(second.number, 2)
        self.assertAlmostEqual(len(after) / 400, 0.25, delta=0.07)
        self.assertAlmostEqual(len(after - before) / len(after), 0.2, delta=0.1)

    def test_small_groups_get_enough(self):
        self.make_customers(90, lang="en_US")
        field = self.env.ref("base.field_res_partner__function")
        self.make_customers(10, first=500, function="rare")
        campaign = self.make_campaign(
            sampling_fraction=0.1, stratum_field_id=field.id, minimum_n=2, expected_response=0.25
        )
        self.plan()
        lines = self.Ledger.search([("wave_id", "=", campaign.wave_ids.id)])
        chances = {line.stratum: line.inclusion_probability for line in lines}
        self.assertAlmostEqual(chances["rare"], 0.8)
        self.assertAlmostEqual(chances[""], 0.1)
        invitation = lines.filtered(lambda line: line.stratum == "rare" and line.invitation_id)[
            0
        ].invitation_id
        self.assertAlmostEqual(invitation.weight, 1.25)

    def test_spread_over_the_working_days(self):
        self.make_customers(60)
        campaign = self.make_campaign(cadence_number=28, cadence_unit="days", drip_days=0)
        self.plan_waves(campaign, NOW)
        wave = campaign.wave_ids
        self.assertEqual(wave.date_end, date(2026, 6, 30))
        lines = self.Ledger.search([("wave_id", "=", wave.id)])
        days = {line.date_first.date() for line in lines}
        self.assertGreater(len(days), 12)
        self.assertTrue(all(day.weekday() < 5 for day in days))
        self.assertTrue(all(wave.date_start <= day <= wave.date_end for day in days))

    def test_next_wave_waits_for_the_outcome(self):
        self.make_customers(3)
        campaign = self.make_campaign()
        self.plan()
        first = campaign.wave_ids
        later = NOW + timedelta(days=95)
        with freeze_time(later):
            self.plan()
            second = campaign.wave_ids - first
            self.assertEqual((first.state, second.state), ("closed", "planned"))
            self.assertEqual(len(campaign.activity_ids), 1)
            self.plan()
            self.assertEqual(len(campaign.activity_ids), 1)
            self.assertFalse(self.Ledger.search([("wave_id", "=", second.id)]))
            relations = self.new_user("wave_relations", RELATIONS)
            with self.assertRaises(UserError):
                second.with_user(relations).action_start()
            with self.assertRaises(UserError):
                first.with_user(relations).action_publish()
            first.with_user(relations).outcome = "<p>You said slow, we hired two.</p>"
            first.with_user(relations).action_publish()
            self.plan()
            self.assertEqual(second.state, "running")

    def test_a_manager_starts_without_the_outcome_with_a_reason(self):
        self.make_customers(3)
        campaign = self.make_campaign()
        self.plan()
        first = campaign.wave_ids
        first._close()
        second = self.env["relationship.wave"].create(
            {
                "campaign_id": campaign.id,
                "date_start": NOW.date(),
                "date_end": NOW.date() + timedelta(days=1),
            }
        )
        relations = self.new_user("wave_relations", RELATIONS)
        manager = self.new_user("wave_manager", MANAGER)
        Override = self.env["relationship.wave.override"]
        with self.assertRaises(AccessError):
            Override.with_user(relations).create({"wave_id": second.id, "reason": "Because"})
        with self.assertRaises(UserError):
            second.with_user(relations).write({"override_reason": "Because"})
        with self.assertRaises(UserError):
            second.with_user(relations).write({"state": "running"})
        Override.with_user(manager).create(
            {"wave_id": second.id, "reason": "New shop"}
        ).action_confirm()
        self.assertEqual((second.state, second.override_reason), ("running", "New shop"))
        self.assertIn("New shop", campaign.message_ids[0].body)

    def test_what_cannot_be_changed_once_customers_are_asked(self):
        self.make_customers(1)
        campaign = self.make_campaign()
        self.plan()
        manager = self.new_user("wave_manager", MANAGER)
        for vals in ({"kind": "event", "event": "silence"}, {"state": "draft"}):
            with self.assertRaises(UserError):
                campaign.with_user(manager).write(vals)
        with self.assertRaises(UserError):
            campaign.with_user(manager).unlink()
        with self.assertRaises(UserError):
            campaign.wave_ids.with_user(manager).date_start = NOW.date() + timedelta(days=3)

    def test_pause_and_end(self):
        self.make_customers(3)
        campaign = self.make_campaign(cadence_number=30, cadence_unit="days", drip_days=30)
        self.plan()
        campaign.action_pause()
        with freeze_time(NOW + timedelta(days=40)):
            self.assertEqual(self.plan(), 0)
            campaign.action_start()
            self.assertEqual(campaign.state, "running")
            campaign.action_done()
        lines = self.Ledger.search([("campaign_id", "=", campaign.id)])
        self.assertNotIn("deferred", lines.mapped("outcome"))
        self.assertNotIn("planned", campaign.invitation_ids.mapped("state"))

    def test_who_leaves_before_it_is_sent_is_not_asked(self):
        people = self.make_customers(2)
        campaign = self.make_campaign()
        self.plan()
        self.env["relationship.contact.preference"]._get_or_create(
            people[0], self.company
        ).opted_out = True
        self.plan()
        self.assertEqual(self.line(campaign, people[0]).reason, "opted_out")
        self.assertEqual(campaign.invitation_ids.mapped("state").count("cancelled"), 1)

    def test_bad_audience_is_refused(self):
        for audience in ("[(", "[('nothing', '=', 1)]", "__import__('os')"):
            with self.assertRaises(ValidationError):
                self.make_campaign(run=False, audience_domain=audience)

    def test_campaign_form_as_a_user(self):
        relations = self.new_user("wave_relations", RELATIONS)
        self.company.email = "shop@example.com"
        self.env["ir.mail_server"].create({"name": "Post office", "smtp_host": "localhost"})
        with Form(self.env["relationship.campaign"].with_user(relations)) as form:
            form.name = "From the form"
            form.instrument_id = self.pulse
        campaign = form.record
        self.assertEqual(campaign.priority, "2_wave")
        campaign.action_start()
        self.assertEqual(campaign.state, "running")


@tagged("post_install", "-at_install")
@freeze_time(NOW)
class TestInstrument(CampaignCase):
    """What is asked stays what was asked."""

    def test_live_version_never_changes(self):
        version = self.pulse.live_version_id
        with self.assertRaises(UserError):
            version.item_ids.required = True
        with self.assertRaises(UserError):
            version.item_ids.unlink()
        with self.assertRaises(UserError):
            version.write({"item_ids": [Command.create({"measure_id": self.measure("M05").id})]})
        with self.assertRaises(UserError):
            version.unlink()

    def test_new_version_replaces_the_old_one(self):
        old = self.pulse.live_version_id
        draft = self.env["relationship.instrument.version"].browse(
            self.pulse.action_new_version()["res_id"]
        )
        self.assertEqual(self.pulse.action_new_version()["res_id"], draft.id)
        draft.item_ids = [Command.create({"measure_id": self.measure("M05").id})]
        draft.action_go_live()
        self.assertEqual((old.state, draft.state, draft.number), ("retired", "live", 2))
        self.assertEqual(self.pulse.live_version_id, draft)
        self.assertEqual(len(old.item_ids), 1)
        self.assertFalse(draft.comparable)
        draft.comparable = True

    def test_rewording_an_answered_measure_makes_a_new_version(self):
        measure = self.measure("M04_visit")
        old = self.pulse.live_version_id
        measure.question = "Not answered yet, so this is no new wording"
        self.assertEqual(self.pulse.live_version_id, old)
        self.env["relationship.reading"].create(
            {"measure_id": measure.id, "value": measure.scale_max, "origin": "pulse"}
        )
        measure.question = "How happy are you with today?"
        new = self.pulse.live_version_id
        self.assertEqual((new.number, new.comparable, old.state), (2, False, "retired"))
        self.assertEqual(new.item_ids.wording_version, measure.version)
        self.assertEqual(old.item_ids.wording_version, measure.version - 1)

    def test_too_many_or_no_questions(self):
        empty = self.make_instrument("empty", live=False)
        four = self.make_instrument("four", "M03", "M05", "M06", "M04_visit", live=False)
        for instrument in (empty, four):
            with self.assertRaises(ValidationError):
                instrument.version_ids.action_go_live()
        four.is_deep = True
        four.version_ids.action_go_live()
        with self.assertRaises(UserError):
            self.make_campaign(empty)

    def test_measure_that_is_asked_cannot_be_deleted(self):
        measure = self.env["relationship.measure"].create(
            {"code": "X1", "name": "Own", "question": "Own question?", "facet": "attitude"}
        )
        instrument = self.make_instrument("own", "X1")
        with self.assertRaises(UserError):
            measure.unlink()
        self.assertEqual(instrument.live_version_id.item_ids.measure_id, measure)

    def test_missing_translation_blocks_the_start(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.env["relationship.measure"].create(
            {"code": "X2", "name": "Own", "question": "Own question?", "facet": "attitude"}
        )
        instrument = self.make_instrument("own", "X2")
        campaign = self.make_campaign(instrument, run=False)
        with self.assertRaises(ValidationError):
            campaign.action_start()
        self.measure("X2").with_context(lang="fr_FR").question = "Question à nous ?"
        campaign.action_start()

    def test_shipped_words_are_there_during_installation(self):
        """Demo data comes before translations: a campaign started there asks in Thai as well."""
        self.env["res.lang"]._activate_lang("th_TH")
        self.env.flush_all()
        self.env.cr.execute("UPDATE relationship_measure SET question = question - 'th_TH'")
        self.env.cr.execute("UPDATE survey_question SET title = title - 'th_TH'")
        self.env.invalidate_all()
        for code in ("quarterly", "yearly"):
            campaign = self.env.ref(f"relationship_insight.relationship_campaign_{code}")
            campaign.action_start()
            for measure in campaign.instrument_id.live_version_id._get_measures():
                thai = measure.with_context(lang="th_TH").question
                self.assertNotEqual(thai, measure.with_context(lang="en_US").question)
        survey = campaign.instrument_id.live_version_id.survey_id.sudo()
        for question in survey.question_ids:
            self.assertNotEqual(
                question.with_context(lang="th_TH").title, question.with_context(lang="en_US").title
            )

    def test_shipped_ones_are_ready(self):
        for code in (
            "first_visit",
            "after_purchase",
            "after_service",
            "quarterly",
            "yearly",
            "lost",
        ):
            instrument = self.env.ref(f"relationship_insight.relationship_instrument_{code}")
            version = instrument.live_version_id
            self.assertTrue(version, code)
            self.assertTrue(version._get_measures(), code)
        quarterly = self.env.ref("relationship_insight.relationship_instrument_quarterly")
        self.assertTrue(quarterly.live_version_id.asks_emotion_frequency)
        yearly = self.env.ref("relationship_insight.relationship_survey_yearly")
        self.assertGreater(len(yearly.question_ids), 8)
        count = len(yearly.question_ids)
        self.env["relationship.instrument"]._complete_shipped()
        self.assertEqual(len(yearly.question_ids), count)
        campaigns = (
            self.env["relationship.campaign"]
            .sudo()
            .search(
                [
                    (
                        "id",
                        "in",
                        [
                            self.env.ref(f"relationship_insight.relationship_campaign_{code}").id
                            for code in (
                                "first_visit",
                                "after_purchase",
                                "after_delivery",
                                "after_service",
                                "quarterly",
                                "yearly",
                                "lost",
                            )
                        ],
                    )
                ]
            )
        )
        self.assertEqual(set(campaigns.mapped("state")), {"draft"})

    def test_answered_survey_question_stays(self):
        survey = self.env["survey.survey"].create({"title": "Own", "survey_type": "relationship"})
        question = self.env["survey.question"].create(
            {"title": "Why?", "survey_id": survey.id, "question_type": "text_box"}
        )
        question.title = "Why so?"
        answer = survey.sudo()._create_answer(check_attempts=False)
        answer._save_lines(question, "Because")
        with self.assertRaises(UserError):
            question.title = "Why not?"
        with self.assertRaises(UserError):
            question.unlink()
