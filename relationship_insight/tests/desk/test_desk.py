from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command
from odoo.tests import HttpCase, freeze_time, tagged

from odoo.addons.relationship_insight.controllers.pulse_page import HEADERS

from ..common_card import STAFF, CardCase


class DeskCase(CardCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "relationship_no_refresh": False})
        cls.rep.write({"email": "rep@example.com", "tz": "Asia/Bangkok"})

    def customer(self, spend=100, talk=None, **vals):
        partner = self.new_customer(f"Spends {spend}", user_id=self.rep.id, **vals)
        self.new_profile(
            partner,
            spend_12m=spend,
            purchase_days=1,
            first_purchase=self.today - timedelta(days=20),
        )
        if talk is not None:
            self.talk(partner, talk)
        return partner

    def talk(self, partner, days, user=None, **vals):
        return (
            self.env["relationship.note"]
            .with_user(user or self.rep)
            .create(
                {
                    "partner_id": partner.id,
                    "company_id": self.company.id,
                    "summary": f"Talk {days}",
                    "date": fields.Datetime.now() - timedelta(days=days),
                    **vals,
                }
            )
        )

    def desk(self, user=None, everyone=False):
        self.env["relationship.cadence"]._refresh()
        return self.as_user(user or self.rep, "relationship.desk").get_desk(everyone)

    def names(self, user=None, everyone=False):
        return [person["id"] for person in self.desk(user, everyone)["people"]]


@tagged("post_install", "-at_install")
class TestDesk(DeskCase):
    def test_five_with_reason_and_last_note(self):
        customers = [self.customer(spend=1000 + spend, talk=100) for spend in range(8)]
        fresh = self.customer(spend=9000, talk=1)
        people = self.desk()["people"]
        self.assertEqual(
            [person["id"] for person in people], [customer.id for customer in customers[:-6:-1]]
        )
        self.assertNotIn(fresh.id, [person["id"] for person in people])
        self.assertIn("The last talk was on", people[0]["reason"])
        self.assertEqual(people[0]["note"]["text"], "Talk 100")

    def test_cases_late_ones_first_and_all_of_them_counted(self):
        partner = self.customer(talk=1)
        now = fields.Datetime.now()

        def case(name, hours, user=self.rep, **vals):
            return self.env["relationship.case"].create(
                {
                    "name": name,
                    "partner_id": partner.id,
                    "company_id": self.company.id,
                    "user_id": user.id,
                    "date_deadline": now + timedelta(hours=hours),
                    **vals,
                }
            )

        case("In touch", -90, date_contacted=now, state="working")
        case("Soon", 30)
        case("Late", -40)
        case("A colleague's", -40, user=self.relations)
        case("Done", -40, state="closed")
        many = [case(f"Later {number}", 200 + number) for number in range(9)]
        desk = self.desk()
        names = [line["text"] for line in desk["cases"]]
        self.assertEqual(names, ["Late", "Soon", *(c.name for c in many[:8])])
        self.assertEqual([line["late"] for line in desk["cases"][:2]], [True, False])
        self.assertEqual(desk["case_count"], 12)
        Case = self.as_user(self.rep, "relationship.case")
        self.assertEqual(Case.search_count(desk["case_domain"]), 12)
        theirs = self.desk(self.relations, everyone=True)
        self.assertEqual(theirs["case_count"], 13)
        self.assertEqual([line["text"] for line in theirs["cases"][:2]], ["Late", "A colleague's"])

    def test_same_desk_when_the_reader_is_a_day_ahead(self):
        # Talks of long ago fall on another day in Bangkok than in the company's own zone too.
        evening = fields.Datetime.now().replace(hour=18)
        with freeze_time(evening):
            customers = [self.customer(spend=1000 + spend, talk=100) for spend in range(8)]
            self.assertEqual(self.names(), [customer.id for customer in customers[:-6:-1]])

    def test_private_talk_makes_due_what_was_late(self):
        partner = self.customer(talk=200)
        self.talk(partner, 45, visibility="me")
        person = self.desk()["people"][0]
        self.assertEqual(person["id"], partner.id)
        self.assertFalse(person["urgent"])
        self.assertIn("time to talk again", person["reason"])

    def test_upset_comes_first(self):
        self.customer(spend=9000, talk=200)
        upset = self.customer(spend=1, talk=20)
        self.env["relationship.reading"].create(
            {
                "measure_id": self.measures["M02_letdown"].id,
                "value": 2,
                "partner_id": upset.id,
                "company_id": self.company.id,
                "origin": "pos",
                "date": fields.Datetime.now() - timedelta(days=4),
            }
        )
        self.assertEqual(self.names()[0], upset.id)
        self.talk(upset, 1)
        self.assertNotIn(upset.id, self.names())

    def test_only_own_customers(self):
        mine = self.customer(talk=100)
        theirs = self.customer(talk=100)
        theirs.user_id = self.colleague
        self.assertEqual(self.names(), [mine.id])
        self.assertEqual(self.names(self.rep, everyone=True), [mine.id])
        self.assertEqual(set(self.names(self.relations, everyone=True)), {mine.id, theirs.id})
        self.assertFalse(self.names(self.relations))
        with self.assertRaises(AccessError):
            self.desk(self.plain)

    def test_archived_customers_are_left_out(self):
        self.customer(talk=100).active = False
        self.assertFalse(self.names())

    def test_contacted_yesterday_is_left_in_peace(self):
        partner = self.customer(talk=100)
        self.assertEqual(self.names(), [partner.id])
        self.talk(partner, 1, user=self.colleague, channel="email", initiator="staff")
        self.assertFalse(self.names())
        self.company.relationship_contact_gap = 0
        self.assertEqual(self.names(), [partner.id])

    def test_three_of_five_done(self):
        customers = [self.customer(spend=1000 + spend, talk=100) for spend in range(8)]
        self.assertEqual(self.desk()["progress"], {"done": 0, "total": 5})
        for customer in customers[-3:]:
            self.talk(customer, 0, channel="call_out")
        self.talk(customers[-1], 0, channel="visit")
        self.talk(customers[-2], 0, user=self.colleague, channel="call_out")
        self.assertEqual(self.desk()["progress"], {"done": 3, "total": 5})
        kept, _due, _later = (
            self.env["relationship.promise"].create(
                {
                    "name": "Samples",
                    "partner_id": customers[0].id,
                    "company_id": self.company.id,
                    "staff_id": self.rep.partner_id.id,
                    "date_made": self.today,
                    "date_due": self.today + timedelta(days=days),
                }
            )
            for days in (0, 0, 2)
        )
        kept.with_user(self.rep).action_keep()
        self.assertEqual(self.desk()["progress"], {"done": 4, "total": 7})
        for customer in customers[:5]:
            self.talk(customer, 0, channel="call_out")
        self.assertEqual(self.desk()["progress"], {"done": 9, "total": 10})
        self.assertNotIn("progress", self.desk(self.relations, everyone=True))

    def test_planned_talks_are_on_the_desk_until_they_are_had(self):
        partner = self.customer(talk=20)
        self.assertFalse(self.names())
        tomorrow = self.customer(talk=20)
        for customer, days in ((partner, 0), (tomorrow, 1)):
            self.env["relationship.plan.talks"].with_user(self.rep).with_context(
                active_model="res.partner", active_ids=customer.ids
            ).create(
                {"summary": "New machine", "date": self.today + timedelta(days=days)}
            ).action_plan()
        [person] = self.desk()["people"]
        self.assertEqual(person["id"], partner.id)
        self.assertIn("New machine", person["reason"])
        planned = self.env["mail.activity"]._get_planned_talks(self.rep)
        self.assertEqual(planned.res_id, partner.id)
        self.talk(partner, 0, channel="call_out", visibility="me")
        self.assertTrue(planned.active, "a private talk tells nobody")
        self.talk(partner, 0, channel="call_out")
        self.assertFalse(planned.active)
        self.assertFalse(self.names())

    def test_private_talk_of_a_colleague_changes_nothing(self):
        partner = self.customer(talk=100)
        before = self.desk()
        self.talk(partner, 1, user=self.colleague, visibility="me", channel="call_out")
        self.assertEqual(self.desk(), before)
        self.talk(partner, 1, visibility="me", channel="call_out")
        self.assertFalse(self.names(), "my own private talk is news to me")

    def test_talk_of_my_team_is_news_to_me_alone(self):
        partner = self.customer(spend=1000, talk=100)
        team = self.env["crm.team"].create(
            {
                "name": "Team",
                "company_id": self.company.id,
                "member_ids": [Command.set((self.rep + self.manager).ids)],
            }
        )
        outsider = self.new_user("desk_outsider", STAFF)
        before = self.names(self.rep)
        self.assertEqual(before, [partner.id])
        self.talk(partner, 10, user=self.rep, visibility="team", team_id=team.id)
        self.assertFalse(self.names(self.rep))
        partner.user_id = outsider
        self.assertEqual(self.names(outsider), [partner.id])

    def test_answers_that_deny_a_feeling_do_not_alarm(self):
        partner = self.customer(talk=5)
        self.env["relationship.reading"].create(
            {
                "measure_id": self.measures["M01_pressured"].id,
                "value": 1,
                "partner_id": partner.id,
                "company_id": self.company.id,
                "origin": "survey",
                "date": fields.Datetime.now() - timedelta(days=2),
            }
        )
        self.assertFalse(self.names())

    def test_snooze_and_not_relevant(self):
        first, second = self.customer(spend=2, talk=100), self.customer(spend=1, talk=100)
        Desk = self.as_user(self.rep, "relationship.desk")
        Desk.snooze("person", first.id, 7)
        Desk.not_relevant("person", second.id)
        self.assertFalse(self.names())
        with freeze_time(fields.Datetime.now() + timedelta(days=8)):
            self.assertEqual(self.names(), [first.id])
        with freeze_time(fields.Datetime.now() + timedelta(days=400)):
            self.assertEqual(self.names(), [first.id])
        with self.assertRaises(UserError):
            Desk.snooze("res.users", 1)
        with self.assertRaises(UserError):
            Desk.snooze("person", 0)

    def test_promises_events_and_hiding_them(self):
        partner = self.customer(talk=None)
        today = fields.Date.today()
        self.talk(partner, 0, promise="Send it", promise_date=today - timedelta(days=1))
        self.talk(partner, 0, promise="Far away", promise_date=today + timedelta(days=9))
        day = today + timedelta(days=5)
        event = self.as_user(self.rep, "relationship.life.event").create(
            {"partner_id": partner.id, "day": day.day, "month": str(day.month)}
        )
        desk = self.desk()
        self.assertEqual([row["text"] for row in desk["promises"]], ["Send it"])
        self.assertEqual([row["id"] for row in desk["events"]], [event.id])
        Desk = self.as_user(self.rep, "relationship.desk")
        Desk.snooze("promise", desk["promises"][0]["id"])
        Desk.not_relevant("event", event.id)
        desk = self.desk()
        self.assertFalse(desk["promises"] or desk["events"])
        self.assertFalse(self.desk(self.colleague)["promises"])

    def test_queries_stay_flat(self):
        for _number in range(3):
            self.customer(talk=100)

        def count():
            self.env.flush_all()
            self.env.invalidate_all()
            Desk = self.as_user(self.rep, "relationship.desk")
            start = self.env.cr.sql_log_count
            Desk.get_desk()
            return self.env.cr.sql_log_count - start

        self.desk()
        count()
        few = count()
        for spend in range(30):
            self.customer(spend=spend, talk=100)
        self.desk()
        self.assertLessEqual(count(), few + 8)


@tagged("post_install", "-at_install")
class TestDeskMail(DeskCase, HttpCase):
    def send(self):
        self.env["relationship.cadence"]._refresh()
        before = self.env["mail.mail"].search([])
        with self.enter_registry_test_mode():
            self.env.ref("relationship_insight.ir_cron_relationship_desk").method_direct_trigger()
        mails = self.env["mail.mail"].search([]) - before
        return mails.filtered(lambda mail: "rep@example.com" in (mail.email_to or ""))

    def test_once_a_morning(self):
        self.customer(talk=100)
        with freeze_time("2027-03-01 23:30:00"):  # half past six in Bangkok
            self.assertFalse(self.send())
        with freeze_time("2027-03-02 00:30:00"):
            mail = self.send()
            self.assertEqual(len(mail), 1)
            self.assertIn("Talk 100", mail.body_html)
            self.assertIn("List-Unsubscribe", mail.headers)
            self.assertFalse(self.send())
        with freeze_time("2027-03-03 00:30:00"):
            self.assertEqual(len(self.send()), 1)

    def test_nothing_to_say_and_not_wanted(self):
        with freeze_time("2027-03-02 03:30:00"):
            self.assertFalse(self.send())
        self.customer(talk=100)
        self.rep.with_user(self.rep).relationship_digest = False
        with freeze_time("2027-03-03 03:30:00"):
            self.assertFalse(self.send())

    def test_in_the_users_language_and_without_secrets(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        self.rep.lang = "fr_FR"
        partner = self.customer(talk=100)
        self.talk(
            partner,
            50,
            visibility="me",
            summary="Secret",
            promise="Hidden surprise",
            promise_date=fields.Date.today(),
        )
        with freeze_time("2027-03-02 03:30:00"):
            body = self.send().body_html
        self.assertNotIn("Secret", body)
        self.assertNotIn("Hidden surprise", body)

    def test_days_are_of_one_language_and_era(self):
        """A Thai customer's birthday is kept in Buddhist years, the reader's days are not."""
        self.env["res.lang"]._activate_lang("th_TH")
        self.env.ref("base.lang_en").date_format = "%m/%d/%Y"
        self.env["ir.model.fields.selection"].search(
            [
                ("field_id.model", "=", "relationship.life.event"),
                ("value", "=", "birthday"),
            ]
        ).with_context(lang="th_TH").name = "วันเกิด"
        partner = self.customer(talk=100)
        partner.lang = "th_TH"
        self.talk(partner, 0, promise="Send it", promise_date="2027-03-01")
        for number, (lang, birthday, promise, word) in enumerate(
            (
                ("en_US", "03/05/2027", "03/01/2027", "Birthday"),
                ("th_TH", "05/03/2027", "01/03/2027", "วันเกิด"),
                (False, "05/03/2027", "01/03/2027", "วันเกิด"),
            )
        ):
            self.rep.partner_id.lang = lang
            self.env.company.partner_id.lang = "th_TH"
            with freeze_time(f"2027-03-0{number + 1} 03:30:00"):
                if not number:
                    event = self.as_user(self.rep, "relationship.life.event").create(
                        {
                            "partner_id": partner.id,
                            "type": "birthday",
                            "day": 5,
                            "month": "3",
                            "year": 1990,
                        }
                    )
                    self.assertEqual(event.calendar, "buddhist")
                body = self.send().body_html
            for text in (birthday, promise, word):
                self.assertIn(text, body, lang)
            for text in ("2533", "2570", *(("มีนาคม",) if lang == "en_US" else ("Birthday",))):
                self.assertNotIn(text, body, lang)

    def test_one_click_stops_it_and_looking_does_not(self):
        token = self.rep._get_relationship_digest_token()
        url = f"/relationship/desk/stop/{token}"
        page = self.url_open(url)
        self.assertEqual(page.status_code, 200)
        for name, value in HEADERS.items():
            self.assertEqual(page.headers.get(name), value, name)
        self.assertTrue(self.rep.relationship_digest)
        answer = self.url_open(url, data={"List-Unsubscribe": "One-Click"})
        self.rep.invalidate_recordset()
        self.assertFalse(self.rep.relationship_digest)
        wrong = self.url_open("/relationship/desk/stop/" + "x" * 43, data={"a": "1"})
        self.assertEqual(
            (wrong.status_code, wrong.text.replace("x" * 43, "")),
            (answer.status_code, answer.text.replace(token, "")),
        )

    def test_tokens_cannot_be_tried_one_after_the_other(self):
        self.env["ir.config_parameter"].set_param("relationship_insight.limit_stop", "2")
        token = self.rep._get_relationship_digest_token()
        statuses = [
            self.url_open(f"/relationship/desk/stop/{name}", data={"a": "1"}).status_code
            for name in ("x" * 43, "y" * 43, token)
        ]
        self.assertEqual(statuses, [200, 200, 429])
        self.rep.invalidate_recordset()
        self.assertTrue(self.rep.relationship_digest)

    def test_token_is_nobodys(self):
        with self.assertRaises(AccessError):
            self.rep.with_user(self.manager).read(["relationship_digest_token"])


@tagged("post_install", "-at_install")
class TestBrief(DeskCase):
    def brief(self, partner, user=None):
        return self.as_user(user or self.rep, "relationship.brief").get_brief(partner.id)

    def section(self, brief, key):
        return next((s["lines"] for s in brief["sections"] if s["key"] == key), [])

    def test_every_sentence_is_linked(self):
        partner = self.customer(talk=200)
        for days in (3, 9, 30, 40):
            self.talk(partner, days, promise=f"Promise {days}")
        self.new_readings(partner, count=2)
        Preference = self.as_user(self.rep, "relationship.preference")
        known = Preference.create({"partner_id": partner.id, "text": "Two sugars"})
        old = Preference.create(
            {
                "partner_id": partner.id,
                "text": "Early mornings",
                "first_seen": self.today - timedelta(days=500),
            }
        )
        brief = self.brief(partner)
        lines = [line for section in brief["sections"] for line in section["lines"]]
        for line in lines:
            self.assertTrue(
                self.as_user(self.rep, line["model"]).browse(line["id"]).has_access("read")
            )
        self.assertEqual(
            [line["text"].split(": ")[-1] for line in self.section(brief, "touches")],
            ["Talk 3", "Talk 9", "Talk 30"],
        )
        self.assertEqual(len(self.section(brief, "promises")), 4)
        self.assertEqual([line["id"] for line in self.section(brief, "facts")], [known.id])
        self.assertEqual([line["id"] for line in self.section(brief, "confirm")], [old.id])
        self.assertIn("4 calls, visits or counter talks", brief["window"])
        self.assertTrue(brief["question"]["text"])

    def test_states_its_window(self):
        partner = self.customer(talk=200)
        self.assertEqual(
            self.brief(partner)["window"],
            "No call, visit or counter talk that you may read is recorded in 90 days.",
        )

    def test_warns_of_a_recent_contact(self):
        partner = self.customer()
        self.talk(partner, 2, user=self.colleague, channel="call_out")
        self.assertEqual(
            self.brief(partner)["warning"],
            f"{self.colleague.name} contacted {partner.name} 2 days ago.",
        )
        note = (
            self.env["relationship.note"]
            .with_user(self.rep)
            .new({"partner_id": partner.id, "channel": "call_out"})
        )
        self.assertTrue(note.contact_warning)
        note.channel = "store"
        self.assertFalse(note.contact_warning)

    def test_a_colleagues_customer_shows_no_insight(self):
        partner = self.customer(talk=10)
        self.new_readings(partner, count=1)
        brief = self.brief(partner, self.colleague)
        models = {line["model"] for section in brief["sections"] for line in section["lines"]}
        self.assertEqual(models, {"relationship.note"} | (models & {"relationship.promise"}))
        with self.assertRaises(AccessError):
            self.brief(partner, self.plain)

    def test_opened_by_an_activity_and_a_meeting(self):
        partner = self.customer()
        activity = partner.activity_schedule(summary="Visit", user_id=self.rep.id)
        action = activity.with_user(self.rep).action_relationship_brief()
        self.assertEqual(
            (action["tag"], action["context"]["partner_id"]), ("relationship_brief", partner.id)
        )
        event = (
            self.env["calendar.event"]
            .with_user(self.rep)
            .create(
                {
                    "name": "Visit",
                    "start": "2027-01-04 08:00:00",
                    "stop": "2027-01-04 09:00:00",
                    "partner_ids": [(6, 0, (self.rep.partner_id + partner).ids)],
                }
            )
        )
        self.assertEqual(event.relationship_customer_id, partner)
        self.assertEqual(event.action_relationship_brief()["context"]["partner_id"], partner.id)
        lonely = (
            self.env["mail.activity"]
            .with_user(self.rep)
            .create({"summary": "Alone", "user_id": self.rep.id})
        )
        with self.assertRaises(UserError):
            lonely.action_relationship_brief()

    def test_on_paper(self):
        partner = self.customer(talk=3)
        html = (
            self.as_user(self.rep, "ir.actions.report")
            ._render_qweb_html("relationship_insight.brief", partner.ids)[0]
            .decode()
        )
        self.assertIn("Talk 3", html)
        self.assertIn("/odoo/relationship.note/", html)
        with self.assertRaises(AccessError):
            self.as_user(self.plain, "ir.actions.report")._render_qweb_html(
                "relationship_insight.brief", partner.ids
            )

    def test_card_of_the_person(self):
        partner = self.customer(talk=40)
        tag = self.env.ref("relationship_insight.preference_tag_coffee")
        self.as_user(self.rep, "relationship.preference").create(
            {"partner_id": partner.id, "tag_id": tag.id}
        )
        self.env["relationship.cadence"]._refresh()
        card = self.as_user(self.rep, "relationship.person").get_person_card(partner.id)
        self.assertEqual(card["preferences"][0]["words"], "Coffee")
        self.assertEqual(card["cadence"]["stage"], "cooling")
        self.assertIn("Last talk on", card["last"])
        sensitive = self.env.ref("relationship_insight.preference_tag_health").id
        self.assertNotIn(sensitive, [row["id"] for row in card["tags"]])
        with self.assertRaises(AccessError):
            self.as_user(self.plain, "relationship.person").get_person_card(partner.id)

    def test_queries_do_not_grow_with_touches(self):
        partner = self.customer()

        def count():
            self.env.flush_all()
            self.env.invalidate_all()
            start = self.env.cr.sql_log_count
            self.brief(partner)
            return self.env.cr.sql_log_count - start

        for days in range(4, 10):
            self.talk(partner, days)
        count()
        few = count()
        for days in range(10, 60):
            self.talk(partner, days)
        self.assertLessEqual(count(), few)


@tagged("post_install", "-at_install")
class TestDeskTour(DeskCase, HttpCase):
    def test_from_the_desk_to_the_brief_to_a_chip(self):
        partner = self.customer(talk=None)
        partner.name = "Somchai"
        self.env["relationship.tier"].search([("company_id", "=", self.company.id)]).write(
            {"ideal_days": 10, "max_days": 20}
        )
        note = self.talk(
            partner,
            40,
            summary="She likes lilies",
            promise="Send the list",
            promise_date=fields.Date.today(),
        )
        self.env["relationship.cadence"]._refresh()
        self.start_tour("/odoo/relationship-desk", "relationship_desk", login=self.rep.login)
        promise = self.env["relationship.promise"].search([("note_id", "=", note.id)])
        self.assertEqual(promise.state, "kept")
        preference = self.env["relationship.preference"].search([("partner_id", "=", partner.id)])
        self.assertRecordValues(
            preference, [{"state": "past", "confirm_count": 1, "staff_id": self.rep.partner_id.id}]
        )
