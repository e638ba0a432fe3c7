import base64
import binascii
import csv
import io

import openpyxl

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from .relationship_answer_export import unguard

MAX_ROWS = 100_000
MAX_COLUMNS = 200
PREVIEW = 3
LABELS = {
    "customer": ("customer", "email", "e-mail", "partner", "ลูกค้า", "อีเมล"),
    "date": ("date", "when", "answered", "timestamp", "วันที่", "เวลา"),
    "channel": ("channel", "ช่องทาง"),
    "staff": ("staff", "พนักงาน"),
    "lang": ("language", "lang", "ภาษา"),
    "code": ("measure", "ตัวชี้วัด", "คำถาม"),
    "value": ("value", "ค่า", "คำตอบ"),
}
# What is wrong with one of these is wrong once a row, however many answers the row has.
COMMON = {"partner_id", "date", "channel", "staff_id", "lang"}


class RelationshipAnswerImport(models.TransientModel):
    """Past answers, one person a row and one question a column."""

    _name = "relationship.answer.import"
    _description = "Import Questionnaires"
    _inherit = "relationship.guarded"

    file = fields.Binary(string="CSV or XLSX", required=True)
    file_name = fields.Char()
    state = fields.Selection(
        [("file", "File"), ("columns", "Columns"), ("done", "Done")], default="file"
    )
    column_ids = fields.One2many("relationship.answer.import.column", "wizard_id")
    row_count = fields.Integer(readonly=True)
    date = fields.Date(string="Answered On", help="For rows without a date of their own.")
    errors = fields.Text(readonly=True)
    count = fields.Integer(string="Answers", readonly=True)

    def action_read(self):
        """Read the file and guess what each column holds."""
        self.ensure_one()
        head, rows, _numbers = self._read_file()
        self.column_ids.unlink()
        self.write(
            {
                "state": "columns",
                "row_count": len(rows),
                "errors": False,
                "column_ids": [
                    fields.Command.create(
                        {
                            "place": place,
                            "name": name,
                            "sample": ", ".join(
                                row[place]
                                for row in rows[:PREVIEW]
                                if place < len(row) and row[place]
                            ),
                            **self._guess_role(name),
                        }
                    )
                    for place, name in enumerate(head)
                ],
            }
        )
        return self._reopen()

    def action_import(self):
        """Store every answer of the file, or none and say why."""
        self.ensure_one()
        _head, rows, numbers = self._read_file()
        names, data, places = self._to_long(rows, numbers)
        result = self.env["relationship.reading"].load(names, data)
        if result["ids"]:
            self.write({"state": "done", "count": len(result["ids"]), "errors": False})
        else:
            self.errors = self._explain(result["messages"], places)
        return self._reopen()

    def action_open_readings(self):
        """Show the readings there are."""
        return self.env["ir.actions.act_window"]._for_xml_id(
            "relationship_insight.relationship_reading_action"
        )

    def _reopen(self):
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
        }

    # ------------------------------------------------------------
    # Reading the file
    # ------------------------------------------------------------

    def _read_file(self):
        """Return the head, the rows and their numbers in the file; every cell a stripped text."""
        try:
            content = base64.b64decode(self.file)
        except (binascii.Error, ValueError, TypeError) as error:
            raise UserError(self.env._("The file can't be read.")) from error
        table = self._read_xlsx(content) if content[:2] == b"PK" else self._read_csv(content)
        filled = [(number, row) for number, row in enumerate(table, start=1) if any(row)]
        table = [[unguard(cell) for cell in row] for _number, row in filled]
        if len(table) < 2:
            raise UserError(
                self.env._(
                    "The file needs a first row with the names of the columns, and answers below."
                )
            )
        head, rows = table[0], table[1:]
        if len(rows) > MAX_ROWS or len(head) > MAX_COLUMNS:
            raise UserError(
                self.env._(
                    "At most %(rows)s rows and %(columns)s columns at a time.",
                    rows=MAX_ROWS,
                    columns=MAX_COLUMNS,
                )
            )
        return head, rows, [number for number, _row in filled[1:]]

    def _read_csv(self, content):
        for encoding in ("utf-8-sig", "cp874"):
            try:
                text = content.decode(encoding)
                break
            except UnicodeDecodeError:
                continue
        else:
            raise UserError(self.env._("Save the file as UTF-8 or as XLSX."))
        first = text.partition("\n")[0]
        delimiter = max(",;\t", key=first.count)
        try:
            return [
                [cell.strip() for cell in row]
                for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
            ]
        except csv.Error as error:
            raise UserError(self.env._("The file can't be read.")) from error

    def _read_xlsx(self, content):
        """Rows of the first sheet, read by Odoo's own import."""
        reader = self.env["base_import.import"].new({"file": content, "file_name": "x.xlsx"})
        try:
            _count, rows = reader._read_xlsx({})
        except Exception as error:
            raise UserError(self.env._("The file can't be read.")) from error
        rows = [[str(cell).strip() for cell in row] for row in rows]
        # Odoo leaves out empty rows: they are put back, so that rows keep their numbers.
        sheet = openpyxl.load_workbook(io.BytesIO(content), read_only=True).worksheets[0]
        numbers = [
            number
            for number, row in enumerate(sheet.iter_rows(values_only=True))
            if any(cell is not None and str(cell).strip() for cell in row)
        ]
        if len(numbers) != len(rows):
            return rows
        table = [[] for _number in range(numbers[-1] + 1)] if numbers else []
        for number, row in zip(numbers, rows, strict=True):
            table[number] = row
        return table

    @api.model
    def _guess_role(self, name):
        low = name.strip().lower()
        heads = {
            text.lower(): role
            for role, text in self.env["relationship.answer.export"]._get_heads().items()
        }
        if low in heads:
            return {"role": heads[low]}
        for role, words in LABELS.items():
            if any(low == word or low.startswith(f"{word} ") for word in words):
                return {"role": role}
        measure = self.env["relationship.measure"].search(
            [
                ("answerable", "=", True),
                "|",
                "|",
                ("code", "=ilike", name),
                ("name", "=ilike", name),
                ("question", "=ilike", name),
            ],
            limit=1,
        )
        if measure:
            return {"role": "measure", "measure_id": measure.id}
        return {"role": "skip"}

    # ------------------------------------------------------------
    # From one row a person to one row an answer
    # ------------------------------------------------------------

    def _to_long(self, rows, numbers):
        """Return the columns, the rows for ``load`` and where in the file each came from."""
        columns = {
            role: self.column_ids.filtered(lambda c, role=role: c.role == role)
            for role in (*LABELS, "measure")
        }
        self._check_columns(columns)
        names = ["partner_id", "date", "measure_id/.id", "value", "text", "na"]
        optional = [role for role in ("channel", "staff", "lang") if columns[role]]
        found = self._match_codes(columns, rows)
        names += [{"staff": "staff_id"}.get(role, role) for role in optional]
        fallback = f"{self.date} 12:00:00" if self.date else ""
        data, places = [], []
        for number, row in zip(numbers, rows, strict=True):
            cell = lambda column, row=row: (  # noqa: E731
                row[column.place] if column and column.place < len(row) else ""
            )
            common = [cell(columns["customer"]), cell(columns["date"]) or fallback]
            tail = [cell(columns[role]) for role in optional]
            asked = [(column.measure_id, cell(column), column) for column in columns["measure"]]
            if columns["code"]:
                asked = [
                    (found.get(cell(columns["code"])), cell(columns["value"]), columns["value"])
                ]
            for measure, value, column in asked:
                if not value:
                    continue
                if not measure:
                    data.append([*common, cell(columns["code"]), value, "", "", *tail])
                    places.append((number, columns["code"].name))
                    continue
                na = value.strip().upper() in ("NA", "N/A")
                is_text = measure.kind in ("text", "awareness")
                data.append(
                    [
                        *common,
                        str(measure.id),
                        "" if na or is_text else value,
                        value if is_text and not na else "",
                        "1" if na else "",
                        *tail,
                    ]
                )
                places.append((number, column.name))
        if not data:
            raise UserError(self.env._("There are no answers in these columns."))
        return names, data, places

    def _match_codes(self, columns, rows):
        """Return {what the column of questions says: the measure} of a file in rows of answers."""
        place = columns["code"].place
        codes = {row[place] for row in rows if columns["code"] and place < len(row) and row[place]}
        found = self.env["relationship.reading"]._match_cells("measure_id", "", codes)
        Measure = self.env["relationship.measure"]
        return {
            code: Measure.browse(match) for code, match in found.items() if isinstance(match, int)
        }

    def _check_columns(self, columns):
        for role in LABELS:
            if len(columns[role]) > 1:
                raise ValidationError(
                    self.env._(
                        "Only one column can be the %(role)s.",
                        role=dict(self.column_ids._fields["role"]._description_selection(self.env))[
                            role
                        ],
                    )
                )
        if not columns["customer"]:
            raise ValidationError(self.env._("Say which column names the customer."))
        if bool(columns["code"]) != bool(columns["value"]) or not (
            columns["measure"] or columns["code"]
        ):
            raise ValidationError(self.env._("Say which columns hold answers."))
        if not (columns["date"] or self.date):
            raise ValidationError(
                self.env._("Say which column holds the date, or give one date for all.")
            )
        used = columns["measure"].mapped("measure_id.id")
        if len(set(used)) < len(columns["measure"]):
            raise ValidationError(self.env._("Each column needs a measure of its own."))

    def _explain(self, messages, places):
        """Return one line per error, with the row and column of the person's own file."""
        lines = []
        for message in messages:
            place = message.get("record")
            if place is not None and place < len(places):
                row, column = places[place]
                if message.get("field") in COMMON:
                    lines.append(
                        self.env._("Row %(row)s: %(error)s", row=row, error=message["message"])
                    )
                    continue
                lines.append(
                    self.env._(
                        "Row %(row)s, column “%(column)s”: %(error)s",
                        row=row,
                        column=column,
                        error=message["message"],
                    )
                )
            else:
                lines.append(message["message"])
        return "\n".join(dict.fromkeys(lines))


class RelationshipAnswerImportColumn(models.TransientModel):
    _name = "relationship.answer.import.column"
    _description = "Column of an Imported Questionnaire"
    _inherit = "relationship.guarded"
    _order = "place"

    wizard_id = fields.Many2one(
        "relationship.answer.import", required=True, ondelete="cascade", index=True
    )
    place = fields.Integer(required=True)
    name = fields.Char(string="Column", required=True, readonly=True)
    sample = fields.Char(string="For Example", readonly=True)
    role = fields.Selection(
        [
            ("skip", "Leave out"),
            ("customer", "Customer"),
            ("date", "Date"),
            ("channel", "Channel"),
            ("staff", "Staff"),
            ("lang", "Language"),
            ("measure", "Answers to"),
            ("code", "Question (one row an answer)"),
            ("value", "Answer (one row an answer)"),
        ],
        string="Holds",
        required=True,
        default="skip",
    )
    measure_id = fields.Many2one(
        "relationship.measure", domain=[("answerable", "=", True)], ondelete="cascade"
    )

    @api.onchange("measure_id")
    def _onchange_measure_id(self):
        if self.measure_id:
            self.role = "measure"
