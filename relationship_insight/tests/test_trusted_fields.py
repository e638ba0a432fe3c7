import re

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..tools.trusted_fields import FREE, GIVEN_ONCE, TRUSTED
from .common_card import MANAGER, RELATIONS, STAFF
from .common_rows import QUIET, RowsCase

FOLLOWED = re.compile(r"(_key|_token|seed|state|_model|res_id)$")
BY_LINK = ("many2one", "many2many", "one2many", "many2one_reference")


@tagged("post_install", "-at_install")
class TestTrustedFields(RowsCase):
    """Fields that our code trusts in sudo, of every model of ours, as ordinary users by RPC."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.users = [
            cls.new_user(f"trusted_{number}", groups)
            for number, groups in enumerate((STAFF, RELATIONS, MANAGER))
        ]

    def writable(self):
        """Return the models of ours that some ordinary user may create or change."""
        return [
            model
            for model in self.models
            if any(
                self.env[model].with_user(user).has_access(operation)
                for user in self.users
                for operation in ("create", "write")
            )
        ]

    def guarded(self, model, stored):
        Model = self.env[model]
        return [name for name, field in Model._fields.items() if Model._is_guarded(field, stored)]

    def test_every_model_keeps_the_rule(self):
        for model in self.writable():
            self.assertIn("_is_guarded", dir(self.env[model]), model)

    def test_every_field_that_is_followed_is_decided(self):
        """A field that comes tomorrow is readonly, listed as trusted, or free with a reason."""
        for model in self.writable():
            Model = self.env[model]
            if Model._transient:
                continue  # A wizard belongs to its user, and its buttons check what they act on.
            for name, field in Model._fields.items():
                if (
                    not field.store
                    or field.groups == "."
                    or name.startswith(("message_", "activity_", "website_message_"))
                ):
                    continue
                if field.type not in BY_LINK and not FOLLOWED.search(name):
                    continue
                if name in ("create_uid", "write_uid") or Model._is_guarded(field, stored=False):
                    continue
                self.assertTrue(
                    FREE.get(model, {}).get(name) or FREE["*"].get(name),
                    f"{model}.{name}: is it trusted? Decide in tools/trusted_fields.py",
                )

    def test_list_names_what_there_is(self):
        for table in (TRUSTED, GIVEN_ONCE, FREE):
            for model, names in table.items():
                if model != "*":
                    self.assertLessEqual(set(names), set(self.env[model]._fields), model)

    @mute_logger(*QUIET, "odoo.models", "odoo.orm.models")
    def test_nobody_sets_them(self):
        count = 0
        for model in self.writable():
            if self.env[model]._transient:
                continue
            for user in self.users:
                Model = self.as_user(user, model)
                for name in self.guarded(model, stored=False):
                    with self.subTest(model=model, user=user.login, field=name):
                        with self.assertRaises(AccessError):
                            self.ask(user, model, "create", [{name: False}])
                        with self.assertRaises(AccessError):
                            Model.with_context(**{f"default_{name}": 1}).create([{}])
                for name in self.guarded(model, stored=True):
                    with (
                        self.subTest(model=model, user=user.login, field=name),
                        self.assertRaises(UserError),
                    ):
                        self.ask(user, model, "write", [self.rows[model]], {name: False})
                    count += 1
        self.assertGreater(count, 300)

    def test_own_defaults_do_not_set_them(self):
        """Users may keep defaults for any field; these are left out for what is trusted."""
        for model, name, value in (
            ("relationship.promise", "activity_id", 1),
            ("relationship.case", "source_key", "invitation:7"),
            ("relationship.reading", "note_id", 1),
        ):
            self.env["ir.default"].with_user(self.users[0]).set(model, name, value, user_id=True)
            with self.subTest(model=model, field=name):
                defaults = self.ask(self.users[0], model, "default_get", [name])
                self.assertNotEqual(defaults.get(name), value)

    def test_views_know(self):
        """What can't be set looks so in every list and form, exports and imports included."""
        described = self.ask(
            self.users[2],
            "relationship.promise",
            "fields_get",
            ["activity_id", "name"],
            ["readonly"],
        )
        self.assertTrue(described["activity_id"]["readonly"])
        self.assertFalse(described["name"]["readonly"])

    # ------------------------------------------------------------
    # What could be done with them
    # ------------------------------------------------------------

    def test_foreign_activity_is_neither_deleted_nor_taken(self):
        staff = self.users[0]
        theirs = self.customer.activity_schedule(
            "mail.mail_activity_data_call", user_id=self.manager.id, summary="Theirs"
        )
        note = self.as_user(staff, "relationship.note").create(
            {
                "partner_id": self.customer.id,
                "promise": "Mine",
                "promise_ids": [(0, 0, {"name": "Mine too"})],
            }
        )
        mine = note.promise_ids[0]
        for name, value in (
            ("activity_id", theirs.id),
            ("state", "kept"),
            ("staff_id", self.manager.partner_id.id),
            ("visibility", "me"),
            ("date_done", "2031-01-02"),
            ("withdrawn", True),
        ):
            forged = {"name": "Forged", name: value}
            for model, method, args in (
                (
                    "relationship.note",
                    "create",
                    [{"partner_id": self.customer.id, "promise_ids": [(0, 0, forged)]}],
                ),
                ("relationship.note", "write", [note.ids, {"promise_ids": [(0, 0, forged)]}]),
                (
                    "relationship.note",
                    "write",
                    [note.ids, {"promise_ids": [(1, mine.id, {name: value})]}],
                ),
                ("relationship.promise", "create", [{**forged, "note_id": note.id}]),
                ("relationship.promise", "write", [mine.ids, {name: value}]),
            ):
                with (
                    self.subTest(model=model, method=method, field=name),
                    self.assertRaises(AccessError),
                    self.cr.savepoint(),
                ):
                    self.ask(staff, model, method, *args)
        note.with_user(staff).write({"promise": "Else", "visibility": "me"})
        note.with_user(staff).promise_ids.write({"name": "Else"})
        note.with_user(staff).write({"promise_ids": [(2, mine.id)]})
        note.with_user(staff).unlink()
        self.assertRecordValues(
            theirs,
            [
                {
                    "active": True,
                    "summary": "Theirs",
                    "user_id": self.manager.id,
                    "res_id": self.customer.id,
                }
            ],
        )

    def test_promises_are_neither_deleted_nor_made_beside_conversations(self):
        for user in self.users:
            promise = (
                self.as_user(user, "relationship.note")
                .create({"partner_id": self.customer.id, "promise": "Mine"})
                .promise_ids
            )
            with self.assertRaises(AccessError):
                self.ask(user, "relationship.promise", "unlink", promise.ids)
            with self.assertRaises(UserError):
                self.ask(user, "relationship.promise", "create", [{"name": "Loose"}])

    def test_forged_key_of_a_case(self):
        with self.assertRaises(AccessError):
            self.ask(
                self.users[0],
                "relationship.case",
                "create",
                [{"name": "Trap", "partner_id": self.customer.id, "source_key": "callback:1"}],
            )

    def test_line_does_not_move_to_a_colleagues_conversation(self):
        mine, theirs = (
            self.as_user(user, "relationship.note").create(
                {"partner_id": self.customer.id, "promise_ids": [(0, 0, {"name": "Call"})]}
            )
            for user in self.users[:2]
        )
        with self.assertRaises(AccessError):
            mine.promise_ids.write({"note_id": theirs.id})

    def test_foreign_recording_is_not_taken_by_a_draft(self):
        voice = self.env["ir.attachment"].create(
            {"name": "V.mp3", "raw": b"ID3", "res_model": "res.partner", "res_id": self.customer.id}
        )
        with self.assertRaises(UserError):
            self.as_user(self.users[0], "relationship.note.draft").create(
                {"partner_id": self.customer.id, "voice_ids": [(4, voice.id)]}
            )

    def test_copy_by_hand_leaves_them_out(self):
        staff = self.users[0]
        note = self.as_user(staff, "relationship.note").create(
            {"partner_id": self.customer.id, "promise": "Once"}
        )
        copy = note.copy()
        self.assertEqual(copy.promise_ids.name, "Once")
        self.assertTrue(copy.promise_ids.activity_id)
        self.assertNotEqual(copy.promise_ids.activity_id, note.promise_ids.activity_id)
        self.assertNotEqual(copy.source_key, note.source_key)
