import base64
from contextlib import suppress
from datetime import datetime, timedelta

from odoo.exceptions import AccessError, MissingError
from odoo.fields import Command
from odoo.service.model import call_kw
from odoo.tests import new_test_user, tagged
from odoo.tools import mute_logger

from ..common_calls import snapshot_months
from ..common_note import NoteCase

MANAGER = "base.group_user,relationship_insight.group_relationship_manager"
QUIET = ("odoo.addons.base.models.ir_model", "odoo.addons.base.models.ir_rule")
MP3 = base64.b64encode(b"\xff\xfb\x90\x00" + b"\x00" * 400).decode()
SECRET = "Zanzibar"
INSIGHT = (
    "relationship.profile",
    "relationship.bond",
    "relationship.snapshot",
    "relationship.reading",
    "relationship.touch",
    "relationship.cadence",
    "relationship.promise",
    "relationship.promise.report",
    "relationship.recognition",
    "relationship.case",
    "relationship.transition",
    "relationship.referral",
    "relationship.preference",
)
# What a reader may find out, and whether the author's own look must change.
CHANNELS = {
    "list": True,
    "pivot": True,
    "count": True,
    "export": True,
    "search": True,
    "rpc": True,
    "contact search": True,
    "contact export": True,
    "chatter": False,
    "activities": True,
    "mail": False,
    "brief": True,
    "brief page": True,
    "person card": True,
    "customer card": True,
    "desk": False,
    "guard": True,
    "insight": True,
    "files": True,
    "drafts": True,
    "field": True,
    "guess": False,
    "lines": True,
}


class Undo(Exception):
    """Takes back what a test could do after all."""


@tagged("post_install", "-at_install")
class TestCapturePrivacy(NoteCase):
    """Roles x ways of looking: what is private, and what isn't finished, changes nothing."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.manager = new_test_user(cls.env, "matrix_manager", groups=MANAGER)
        cls.roles = {"other staff": cls.dao, "relations": cls.boss, "manager": cls.manager}
        export = cls.env.ref("base.group_allow_export")
        for user in (cls.nok, *cls.roles.values()):
            user.write({"group_ids": [Command.link(export.id)], "email": f"{user.login}@x.test"})
        cls.sister = cls.env["res.partner"].create({"name": "Sister", "parent_id": cls.firm.id})
        cls.firm.user_id = cls.dao
        cls.people = cls.firm + cls.customer + cls.sister
        now = datetime.now().replace(microsecond=0)
        cls.touched = now - timedelta(days=10)
        for days, user in ((80, cls.dao), (50, cls.dao), (40, cls.nok)):
            cls.log(
                user=user,
                date=now - timedelta(days=days),
                summary=f"Open talk {days}",
                promise=f"Open promise {days}",
                feeling_ids=[Command.link(cls.glad.id)],
            )
        cls.case = (
            cls.env["relationship.case"]
            .with_user(cls.nok)
            .create({"partner_id": cls.customer.id, "name": "Kettle leaks", "user_id": cls.dao.id})
        )
        cls.refresh()
        cls.refresh()  # Bonds tell their change since the last month's end once there is one.

    @classmethod
    def refresh(cls):
        cls.env.flush_all()
        cls.env["relationship.touch"]._refresh()
        cls.env["relationship.cadence"]._refresh()
        cls.env["relationship.profile"]._refresh(cls.firm.ids)
        snapshot_months(cls.env)
        cls.env.invalidate_all()

    def make_private(self):
        """Everything a member of staff can keep to themselves."""
        Note = self.env["relationship.note"].with_user(self.nok)
        voice = Note.store_voice(f"{SECRET}.mp3", MP3)
        private = Note.create(
            [
                {
                    "partner_id": self.customer.id,
                    "visibility": "me",
                    "summary": SECRET,
                    "promise": f"{SECRET} promise",
                    "channel": "call_out",
                    "purpose": "listen",
                    "feeling_ids": [Command.set((self.glad + self.letdown).ids)],
                    "attendee_ids": [Command.link(self.sister.id)],
                    "colleague_ids": [Command.link(self.dao.partner_id.id)],
                    "voice_ids": [Command.link(voice["id"])],
                    "promise_ids": [Command.create({"name": f"{SECRET} too"})],
                    "referrer_name": SECRET,
                    **more,
                }
                for more in (
                    {},
                    {"order_model": "relationship.case", "order_id": self.case.id, "voice_ids": []},
                    {"date": "2001-05-05 05:05:05", "voice_ids": []},
                )
            ]
        )
        draft = (
            self.env["relationship.note.draft"]
            .with_user(self.nok)
            .keep_draft(
                {
                    "key": "0123456789abcdef",
                    "partner_id": self.customer.id,
                    "channel": "visit",
                    "text": SECRET,
                    "feelings": self.glad.ids,
                }
            )
        )
        return (
            private,
            self.env["relationship.note.draft"].browse(draft["id"]),
            (self.env["ir.attachment"].browse(voice["id"])),
        )

    # ------------------------------------------------------------
    # Ways of looking
    # ------------------------------------------------------------

    def read_all(self, Model, domain=()):
        fields = [
            name
            for name, field in Model._fields.items()
            if field.type not in ("one2many", "binary")
            and Model._has_field_access(field, "read")
            and name not in ("write_date", "__last_update", "last_seen")
        ]
        return Model.search(list(domain), order="id").read(fields)

    def look(self, user):
        """Return {way of looking: what the user finds}."""
        env = self.env(user=user, context={"lang": "en_US", "tz": "UTC"})
        env.invalidate_all()
        Note, Draft = env["relationship.note"], env["relationship.note.draft"]
        people = env["res.partner"].browse(self.people.ids)
        touches = [
            "relationship_last_talk",
            "relationship_last_in",
            "relationship_last_out",
            "relationship_last_talk_staff_id",
            "relationship_note_count",
        ]
        seen = {
            "list": Note.web_search_read(
                [], {name: {} for name in Note._fields if Note._fields[name].type != "binary"}
            ),
            "pivot": [
                Note.formatted_read_group([], [group], ["__count", "duration:sum"])
                for group in (
                    "staff_id",
                    "commercial_partner_id",
                    "channel",
                    "purpose",
                    "initiator",
                    "visibility",
                    "date:month",
                    "feeling_ids",
                    "attendee_ids",
                    "colleague_ids",
                    "team_id",
                )
            ],
            "count": (Note.search_count([]), people.mapped("relationship_note_count")),
            "export": Note.search([]).export_data(
                [
                    "partner_id/name",
                    "summary",
                    "promise",
                    "feeling_ids/name",
                    "date",
                    "attendee_ids/name",
                    "voice_ids/name",
                ]
            )["datas"],
            "search": [
                Note.search(domain).ids
                for domain in (
                    [("summary", "ilike", SECRET)],
                    [("promise", "ilike", SECRET)],
                    [("attendee_ids", "in", self.sister.ids)],
                    [("feeling_ids", "=", self.letdown.id)],
                    [("date", ">=", self.touched)],
                    [("voice_ids", "!=", False)],
                    [("visibility", "=", "me")],
                    [("referrer_name", "ilike", SECRET)],
                )
            ]
            + [Note.name_search("")],
            "rpc": self.call_rpc(user),
            "contact search": [
                people.search([("id", "in", people.ids), *domain]).ids
                for domain in (
                    [("relationship_last_talk", ">=", self.touched)],
                    [("relationship_last_talk", "<", self.touched)],
                    [("relationship_last_talk", "=", False)],
                )
            ],
            "contact export": people.export_data(touches)["datas"],
            "chatter": (
                people.message_ids.mapped("body"),
                env["mail.message"].search_count([("body", "ilike", SECRET)]),
            ),
            "activities": env["mail.activity"]
            .search([], order="id")
            .read(["summary", "note", "user_id", "res_model", "res_id", "date_deadline"]),
            "mail": self.get_digest(user),
            "brief": env["relationship.brief"].get_brief(self.customer.id),
            "brief page": str(
                env["ir.actions.report"]
                .sudo(False)
                ._render_qweb_html("relationship_insight.brief", self.customer.ids)[0]
            ),
            "person card": [env["relationship.person"].get_person_card(p.id) for p in people],
            "customer card": [env["relationship.card"].get_customer_card(p.id) for p in people],
            "desk": {
                key: value
                for key, value in env["relationship.desk"].get_desk().items()
                if key != "drafts"
            },
            "guard": people.mapped("relationship_contact_warning"),
            "insight": [
                self.read_all(env[model]) for model in INSIGHT if env[model].has_access("read")
            ],
            "files": env["ir.attachment"]
            .search([("res_model", "=", "relationship.note")])
            .read(["name", "raw"]),
            "drafts": (
                self.read_all(Draft),
                Draft.search_count([]),
                Draft.formatted_read_group([], ["partner_id"], ["__count"]),
                env["relationship.desk"].get_desk()["drafts"],
            ),
            "field": {
                key: value
                for key, value in env["relationship.field"].get_page().items()
                if key != "options"
            },
            "lines": [Note.get_recent_lines(person.id) for person in people],
            "guess": env["relationship.capture"].guess_customer("res.partner", self.firm.id),
        }
        self.assertEqual(set(seen), set(CHANNELS))
        return seen

    def call_rpc(self, user):
        """Read each known id by RPC, as somebody who guesses ids would."""
        results = []
        for model in ("relationship.note", "relationship.note.draft"):
            for record_id in getattr(self, "private_ids", {}).get(model, []):
                Model = self.env(user=user)[model]
                for method, args in (
                    ("read", [[record_id], ["partner_id"]]),
                    ("web_read", [[record_id], {"display_name": {}}]),
                    ("copy", [[record_id]]),
                    ("write", [[record_id], {"summary": "x"}]),
                    ("unlink", [[record_id]]),
                ):
                    with suppress(AccessError, MissingError, Undo), self.env.cr.savepoint():
                        call_kw(Model, method, args, {})
                        results.append((model, method))
                        raise Undo
        return results

    def get_digest(self, user):
        """Return the mail of the user's desk, which administrators may look into as well."""
        Mail = self.env["mail.mail"].sudo()
        known = Mail.search([])
        self.env["relationship.desk"]._send_digest(user)
        mails = Mail.search([]) - known
        result = [(mail.subject, str(mail.body_html)) for mail in mails]
        mails.unlink()
        return result

    # ------------------------------------------------------------
    # The matrix
    # ------------------------------------------------------------

    @mute_logger(*QUIET)
    def test_matrix(self):
        everyone = {"author": self.nok, **self.roles}
        before = {role: self.look(user) for role, user in everyone.items()}
        private, draft, voice = self.make_private()
        self.private_ids = {"relationship.note": private.ids, "relationship.note.draft": draft.ids}
        self.refresh()
        after = {role: self.look(user) for role, user in everyone.items()}
        for role in self.roles:
            for way in CHANNELS:
                with self.subTest(role=role, way=way):
                    self.assertEqual(after[role][way], before[role][way])
                    self.assertNotIn(SECRET, str(after[role][way]))
        # The author finds it where one can find it: the matrix looks where there is something.
        for way in (way for way, changes in CHANNELS.items() if changes and way != "insight"):
            with self.subTest(role="author", way=way):
                self.assertNotEqual(after["author"][way], before["author"][way])
        for user in self.roles.values():
            with self.assertRaises(AccessError):
                voice.with_user(user).read(["raw"])

    @mute_logger(*QUIET)
    def test_employees_outside_our_groups_see_nothing(self):
        private, draft, voice = self.make_private()
        for record in (private, draft):
            Model = self.env[record._name].with_user(self.plain)
            for look in (
                lambda m: m.search([]),
                lambda m: m.search_count([]),
                lambda m: m.formatted_read_group([], [], ["__count"]),
            ):
                with self.assertRaises(AccessError):
                    look(Model)
        with self.assertRaises(AccessError):
            voice.with_user(self.plain).read(["raw"])
        activities = self.env["mail.activity"].with_user(self.plain).search([])
        self.assertNotIn(SECRET, str(activities.mapped("summary")))

    def test_made_private_later_takes_everything_back(self):
        """What others saw of an open talk is gone once its author closes it."""
        self.customer.user_id = False
        before = {role: self.look(user) for role, user in self.roles.items()}
        note = self.log(
            summary="Told in confidence",
            channel="call_out",
            promise="Between us",
            feeling_ids=[Command.link(self.glad.id)],
        )
        self.refresh()
        self.assertNotEqual(
            self.look(self.dao)["person card"], before["other staff"]["person card"]
        )
        note.visibility = "me"
        self.refresh()
        for role, user in self.roles.items():
            seen = self.look(user)
            for way in set(CHANNELS) - {"insight"}:
                with self.subTest(role=role, way=way):
                    self.assertEqual(seen[way], before[role][way])
