import csv
import hashlib
import io
import re
from collections import Counter

import psycopg2

from odoo import api, models
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tools import SQL

from .relationship_reading_rows import LINKS, PLAIN

# What an import writes, in the order of its columns.
COLUMNS = (
    "measure_id",
    "partner_id",
    "company_id",
    "date",
    "value",
    "na",
    "text",
    "competitor_id",
    "channel",
    "staff_id",
    "origin",
    "lang",
    "source_key",
)
MAX_ERRORS = 100


class RelationshipReading(models.Model):
    """Import of many answers at once: all of them or, with every reason, none."""

    _inherit = "relationship.reading"

    @api.model
    def get_import_templates(self):
        return [
            {
                "label": self.env._("Import Template for Answers"),
                "template": "/relationship_insight/static/xls/relationship_reading.xlsx",
            }
        ]

    @api.model
    def load(self, fields, data):
        """Import answers: one a row, checked all together before the first is stored.

        A column may hold a measure's code, name or external id, a customer's e-mail, reference,
        name or external id, and so on. A row that was imported before, or stands in the file
        twice, is an error like any other. Files with columns this doesn't know go the usual way.

        :return: as ``BaseModel.load``; the batch limit is ignored, so that nothing is half done
        """
        paths = [
            re.sub(r"[:/]?(\.?id)$", r"/\1", name) if name.endswith((":id", ".id")) else name
            for name in fields
        ]
        paths = [tuple(path.split("/")) for path in paths]
        if not self._can_load_at_once(paths):
            return super(
                RelationshipReading,
                self.with_context(
                    default_origin=self.env.context.get("default_origin", "import"),
                ),
            ).load(fields, data)
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
            "measure_id" in names
            and len(set(names)) == len(names)
            and not any(self.env.context.get("name_create_enabled_fields", {}).values())
            and all(
                path[0] in PLAIN
                and len(path) == 1
                or path[0] in LINKS
                and (
                    len(path) == 1
                    or path[1:] in (("id",), (".id",))
                    or path == ("measure_id", "code")
                )
                for path in paths
            )
        )

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
                row["company_id"],
                row.get("partner_id"),
                row["measure_id"],
                row.get("competitor_id"),
                row.get("staff_id"),
                row["date"],
            ]
            if not row.get("partner_id") or row.get("text"):
                parts += [row.get("value"), row.get("text"), row.get("channel")]
            if not row.get("partner_id"):
                counts[tuple(parts)] += 1
                parts.append(counts[tuple(parts)])
            digest = hashlib.sha256("\x1f".join(map(str, parts)).encode()).hexdigest()
            row["source_key"] = f"import:{digest}"
            first = seen.setdefault(row["source_key"], row["place"])
            if first != row["place"]:
                errors.append(
                    (
                        row["place"],
                        ("measure_id",),
                        self.env._(
                            "The same customer answers the same question at the same moment in row "
                            "%(row)s already.",
                            row=first + 1,
                        ),
                    )
                )
        stored = self.env.execute_query(
            SQL(
                "SELECT source_key FROM relationship_reading WHERE source_key = ANY(%s)", list(seen)
            )
        )
        errors += [
            (seen[key], ("measure_id",), self.env._("This answer was imported before."))
            for (key,) in stored
        ]
        return errors

    # ------------------------------------------------------------
    # Storing
    # ------------------------------------------------------------

    @api.model
    def _store_rows(self, rows):
        """Insert checked rows; return their ids, or False and the errors."""
        try:
            with self.env.cr.savepoint():
                origin = self.env.context.get("default_origin", "import")
                self._check_origins({row.get("origin") or origin for row in rows})
                ids = self._insert_rows(rows)
                domain = self.env["ir.rule"]._compute_domain(self._name, "create")
                allowed = self.sudo().search_count(Domain("id", "in", ids) & Domain(domain))
                if allowed < len(ids):
                    raise AccessError(
                        self.env._("You may not add answers with this origin or for this company.")
                    )
        except AccessError as error:
            return False, [(None, None, str(error))]
        except psycopg2.errors.UniqueViolation:
            return False, [(None, None, self.env._("Somebody else is importing the same answers."))]
        customers = self.env.execute_query(
            SQL(
                "SELECT DISTINCT commercial_partner_id FROM relationship_reading WHERE id = "
                "ANY(%s)",
                ids,
            )
        )
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
            [
                row["place"],
                *(row.get(name, origin if name == "origin" else None) for name in COLUMNS),
            ]
            for row in rows
        )
        lines.seek(0)
        names = SQL(", ").join(map(SQL.identifier, COLUMNS))
        self.env.cr.execute("DROP TABLE IF EXISTS relationship_import")
        self.env.cr.execute(
            SQL(
                "CREATE TEMPORARY TABLE relationship_import ON COMMIT DROP AS"
                " SELECT 0 AS place, %s FROM relationship_reading WHERE FALSE",
                names,
            )
        )
        self.env.cr.copy_expert("COPY relationship_import FROM STDIN WITH (FORMAT csv)", lines)
        fresh = SQL(", ").join(SQL("fresh.%s", SQL.identifier(name)) for name in COLUMNS)
        return [
            row[0]
            for row in self.env.execute_query(
                SQL(
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
            """,
                    names=names,
                    fresh=fresh,
                    uid=self.env.uid,
                )
            )
        ]

    @api.model
    def _format_errors(self, errors):
        """Return the errors as messages of ``load``, in the order of the file."""
        messages = []
        for place, path, sentence in sorted(errors, key=lambda error: error[0] or 0)[:MAX_ERRORS]:
            message = {"type": "error", "message": sentence}
            if place is not None:
                message.update(
                    rows={"from": place, "to": place},
                    record=place,
                    field=path[0],
                    field_name=self._fields[path[0]]._description_string(self.env),
                    field_path=list(path),
                )
            messages.append(message)
        if len(errors) > MAX_ERRORS:
            messages.append(
                {
                    "type": "error",
                    "message": self.env._(
                        "%(count)s more rows have errors.", count=len(errors) - MAX_ERRORS
                    ),
                }
            )
        return messages
