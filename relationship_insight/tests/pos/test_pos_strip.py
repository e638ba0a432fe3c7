import json
from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import new_test_user, tagged

from .test_pos_capture import PosCaptureCommon

CASHIER = "base.group_user,point_of_sale.group_pos_user"
KINDS = ("care", "talk", "ask", "like", "promise", "event", "case", "class")


class PosStripCommon(PosCaptureCommon):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.today = fields.Date.context_today(cls.env.user)
        cls.roles = {"cashier": cls.cashier} | {
            role: new_test_user(
                cls.env,
                f"till {role}",
                f"{CASHIER},relationship_insight.group_relationship_{role}",
                company_id=cls.company.id,
                company_ids=[fields.Command.set(cls.company.ids)],
            )
            for role in ("staff", "relations", "manager")
        }
        cls.env = cls.env(su=True)
        cls.customer = cls.customer.sudo()
        cls.other_company = cls.env["res.company"].create({"name": "Other shop"})

    @classmethod
    def _prefer(cls, text, kind="care", **values):
        return cls.env["relationship.preference"].create(
            {
                "partner_id": cls.customer.id,
                "company_id": cls.company.id,
                "kind": kind,
                "text": text,
                **values,
            }
        )

    @classmethod
    def _talk(cls, user, summary, **values):
        return (
            cls.env["relationship.note"]
            .with_user(user)
            .sudo()
            .create(
                {
                    "partner_id": cls.customer.id,
                    "company_id": cls.company.id,
                    "summary": summary,
                    "staff_id": user.partner_id.id,
                    **values,
                }
            )
        )

    def _show(self, *kinds, everybody=True):
        self.config.sudo().write(
            {
                "relationship_strip_everybody": everybody,
                **{
                    f"relationship_strip_{number}": kind
                    for number, kind in enumerate((*kinds, *[False] * 3)[:3], 1)
                },
            }
        )

    def _load(self, user=None):
        """What the till of this user loads: {customer's id: lines}, and the names."""
        session = self.session.with_user(user or self.cashier)
        rows = session.load_data(["pos.order", "res.partner", "relationship.strip"])[
            "relationship.strip"
        ]
        strips = {row["id"]: row["lines"] for row in rows if row["id"] > 0}
        return strips, next(row["lines"] for row in rows if row["id"] < 0)

    def _lines(self, user=None, customer=None):
        return self._load(user)[0].get((customer or self.customer).id, [])


@tagged("post_install", "-at_install")
class TestPosStrip(PosStripCommon):
    def test_head_office_chooses_three_lines_and_their_order(self):
        self._prefer("Speak slowly")
        self._prefer("Green tea", "like")
        self._talk(self.cashier, "Came by")
        talk = ["talk", str(self.today), self.cashier.partner_id.id]
        self._show("like", "talk", "care")
        self.assertEqual(
            self._lines(), [["like", [1, 0, "Green tea"]], talk, ["care", [1, 0, "Speak slowly"]]]
        )
        self._show("talk")
        strips, names = self._load()
        self.assertEqual(strips[self.customer.id], [talk])
        self.assertEqual(names["staff"], {self.cashier.partner_id.id: self.cashier.partner_id.name})
        self._show()
        self.assertFalse(self._lines())

    def test_rows_say_whose_they_are(self):
        self._show("care")
        for user in self.roles.values():
            self.assertEqual(self._load(user)[1]["user"], user.id)

    def test_same_line_twice_is_refused(self):
        with self.assertRaises(ValidationError):
            self._show("care", "care")

    def test_of_many_preferences_the_surest_are_shown_and_a_doubt_is_a_question(self):
        for number in range(4):
            self._prefer(f"Tea {number}", "like", confirm_count=number)
        stale = self._prefer("No plastic bag", review_date=self.today - timedelta(days=1))
        self._show("like", "care", "ask")
        self.assertEqual(
            self._lines(),
            [["like", [1, 0, "Tea 3"], [1, 0, "Tea 2"]], ["care", [0, 0, "No plastic bag"]]],
        )
        guess = self._prefer("Gift wrapping", "need", provenance="inferred")
        self.assertEqual(self._lines()[-1], ["ask", "need", "Gift wrapping", 0])
        guess.with_user(self.roles["staff"]).action_confirm()
        self.assertEqual(len(self._lines()), 2)
        stale.with_user(self.roles["staff"]).action_confirm()
        self.assertEqual(self._lines()[-1], ["care", [1, 0, "No plastic bag"]])
        stale.with_user(self.roles["staff"]).action_end()
        self.assertEqual(len(self._lines()), 1)

    def test_chips_come_by_name_in_the_language_of_the_cashier(self):
        self.env["res.lang"]._activate_lang("fr_FR")
        tag = self.env["relationship.preference.tag"].create(
            {"name": "Phone first", "emoji": "📞", "kind": "care"}
        )
        tag.with_context(lang="fr_FR").name = "Téléphone d'abord"
        self._prefer(False, tag_id=tag.id)
        self._show("care")
        self.cashier.lang = "fr_FR"
        rows = (
            self.session.with_user(self.cashier)
            .with_context(lang="fr_FR")
            .relationship_get_strips(self.customer.ids)["relationship.strip"]
        )
        self.assertEqual(rows[0]["lines"], [["care", [1, tag.id, ""]]])
        self.assertEqual(rows[1]["lines"]["tags"], {tag.id: "📞 Téléphone d'abord"})

    def test_a_day_shows_when_it_is_near(self):
        self._show("event")
        day = self.today + timedelta(days=20)
        event = self.env["relationship.life.event"].create(
            {
                "partner_id": self.customer.id,
                "company_id": self.company.id,
                "type": "birthday",
                "name": "daughter Mali",
                "day": day.day,
                "month": str(day.month),
                "lead_days": 7,
            }
        )
        self.assertFalse(self._lines())
        event.lead_days = 21
        self.assertEqual(self._lines(), [["event", str(day), "birthday", "daughter Mali"]])
        self.assertEqual(self._load()[1]["event"]["birthday"], "Birthday")

    def test_a_promise_shows_until_it_is_kept(self):
        self._show("promise")
        due = self.today + timedelta(days=2)
        note = self._talk(
            self.roles["staff"], "Sofa", promise="Call about the sofa", promise_date=due
        )
        line = ["promise", str(due), self.roles["staff"].partner_id.id, "Call about the sofa"]
        self.assertEqual(self._lines(), [line])
        note.promise_ids.activity_id.action_feedback()
        self.assertFalse(self._lines())

    def test_a_company_shows_what_is_known_of_its_people(self):
        firm = self.env["res.partner"].create({"name": "Firm", "is_company": True})
        person = self.env["res.partner"].create({"name": "Ploy", "parent_id": firm.id})
        colleague = self.env["res.partner"].create({"name": "Ton", "parent_id": firm.id})
        self._prefer("Speak English", partner_id=person.id)
        firm.with_company(self.company).relationship_pin = "Pays in advance"
        self._show("care")
        pin, care = ["pin", "Pays in advance"], ["care", [1, 0, "Speak English"]]
        self.assertEqual(self._lines(customer=person), [pin, care])
        self.assertEqual(self._lines(customer=colleague), [pin])
        self.assertEqual(self._lines(customer=firm), [pin, care])

    def test_customers_kept_from_before_come_with_every_load(self):
        self._prefer("Speak slowly")
        self._show("care")
        session = self.session.with_user(self.cashier).with_context(
            pos_last_server_date="2100-01-01 00:00:00"
        )
        data = session.load_data([])
        self.assertNotIn(self.customer.id, [row["id"] for row in data["res.partner"]])
        self.assertIn(self.customer.id, [row["id"] for row in data["relationship.strip"]])

    def test_there_is_always_a_row_so_that_the_till_forgets_old_ones(self):
        self._show()
        self.assertTrue(self._load()[1] is not None)

    def test_customers_found_later_bring_their_strip(self):
        late = self.env["res.partner"].create({"name": "Zzz late"})
        self._prefer("Speak slowly", partner_id=late.id)
        self._show("care")
        found = (
            self.env["res.partner"]
            .with_user(self.cashier)
            .get_new_partner(self.config.id, [("name", "=", "Zzz late")], 0)
        )
        self.assertEqual(
            found["relationship.strip"][0],
            {"id": late.id, "lines": [["care", [1, 0, "Speak slowly"]]]},
        )

    def test_tills_in_step_pass_no_strip_on(self):
        """A till tells others of customers it found; what they show follows their own rights."""
        self._prefer("Speak slowly")
        self._show("care")
        sent = []
        self.patch(
            self.env.registry["pos.config"],
            "_notify",
            lambda config, *args, **kwargs: sent.append(args),
        )
        self.config.with_user(self.cashier).notify_synchronisation(
            self.session.id,
            "device",
            {
                "res.partner": self.customer.ids,
                "relationship.strip": [self.customer.id, -self.customer.id],
            },
        )
        records = sent[0][1]["static_records"]
        self.assertEqual(records["relationship.strip"], [])
        self.assertEqual(records["res.partner"][0]["id"], self.customer.id)

    def test_picked_customer_comes_afresh_and_in_full(self):
        text = "x" * 100
        self._show("care")
        call = self.session.with_user(self.cashier).relationship_get_strips
        self.assertEqual(
            call(self.customer.ids)["relationship.strip"][-1], {"id": self.customer.id, "lines": []}
        )
        self._prefer(text)
        self.assertEqual(
            call(self.customer.ids)["relationship.strip"][0]["lines"], [["care", [1, 0, text]]]
        )
        self.assertEqual(len(self._lines()[0][1][2]), 60)
        for wrong in ([], [False], ["1"], [2**40], [-1], None, "me", {"id": 1}):
            self.assertFalse([row for row in call(wrong)["relationship.strip"] if row["lines"]])

    def test_strip_is_for_cashiers_of_the_company(self):
        clerk = new_test_user(self.env, "office clerk", "base.group_user")
        stranger = new_test_user(
            self.env,
            "other cashier",
            CASHIER,
            company_id=self.other_company.id,
            company_ids=[fields.Command.set(self.other_company.ids)],
        )
        for user in (clerk, stranger):
            with self.assertRaises(AccessError):
                self.session.with_user(user).relationship_get_strips(self.customer.ids)

    def test_only_customer_relations_choose_and_pin(self):
        manager = new_test_user(
            self.env,
            "shop manager",
            "base.group_user,point_of_sale.group_pos_manager",
            company_id=self.company.id,
        )
        with self.assertRaises(AccessError):
            self.config.with_user(manager).relationship_strip_everybody = True
        with self.assertRaises(AccessError):
            self.config.with_user(manager).relationship_strip_1 = "like"
        self.config.with_user(manager).name = "Corner"
        for role, user in self.roles.items():
            if role in ("cashier", "staff"):
                with self.assertRaises(AccessError):
                    self.customer.with_user(user).write({"relationship_pin": "x"})
        with self.assertRaises(ValidationError):
            self.customer.relationship_pin = "x" * 201

    def test_pin_of_a_merged_contact_stays(self):
        twin = self.env["res.partner"].create({"name": "Anong S."})
        twin.with_company(self.company).relationship_pin = "Pays in advance"
        self._prefer("Speak slowly", partner_id=twin.id)
        self.env["base.partner.merge.automatic.wizard"]._merge(
            [twin.id, self.customer.id], self.customer
        )
        self._show("care")
        self.assertEqual(
            self._lines(), [["pin", "Pays in advance"], ["care", [1, 0, "Speak slowly"]]]
        )


@tagged("post_install", "-at_install")
class TestPosStripPrivacy(PosStripCommon):
    """Four roles by what there is to know: what a till gets is a subset of what its user reads."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        manager = cls.roles["manager"]
        # Who talked with the customer has a bond, and reads the customer's insight.
        author = cls.roles["author"] = new_test_user(
            cls.env,
            "till author",
            f"{CASHIER},relationship_insight.group_relationship_staff",
            company_id=cls.company.id,
            company_ids=[fields.Command.set(cls.company.ids)],
        )
        day = cls.today + timedelta(days=3)
        event = {
            "partner_id": cls.customer.id,
            "company_id": cls.company.id,
            "day": day.day,
            "month": str(day.month),
        }
        other = {"company_id": cls.other_company.id}
        team = cls.env["crm.team"].create(
            {
                "name": "Team",
                "company_id": cls.company.id,
                "member_ids": [*cls.roles["staff"].ids, *author.ids],
            }
        )
        cls._prefer("open-care")
        cls._prefer("open-like", "like")
        cls._prefer("sensitive-care", sensitive=True, confirm_count=9)
        cls._prefer("sensitive-like", "like", sensitive=True, confirm_count=9)
        cls._prefer("foreign-care", confirm_count=9, **other)
        cls._prefer("old-need", "need", review_date=cls.today - timedelta(days=9))
        cls._prefer("foreign-need", "need", review_date=cls.today - timedelta(days=9), **other)
        for visibility in ("company", "team", "me"):
            for user in (author, manager):
                cls._talk(
                    user,
                    f"{visibility}-said",
                    visibility=visibility,
                    team_id=team.id,
                    date=fields.Datetime.now()
                    - timedelta(days={"company": 9, "team": 5, "me": 1}[visibility]),
                    promise=f"{visibility}-promise",
                    promise_date=cls.today
                    + timedelta(days={"company": 9, "team": 5, "me": 1}[visibility]),
                )
        cls.env["relationship.note"].create(
            {
                "partner_id": cls.customer.id,
                "summary": "foreign-said",
                "promise": "foreign-promise",
                "staff_id": manager.partner_id.id,
                **other,
            }
        )
        cls.env["relationship.life.event"].create(
            [
                {**event, "name": "open-event"},
                {**event, "name": "sensitive-event", "sensitive": True},
                {**event, "name": "foreign-event", **other},
            ]
        )
        cls.env["relationship.case"].create(
            [
                {
                    "name": "open-case",
                    "partner_id": cls.customer.id,
                    "company_id": cls.company.id,
                    "user_id": manager.id,
                },
                {"name": "foreign-case", "partner_id": cls.customer.id, "user_id": False, **other},
            ]
        )
        cls.customer.user_id = manager
        cls.env["relationship.profile"]._refresh(cls.customer.ids)
        cls.env["relationship.profile"].search(
            [("commercial_partner_id", "=", cls.customer.id)]
        ).loyalty_class = "spurious"

    def _payload(self, user, kinds, everybody):
        self._show(*kinds, everybody=everybody)
        self.env.flush_all()
        session = self.session.with_user(user)
        data = session.load_data([])
        data["picked"] = session.relationship_get_strips(self.customer.ids)
        data["found"] = (
            self.env["res.partner"]
            .with_user(user)
            .get_new_partner(self.config.id, [("id", "=", self.customer.id)], 0)
        )
        return json.dumps(data, default=str, ensure_ascii=False)

    def test_matrix(self):
        shared = {
            "care": "open-care",
            "like": "open-like",
            "promise": "company-promise",
            "event": "open-event",
            "ask": "old-need",
        }
        # (role, allowed to every cashier): the kinds whose words its till gets
        table = {
            ("cashier", False): set(),
            ("cashier", True): set(shared),
            ("staff", False): set(shared),
            ("staff", True): set(shared),
            ("author", False): {*shared, "class"},
            ("relations", False): {*shared, "case", "class"},
            ("manager", False): {*shared, "case", "class"},
        }
        words = {**shared, "case": "open-case", "class": '"class", "spurious"'}
        never = [
            "sensitive-",
            "foreign-",
            "me-said",
            "team-said",
            "company-said",
            "me-promise",
            "team-promise",
        ]
        for (role, everybody), allowed in table.items():
            payload = "".join(
                self._payload(self.roles[role], kinds, everybody)
                for kinds in (KINDS[:3], KINDS[3:6], KINDS[6:])
            )
            with self.subTest(role=role, everybody=everybody):
                self.assertEqual({kind for kind, word in words.items() if word in payload}, allowed)
                self.assertEqual([word for word in never if word in payload], [])

    def test_last_talk_is_the_last_that_all_may_read(self):
        self._show("talk")
        shared = fields.Datetime.context_timestamp(
            self.env.user, fields.Datetime.now() - timedelta(days=9)
        ).date()
        for role, user in self.roles.items():
            with self.subTest(role=role):
                self.assertEqual(self._lines(user)[0][:2], ["talk", str(shared)])

    def test_nothing_of_insight_where_employees_share_a_login(self):
        self.patch(self.env.registry["pos.config"], "_check_modules_to_install", lambda self: None)
        self.config.sudo().module_pos_hr = True
        payload = self._payload(self.roles["manager"], ("case", "class", "care"), False)
        self.assertIn("open-care", payload)
        self.assertNotIn("open-case", payload)
        self.assertNotIn('"class", "spurious"', payload)

    def test_a_pin_reaches_every_cashier_of_its_company_only(self):
        self.customer.with_company(self.company).relationship_pin = "Pays in advance"
        self.customer.with_company(self.other_company).relationship_pin = "foreign-pin"
        for user in self.roles.values():
            payload = self._payload(user, (), False)
            self.assertIn("Pays in advance", payload)
            self.assertNotIn("foreign-pin", payload)


@tagged("post_install", "-at_install")
class TestPosStripSize(PosStripCommon):
    def _fill(self, count):
        """Rich customers: all lines have something long to say, in letters of three bytes."""
        people = self.env["res.partner"].create(
            [{"name": f"Customer {number}"} for number in range(count)]
        )
        text = "ชอบนั่งริมหน้าต่าง ดื่มชาเขียวไม่ใส่น้ำตาล และไม่ชอบให้รีบเร่งเวลาเลือกของ"
        self.env["relationship.preference"].create(
            [
                {"partner_id": person.id, "company_id": self.company.id, "kind": kind, "text": text}
                for person in people
                for kind in ("care", "like", "dislike")
                for _again in range(2)
            ]
        )
        self.env.flush_all()
        return people

    def _measure(self, people):
        self.env.invalidate_all()
        config = self.config.with_user(self.roles["staff"])
        Strip = self.env["relationship.strip"].with_user(self.roles["staff"])
        Strip._get_rows(config, self.customer.ids)  # what any first request reads once
        before = self.env.cr.sql_log_count
        rows = Strip._get_rows(config, people.ids)
        queries = self.env.cr.sql_log_count - before
        return rows, queries, len(json.dumps(rows, ensure_ascii=False).encode())

    def test_queries_stay_flat_and_bytes_within_their_room(self):
        people = self._fill(200)
        for kinds in (KINDS[:3], KINDS[3:6], KINDS[5:], ("care", "like", "dislike")):
            self._show(*kinds)
            few, few_queries, _size = self._measure(people[:10])
            many, many_queries, size = self._measure(people)
            with self.subTest(kinds=kinds):
                self.assertEqual(few_queries, many_queries)
                self.assertLessEqual(many_queries, 20)
                self.assertLessEqual(size, 150 * len(people))
        self.assertEqual(len(many), 201)
        self.assertTrue(all(row["lines"] for row in many))
