import base64
from datetime import timedelta

from odoo import fields
from odoo.fields import Command
from odoo.tests import new_test_user, tagged

from ..common_calls import snapshot_months
from ..common_dump import DumpMixin
from ..common_note import STAFF
from ..pos.test_pos_strip import KINDS, PosStripCommon

MANAGER = "base.group_user,relationship_insight.group_relationship_manager"
MP3 = base64.b64encode(b"\xff\xfb\x90\x00" + b"\x00" * 400).decode()
SECRET = "Zanzibar"


@tagged("post_install", "-at_install")
class TestTeamPrivacy(DumpMixin, PosStripCommon):
    """What only a team may read changes nothing that anybody outside of it can read."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        own = {"company_id": cls.company.id, "company_ids": [Command.set(cls.company.ids)]}
        export = ",base.group_allow_export,sales_team.group_sale_salesman_all_leads"
        cls.author = new_test_user(cls.env, "team_author", STAFF + export, **own)
        cls.mate = new_test_user(cls.env, "team_mate", STAFF + export, **own)
        cls.outsider = new_test_user(cls.env, "team_outsider", STAFF + export, **own)
        cls.leader = new_test_user(cls.env, "team_leader", STAFF + export, **own)
        cls.team = cls.env["crm.team"].create(
            {
                "name": "Team",
                "company_id": cls.company.id,
                "user_id": cls.leader.id,
                "member_ids": [Command.set((cls.author + cls.mate).ids)],
            }
        )
        cls.outsiders = {
            "outsider": cls.outsider,
            "stranger": new_test_user(
                cls.env,
                "team_stranger",
                MANAGER + export,
                company_id=cls.other_company.id,
                company_ids=[Command.set(cls.other_company.ids)],
            ),
            "portal": new_test_user(cls.env, "team_portal", "base.group_portal"),
            "plain": new_test_user(cls.env, "team_plain", "base.group_user" + export, **own),
            "cashier": cls.cashier,
            "till staff": cls.roles["staff"],
        }
        cls.firm = cls.env["res.partner"].create(
            {"name": "Firm", "is_company": True, "user_id": cls.outsider.id}
        )
        cls.customer.write({"parent_id": cls.firm.id, "user_id": cls.outsider.id})
        cls.sister, cls.friend = cls.env["res.partner"].create(
            [{"name": "Sister", "parent_id": cls.firm.id}, {"name": "Friend"}]
        )
        cls.people = cls.firm + cls.customer + cls.sister + cls.friend
        cls.glad, cls.letdown = (
            cls.env.ref(f"relationship_insight.measure_m02_{name}") for name in ("glad", "letdown")
        )
        now = fields.Datetime.now()
        for days, user in ((80, cls.outsider), (50, cls.author), (40, cls.outsider)):
            cls.log(
                user,
                date=now - timedelta(days=days),
                summary=f"Open {days}",
                promise=f"Open promise {days}",
                feeling_ids=[Command.link(cls.glad.id)],
            )
        cls.case = (
            cls.env["relationship.case"]
            .with_user(cls.author)
            .with_company(cls.company)
            .create({"partner_id": cls.customer.id, "name": "Kettle", "user_id": cls.outsider.id})
        )
        cls.refresh()
        cls.refresh()  # Bonds tell their change since the last month's end once there is one.

    @classmethod
    def log(cls, user, **vals):
        return (
            cls.env["relationship.note"]
            .with_user(user)
            .with_context(allowed_company_ids=cls.company.ids)
            .create({"partner_id": cls.customer.id, "company_id": cls.company.id, **vals})
        )

    @classmethod
    def refresh(cls):
        cls.env.flush_all()
        cls.env["relationship.touch"]._refresh()
        cls.env["relationship.cadence"]._refresh()
        cls.env["relationship.profile"]._refresh()
        snapshot_months(cls.env)
        cls.env["relationship.silence"]._cron_refresh()
        cls.env.invalidate_all()

    def look(self, user, company=None):
        self._show(*KINDS[:3])
        seen = self.dump(user, self.people, company)
        if user.has_group("point_of_sale.group_pos_user"):
            for kinds in (KINDS[:3], KINDS[3:6], KINDS[6:]):
                self._show(*kinds)
                self.env.flush_all()
                session = self.session.with_user(user)
                seen["till", kinds] = str(
                    session.load_data(["pos.order", "res.partner", "relationship.strip"])
                )
                seen["strip", kinds] = str(session.relationship_get_strips(self.people.ids))
        return seen

    def look_all(self):
        return {who: self.look(user) for who, user in self.outsiders.items()}

    def talk_in_the_team(self, visibility="team"):
        """Every kind of thing that a conversation can carry."""
        voice = (
            self.env["relationship.note"].with_user(self.author).store_voice(f"{SECRET}.mp3", MP3)
        )
        base = {
            "visibility": visibility,
            "team_id": self.team.id,
            "summary": SECRET,
            "feeling_ids": [Command.set((self.glad + self.letdown).ids)],
        }
        notes = self.env["relationship.note"]
        for purpose in notes._fields["purpose"].get_values(self.env):
            notes += self.log(self.author, **base, purpose=purpose, channel="call_out")
        return (
            notes
            + self.log(
                self.author,
                **base,
                promise=f"{SECRET} promise",
                channel="visit",
                attendee_ids=[Command.link(self.sister.id)],
                colleague_ids=[Command.link(self.outsider.partner_id.id)],
                voice_ids=[Command.link(voice["id"])],
                promise_ids=[Command.create({"name": f"{SECRET} too"})],
            )
            + self.log(
                # Written down for a colleague who isn't in the team.
                self.author,
                **base,
                promise=f"{SECRET} for you",
                staff_id=self.outsider.partner_id.id,
            )
            + self.log(
                self.author,
                **base,
                referrer_id=self.friend.id,
            )
            + self.log(
                self.author,
                **base,
                partner_id=self.friend.id,
                referrer_name=SECRET,
            )
            + self.log(
                self.author,
                **base,
                order_model="relationship.case",
                order_id=self.case.id,
            )
            + self.log(self.author, **base, date="2001-05-05 05:05:05")
        )

    def assertHidden(self, before):
        after = self.look_all()
        for who in self.outsiders:
            with self.subTest(who=who):
                self.assertSameDump(before[who], after[who], who)
                self.assertNotIn(SECRET, str(after[who]))

    def test_outsiders_see_no_difference(self):
        before = self.look_all()
        insiders = {who: self.look(who) for who in (self.mate, self.leader)}
        notes = self.talk_in_the_team()
        self.refresh()
        # A promise that was kept adds to a bond.
        notes.promise_ids.activity_id.filtered(lambda a: a.user_id == self.author)[:1].with_user(
            self.author
        ).action_feedback()
        self.refresh()
        self.assertHidden(before)
        # The test looks where there is something: the team sees it all.
        for who, seen in insiders.items():
            after = self.look(who)
            for way in (
                ("relationship.note", "count"),
                ("relationship.promise", "count"),
                ("relationship.touch", "read", "last_date"),
                ("relationship.brief", "get_brief"),
                ("res.partner", "read", "relationship_last_talk"),
            ):
                with self.subTest(who=who.login, way=way):
                    self.assertNotEqual(seen[way], after[way])

    def test_closed_later_takes_everything_back(self):
        """What was open to everybody for a while and then given to the team alone."""
        note = self.log(self.author, summary=SECRET, feeling_ids=[Command.link(self.glad.id)])
        self.assertEqual(len(note.sudo().reading_ids), 1)
        note.write({"visibility": "team", "team_id": self.team.id})
        self.refresh()
        before = self.look(self.outsider)
        note.unlink()
        self.refresh()
        self.assertSameDump(before, self.look(self.outsider), "outsider")

    def test_another_team_takes_the_promise_along(self):
        other = self.env["crm.team"].create(
            {
                "name": "Other team",
                "company_id": self.company.id,
                "member_ids": [Command.set(self.outsider.ids)],
            }
        )
        note = self.log(
            self.author,
            visibility="team",
            team_id=other.id,
            promise="Bring the samples",
            promise_ids=[Command.create({"name": "And the list"})],
        )
        Promise = (
            self.env["relationship.promise"]
            .with_user(self.outsider)
            .with_context(allowed_company_ids=self.company.ids)
        )
        self.assertEqual(Promise.search_count([("note_id", "=", note.id)]), 2)
        note.team_id = self.team
        self.assertFalse(Promise.search_count([("note_id", "=", note.id)]))
