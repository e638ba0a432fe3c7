from datetime import datetime, timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.fields import Command
from odoo.tests import TransactionCase, new_test_user, tagged

from ..common_note import RELATIONS, STAFF

MONDAY = datetime(2026, 3, 2, 9, 0)


class CaseCase(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "tracking_disable": True})
        cls.company = cls.env.company
        cls.nok = new_test_user(cls.env, "nok", groups=STAFF)
        cls.dao = new_test_user(cls.env, "dao", groups=STAFF)
        cls.boss = new_test_user(cls.env, "boss", groups=RELATIONS)
        cls.company.relationship_case_user_id = cls.boss
        cls.customer = cls.env["res.partner"].create({"name": "Somchai", "user_id": cls.nok.id})
        cls.recommend = cls.env.ref("relationship_insight.measure_m03")
        cls.rule = cls.env.ref("relationship_insight.relationship_alert_rule_recommend")

    def answer(self, value, measure=None, **vals):
        return self.env["relationship.reading"].create(
            {
                "measure_id": (measure or self.recommend).id,
                "partner_id": self.customer.id,
                "company_id": self.company.id,
                "value": value,
                "origin": "pulse",
                **vals,
            }
        )

    def cases(self, **vals):
        return self.env["relationship.case"].search(
            [("partner_id", "=", self.customer.id), *((k, "=", v) for k, v in vals.items())]
        )

    def raise_alerts(self):
        with self.enter_registry_test_mode():
            self.env.ref("relationship_insight.ir_cron_relationship_alert").method_direct_trigger()


@tagged("post_install", "-at_install")
class TestCase(CaseCase):
    def make(self, **vals):
        return (
            self.env["relationship.case"]
            .with_user(self.nok)
            .create({"name": "Scratched wardrobe", "partner_id": self.customer.id, **vals})
        )

    def test_steps(self):
        case = self.make()
        self.assertEqual(len(case.activity_ids), 1)
        self.assertEqual(case.activity_ids.user_id, self.nok)
        with self.assertRaises(UserError):
            case.action_close()
        case.action_contacted()
        self.assertFalse(case.activity_ids)
        with self.assertRaises(UserError):
            case.action_answer()
        case.answer = "A new door"
        case.action_answer()
        with self.assertRaises(UserError):
            case.action_close()
        case.accepted = "yes"
        case.action_close()
        self.assertTrue(case.date_contacted <= case.date_answered <= case.date_closed)
        with self.assertRaises(UserError):
            case.action_contacted()
        case.action_reopen()
        self.assertEqual((case.state, case.date_closed, case.accepted), ("working", False, False))

    def test_deadline_counts_working_hours(self):
        self.company.relationship_case_contact_hours = 8
        friday = MONDAY - timedelta(days=3)
        self.company.resource_calendar_id.tz = "UTC"
        case = self.make(date_received=friday.replace(hour=16))
        self.assertEqual(case.date_deadline.weekday(), 0)
        self.assertGreater(case.date_escalation, case.date_deadline)

    def test_a_logged_conversation_is_the_first_contact(self):
        case = self.make()
        context = case.action_log_conversation()["context"]
        self.env["relationship.note"].with_user(self.nok).with_context(**context).create({})
        self.assertEqual(case.state, "working")
        self.assertTrue(case.date_contacted)
        self.assertEqual(len(case.note_ids), 1)

    def test_late_cases_go_up_once(self):
        team = self.env["crm.team"].create({"name": "Team", "user_id": self.dao.id})
        with freeze_time(MONDAY):
            case = self.make(date_received=MONDAY, team_id=team.id)
        late = self.env["relationship.case"].search([("is_late", "=", True)])
        self.assertIn(case, late)
        cron = self.env.ref("relationship_insight.ir_cron_relationship_case_escalate")
        for _run in range(2):
            with self.enter_registry_test_mode():
                cron.method_direct_trigger()
        raised = case.activity_ids.filtered(lambda a: a.user_id == self.dao)
        self.assertEqual(len(raised), 1)
        reached = self.make(date_received=MONDAY)
        reached.action_contacted()
        with self.enter_registry_test_mode():
            cron.method_direct_trigger()
        self.assertFalse(reached.date_escalated)

    def test_owner_changes_with_the_activity(self):
        case = self.make()
        case.user_id = self.dao
        self.assertEqual(case.activity_ids.user_id, self.dao)

    def test_who_sees_what(self):
        case = self.make()
        self.assertEqual(case.with_user(self.boss).name, "Scratched wardrobe")
        self.assertNotIn(case, self.env["relationship.case"].with_user(self.dao).search([]))
        with self.assertRaises(AccessError):
            case.with_user(self.dao).read(["name"])
        other = self.env["res.company"].create({"name": "Other"})
        lek = new_test_user(
            self.env,
            "lek",
            groups=RELATIONS,
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        self.assertNotIn(case, self.env["relationship.case"].with_user(lek).search([]))
        plain = new_test_user(self.env, "plain", groups="base.group_user")
        with self.assertRaises(AccessError):
            self.env["relationship.case"].with_user(plain).search([])

    def test_callback_opens_one_case(self):
        Case = self.env["relationship.case"]
        first = Case._request_callback(self.customer, self.company, "invitation:1", "After five")
        again = Case._request_callback(self.customer, self.company, "invitation:1", "Again")
        self.assertEqual(first, again)
        self.assertEqual((first.kind, first.user_id), ("callback", self.nok))

    calls = 0

    def make_invitation(self, channel="link", **vals):
        self.calls += 1
        instrument = self.env["relationship.instrument"].create(
            {
                "name": "Call me",
                "code": f"call_{self.calls}",
                "kind": "pulse",
                "version_ids": [
                    Command.create(
                        {"item_ids": [Command.create({"measure_id": self.recommend.id})]}
                    )
                ],
            }
        )
        instrument.version_ids.action_go_live()
        campaign = self.env["relationship.campaign"].create(
            {"name": "Calls", "instrument_id": instrument.id}
        )
        self.company.relationship_holdout_share = 0
        return (
            self.env["relationship.invitation"]
            .sudo()
            .create(
                {
                    "campaign_id": campaign.id,
                    "version_id": instrument.version_ids.id,
                    "company_id": self.company.id,
                    "channel": channel,
                    "state": "sent",
                    **vals,
                }
            )
        )

    def test_a_wish_to_be_called_reaches_the_desk(self):
        invitation = self.make_invitation(partner_id=self.customer.id)
        invitation._request_callback("081 234 5678", "evening", "The lamp")
        case = self.cases(kind="callback")
        self.assertEqual(case.user_id, self.nok)
        self.assertIn("081 234 5678", case.description)
        self.assertIn("The lamp", case.description)

    def test_a_call_joins_the_case_of_the_same_answers(self):
        invitation = self.make_invitation(partner_id=self.customer.id)
        case = self.env["relationship.case"].create(
            {
                "name": "Low",
                "kind": "low",
                "partner_id": self.customer.id,
                "user_id": self.nok.id,
                "source_key": f"alert:invitation:{invitation.id}",
            }
        )
        invitation._request_callback("081 234 5678", "evening", "The lamp")
        self.assertEqual(self.cases(kind="callback"), case)
        self.assertIn("The lamp", case.description)
        self.assertEqual((case.priority, case.user_id), ("1", self.nok))

    def test_a_call_asked_for_in_a_shop(self):
        self.company.country_id = self.env.ref("base.th")
        known = self.env["res.partner"].create(
            {"name": "Known", "phone": "081 111 2222", "country_id": self.company.country_id.id}
        )
        for phone, expected in (("0811112222", known), ("0833334444", None)):
            invitation = self.make_invitation(channel="kiosk")
            invitation._request_callback(phone, "any", "")
            case = self.env["relationship.case"].search(
                [("source_key", "=", f"callback:{invitation.id}")]
            )
            self.assertEqual(case.user_id, self.boss)
            self.assertEqual(case.partner_id == known, bool(expected))
            self.assertTrue(case.partner_id.phone)


@tagged("post_install", "-at_install")
class TestAlert(CaseCase):
    def test_low_answer_opens_one_case_of_the_salesperson(self):
        reading = self.answer(2)
        for _run in range(3):
            self.raise_alerts()
        case = self.cases()
        self.assertEqual((len(case), case.kind, case.user_id), (1, "low", self.nok))
        self.assertEqual(case.reading_ids, reading)
        self.assertEqual(case.activity_ids.user_id, self.nok)

    def test_good_answers_raise_nothing(self):
        self.answer(8)
        self.answer(0, na=True)
        competitor = self.env["relationship.competitor"].create({"name": "Rival"})
        self.answer(1, competitor_id=competitor.id)
        self.answer(1, origin="import")
        self.answer(1, origin="staff")
        self.answer(1, date=fields.Datetime.now() - timedelta(days=60))
        self.answer(1)._void("A mistake")
        self.raise_alerts()
        self.assertFalse(self.cases())

    def test_two_low_answers_of_one_sitting_open_one_case(self):
        visit = self.env.ref("relationship_insight.measure_m04_visit")
        readings = self.answer(0) + self.answer(1, visit)
        self.raise_alerts()
        case = self.cases()
        self.assertEqual((case.name, case.reading_ids), ("Would not recommend us", readings))

    def test_a_later_unhappy_answer_joins_the_open_case(self):
        first = self.answer(1, date=fields.Datetime.now() - timedelta(days=3))
        self.raise_alerts()
        second = self.answer(2)
        self.raise_alerts()
        case = self.cases()
        self.assertEqual(case.reading_ids, first + second)
        case.write({"answer": "Done", "accepted": "yes"})
        case.action_close()
        self.answer(3, date=fields.Datetime.now() - timedelta(days=1))
        self.raise_alerts()
        self.assertEqual(len(self.cases()), 2)

    def test_never_the_person_it_is_about(self):
        self.answer(0, staff_id=self.nok.partner_id.id)
        self.raise_alerts()
        self.assertEqual(self.cases().user_id, self.boss)

    def test_fall_against_what_was_said_before(self):
        attitude = self.env.ref("relationship_insight.measure_m13")
        now = fields.Datetime.now()
        self.answer(9, attitude, date=now - timedelta(days=200))
        self.answer(8, attitude, date=now - timedelta(days=1))
        self.raise_alerts()
        self.assertFalse(self.cases(), "one earlier answer is no level to fall from")
        self.answer(9, attitude, date=now - timedelta(days=100))
        self.answer(5, attitude)
        self.raise_alerts()
        self.assertEqual(self.cases().name, "Feels much worse about us than before")

    def test_activity_instead_of_a_case(self):
        self.rule.action = "activity"
        self.answer(0)
        self.raise_alerts()
        self.assertFalse(self.cases())
        self.assertEqual(self.customer.activity_ids.user_id, self.nok)

    def test_history_before_the_rule_raises_nothing(self):
        self.rule.active = False
        self.answer(0)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE relationship_reading SET create_date = create_date - INTERVAL '1 hour'"
        )
        rule = self.rule.copy({"active": True})
        self.raise_alerts()
        self.assertFalse(self.cases())
        self.assertEqual(rule.last_reading_id, rule._get_newest_reading_id())
        self.answer(0)
        self.raise_alerts()
        self.assertEqual(len(self.cases()), 1)

    def test_more_alerts_than_one_batch(self):
        partners = self.env["res.partner"].create([{"name": str(i)} for i in range(5)])
        for partner in partners:
            self.answer(0, partner_id=partner.id)
        with patch("odoo.addons.relationship_insight.models.care.relationship_alert_rule.BATCH", 2):
            self.raise_alerts()
        cases = self.env["relationship.case"].search([("partner_id", "in", partners.ids)])
        self.assertEqual(len(cases), 5)
        self.assertEqual(cases.user_id, self.boss)

    def test_two_workers_claim_a_sitting_once(self):
        Alert = self.env["relationship.alert"]
        self.assertEqual(Alert._claim(["a", "b", "a"]), {"a", "b"})
        self.assertEqual(Alert._claim(["b", "c"]), {"c"})

    def test_bad_rules(self):
        with self.assertRaises(ValidationError):
            self.rule.measure_id = self.env.ref("relationship_insight.measure_m03_why")
        with self.assertRaises(AccessError):
            self.rule.with_user(self.boss).threshold = 3


@tagged("post_install", "-at_install")
class TestCaseKey(CaseCase):
    """What opened a case is named by the server alone, and one bad name stops nobody else."""

    def make_as_staff(self, **vals):
        return (
            self.env["relationship.case"]
            .with_user(self.nok)
            .create({"name": "Mine", "partner_id": self.customer.id, **vals})
        )

    def test_staff_cannot_name_the_occasion(self):
        Case = self.env["relationship.case"].with_user(self.nok)
        with self.assertRaises(AccessError):
            self.make_as_staff(source_key="callback:7")
        case = self.make_as_staff()
        with self.assertRaises(AccessError):
            case.write({"source_key": "callback:7"})
        with self.assertRaises(AccessError):
            Case.with_context(default_source_key="callback:7").create(
                {"name": "Planted", "partner_id": self.customer.id}
            )
        self.assertFalse(case.sudo().search([("source_key", "=", "callback:7")]))

    def test_a_planted_key_swallows_no_call(self):
        other = self.env["res.partner"].create({"name": "Somebody else"})
        planted = self.make_as_staff(partner_id=other.id)
        planted.sudo().source_key = "callback:9"
        case = self.env["relationship.case"]._request_callback(
            self.customer, self.company, "callback:9", "After five"
        )
        self.assertEqual((case.partner_id, case.kind), (self.customer, "callback"))
        self.assertEqual(planted.kind, "complaint")

    def test_one_bad_alert_stops_no_other(self):
        others = self.env["res.partner"].create([{"name": str(i)} for i in range(3)])
        for partner in others:
            self.answer(0, partner_id=partner.id)
        bad = self.answer(0)
        Rule = self.env.registry["relationship.alert.rule"]
        prepare, said = Rule._prepare_case, []

        def break_one(rule, partner, user, alert):
            if partner == self.customer and not said:
                said.append(alert["key"])
                rule.env.cr.execute("SELECT 1 / 0")
            return prepare(rule, partner, user, alert)

        with (
            patch.object(Rule, "_prepare_case", break_one),
            self.assertLogs("odoo.addons.relationship_insight", "ERROR"),
            self.assertLogs("odoo.sql_db", "ERROR"),
        ):
            self.raise_alerts()
        self.assertEqual(
            self.env["relationship.case"].search([("partner_id", "in", others.ids)]).partner_id,
            others,
        )
        self.assertFalse(self.cases())
        self.raise_alerts()
        self.assertEqual(self.cases().reading_ids, bad, "the next run takes what failed")

    def test_a_planted_key_stops_no_alert(self):
        other = self.env["res.partner"].create({"name": "Somebody else"})
        reading = self.answer(0)
        key = f"day:{self.customer.id}:{self.company.id}:{reading.date.date()}"
        self.make_as_staff(partner_id=other.id).sudo().source_key = f"alert:{key}"
        self.answer(0, partner_id=other.id)
        self.raise_alerts()
        self.assertEqual(self.cases().reading_ids, reading)


@tagged("post_install", "-at_install")
class TestCaseOwner(CaseCase):
    """A promised call has somebody who makes it, and speaks their language."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company.relationship_case_user_id = False
        cls.customer.user_id = False
        cls.own = cls.env["res.company"].create({"name": "New shop"})

    def request_call(self, company, key):
        return self.env["relationship.case"]._request_callback(self.customer, company, key)

    def test_somebody_of_the_desk_then_a_manager(self):
        case = self.env["relationship.case"]
        self.assertFalse(case._find_owner(self.customer, self.own))
        manager = new_test_user(
            self.env,
            "chief",
            groups="relationship_insight.group_relationship_manager",
            company_id=self.own.id,
            company_ids=[Command.set(self.own.ids)],
        )
        self.assertEqual(self.request_call(self.own, "a").user_id, manager)
        desk = new_test_user(
            self.env,
            "desk",
            groups=RELATIONS,
            company_id=self.own.id,
            company_ids=[Command.set(self.own.ids)],
        )
        case = self.request_call(self.own, "b")
        self.assertEqual((case.user_id, case.activity_ids.user_id), (desk, desk))

    def test_a_salesperson_who_may_not_see_it_is_no_owner(self):
        self.customer.user_id = new_test_user(self.env, "outside", groups="base.group_user")
        owner = self.request_call(self.company, "c").user_id
        self.assertTrue(owner.has_group("relationship_insight.group_relationship_relations"))

    def test_words_are_the_callers(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.nok.lang = "fr_FR"
        self.customer.user_id = self.nok
        seen = []
        translate = type(self.env)._

        def listen(env, source, *args, **kwargs):
            seen.append((source, env.context.get("lang")))
            return translate(env, source, *args, **kwargs)

        with patch.object(type(self.env), "_", listen):
            self.env["relationship.case"].with_context(lang="en_US")._request_callback(
                self.customer, self.company, "d"
            )
        self.assertIn(("Please call: %(customer)s", "fr_FR"), seen)
