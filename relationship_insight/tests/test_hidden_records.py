from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common_card import MANAGER, STAFF
from .common_rows import QUIET, RowsCase

NOBODYS = 2**31 - 1
GONE = "Something you refer to is gone, or it isn't open to you. Reload the page."


@tagged("post_install", "-at_install")
class TestHiddenRecords(RowsCase):
    """Whether a record exists that one may not read is nothing to find out by pointing at it."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.author = cls.new_user("hidden_author", STAFF)
        cls.curious = cls.new_user("hidden_curious", MANAGER)
        cls.note = (
            cls.env["relationship.note"]
            .with_user(cls.author)
            .create({"partner_id": cls.customer.id, "visibility": "me", "summary": "Secret"})
        )

    def refusal(self, user, model, method, *args):
        with self.assertRaises(UserError) as caught, self.cr.savepoint():
            self.ask(user, model, method, *args)
        return type(caught.exception), str(caught.exception)

    @mute_logger(*QUIET, "odoo.sql_db")
    def test_private_note_and_no_note_are_the_same(self):
        vals = {"partner_id": self.customer.id}
        preference = self.env["relationship.preference"].create({**vals, "text": "Tea"})
        for model, method, args in (
            ("relationship.preference", "create", ({**vals, "text": "Tea"},)),
            ("relationship.preference", "write", (preference.ids, {})),
            (
                "relationship.reading",
                "create",
                ({**vals, "measure_id": self.measures["M02_glad"].id, "value": 2},),
            ),
            (
                "relationship.referral",
                "create",
                ({"referred_id": self.customer.id, "referrer_name": "Somsri"},),
            ),
            ("relationship.promise", "create", ({"name": "Call"},)),
            ("relationship.note", "create", ({**vals, "order_model": "relationship.note"},)),
        ):
            name = "order_id" if model == "relationship.note" else "note_id"
            texts = set()
            for note_id in (self.note.id, NOBODYS):
                *ids, values = args
                texts.add(
                    self.refusal(self.curious, model, method, *ids, {**values, name: note_id})
                )
            with self.subTest(model=model, method=method):
                self.assertEqual(len(texts), 1, texts)
                self.assertEqual(texts.pop()[0], AccessError)

    @mute_logger(*QUIET, "odoo.sql_db")
    def test_default_from_the_context(self):
        Preference = self.as_user(self.curious, "relationship.preference")
        for note_id in (self.note.id, NOBODYS):
            with self.assertRaisesRegex(AccessError, GONE), self.cr.savepoint():
                Preference.with_context(default_note_id=note_id).create(
                    {"partner_id": self.customer.id, "text": "Tea"}
                )

    @mute_logger(*QUIET, "odoo.sql_db")
    def test_rows_of_another_company_by_every_field(self):
        """Every model, those that come later included: wizards too."""
        count = 0
        for model in self.models:
            Model = self.as_user(self.stranger, model)
            if not Model.has_access("create"):
                continue
            for name, field in Model._fields.items():
                row = self.rows.get(field.comodel_name)
                if (
                    not row
                    or not field.store
                    or field.type not in ("many2one", "many2many")
                    or Model._is_guarded(field, stored=False)
                    or not Model.env[field.comodel_name].has_access("read")
                    or Model.env[field.comodel_name].search([("id", "=", row)])
                ):
                    continue
                for res_id in (row, NOBODYS):
                    value = res_id if field.type == "many2one" else [(6, 0, [res_id])]
                    with self.subTest(model=model, field=name, id=res_id):
                        self.assertEqual(
                            self.refusal(self.stranger, model, "create", {name: value}),
                            (AccessError, GONE),
                        )
                count += 1
        self.assertGreater(count, 10)

    def test_what_one_may_read_is_taken(self):
        shared = (
            self.env["relationship.note"]
            .with_user(self.author)
            .create({"partner_id": self.customer.id})
        )
        preference = self.as_user(self.curious, "relationship.preference").create(
            {"partner_id": self.customer.id, "text": "Tea", "note_id": shared.id}
        )
        self.assertEqual(preference.note_id, shared)
