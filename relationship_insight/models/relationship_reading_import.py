import csv
import hashlib
import io
import re
from collections import Counter
from types import SimpleNamespace

import psycopg2
import pytz

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import SQL

LINKS = ("measure_id", "partner_id", "company_id", "competitor_id", "staff_id")
PLAIN = ("date", "value", "na", "text", "channel", "lang", "origin")
# What an import writes, in the order of its columns.
COLUMNS = (
    "measure_id", "partner_id", "company_id", "date", "value", "na", "text", "competitor_id",
    "channel", "staff_id", "origin", "lang", "source_key",
)
MAX_ERRORS = 100


class RelationshipReading(models.Model):
    """Import of many answers at once: all of them or, with every reason, none."""

    _inherit = "relationship.reading"

    @api.model
    def get_import_templates(self):
        return [{
            "label": self.env._("Import Template for Answers"),
            "template": "/relationship_insight/static/xls/relationship_reading.xlsx",
        }]

    @api.model
    def load(self, fields, data):
        """Import answers: one a row, checked all together before the first is stored.

        A column may hold a measure's code, name or external id, a customer's e-mail, reference,
        name or external id, and so on. A row that was imported before, or stands in the file
        twice, is an error like any other. Files with columns this doesn't know go the usual way.

        :return: as ``BaseModel.load``; the batch limit is ignored, so that nothing is half done
        """
        paths = [re.sub(r"[:/]?(\.?id)$", r"/\1", name) if name.endswith((":id", ".id"))
                 else name for name in fields]
        paths = [tuple(path.split("/")) for path in paths]
        if not self._can_load_at_once(paths):
            return super(RelationshipReading, self.with_context(
                default_origin=self.env.context.get("default_origin", "import"),
            )).load(fields, data)
        self.check_access("create")
        self.env.flush_all()
        rows, errors = self._read_rows(paths, data)
        if not errors:
            errors = self._find_duplicates(rows)
        ids = False
        if not errors:
            ids, errors = self._store_rows(rows)
        return {"ids": ids, "messages": self._format_errors(errors), "nextrow": 0}

    @api.model
    def _can_load_at_once(self, paths):
        names = [path[0] for path in paths]
        return (
            "measure_id" in names and len(set(names)) == len(names)
            and not any(self.env.context.get("name_create_enabled_fields", {}).values())
            and all(
                path[0] in PLAIN and len(path) == 1
                or path[0] in LINKS and (len(path) == 1 or path[1:] in (
                    ("id",), (".id",)) or path == ("measure_id", "code"))
                for path in paths))

    # ------------------------------------------------------------
    # Reading the file
    # ------------------------------------------------------------

    @api.model
    def _read_rows(self, paths, data):
        """Return the rows as values, each with its ``place`` in the file, and the errors.

        An error is (place, path of the column, sentence).
        """
        columns = {path[0]: (place, path) for place, path in enumerate(paths)}
        matches = {
            name: self._match_cells(
                name, path[1] if len(path) > 1 else "",
                {cell for row in data if (cell := self._clean(row[place]))})
            for name, (place, path) in columns.items() if name in LINKS}
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
                if not isinstance(found, _Wrong) and not (
                        name in LINKS and isinstance(found, str)):
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
            {match for match in found.values() if isinstance(match, int)})
        return {
            measure.id: SimpleNamespace(**{name: measure[name] for name in names})
            for measure in measures}

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
            measure, row.get("value", 0.0), row.get("na"), row.get("text"), row["date"], now)
        if not error:
            return None
        if not measure.answerable:
            return "measure_id", error
        if row["date"] > now:
            return "date", error
        return ("text" if measure.kind == "text" else "value"), error

    @api.model
    def _get_converters(self):
        """Return a function (column, cell) giving the value or a ``_Wrong`` sentence.

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
                return _Wrong(self.env._(
                    "“%(value)s” is none of: %(choices)s.", value=cell, choices=", ".join(
                        ("1", "0") if name == "na" else dict(
                            field._description_selection(self.env)).values())))
            if name == "value":
                try:
                    return float(cell)
                except ValueError:
                    return _Wrong(self.env._("“%(value)s” is not a number.", value=cell))
            try:
                moment = fields.Datetime.to_datetime(cell)
                return zone.localize(moment, is_dst=False).astimezone(
                    pytz.utc).replace(tzinfo=None)
            except ValueError:
                return _Wrong(self.env._(
                    "“%(value)s” is not a date. Write it like 2026-01-31 14:30:00.", value=cell))

        def convert(name, cell):
            if name in ("text", "lang"):
                return cell
            if (name, cell) not in known:
                known[name, cell] = convert_once(name, cell)
            return known[name, cell]

        return convert

    # ------------------------------------------------------------
    # Once only
    # ------------------------------------------------------------

    @api.model
    def _find_duplicates(self, rows):
        """Give each row its key; return the errors of rows given or stored before.

        One person answers one question once at a moment. Of answers without a name, equal ones
        are told apart by counting them.
        """
        seen, errors, counts = {}, [], Counter()
        for row in rows:
            parts = [
                row["company_id"], row.get("partner_id"), row["measure_id"],
                row.get("competitor_id"), row.get("staff_id"), row["date"]]
            if not row.get("partner_id") or row.get("text"):
                parts += [row.get("value"), row.get("text"), row.get("channel")]
            if not row.get("partner_id"):
                counts[tuple(parts)] += 1
                parts.append(counts[tuple(parts)])
            digest = hashlib.sha256("\x1f".join(map(str, parts)).encode()).hexdigest()
            row["source_key"] = f"import:{digest}"
            first = seen.setdefault(row["source_key"], row["place"])
            if first != row["place"]:
                errors.append((row["place"], ("measure_id",), self.env._(
                    "The same customer answers the same question at the same moment in row "
                    "%(row)s already.", row=first + 1)))
        stored = self.env.execute_query(SQL(
            "SELECT source_key FROM relationship_reading WHERE source_key = ANY(%s)", list(seen)))
        errors += [
            (seen[key], ("measure_id",), self.env._("This answer was imported before."))
            for key, in stored]
        return errors

    # ------------------------------------------------------------
    # Storing
    # ------------------------------------------------------------

    @api.model
    def _store_rows(self, rows):
        """Insert checked rows; return their ids, or False and the errors."""
        try:
            with self.env.cr.savepoint():
                ids = self._insert_rows(rows)
                domain = self.env["ir.rule"]._compute_domain(self._name, "create")
                allowed = self.sudo().search_count(Domain("id", "in", ids) & Domain(domain))
                if allowed < len(ids):
                    raise AccessError(self.env._(
                        "You may not add answers with this origin or for this company."))
        except AccessError as error:
            return False, [(None, None, str(error))]
        except psycopg2.errors.UniqueViolation:
            return False, [(None, None, self.env._(
                "Somebody else is importing the same answers."))]
        customers = self.env.execute_query(SQL(
            "SELECT DISTINCT commercial_partner_id FROM relationship_reading WHERE id = ANY(%s)",
            ids))
        self.env["relationship.refresh.queue"]._add([row[0] for row in customers])
        self.env["relationship.measure"].invalidate_model(["reading_count"])
        return ids, []

    @api.model
    def _insert_rows(self, rows):
        """Copy rows into the table, with every stored field that is computed; return the ids."""
        origin = self.env.context.get("default_origin", "import")
        lines = io.StringIO()
        writer = csv.writer(lines)
        writer.writerows(
            [row["place"], *(
                row.get(name, origin if name == "origin" else None) for name in COLUMNS)]
            for row in rows)
        lines.seek(0)
        names = SQL(", ").join(map(SQL.identifier, COLUMNS))
        self.env.cr.execute("DROP TABLE IF EXISTS relationship_import")
        self.env.cr.execute(SQL(
            "CREATE TEMPORARY TABLE relationship_import ON COMMIT DROP AS"
            " SELECT 0 AS place, %s FROM relationship_reading WHERE FALSE", names))
        self.env.cr.copy_expert("COPY relationship_import FROM STDIN WITH (FORMAT csv)", lines)
        fresh = SQL(", ").join(SQL("fresh.%s", SQL.identifier(name)) for name in COLUMNS)
        return [row[0] for row in self.env.execute_query(SQL(
            """
            INSERT INTO relationship_reading (
                %(names)s, facet, valence, commercial_partner_id, score, version, voided,
                create_uid, write_uid, create_date, write_date)
            SELECT %(fresh)s, measure.facet, measure.valence, partner.commercial_partner_id,
                   CASE WHEN fresh.na IS TRUE OR measure.kind IN ('text', 'count', 'awareness')
                             OR measure.scale_max <= measure.scale_min THEN 0
                        WHEN measure.reverse THEN 100 - answer.score ELSE answer.score END,
                   measure.version, FALSE, %(uid)s, %(uid)s,
                   NOW() AT TIME ZONE 'UTC', NOW() AT TIME ZONE 'UTC'
              FROM relationship_import fresh
              JOIN relationship_measure measure ON measure.id = fresh.measure_id
         LEFT JOIN res_partner partner ON partner.id = fresh.partner_id
     CROSS JOIN LATERAL (
                SELECT 100 * (fresh.value - measure.scale_min)
                       / NULLIF(measure.scale_max - measure.scale_min, 0) AS score
              ) answer
          ORDER BY fresh.place
         RETURNING id
            """, names=names, fresh=fresh, uid=self.env.uid))]

    @api.model
    def _format_errors(self, errors):
        """Return the errors as messages of ``load``, in the order of the file."""
        messages = []
        for place, path, sentence in sorted(errors, key=lambda error: error[0] or 0)[:MAX_ERRORS]:
            message = {"type": "error", "message": sentence}
            if place is not None:
                message.update(
                    rows={"from": place, "to": place}, record=place, field=path[0],
                    field_name=self._fields[path[0]]._description_string(self.env),
                    field_path=list(path))
            messages.append(message)
        if len(errors) > MAX_ERRORS:
            messages.append({"type": "error", "message": self.env._(
                "%(count)s more rows have errors.", count=len(errors) - MAX_ERRORS)})
        return messages


class _Wrong(str):
    """A sentence that says why a cell can't be converted."""

    __slots__ = ()
