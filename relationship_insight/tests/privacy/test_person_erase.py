from pathlib import Path
from unittest.mock import patch

from odoo.exceptions import AccessError
from odoo.tests import Form, new_test_user, tagged
from odoo.tools import SQL

from ..common_person import MARK, PersonCase


@tagged("post_install", "-at_install")
class TestPersonErase(PersonCase):
    """A person with a mark in every word of every table; afterwards no byte of it is left."""

    maxDiff = None

    def setUp(self):
        super().setUp()
        self.person = self.env["res.partner"].create({"name": "Somchai"})

    # ------------------------------------------------------------
    # The person
    # ------------------------------------------------------------

    def get_own_links(self):
        """Return the fields that make a row the person's, not those of a colleague's part."""
        return [
            field
            for field in self.get_links()
            if not (field.compute and field.readonly)
            and field.model_name.startswith("relationship.")
            and (field.name == "partner_id" or field.model_name not in self.named)
            and not any(word in field.name for word in ("staff", "colleague"))
            and (field.type == "many2one" or self.env[field.model_name]._transient)
        ]

    def mark_everything(self):
        """Return {field: row} after marking every word that is about the person."""
        person = self.person
        self.named = {field.model_name for field in self.get_links() if field.name == "partner_id"}
        rows = self.fill(person, self.get_own_links(), marked=True)
        found = {}
        for field, row_id in rows.items():
            found.setdefault(field.model_name, []).append(row_id)
        for model, ids in list(found.items()):
            for part in self.get_links(model):
                if part.type == "many2one" and (
                    part.ondelete == "cascade" or self.env[part.model_name]._transient
                ):
                    found.setdefault(part.model_name, []).append(
                        self.point(part, ids[0], marked=True)
                    )
        for model, ids in found.items():
            self.attach(model, ids[0])
            self.link_sides(model, ids[0])
        self.env.invalidate_all()
        self.make_real_rows(person, self.mark())
        self.env["relationship.note"].with_user(self.nok).create(
            {
                "partner_id": self.others[9].id,
                "referrer_id": person.id,
                "referrer_name": self.mark(),
            }
        )
        self.mark_history()
        self.mark_mails()
        return found

    def attach(self, model, row_id):
        """Hang what Odoo hangs on records: a file, a message with a file, activities, a name."""
        words = self.mark()
        self.env["ir.attachment"].create(
            {
                "name": words,
                "raw": words.encode(),
                "res_model": model,
                "res_id": row_id,
                "description": words,
            }
        )
        self.env["ir.attachment"].create(
            {
                "name": words,
                "raw": self.mark().encode(),
                "res_model": model,
                "res_id": row_id,
                "res_field": "picture",
            }
        )
        self.env["mail.message"].create(
            {
                "model": model,
                "res_id": row_id,
                "body": words,
                "subject": words,
                "attachment_ids": [
                    (
                        0,
                        0,
                        {
                            "name": words,
                            "raw": self.mark().encode(),
                            "res_model": model,
                            "res_id": row_id,
                        },
                    )
                ],
                "tracking_value_ids": [
                    (
                        0,
                        0,
                        {
                            "field_id": self.env["ir.model.fields"]._get("res.partner", "name").id,
                            "old_value_char": words,
                            "new_value_char": words,
                        },
                    )
                ],
            }
        )
        for active in (True, False):
            self.env.cr.execute(
                SQL(
                    """
                INSERT INTO mail_activity (res_model, res_id, res_model_id, summary, note,
                                           res_name, active, date_deadline, user_id)
                VALUES (%s, %s, %s, %s, %s, %s, %s, NOW(), %s)
                """,
                    model,
                    row_id,
                    self.env["ir.model"]._get_id(model),
                    self.mark(),
                    self.mark(),
                    self.mark(),
                    active,
                    self.nok.id,
                )
            )

    def link_sides(self, model, row_id):
        """Have the row point at an activity, a mail and a survey answer, where it can."""
        for field in self.env[model]._fields.values():
            if not field.store or field.type != "many2one":
                continue
            words = self.mark()
            if field.comodel_name == "mail.activity":
                side = self.env["mail.activity"].create(
                    {"summary": words, "note": words, "user_id": self.nok.id}
                )
            elif field.comodel_name == "mail.mail":
                side = self.env["mail.mail"].create({"subject": words, "body_html": words})
            elif field.comodel_name == "survey.user_input":
                survey = self.env["survey.survey"].create(
                    {
                        "title": "A survey",
                        "question_and_page_ids": [
                            (0, 0, {"title": "Why?", "question_type": "char_box"})
                        ],
                    }
                )
                side = self.env["survey.user_input"].create(
                    {
                        "survey_id": survey.id,
                        "email": words,
                        "nickname": words,
                        "user_input_line_ids": [
                            (
                                0,
                                0,
                                {
                                    "question_id": survey.question_and_page_ids.id,
                                    "answer_type": "char_box",
                                    "value_char_box": words,
                                },
                            )
                        ],
                    }
                )
            else:
                continue
            self.env.cr.execute(
                SQL(
                    "UPDATE %s SET %s = %s WHERE id = %s",
                    SQL.identifier(self.env[model]._table),
                    SQL.identifier(field.name),
                    side.id,
                    row_id,
                )
            )

    def mark_history(self):
        """A case was the person's once, which its history tells by name."""
        case = self.env["relationship.case"].create(
            {"name": "Wrong customer", "partner_id": self.others[10].id}
        )
        self.env["mail.message"].create(
            {
                "model": "relationship.case",
                "res_id": case.id,
                "tracking_value_ids": [
                    (
                        0,
                        0,
                        {
                            "field_id": self.env["ir.model.fields"]
                            ._get("relationship.case", "partner_id")
                            .id,
                            "old_value_integer": self.person.id,
                            "old_value_char": self.mark(),
                            "new_value_integer": self.others[10].id,
                            "new_value_char": "Somebody",
                        },
                    )
                ],
            }
        )

    def mark_mails(self):
        words = self.mark()
        self.env["mail.mail"].create(
            {"subject": words, "body_html": words, "recipient_ids": [(4, self.person.id)]}
        )
        if "sms.sms" in self.env:
            self.env["sms.sms"].create(
                {"number": "+66811111111", "body": self.mark(), "partner_id": self.person.id}
            )

    def mark_contact(self):
        """Mark every word of the contact itself, and what hangs on it."""
        words = {
            name: self.mark()
            for name, field in self.person._fields.items()
            if field.store
            and field.type in ("char", "text", "html")
            and not field.related
            and field.column_type
            and not (field.compute and field.readonly)
            and name
            not in (
                "lang",
                "invoice_edi_format_store",
                "vat",
                "peppol_endpoint",
                "company_registry",
            )
        }
        words["email"] = f"{self.mark()}@example.com"
        self.person.write(words)
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE res_partner SET vat = %s, company_registry = %s WHERE id = %s",
            [self.mark(), self.mark(), self.person.id],
        )
        self.attach("res.partner", self.person.id)
        self.env["ir.model.data"].create(
            {
                "module": "__import__",
                "name": self.mark(),
                "model": "res.partner",
                "res_id": self.person.id,
            }
        )
        self.env["mail.mail"].create(
            {"subject": self.mark(), "body_html": self.mark(), "email_to": words["email"]}
        )
        self.env["mail.message"].create(
            {
                "body": "A reply",
                "author_id": self.person.id,
                "email_from": words["email"],
                "reply_to": words["email"],
            }
        )
        self.env.invalidate_all()

    # ------------------------------------------------------------
    # Looking for the marks
    # ------------------------------------------------------------

    def find_marks(self):
        """Return {table: rows with a mark} of all columns of all tables, and of all files."""
        self.env.flush_all()
        self.env.cr.execute("""
            SELECT table_name FROM information_schema.tables
             WHERE table_schema = current_schema AND table_type = 'BASE TABLE'""")
        found = {}
        for (table,) in self.env.cr.fetchall():
            self.env.cr.execute(
                SQL(
                    "SELECT row::text FROM %s AS row WHERE row::text LIKE '%%MARK%%'",
                    SQL.identifier(table),
                )
            )
            rows = [text for (text,) in self.env.cr.fetchall() if MARK.search(text)]
            if rows:
                found[table] = rows
            self.env.cr.execute(
                """
                SELECT column_name FROM information_schema.columns
                 WHERE table_schema = current_schema AND table_name = %s
                   AND data_type = 'bytea'""",
                [table],
            )
            for (column,) in self.env.cr.fetchall():
                self.env.cr.execute(
                    SQL(
                        "SELECT 1 FROM %s WHERE position('MARK'::bytea IN %s) > 0",
                        SQL.identifier(table),
                        SQL.identifier(column),
                    )
                )
                if self.env.cr.rowcount:
                    found[f"{table}.{column}"] = self.env.cr.rowcount
        Attachment = self.env["ir.attachment"]
        Attachment._gc_file_store_unsafe()
        for path in Path(Attachment._filestore()).glob("*/*"):
            if (
                path.parent.name != "checklist"
                and path.is_file()
                and path.stat().st_size < 200
                and MARK.search(path.read_bytes().decode(errors="replace"))
            ):
                found.setdefault("files", []).append(path.name)
        return found

    # ------------------------------------------------------------

    def test_deleted(self):
        self.mark_everything()
        self.mark_contact()
        self.assertGreater(len(self.find_marks()), 25)
        self.person.unlink()
        # What somebody wrote elsewhere keeps its sender, as Odoo has it.
        left = self.find_marks()
        self.assertEqual(len(left.pop("mail_message")), 1)
        self.assertEqual(left, {})

    def test_anonymised(self):
        rows = self.mark_everything()
        self.mark_contact()
        before = self.count_rows(rows)
        self.person.with_user(self.boss)._relationship_anonymise()
        self.assertEqual(self.find_marks(), {})
        self.assertRecordValues(
            self.person,
            [{"name": f"Anonymous customer {self.person.id}", "active": False, "email": False}],
        )
        after = self.count_rows(rows)
        gone = {name for name in before if after[name] < before[name]}
        self.assertEqual(
            {name for name in gone if not self.env[name]._transient},
            {
                "relationship.life.event",
                "relationship.mention",
                "relationship.note.draft",
                "relationship.preference",
                "relationship.referral.code",
                "relationship.relation",
            },
        )

    def test_anonymised_in_our_tables_alone(self):
        self.mark_everything()
        self.person.email = "somchai@example.com"
        self.person.with_user(self.boss)._relationship_anonymise(own=False)
        self.assertEqual(self.find_marks(), {})
        self.assertRecordValues(
            self.person, [{"name": "Somchai", "active": True, "email": "somchai@example.com"}]
        )

    def count_rows(self, rows):
        self.env.flush_all()
        counts = {}
        for name, ids in rows.items():
            self.env.cr.execute(
                SQL(
                    "SELECT COUNT(*) FROM %s WHERE id = ANY(%s)",
                    SQL.identifier(self.env[name]._table),
                    ids,
                )
            )
            counts[name] = self.env.cr.fetchone()[0]
        return counts

    def test_figures_stay(self):
        """How it felt, how often and for how much is what it was."""
        glad = self.env.ref("relationship_insight.measure_m02_glad")
        note = (
            self.env["relationship.note"]
            .with_user(self.nok)
            .create(
                {
                    "partner_id": self.person.id,
                    "summary": "Her son is ill",
                    "duration": 12,
                    "feeling_ids": [(4, glad.id)],
                    "promise": "Call her",
                }
            )
        )
        reading = note.sudo().reading_ids
        promise = self.env["relationship.promise"].search([("note_id", "=", note.id)])
        told = self.env["relationship.reading"].create(
            {
                "partner_id": self.person.id,
                "value": 9,
                "text": "Because of Anna",
                "measure_id": self.env.ref("relationship_insight.measure_m13").id,
                "origin": "survey",
            }
        )
        self.person._relationship_anonymise()
        self.assertRecordValues(
            note,
            [
                {
                    "partner_id": self.person.id,
                    "summary": False,
                    "promise": False,
                    "duration": 12,
                    "feeling_ids": glad.ids,
                    "staff_id": self.nok.partner_id.id,
                }
            ],
        )
        self.assertRecordValues(
            reading | told,
            [
                {"voided": False, "partner_id": self.person.id, "value": value, "text": False}
                for value in [*reading.mapped("value"), 9]
            ],
        )
        self.assertRecordValues(promise, [{"state": "cancelled", "name": False}])

    def test_mails_to_others_stay(self):
        """Who shares the address, or has one that ends the same, keeps their mails."""
        self.person.email = "an@example.com"
        sister = self.env["res.partner"].create({"name": "Susan", "email": "susan@example.com"})
        mails = self.env["mail.mail"].create(
            [
                {"subject": email, "email_to": email}
                for email in (
                    "an@example.com",
                    '"An" <an@example.com>',
                    "susan@example.com",
                    "an@example.com, susan@example.com",
                )
            ]
        )
        mails |= self.env["mail.mail"].create(
            {"subject": "partner", "recipient_ids": [(6, 0, (sister | self.person).ids)]}
        )
        self.person._relationship_anonymise()
        self.assertEqual(
            mails.exists().mapped("subject"),
            ["susan@example.com", "an@example.com, susan@example.com", "partner"],
        )
        self.assertEqual(mails.exists()[-1].recipient_ids, sister)
        other = self.env["res.partner"].create({"name": "An", "email": "both@example.com"})
        self.env["res.partner"].create({"name": "Her man", "email": "both@example.com"})
        shared = self.env["mail.mail"].create({"email_to": "both@example.com"})
        other._relationship_anonymise()
        self.assertTrue(shared.exists())

    def test_who_may(self):
        staff = new_test_user(
            self.env,
            "anna",
            groups=("relationship_insight.group_relationship_relations,base.group_partner_manager"),
        )
        with self.assertRaises(AccessError):
            self.person.with_user(staff).action_relationship_anonymise()
        with self.assertRaises(AccessError):
            self.env["relationship.anonymise"].with_user(staff).create(
                {"partner_ids": self.person.ids}
            )
        action = self.env.ref("relationship_insight.action_relationship_anonymise")
        for user, seen in ((self.boss, True), (staff, False)):
            bound = self.env["ir.actions.actions"].with_user(user).get_bindings("res.partner")
            self.assertEqual(action.id in [each["id"] for each in bound.get("action", ())], seen)

    def test_dry_run(self):
        """The wizard says beforehand what it will do, and then does just that."""
        self.make_real_rows(self.person, "Her son is ill")
        action = self.person.with_user(self.boss).action_relationship_anonymise()
        wizard = Form(
            self.env["relationship.anonymise"]
            .with_user(self.boss)
            .with_context(**action["context"])
        ).save()
        lines = {line.name: (line.kept, line.deleted) for line in wizard.line_ids}
        self.assertEqual(
            {
                name: lines[name]
                for name in (
                    "Conversation",
                    "Care Case",
                    "Talk to Finish Later",
                    "Referral",
                    "Contact",
                    "Promise",
                )
            },
            {
                "Conversation": (2, 0),
                "Care Case": (1, 0),
                "Talk to Finish Later": (0, 1),
                "Referral": (2, 0),
                "Contact": (1, 0),
                "Promise": (4, 0),
            },
        )
        self.assertEqual(
            self.env["relationship.note"].search_count(
                [("partner_id", "=", self.person.id), ("summary", "=", "Her son is ill")]
            ),
            2,
        )
        wizard.action_confirm()
        self.assertFalse(
            self.env["relationship.note"].search_count(
                [("partner_id", "=", self.person.id), ("summary", "!=", False)]
            )
        )

    def test_privacy_lookup_deletes_all_it_finds(self):
        if "privacy.lookup.wizard" not in self.env:
            self.skipTest("privacy_lookup isn't installed")
        self.person.email = "somchai@example.com"
        notes, draft, case, referrals = self.make_real_rows(self.person)
        wizard = self.env["privacy.lookup.wizard"].create(
            {"name": "Somchai", "email": "somchai@example.com"}
        )
        wizard.action_lookup()
        found = {(line.res_model, line.res_id) for line in wizard.line_ids}
        self.assertIn(("relationship.case", case.id), found)
        self.assertLessEqual({("relationship.referral", ref.id) for ref in referrals}, found)
        wizard.line_ids.action_unlink_all()
        self.env.flush_all()
        for records in (self.person, notes, draft, case, referrals):
            self.assertFalse(records.exists(), records)

    def test_odoo_community_module_to_be_forgotten(self):
        """The moment at which OCA's module deletes messages takes our words along."""
        note = self.make_real_rows(self.person)[0]
        self.person._anonymize_partner_messages()
        self.assertEqual(note.mapped("summary"), [False, False])

    def test_nothing_more_for_contacts_we_know_nothing_of(self):
        Erasure = type(self.env["relationship.erasure"])
        self.person.unlink()
        strangers = self.env["res.partner"].create([{"name": f"Stranger {n}"} for n in range(2)])

        def count(stranger):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            stranger.unlink()
            return self.env.cr.sql_log_count - before

        with patch.object(Erasure, "_forget", lambda *args, **kwargs: None):
            without = count(strangers[0])
        self.assertLessEqual(count(strangers[1]), without + 1)
