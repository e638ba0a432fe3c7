import base64
import csv
import io
from collections import Counter
from datetime import datetime, time

import pytz
import xlsxwriter

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import Domain

BATCH = 5000
# A cell that starts like this would be run as a formula by a spreadsheet.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


def unguard(cell):
    """Return a cell as it was before the export kept a spreadsheet from running it."""
    return cell[1:] if cell.startswith("'") and cell.lstrip("'").startswith(FORMULA) else cell


class RelationshipAnswerExport(models.TransientModel):
    """Answers as a table: one person and sitting a row, one question a column."""

    _name = "relationship.answer.export"
    _description = "Export Answers"
    _inherit = "relationship.guarded"

    campaign_id = fields.Many2one("relationship.campaign")
    date_from = fields.Date(string="From")
    date_to = fields.Date(string="To", default=fields.Date.context_today)
    layout = fields.Selection(
        [
            ("wide", "One row a person, one column a question"),
            ("long", "One row an answer"),
        ],
        required=True,
        default="wide",
    )
    kind = fields.Selection(
        [("xlsx", "XLSX"), ("csv", "CSV")], string="Format", required=True, default="xlsx"
    )
    file = fields.Binary(readonly=True, attachment=False)
    file_name = fields.Char(readonly=True)

    def action_export(self):
        """Make the file."""
        self.ensure_one()
        if not self.env.user.has_group("base.group_allow_export"):
            raise UserError(self.env._("You don't have the right to export."))
        measures, rows = self._collect()
        if not rows:
            raise UserError(self.env._("There are no answers in this period."))
        make = self._make_xlsx if self.kind == "xlsx" else self._make_csv
        self.write(
            {
                "file": base64.b64encode(make(measures, rows)),
                "file_name": f"answers.{self.kind}",
            }
        )
        return {
            "type": "ir.actions.act_window",
            "res_model": self._name,
            "res_id": self.id,
            "views": [(False, "form")],
            "target": "new",
        }

    def _get_domain(self):
        """Answers the user may read. Nameless ones stay in the shop's figures: their row could
        tell who it was."""
        domain = Domain(
            [
                ("voided", "=", False),
                ("partner_id", "!=", False),
                ("competitor_id", "=", False),
                ("company_id", "in", self.env.companies.ids),
            ]
        )
        if self.campaign_id:
            domain &= Domain("invitation_id.campaign_id", "=", self.campaign_id.id)
        if self.date_from:
            domain &= Domain("date", ">=", self._get_midnight(self.date_from))
        if self.date_to:
            domain &= Domain("date", "<", self._get_midnight(fields.Date.add(self.date_to, days=1)))
        return domain

    def _get_midnight(self, day):
        """Return the moment, in UTC, at which a day begins where the user is."""
        midnight = self.env.tz.localize(datetime.combine(day, time.min), is_dst=False)
        return midnight.astimezone(pytz.utc).replace(tzinfo=None)

    def _collect(self):
        """Return the measures and one dict per person and sitting, oldest first."""
        Reading = self.env["relationship.reading"]
        columns = ("measure_id", "partner_id", "date", "channel", "lang", "value", "text", "na")
        rows, measure_ids, offset = {}, set(), 0
        while True:
            batch = Reading.search_fetch(
                self._get_domain(), columns, limit=BATCH, offset=offset, order="date, id"
            )
            for reading in batch:
                key = (reading.partner_id, reading.date, reading.channel)
                row = rows.setdefault(
                    key,
                    {
                        "customer": reading.partner_id.email or reading.partner_id.display_name,
                        "date": fields.Datetime.context_timestamp(self, reading.date).strftime(
                            "%Y-%m-%d %H:%M:%S"
                        ),
                        "channel": reading.channel or "",
                        "lang": reading.lang or "",
                        "answers": {},
                    },
                )
                measure_ids.add(reading.measure_id.id)
                row["answers"][reading.measure_id.id] = (
                    "NA"
                    if reading.na
                    else reading.text
                    if reading.measure_id.kind in ("text", "awareness")
                    else reading.value
                )
            offset += len(batch)
            Reading.invalidate_model(flush=False)
            if len(batch) < BATCH:
                break
        measures = (
            self.env["relationship.measure"]
            .with_context(active_test=False)
            .search([("id", "in", list(measure_ids))], order="sequence, code")
        )
        return measures, list(rows.values())

    def _make_table(self, measures, rows, labels=None):
        """Return the lines of one sheet; ``labels`` gives words for numbers."""
        heads = self._get_heads()
        head = [heads[name] for name in ("customer", "date", "channel", "lang")]
        if self.layout == "long":
            lines = [[*head, heads["code"], heads["value"]]]
            for row in rows:
                start = [row["customer"], row["date"], row["channel"], row["lang"]]
                lines += [
                    [*start, m.code, self._word(m, row["answers"][m.id], labels)]
                    for m in measures
                    if m.id in row["answers"]
                ]
            return lines
        words = [m.code if labels is None else m.question or m.name for m in measures]
        count = Counter(word.strip().lower() for word in (*heads.values(), *words))
        lines = [
            [
                *head,
                *(
                    f"{word} ({m.code})" if count[word.strip().lower()] > 1 else word
                    for m, word in zip(measures, words, strict=True)
                ),
            ]
        ]
        for row in rows:
            lines.append(
                [
                    row["customer"],
                    row["date"],
                    row["channel"],
                    row["lang"],
                    *(self._word(m, row["answers"].get(m.id, ""), labels) for m in measures),
                ]
            )
        return lines

    def _get_heads(self):
        """Return {what a column holds: its head in the user's language}."""
        return {
            "customer": self.env._("Customer"),
            "date": self.env._("Date"),
            "channel": self.env._("Channel"),
            "lang": self.env._("Language"),
            "code": self.env._("Measure"),
            "value": self.env._("Value"),
        }

    def _word(self, measure, answer, labels):
        if labels and isinstance(answer, float):
            return labels.get((measure.id, answer), answer)
        return answer

    def _get_labels(self, measures):
        """Return {(measure id, value): its words} out of the anchors, "1 = Never" a line."""
        labels = {}
        for measure in measures:
            for line in (measure.anchors or "").splitlines():
                number, _equals, word = line.partition("=")
                try:
                    labels[measure.id, float(number)] = word.strip()
                except ValueError:
                    continue
        return labels

    def _make_xlsx(self, measures, rows):
        stream = io.BytesIO()
        book = xlsxwriter.Workbook(
            stream, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        )
        bold = book.add_format({"bold": True})
        for name, labels in (
            (self.env._("Codes"), None),
            (self.env._("Labels"), self._get_labels(measures)),
        ):
            sheet = book.add_worksheet(name[:31])
            sheet.freeze_panes(1, 1)
            for number, line in enumerate(self._make_table(measures, rows, labels)):
                sheet.write_row(number, 0, line, bold if not number else None)
            sheet.autofit(300)
        key = book.add_worksheet(self.env._("Key")[:31])
        key.write_row(
            0,
            0,
            [
                self.env._("Code"),
                self.env._("Name"),
                self.env._("Question"),
                self.env._("From"),
                self.env._("To"),
                self.env._("Words"),
            ],
            bold,
        )
        for number, measure in enumerate(measures, start=1):
            key.write_row(
                number,
                0,
                [
                    measure.code,
                    measure.name,
                    measure.question or "",
                    measure.scale_min,
                    measure.scale_max,
                    measure.anchors or "",
                ],
            )
        book.close()
        return stream.getvalue()

    def _make_csv(self, measures, rows):
        stream = io.StringIO()
        csv.writer(stream).writerows(
            [self._as_text(cell) for cell in line] for line in self._make_table(measures, rows)
        )
        return stream.getvalue().encode("utf-8-sig")

    def _as_text(self, cell):
        if isinstance(cell, str) and cell.lstrip("'").startswith(FORMULA):
            return f"'{cell}"
        return cell
