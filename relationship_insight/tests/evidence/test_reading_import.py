from datetime import datetime

from odoo.exceptions import AccessError
from odoo.tests import TransactionCase, new_test_user, tagged
from odoo.tools import SQL, file_open

HEAD = ["measure_id", "partner_id", "date", "value"]
STORED = (
    "measure_id",
    "partner_id",
    "commercial_partner_id",
    "company_id",
    "date",
    "value",
    "na",
    "score",
    "text",
    "competitor_id",
    "channel",
    "staff_id",
    "origin",
    "lang",
    "version",
    "kind",
    "facet",
    "valence",
    "voided",
    "create_uid",
    "order_model",
    "order_id",
)


@tagged("post_install", "-at_install")
class TestReadingImport(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.user = new_test_user(
            cls.env,
            "importer",
            tz="Asia/Bangkok",
            groups="base.group_user,relationship_insight.group_relationship_relations",
        )
        cls.Reading = cls.env["relationship.reading"].with_user(cls.user)
        cls.Partner = cls.env["res.partner"]
        cls.firm = cls.Partner.create({"name": "Firm Ltd", "is_company": True, "ref": "F-1"})
        cls.anna = cls.Partner.create(
            {"name": "Anna Somsri", "email": "Anna@Example.com", "parent_id": cls.firm.id}
        )
        cls.env["ir.model.data"].create(
            {"module": "crm_old", "name": "anna", "model": "res.partner", "res_id": cls.anna.id}
        )
        cls.measure = cls.env.ref("relationship_insight.measure_m13")

    def _load(self, rows, head=HEAD, reading=None):
        return (self.Reading if reading is None else reading).load(head, rows)

    def _errors(self, rows, head=HEAD):
        """{row: sentence} of a refused file."""
        before = self.env["relationship.reading"].sudo().search_count([])
        result = self._load(rows, head)
        self.assertFalse(result["ids"])
        self.assertEqual(self.env["relationship.reading"].sudo().search_count([]), before)
        for message in result["messages"]:
            self.assertEqual(message["type"], "error")
            self.assertEqual(message["rows"]["from"], message["rows"]["to"])
        return {message["record"]: message["message"] for message in result["messages"]}

    def _one(self, *row, head=HEAD):
        result = self._load([list(row)], head)
        self.assertFalse(result["messages"], result["messages"])
        return self.env["relationship.reading"].browse(result["ids"])

    # ------------------------------------------------------------
    # What a cell may say
    # ------------------------------------------------------------

    def test_customers(self):
        """A customer is meant by e-mail, reference, name, full name or either id."""
        day = iter(range(1, 28))

        def customer(cell, column="partner_id"):
            return self._one(
                "M13",
                cell,
                f"2026-01-{next(day):02} 10:00:00",
                "7",
                head=["measure_id", column, "date", "value"],
            ).partner_id

        for cell in (
            "anna@example.com",
            "Anna Somsri",
            "Firm Ltd, Anna Somsri",
            '"Anna" <anna@example.com>',
        ):
            self.assertEqual(customer(cell), self.anna)
        self.assertEqual(customer("F-1"), self.firm)
        self.assertEqual(customer("crm_old.anna", "partner_id/id"), self.anna)
        self.assertEqual(customer("crm_old.anna", "partner_id:id"), self.anna)
        self.assertEqual(customer(str(self.firm.id), "partner_id/.id"), self.firm)
        self.assertEqual(customer(str(self.firm.id), "partner_id.id"), self.firm)
        self.assertFalse(customer(""))

    def test_unknown_and_ambiguous_customers(self):
        self.Partner.create([{"name": "Somchai"}, {"name": "Somchai"}])
        archived = self.Partner.create([{"name": "Unique", "active": False}, {"name": "Unique"}])
        errors = self._errors(
            [
                ["M13", "nobody@example.com", "2026-01-01 10:00:00", "7"],
                ["M13", "Somchai", "2026-01-01 10:00:00", "7"],
                ["M13", "Unique", "2026-01-01 10:00:00", "7"],
            ]
        )
        self.assertEqual(set(errors), {0, 1})
        self.assertIn("no customer “nobody@example.com”", errors[0])
        self.assertIn("2 records match “Somchai”", errors[1])
        self.assertEqual(
            self._one("M13", "Unique", "2026-01-01 10:00:00", "7").partner_id, archived[1]
        )

    def test_customers_of_other_companies(self):
        """Customers of a company the user doesn't work for are unknown."""
        other = self.env["res.company"].create({"name": "Elsewhere"})
        self.Partner.create({"name": "Theirs", "company_id": other.id})
        self.assertIn(
            "no customer", self._errors([["M13", "Theirs", "2026-01-01 10:00:00", "7"]])[0]
        )
        self.assertIn(
            "not found",
            self._errors(
                [["M13", "F-1", "2026-01-01 10:00:00", "7", "Elsewhere"]], HEAD + ["company_id"]
            )[0],
        )
        self.user.company_ids += other
        reading = self._load(
            [["M13", "Theirs", "2026-01-01 10:00:00", "7", "Elsewhere"]],
            HEAD + ["company_id"],
            self.Reading.with_context(allowed_company_ids=[self.env.company.id, other.id]),
        )
        self.assertEqual(self.env["relationship.reading"].browse(reading["ids"]).company_id, other)

    def test_measures(self):
        """A measure is meant by code or name, in any case, or by its ids."""
        for number, (cell, column) in enumerate(
            (
                ("M13", "measure_id"),
                ("m13", "measure_id"),
                (self.measure.name, "measure_id"),
                ("M13", "measure_id/code"),
                (str(self.measure.id), "measure_id/.id"),
                ("relationship_insight.measure_m13", "measure_id/id"),
            )
        ):
            reading = self._one(
                cell,
                "F-1",
                f"2026-01-0{number + 1} 10:00:00",
                "7",
                head=[column, "partner_id", "date", "value"],
            )
            self.assertEqual(reading.measure_id, self.measure)
        twins = self.env["relationship.measure"].create(
            [{"code": f"TWIN{n}", "name": "Twin", "question": "Which?"} for n in range(2)]
        )
        errors = self._errors(
            [
                ["M99", "F-1", "2026-01-01 10:00:00", "7"],
                ["twin", "F-1", "2026-01-01 10:00:00", "3"],
                ["M07", "F-1", "2026-01-01 10:00:00", "3"],
                ["", "F-1", "2026-01-01 10:00:00", "3"],
            ]
        )
        self.assertEqual(errors[0], "There is no measure “M99”.")
        self.assertIn("TWIN0, TWIN1", errors[1])
        self.assertIn("computed from its items", errors[2])
        self.assertEqual(errors[3], "The measure is missing.")
        twins[0].action_archive()
        self.assertEqual(self._one("twin", "F-1", "2026-01-01 10:00:00", "3").measure_id, twins[1])

    def test_values(self):
        errors = self._errors(
            [
                ["M13", "F-1", "2026-01-01 10:00:00", "11"],
                ["M13", "F-1", "2026-01-02 10:00:00", "7.5"],
                ["M13", "F-1", "2026-01-03 10:00:00", "many"],
                ["M13", "F-1", "2026-01-04 10:00:00", ""],
                ["M17_good", "F-1", "2026-01-05 10:00:00", "-1"],
                ["M03_why", "F-1", "2026-01-06 10:00:00", ""],
            ]
        )
        self.assertIn("goes from 0 to 10; 11 is outside", errors[0])
        self.assertIn("has no value 7.5", errors[1])
        self.assertEqual(errors[2], "“many” is not a number.")
        self.assertIn("needs a value", errors[3])
        self.assertIn("below zero", errors[4])
        self.assertIn("needs a text", errors[5])

    def test_dates(self):
        """Moments are in the user's time zone; the future and what is no date are refused."""
        self.assertEqual(
            self._one("M13", "F-1", "2026-01-01 10:00:00", "7").date, datetime(2026, 1, 1, 3)
        )
        self.assertEqual(self._one("M13", "F-1", "2026-01-02", "7").date, datetime(2026, 1, 1, 17))
        errors = self._errors(
            [
                ["M13", "F-1", "2999-01-01 10:00:00", "7"],
                ["M13", "F-1", "31 January", "7"],
                ["M13", "F-1", "", "7"],
            ]
        )
        self.assertIn("lies in the future", errors[0])
        self.assertIn("is not a date", errors[1])
        self.assertIn("is missing", errors[2])

    def test_other_columns(self):
        """Rival, staff, channel, not applicable, text and origin, and what they can't be."""
        (rival,) = self.env["relationship.competitor"].create(
            [{"name": "Big Shop", "aliases": "BigShop, The Big One"}]
        )
        clerk = new_test_user(self.env, "clerk", name="Nok", groups="base.group_user")
        self.Partner.create({"name": "Nok"})
        head = HEAD + ["competitor_id", "staff_id", "channel", "na", "text", "origin", "lang"]
        reading = self._one(
            "M13",
            "F-1",
            "2026-01-01 10:00:00",
            "4",
            "the big one",
            "Nok",
            "In store",
            "",
            " Too far ",
            "Interview",
            "en_US",
            head=head,
        )
        self.assertEqual(reading.competitor_id, rival)
        self.assertEqual(reading.staff_id, clerk.partner_id)
        self.assertEqual(
            (reading.channel, reading.na, reading.text, reading.origin, reading.lang),
            ("store", False, "Too far", "interview", "en_US"),
        )
        away = self._one(
            "M13", "F-1", "2026-01-02 10:00:00", "", "", "", "call", "yes", "", "", "", head=head
        )
        self.assertEqual((away.channel, away.na, away.value), ("call", True, 0))
        errors = self._errors(
            [
                ["M13", "F-1", "2026-01-03 10:00:00", "4", "Nowhere", "", "", "", "", "", ""],
                ["M13", "F-1", "2026-01-04 10:00:00", "4", "", "Nobody", "", "", "", "", ""],
                ["M13", "F-1", "2026-01-05 10:00:00", "4", "", "", "Pigeon", "", "", "", ""],
                ["M13", "F-1", "2026-01-06 10:00:00", "4", "", "", "", "maybe", "", "", ""],
                ["M13", "F-1", "2026-01-07 10:00:00", "4", "", "", "", "", "", "Gossip", ""],
            ],
            head,
        )
        self.assertIn("no competitor “Nowhere”", errors[0])
        self.assertIn("nobody called “Nobody”", errors[1])
        self.assertIn("“Pigeon” is none of: In store", errors[2])
        self.assertIn("“maybe” is none of: 1, 0", errors[3])
        self.assertIn("“Gossip” is none of", errors[4])

    # ------------------------------------------------------------
    # All or nothing, once
    # ------------------------------------------------------------

    def test_nothing_half_done(self):
        """One bad row refuses the whole file, and every reason is told, with its row."""
        rows = [["M13", "F-1", f"2026-01-{n:02} 10:00:00", "7"] for n in range(1, 29)]
        rows[5][3], rows[20][0] = "99", "M99"
        self.assertEqual(set(self._errors(rows)), {5, 20})
        message = self._load(rows)["messages"][0]
        self.assertEqual(
            (message["field"], message["field_path"], message["rows"]),
            ("value", ["value"], {"from": 5, "to": 5}),
        )

    def test_many_errors(self):
        rows = [["M13", "F-1", f"2026-01-01 10:{n // 60:02}:{n % 60:02}", "99"] for n in range(250)]
        messages = self._load(rows)["messages"]
        self.assertEqual(len(messages), 101)
        self.assertEqual(messages[-1]["message"], "150 more rows have errors.")

    def test_duplicates(self):
        """The same answer twice is refused, within a file and over files."""
        row = ["M13", "F-1", "2026-01-01 10:00:00", "7"]
        other = ["M13", "F-1", "2026-01-01 10:00:01", "7"]
        errors = self._errors([row, other, row])
        self.assertEqual(set(errors), {2})
        self.assertIn("in row 1 already", errors[2])
        self.assertTrue(self._load([row, other])["ids"])
        self.assertEqual(
            self._errors([row, ["M13", "F-1", "2026-01-01 10:00:02", "7"]]),
            {0: "This answer was imported before."},
        )
        # Who changes their mind a second later answers again; a typing error is one row.
        self.assertIn("before", self._errors([[*row[:3], "8"]])[0])

    def test_unnamed(self):
        """Equal answers without a name are several people's, but a file counts once."""
        rows = [["M13", "", "2026-01-01 10:00:00", "7"]] * 3
        self.assertEqual(len(self._load(rows)["ids"]), 3)
        self.assertEqual(set(self._errors(rows)), {0, 1, 2})
        self.assertEqual(len(self._load(rows + rows[:1])["messages"]), 3)

    # ------------------------------------------------------------
    # As if typed in
    # ------------------------------------------------------------

    def test_same_as_created(self):
        """An imported reading has every field one that is created has."""
        self.env["relationship.measure"].with_user(self.user).sudo().browse(self.measure.id).write(
            {"question": "Asked anew?"}
        )
        self._one("M13", "F-1", "2025-01-01 10:00:00", "7")
        self.measure.question = "And anew once more?"
        codes = {
            "M13": 7,
            "M20_r": 4,
            "M19": -2,
            "M17_good": 3,
            "M02_glad": 3,
            "M16_price": 6,
            "M07_tell": 5,
            "M01_annoyed": 2,
        }
        head = HEAD + ["na", "text", "channel"]
        rows = [
            [code, "anna@example.com", "2026-01-01 17:00:00", str(value), "", "so", "In store"]
            for code, value in codes.items()
        ]
        rows.append(["M04", "anna@example.com", "2026-01-01 17:00:00", "", "1", "", ""])
        rows.append(["M03_why", "anna@example.com", "2026-01-01 17:00:00", "", "", "Why", ""])
        imported = self.env["relationship.reading"].browse(self._load(rows, head)["ids"])
        self.assertEqual(len(imported), len(rows))
        created = self.Reading.create(
            [
                {
                    "measure_id": reading.measure_id.id,
                    "partner_id": self.anna.id,
                    "date": datetime(2026, 1, 1, 10),
                    "origin": "import",
                    **({"value": reading.value} if reading.value else {}),
                    **({"na": True} if reading.na else {}),
                    **({"text": reading.text} if reading.text else {}),
                    **({"channel": "store"} if reading.channel else {}),
                }
                for reading in imported
            ]
        )
        self.env.flush_all()
        created.invalidate_recordset()
        for one, other in zip(imported.sudo(), created.sudo()):
            for name in STORED:
                self.assertEqual(one[name], other[name], f"{one.measure_id.code}: {name}")
        fields = {
            name
            for name, field in imported._fields.items()
            if field.store
            and field.column_type
            and name not in ("id", "create_date", "write_date", "write_uid", "source_key")
        }
        unset = (
            fields
            - set(STORED)
            - {"user_input_id", "note_id", "void_reason", "void_date", "replaced_by_id"}
        )
        for name in unset:
            self.assertEqual(imported.mapped(name), created.mapped(name), name)
        self.assertEqual(imported[0].version, self.measure.version)
        self.assertGreater(imported[0].version, 1)

    def test_customers_are_refreshed_once(self):
        self.env["relationship.refresh.queue"]._take(1000)
        self._load(
            [
                ["M13", cell, f"2026-01-0{n} 10:00:00", "7"]
                for n in range(1, 5)
                for cell in ("F-1", "anna@example.com")
            ]
        )
        self.assertEqual(
            self.env["relationship.refresh.queue"].search([]).mapped("commercial_partner_ref"),
            self.firm.ids,
        )

    def test_access(self):
        """Staff may not import what customers said, and others nothing at all."""
        row = ["M13", "F-1", "2026-01-01 10:00:00", "7"]
        staff = new_test_user(
            self.env,
            "importing_staff",
            groups="base.group_user,relationship_insight.group_relationship_staff",
        )
        result = self._load([row], reading=self.Reading.with_user(staff))
        self.assertFalse(result["ids"])
        self.assertIn("may not add answers", result["messages"][0]["message"])
        self.assertTrue(
            self._load([[*row, "staff"]], HEAD + ["origin"], self.Reading.with_user(staff))["ids"]
        )
        nobody = new_test_user(self.env, "importing_nobody", groups="base.group_user")
        with self.assertRaises(AccessError):
            self._load([row], reading=self.Reading.with_user(nobody))

    def test_unknown_columns(self):
        """A file with other columns goes Odoo's own way, as imported answers all the same."""
        result = self._load(
            [["my_import.first", "M13", "Firm Ltd", "2026-01-01 10:00:00", "7"]],
            ["id", *HEAD],
            self.Reading.with_context(lang="en_US"),
        )
        self.assertFalse(result["ids"] and result["messages"])
        reading = self.env.ref("my_import.first", raise_if_not_found=False)
        self.assertEqual(
            (reading.origin, reading.value, reading.partner_id), ("import", 7, self.firm)
        )

    def test_skip_or_empty(self):
        """The importer's choices for what isn't found are kept."""
        rows = [
            ["M13", "Nobody", "2026-01-01 10:00:00", "7"],
            ["M13", "F-1", "2026-01-01 10:00:00", "7"],
        ]
        skipping = self.Reading.with_context(import_file=True, import_skip_records=["partner_id"])
        readings = self._load(rows, reading=skipping)["ids"]
        self.assertEqual(self.env["relationship.reading"].browse(readings).partner_id, self.firm)
        emptying = self.Reading.with_context(
            import_file=True, import_set_empty_fields=["partner_id"]
        )
        readings = self._load(rows[:1], reading=emptying)["ids"]
        self.assertFalse(self.env["relationship.reading"].browse(readings).partner_id)

    # ------------------------------------------------------------
    # Through Odoo's own screen
    # ------------------------------------------------------------

    def _wizard(self, content, file_type):
        wizard = (
            self.env["base_import.import"]
            .with_user(self.user)
            .create(
                {
                    "res_model": "relationship.reading",
                    "file": content,
                    "file_name": "answers",
                    "file_type": file_type,
                }
            )
        )
        options = {
            "has_headers": True,
            "quoting": '"',
            "separator": ",",
            "encoding": "utf-8",
            "limit": 2,
            "skip": 0,
            "date_format": "",
            "datetime_format": "",
            "float_thousand_separator": ",",
            "float_decimal_separator": ".",
        }
        preview = wizard.parse_preview(options)
        self.assertNotIn("error", preview)
        columns = preview["headers"]
        matched = [
            preview["matches"].get(place, preview["matches"].get(str(place), [False]))
            for place in range(len(columns))
        ]
        return (
            wizard,
            ["/".join(path) if path[0] else False for path in matched],
            columns,
            {**options, **preview["options"]},
        )

    def test_wizard(self):
        """A file by its headings: tested first, refused as a whole, then stored as a whole."""
        content = (
            "Measure,Customer,Date,Value,Competitor\n"
            "M13,anna@example.com,2026-01-01 10:00:00,8,\n"
            "Recommend index,anna@example.com,2026-01-01 10:00:00,11,\n"
            "M13,F-1,2026-01-01 10:00:00,5,\n"
            "M13,F-1,2026-01-02 10:00:00,5,\n"
        )
        wizard, fields, columns, options = self._wizard(content.encode(), "text/csv")
        self.assertEqual(fields, ["measure_id", "partner_id", "date", "value", "competitor_id"])
        result = wizard.execute_import(fields, columns, dict(options))
        self.assertFalse(result["ids"])
        self.assertEqual([message["record"] for message in result["messages"]], [1])
        wizard, fields, columns, options = self._wizard(
            content.replace(",11,", ",10,").encode(), "text/csv"
        )
        count = self.Reading.search_count([])
        self.assertEqual(
            len(wizard.execute_import(fields, columns, dict(options), dryrun=True)["ids"]), 4
        )
        self.assertEqual(self.Reading.search_count([]), count)
        # Though the screen works in batches of two, the file goes in at once.
        result = wizard.execute_import(fields, columns, dict(options))
        self.assertEqual((len(result["ids"]), result["nextrow"]), (4, 0))
        self.assertFalse(result["messages"])

    def test_template(self):
        """The template to download imports as it is, once its customers exist."""
        self.anna.email = "anna@example.com"
        self.Partner.create({"name": "Example Trading Ltd"})
        template = self.Reading.get_import_templates()[0]["template"]
        with file_open(template.lstrip("/"), "rb") as file:
            content = file.read()
        wizard, fields, columns, options = self._wizard(
            content, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
        )
        self.assertTrue(all(fields), fields)
        result = wizard.execute_import(fields, columns, dict(options))
        self.assertFalse(result["messages"], result["messages"])
        readings = self.env["relationship.reading"].browse(result["ids"])
        self.assertEqual(len(readings), 4)
        self.assertEqual(set(readings.mapped("origin")), {"import"})

    def test_menu(self):
        action = self.env.ref("relationship_insight.relationship_reading_import_action")
        self.assertEqual(action.tag, "import")
        self.assertEqual(action.params["active_model"], "relationship.reading")

    def test_large_file(self):
        """Ten thousand rows take a handful of statements."""
        people = self.Partner.create(
            [{"name": f"P{n}", "email": f"p{n}@example.com"} for n in range(500)]
        )
        codes = ["M13", "M03", "M04", "M07_tell", "M10_promise"]
        rows = [
            [
                codes[n % 5],
                people[n % 500].email,
                f"2025-{1 + n // 500 % 12:02}-{1 + n // 6000:02} {n % 24:02}:00:00",
                "3",
            ]
            for n in range(10_000)
        ]
        self.env.flush_all()
        with self.assertQueryCount(40):
            result = self._load(rows)
        self.assertEqual(len(result["ids"]), 10_000)
        stored = self.env.execute_query(
            SQL(
                "SELECT COUNT(*), COUNT(DISTINCT source_key), MIN(date), COUNT(score)"
                " FROM relationship_reading WHERE id = ANY(%s)",
                result["ids"],
            )
        )[0]
        self.assertEqual(stored[:2], (10_000, 10_000))
        self.assertEqual(stored[3], 10_000)
