import re
from datetime import datetime
from types import SimpleNamespace

import pytz

from odoo import api, fields, models

LINKS = ("measure_id", "partner_id", "company_id", "competitor_id", "staff_id")
# Years of the Buddhist era, as Thai calendars and spreadsheets write them.
BUDDHIST = re.compile(r"(?<!\d)2[4-9]\d\d(?!\d)")
BUDDHIST_AHEAD = 543
TIMES = ("", " %H:%M:%S", " %H:%M")
PLAIN = ("date", "value", "na", "text", "channel", "lang", "origin")


class WrongCell(str):
    """The sentence that says why a cell can't be converted."""

    __slots__ = ()


class RelationshipReading(models.Model):
    """Turn the cells of an imported file into values, or into what is wrong with them."""

    _inherit = "relationship.reading"

    @api.model
    def _read_rows(self, paths, data):
        """Return the rows as values, each with its ``place`` in the file, and the errors.

        An error is (place, path of the column, sentence).
        """
        columns = {path[0]: (place, path) for place, path in enumerate(paths)}
        matches = {
            name: self._match_cells(
                name,
                path[1] if len(path) > 1 else "",
                {cell for row in data if (cell := self._clean(row[place]))},
            )
            for name, (place, path) in columns.items()
            if name in LINKS
        }
        convert = self._get_converters()
        measures = self._get_import_measures(matches["measure_id"])
        skipped = set(self.env.context.get("import_skip_records") or ())
        emptied = set(self.env.context.get("import_set_empty_fields") or ())
        now = fields.Datetime.now()
        company = self.env.company.id
        rows, errors = [], []
        for number, cells in enumerate(data):
            row = {"place": number, "company_id": company, "lang": self.env.lang}
            wrong, skip = [], False
            for name, (place, path) in columns.items():
                cell = self._clean(cells[place])
                if not cell:
                    continue
                found = matches[name][cell] if name in LINKS else convert(name, cell)
                if not isinstance(found, WrongCell) and not (
                    name in LINKS and isinstance(found, str)
                ):
                    row[name] = found
                elif name in skipped:
                    skip = True
                elif name not in emptied:
                    wrong.append((number, path, str(found)))
            if skip:
                continue
            if not wrong:
                error = self._get_row_error(row, measures, now)
                if error:
                    wrong.append((number, columns.get(error[0], (0, error[:1]))[1], error[1]))
            errors += wrong
            rows.append(row)
        return rows, errors

    @api.model
    def _clean(self, cell):
        return cell.strip() if isinstance(cell, str) else "" if cell in (None, False) else str(cell)

    @api.model
    def _get_import_measures(self, found):
        """Return {id: what the checks need to know}, far quicker to read than records."""
        names = ("name", "answerable", "kind", "scale_min", "scale_max", "step")
        measures = self.env["relationship.measure"].browse(
            {match for match in found.values() if isinstance(match, int)}
        )
        return {
            measure.id: SimpleNamespace(**{name: measure[name] for name in names})
            for measure in measures
        }

    @api.model
    def _get_row_error(self, row, measures, now):
        """Return (column, sentence) if this row can't be a reading, else None."""
        if not row.get("measure_id"):
            return "measure_id", self.env._("The measure is missing.")
        if not row.get("date"):
            return "date", self.env._("The date of the answer is missing.")
        measure = measures[row["measure_id"]]
        if not row.get("na") and "value" not in row and measure.kind != "text":
            return "value", self.env._("%(measure)s needs a value.", measure=measure.name)
        error = self._get_reading_error(
            measure, row.get("value", 0.0), row.get("na"), row.get("text"), row["date"], now
        )
        if not error:
            return None
        if not measure.answerable:
            return "measure_id", error
        if row["date"] > now:
            return "date", error
        return ("text" if measure.kind == "text" else "value"), error

    @api.model
    def _get_converters(self):
        """Return a function (column, cell) giving the value or a ``WrongCell`` sentence.

        Cells of few kinds are converted once; moments are in the user's time zone, as in any
        import.
        """
        Converter = self.env["ir.fields.converter"]
        zone = self.env.tz
        known = {}

        def convert_once(name, cell):
            if name in ("channel", "origin", "na"):
                field = self._fields[name]
                method = Converter._str_to_boolean if name == "na" else Converter._str_to_selection
                try:
                    value, warnings = method(self, field, cell, None)
                except ValueError:
                    warnings = True
                if not warnings:
                    return value
                return WrongCell(
                    self.env._(
                        "“%(value)s” is none of: %(choices)s.",
                        value=cell,
                        choices=", ".join(
                            ("1", "0")
                            if name == "na"
                            else dict(field._description_selection(self.env)).values()
                        ),
                    )
                )
            if name == "value":
                try:
                    return float(cell)
                except ValueError:
                    return WrongCell(self.env._("“%(value)s” is not a number.", value=cell))
            moment = self._read_moment(cell)
            if moment:
                return zone.localize(moment, is_dst=False).astimezone(pytz.utc).replace(tzinfo=None)
            return WrongCell(
                self.env._(
                    "“%(value)s” is not a date. Write it like %(day)s or 2026-01-31 14:30:00.",
                    value=cell,
                    day=datetime(2026, 1, 31).strftime(self._get_date_format()),
                )
            )

        def convert(name, cell):
            if name in ("text", "lang"):
                return cell
            if (name, cell) not in known:
                known[name, cell] = convert_once(name, cell)
            return known[name, cell]

        return convert

    @api.model
    def _get_date_format(self):
        return self.env["res.lang"]._get_data(code=self.env.lang or "en_US").date_format

    @api.model
    def _read_moment(self, cell):
        """Return the moment a cell says, in ISO or as the user writes dates; None if it is none.

        Years of the Buddhist era are understood in both.
        """
        cell = BUDDHIST.sub(lambda year: str(int(year[0]) - BUDDHIST_AHEAD), " ".join(cell.split()))
        try:
            return fields.Datetime.to_datetime(cell)
        except ValueError:
            day = self._get_date_format()
        for time in TIMES:
            try:
                return datetime.strptime(cell, day + time)
            except ValueError:
                continue
        return None
