from datetime import datetime, timedelta

from odoo.exceptions import AccessError
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from ..common_note import NoteCase

NAMES = [
    "relationship_last_talk",
    "relationship_last_talk_staff_id",
    "relationship_last_talk_note_id",
    "relationship_last_in",
    "relationship_last_out",
]


@tagged("post_install", "-at_install")
class TestTouch(NoteCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.team = cls.env["crm.team"].create(
            {"name": "Team", "member_ids": [Command.set(cls.nok.ids)]}
        )
        cls.noon = datetime.now().replace(hour=6, minute=0, second=0, microsecond=0)
        for user in (cls.nok, cls.dao, cls.boss):
            user.group_ids += cls.env.ref("base.group_allow_export")
        cls.sister = cls.env["res.partner"].create({"name": "Sister", "parent_id": cls.firm.id})

    def at(self, days, **vals):
        return self.log(date=self.noon - timedelta(days=days), **vals)

    def seen(self, user, partner=None):
        partner = (partner or self.customer).with_user(user)
        partner.invalidate_recordset(NAMES)
        return partner.relationship_last_talk

    def test_when_by_whom_and_which(self):
        self.at(20, channel="call_out")
        last = self.at(3, user=self.dao, channel="store")
        customer = self.customer.with_user(self.boss)
        self.assertEqual(customer.relationship_last_talk, last.date)
        self.assertEqual(customer.relationship_last_talk_staff_id, self.dao.partner_id)
        self.assertEqual(customer.relationship_last_talk_note_id, last)
        self.assertEqual(customer.relationship_last_in, self.noon - timedelta(days=3))
        self.assertEqual(customer.relationship_last_out, self.noon - timedelta(days=20))

    def test_company_is_latest_over_its_people(self):
        self.at(9)
        last = self.at(4, partner_id=self.sister.id)
        self.assertEqual(self.seen(self.boss, self.firm), last.date)
        self.assertEqual(self.seen(self.boss), self.noon - timedelta(days=9))
        self.sister.parent_id = False
        self.assertEqual(self.seen(self.boss, self.firm), self.noon - timedelta(days=9))
        self.assertEqual(self.seen(self.boss, self.sister), last.date)

    def test_mail_is_a_contact_but_no_talk(self):
        self.at(30)
        self.at(1, channel="email", initiator="staff")
        self.assertEqual(self.seen(self.boss), self.noon - timedelta(days=30))
        self.assertEqual(
            self.customer.with_user(self.boss).relationship_last_out, self.noon - timedelta(days=1)
        )

    def test_editing_recomputes(self):
        old, new = self.at(30), self.at(2)
        new.date = self.noon - timedelta(days=40)
        self.assertEqual(self.seen(self.boss), old.date)
        old.partner_id = self.sister
        self.assertEqual(self.seen(self.boss), new.date)
        self.assertEqual(self.seen(self.boss, self.sister), old.date)
        new.unlink()
        self.assertFalse(self.seen(self.boss))
        old.initiator = "staff"
        self.assertFalse(self.sister.with_user(self.boss).relationship_last_in)

    def snapshot(self, user, touched):
        """Return everything of this stream that a user can find out about the customers."""
        env = self.env(user=user)
        env.invalidate_all()
        people = env["res.partner"].browse((self.firm + self.customer).ids)
        everything = [("commercial_partner_id", "=", self.firm.id)]
        result = {
            "read": people.read(NAMES),
            "web": people.web_read({name: {} for name in NAMES}),
            "export": people.export_data(["relationship_last_talk"])["datas"],
            "search": [
                env["res.partner"]
                .search([("id", "in", people.ids), ("relationship_last_talk", operator, value)])
                .ids
                for operator, value in (
                    (">=", touched),
                    ("<", touched),
                    ("=", False),
                    ("!=", False),
                )
            ],
        }
        for model, figure in (
            ("relationship.touch", "touch_count:sum"),
            ("relationship.cadence", "__count"),
            ("relationship.promise", "__count"),
            ("relationship.promise.report", "made:sum"),
            ("relationship.recognition", "total:sum"),
        ):
            Model = env[model]
            domain = everything if "commercial_partner_id" in Model._fields else []
            fields = [
                name
                for name, field in Model._fields.items()
                if field.type not in ("one2many", "many2many", "binary")
                and name not in ("write_date", "display_name", "last_seen", "id")
            ]
            records = Model.search(domain)
            result[model] = (
                records.read(fields),
                Model.formatted_read_group(domain, [], [figure]),
                records.export_data(["display_name"])["datas"],
            )
        result["brief"] = env["relationship.brief"].get_brief(self.customer.id)
        result["desk"] = env["relationship.desk"].get_desk()
        result["guard"] = people.mapped("relationship_contact_warning")
        result["chatter"] = people.message_ids.mapped("body")
        result["activities"] = (
            env["mail.activity"]
            .search([("res_model", "=", "res.partner"), ("res_id", "in", people.ids)])
            .read(["summary"])
        )
        return result

    def test_private_conversation_changes_nothing_for_others(self):
        self.firm.user_id = self.dao
        self.at(50, user=self.dao, promise="Send the list")
        manager = new_test_user(
            self.env,
            "touch_manager",
            groups="base.group_user,base.group_allow_export,"
            "relationship_insight.group_relationship_manager",
        )
        others = (self.dao, self.boss, manager)
        day = self.noon - timedelta(days=10)
        before = {user: self.snapshot(user, day) for user in others}
        self.at(1, visibility="me", promise="Surprise", channel="call_out", summary="Secret")
        for user in others:
            self.assertEqual(self.snapshot(user, day), before[user], user.login)
        self.assertEqual(self.seen(self.nok), self.noon - timedelta(days=1))
        with self.assertRaises(AccessError):
            self.customer.with_user(self.plain).read(["relationship_last_talk"])
        with self.assertRaises(AccessError):
            self.env["relationship.touch"].with_user(self.plain).search([])

    def test_team_conversation_is_for_the_team(self):
        self.at(50, user=self.dao)
        day = self.noon - timedelta(days=10)
        before = self.snapshot(self.dao, day)
        self.at(1, visibility="team", team_id=self.team.id, promise="For us", channel="call_out")
        self.assertEqual(self.snapshot(self.dao, day), before)
        for user in (self.nok, self.boss):
            self.assertEqual(self.seen(user), self.noon - timedelta(days=1))
        self.team.member_ids += self.dao
        self.assertEqual(self.seen(self.dao), self.noon - timedelta(days=1))

    def test_published_and_withdrawn(self):
        self.at(50)
        note = self.at(1, visibility="me")
        self.assertEqual(self.seen(self.dao), self.noon - timedelta(days=50))
        note.visibility = "company"
        self.assertEqual(self.seen(self.dao), note.date)
        note.visibility = "me"
        self.assertEqual(self.seen(self.dao), self.noon - timedelta(days=50))

    def test_other_company(self):
        other = self.env["res.company"].create({"name": "Other"})
        lek = new_test_user(
            self.env,
            "lek",
            groups="base.group_user,relationship_insight.group_relationship_staff",
            company_id=other.id,
            company_ids=[Command.set(other.ids)],
        )
        self.at(3)
        self.assertFalse(self.seen(lek))
        self.at(1, user=lek, company_id=other.id)
        self.assertEqual(self.seen(self.dao), self.noon - timedelta(days=3))

    def test_merge(self):
        twin = self.env["res.partner"].create({"name": "Twin"})
        self.at(9)
        last = self.at(2, partner_id=twin.id)
        self.env["base.partner.merge.automatic.wizard"].create({})._merge(
            (self.customer + twin).ids, self.customer
        )
        self.assertEqual(self.seen(self.dao, self.firm), last.date)
        self.assertFalse(self.env["relationship.touch"].search([("partner_id", "=", twin.id)]))

    def test_list_of_many_costs_one_query(self):
        partners = self.env["res.partner"].create([{"name": str(number)} for number in range(30)])
        self.at(1, partner_id=partners[3].id)
        contacts = partners.with_user(self.nok)
        contacts.mapped("commercial_partner_id")
        contacts.mapped("relationship_last_talk")
        contacts.invalidate_recordset(NAMES)
        with self.assertQueryCount(1):
            self.assertEqual(len(list(filter(None, contacts.mapped("relationship_last_talk")))), 1)
