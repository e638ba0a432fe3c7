import base64
import csv
import io
import zipfile

import openpyxl

from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.tests import TransactionCase, new_test_user, tagged

from ..common_note import RELATIONS, STAFF

HEAD = ["E-mail", "Date", "M03", "Overall, how satisfied are you with us?", "M03_why", "Comment"]


@tagged("post_install", "-at_install")
class TestAnswerFiles(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env = cls.env(context={**cls.env.context, "tracking_disable": True, "lang": "en_US"})
        cls.pim = new_test_user(
            cls.env, "pim", groups=f"{RELATIONS},base.group_allow_export", tz="UTC"
        )
        cls.anna, cls.bo = cls.env["res.partner"].create(
            [
                {"name": "Anna", "email": "anna@example.com"},
                {"name": "Bo", "email": "bo@example.com"},
            ]
        )

    def wizard(self, rows, head=HEAD, **vals):
        stream = io.StringIO()
        csv.writer(stream).writerows([head, *rows])
        wizard = (
            self.env["relationship.answer.import"]
            .with_user(self.pim)
            .create(
                {"file": base64.b64encode(stream.getvalue().encode()), "file_name": "a.csv", **vals}
            )
        )
        wizard.action_read()
        return wizard

    def readings(self):
        return self.env["relationship.reading"].search(
            [("partner_id", "in", (self.anna + self.bo).ids)], order="partner_id, measure_id"
        )

    def test_columns_are_guessed(self):
        wizard = self.wizard([["anna@example.com", "2026-01-31 14:30:00", "9", "4", "Nice", "x"]])
        self.assertEqual(
            wizard.column_ids.mapped("role"),
            ["customer", "date", "measure", "measure", "measure", "skip"],
        )
        self.assertEqual(wizard.column_ids.measure_id.mapped("code"), ["M03", "M04", "M03_why"])
        self.assertEqual(wizard.column_ids[2].sample, "9")

    def test_wide_rows_become_readings(self):
        wizard = self.wizard(
            [
                ["anna@example.com", "2026-01-31 14:30:00", "9", "4", "Nice", "x"],
                ["bo@example.com", "2026-02-01 10:00:00", "", "NA", "", ""],
            ]
        )
        wizard.action_import()
        self.assertEqual((wizard.state, wizard.count), ("done", 4))
        readings = self.readings()
        self.assertEqual(sorted(readings.mapped("value")), [0, 0, 4, 9])
        self.assertEqual(readings.filtered("na").partner_id, self.bo)
        self.assertEqual(set(readings.mapped("origin")), {"import"})
        self.assertIn("Nice", readings.mapped("text"))

    def test_nothing_half_done_and_every_reason(self):
        wizard = self.wizard(
            [
                ["anna@example.com", "2026-01-31 14:30:00", "11", "4", "", ""],
                ["nobody@example.com", "2026-01-31 14:30:00", "5", "", "", ""],
                ["bo@example.com", "tomorrow", "5", "", "", ""],
            ]
        )
        wizard.action_import()
        self.assertFalse(self.readings())
        lines = wizard.errors.splitlines()
        self.assertEqual(len(lines), 3)
        self.assertIn("Row 2, column “M03”", lines[0])
        self.assertIn("Row 3", lines[1])
        self.assertIn("Row 4", lines[2])
        self.assertEqual(wizard.state, "columns")

    def test_the_same_file_twice(self):
        rows = [["anna@example.com", "2026-01-31 14:30:00", "9", "4", "", ""]]
        self.wizard(rows).action_import()
        again = self.wizard(rows)
        again.action_import()
        self.assertTrue(again.errors)
        self.assertEqual(len(self.readings()), 2)

    def test_what_is_missing_is_told(self):
        wizard = self.wizard([["anna@example.com", "9"]], head=["Who", "M03"])
        with self.assertRaises(ValidationError):
            wizard.action_import()
        wizard.column_ids[0].role = "customer"
        with self.assertRaises(ValidationError):
            wizard.action_import()
        wizard.date = "2026-01-31"
        wizard.action_import()
        self.assertEqual(wizard.count, 1)
        with self.assertRaises(UserError):
            self.wizard([])
        for content in (b"PK\x03\x04 no workbook", b"\xff\xfe\x00"):
            with self.assertRaises(UserError):
                self.env["relationship.answer.import"].create(
                    {"file": base64.b64encode(content)}
                ).action_read()

    def test_out_and_in_again(self):
        self.wizard(
            [
                ["anna@example.com", "2026-01-31 14:30:00", "9", "4", "=1+1", ""],
                ["bo@example.com", "2026-02-01 10:00:00", "3", "NA", "", ""],
            ]
        ).action_import()
        export = (
            self.env["relationship.answer.export"]
            .with_user(self.pim)
            .create({"kind": "csv", "date_from": "2026-01-01", "date_to": "2026-03-01"})
        )
        export.action_export()
        text = base64.b64decode(export.file).decode("utf-8-sig")
        table = list(csv.reader(io.StringIO(text)))
        ours = [row for row in table if row[0] in ("anna@example.com", "bo@example.com")]
        self.assertEqual(len(ours), 2)
        self.assertIn("'=1+1", ours[0])
        before = self.readings().mapped(lambda r: (r.partner_id, r.measure_id, r.value, r.na))
        self.env.cr.execute("DELETE FROM relationship_reading")
        self.env.invalidate_all()
        wizard = (
            self.env["relationship.answer.import"]
            .with_user(self.pim)
            .create(
                {
                    "file": base64.b64encode(
                        "\n".join(
                            line
                            for line in text.splitlines()
                            if line.startswith(("Customer", "anna@", "bo@"))
                        ).encode()
                    )
                }
            )
        )
        wizard.action_read()
        wizard.action_import()
        self.assertFalse(wizard.errors)
        self.assertEqual(
            self.readings().mapped(lambda r: (r.partner_id, r.measure_id, r.value, r.na)), before
        )

    def test_workbook_has_codes_labels_and_key(self):
        self.wizard([["anna@example.com", "2026-01-31 14:30:00", "9", "5", "", ""]]).action_import()
        export = (
            self.env["relationship.answer.export"]
            .with_user(self.pim)
            .create({"date_from": "2026-01-01", "date_to": "2026-03-01"})
        )
        export.action_export()
        content = base64.b64decode(export.file)
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            self.assertIn(b'name="Labels"', book.read("xl/workbook.xml"))
            self.assertIn(b"Completely satisfied", book.read("xl/sharedStrings.xml"))
        head, rows, _numbers = (
            self.env["relationship.answer.import"]
            .new({"file": base64.b64encode(content)})
            ._read_file()
        )
        self.assertIn("M04", head)
        self.assertEqual([row[0] for row in rows if row[0].startswith("anna")], [self.anna.email])

    def test_rows_keep_their_numbers_and_one_mistake_is_told_once(self):
        wizard = self.wizard(
            [
                [],
                ["nobody@example.com", "2026-01-31 14:30:00", "5", "4", "", ""],
                [],
                ["bo@example.com", "tomorrow", "5", "4", "x", ""],
            ]
        )
        wizard.action_import()
        lines = wizard.errors.splitlines()
        self.assertEqual(len(lines), 2, wizard.errors)
        self.assertTrue(lines[0].startswith("Row 3: There is no customer"), lines[0])
        self.assertTrue(lines[1].startswith("Row 5: “tomorrow” is not a date"), lines[1])
        self.assertIn("01/31/2026", lines[1])

    def test_dates_as_people_write_them(self):
        read = self.env["relationship.reading"]._read_moment
        self.assertEqual(str(read("2569-11-13 08:30:00")), "2026-11-13 08:30:00")
        self.assertEqual(str(read("11/13/2026")), "2026-11-13 00:00:00")
        self.env["res.lang"]._activate_lang("th_TH")
        thai = self.env["relationship.reading"].with_context(lang="th_TH")._read_moment
        self.assertEqual(str(thai("13/11/2026 09:15")), "2026-11-13 09:15:00")
        self.assertEqual(str(thai("29/02/2567")), "2024-02-29 00:00:00")
        self.assertIsNone(thai("11/13/2026"))

    def test_long_layout_out_and_in_again(self):
        self.wizard(
            [
                ["anna@example.com", "2026-01-31 14:30:00", "9", "4", "'=1+1", ""],
                ["bo@example.com", "2026-02-01 10:00:00", "3", "NA", "@home", ""],
            ]
        ).action_import()
        before = self.readings().mapped(
            lambda r: (r.partner_id, r.measure_id, r.value, r.na, r.text, r.date)
        )
        for kind in ("csv", "xlsx"):
            export = (
                self.env["relationship.answer.export"]
                .with_user(self.pim)
                .create(
                    {
                        "kind": kind,
                        "layout": "long",
                        "date_from": "2026-01-01",
                        "date_to": "2026-03-01",
                    }
                )
            )
            export.action_export()
            self.env.cr.execute("DELETE FROM relationship_reading")
            self.env.invalidate_all()
            wizard = (
                self.env["relationship.answer.import"]
                .with_user(self.pim)
                .create({"file": export.file})
            )
            wizard.action_read()
            wizard.action_import()
            self.assertFalse(wizard.errors)
            self.assertEqual(
                self.readings().mapped(
                    lambda r: (r.partner_id, r.measure_id, r.value, r.na, r.text, r.date)
                ),
                before,
            )

    def test_rows_of_a_workbook_keep_their_numbers(self):
        book = openpyxl.Workbook()
        for row in (
            HEAD,
            [],
            [None, " "],
            ["nobody@example.com", "2026-01-31 14:30:00", 5],
            [],
            ["bo@example.com", "tomorrow", 5],
        ):
            book.active.append(row)
        stream = io.BytesIO()
        book.save(stream)
        wizard = (
            self.env["relationship.answer.import"]
            .with_user(self.pim)
            .create({"file": base64.b64encode(stream.getvalue())})
        )
        wizard.action_read()
        self.assertEqual(wizard.row_count, 2)
        wizard.action_import()
        self.assertEqual(
            [line.split(":")[0] for line in wizard.errors.splitlines()], ["Row 4", "Row 6"]
        )

    def test_days_are_those_of_the_user(self):
        """The last minutes of a day in Bangkok are 17 hours of it in UTC."""
        self.wizard(
            [
                ["anna@example.com", "2026-01-30 16:59:00", "1", "", "", ""],
                ["anna@example.com", "2026-01-30 17:00:00", "2", "", "", ""],
                ["bo@example.com", "2026-01-31 16:59:00", "3", "", "", ""],
                ["bo@example.com", "2026-01-31 17:00:00", "4", "", "", ""],
            ]
        ).action_import()
        export = (
            self.env["relationship.answer.export"]
            .with_user(self.pim)
            .with_context(tz="Asia/Bangkok")
            .create({"kind": "csv", "date_from": "2026-01-31", "date_to": "2026-01-31"})
        )
        export.action_export()
        table = list(csv.reader(io.StringIO(base64.b64decode(export.file).decode("utf-8-sig"))))
        self.assertEqual(
            [row[:2] + row[4:] for row in table if row[0] in (self.anna.email, self.bo.email)],
            [
                ["anna@example.com", "2026-01-31 00:00:00", "2.0"],
                ["bo@example.com", "2026-01-31 23:59:00", "3.0"],
            ],
        )

    def test_heads_are_thai_and_unique_and_come_in_again(self):
        self.env["res.lang"]._activate_lang("th_TH")
        twin = self.env["relationship.measure"].search([("code", "=", "M04")])
        first = self.env["relationship.measure"].search([("code", "=", "M03")])
        first.with_context(lang="th_TH").question = "วันที่"
        twin.with_context(lang="th_TH").question = "วันที่"
        self.wizard([["anna@example.com", "2026-01-31 14:30:00", "9", "4", "", ""]]).action_import()
        for kind, layout, heads in (
            ("csv", "long", ["ลูกค้า", "วันที่", "ช่องทาง", "ภาษา", "ตัวชี้วัด", "ค่า"]),
            ("xlsx", "wide", ["ลูกค้า", "วันที่", "ช่องทาง", "ภาษา", "M03", "M04"]),
        ):
            export = (
                self.env["relationship.answer.export"]
                .with_user(self.pim)
                .with_context(lang="th_TH")
                .create(
                    {
                        "kind": kind,
                        "layout": layout,
                        "date_from": "2026-01-31",
                        "date_to": "2026-01-31",
                    }
                )
            )
            export.action_export()
            before = self.readings().mapped(lambda r: (r.partner_id, r.measure_id, r.value))
            self.env.cr.execute("DELETE FROM relationship_reading")
            self.env.invalidate_all()
            for lang in ("th_TH", "en_US"):
                wizard = (
                    self.env["relationship.answer.import"]
                    .with_user(self.pim)
                    .with_context(lang=lang)
                    .create({"file": export.file})
                )
                wizard.action_read()
                self.assertEqual(wizard.column_ids.mapped("name"), heads)
                self.assertNotIn("skip", wizard.column_ids.mapped("role"), lang)
            wizard.action_import()
            self.assertFalse(wizard.errors)
            self.assertEqual(
                self.readings().mapped(lambda r: (r.partner_id, r.measure_id, r.value)), before
            )
        both = (first + twin).with_context(lang="th_TH")
        labels = export._make_table(both, [], export._get_labels(both))[0]
        self.assertEqual(labels[4:], ["วันที่ (M03)", "วันที่ (M04)"])
        alone = export._make_table(both[0], [], {})[0]
        self.assertEqual(alone[4:], ["วันที่ (M03)"], "nor that of a column we add ourselves")

    def test_nameless_answers_stay_in(self):
        measure = self.env.ref("relationship_insight.measure_m03")
        self.env["relationship.reading"].create(
            {"measure_id": measure.id, "value": 1, "origin": "pulse", "date": "2020-05-05"}
        )
        export = (
            self.env["relationship.answer.export"]
            .with_user(self.pim)
            .create({"date_from": "2020-05-01", "date_to": "2020-05-31"})
        )
        with self.assertRaises(UserError):
            export.action_export()

    def test_who_may(self):
        staff = new_test_user(self.env, "nid", groups=STAFF)
        for model, vals in (
            ("relationship.answer.import", {"file": b"eA=="}),
            ("relationship.answer.export", {}),
        ):
            with self.assertRaises(AccessError):
                self.env[model].with_user(staff).create(vals)
        no_export = new_test_user(self.env, "wan", groups=RELATIONS)
        with self.assertRaises(UserError):
            self.env["relationship.answer.export"].with_user(no_export).create({}).action_export()
