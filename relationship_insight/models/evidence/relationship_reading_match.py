import re
from collections import defaultdict

from odoo import api, models
from odoo.fields import Domain
from odoo.tools import email_normalize

CHUNK = 5000
LISTED = 5


class RelationshipReading(models.Model):
    """Find the records that the cells of an imported file mean, each distinct cell once."""

    _inherit = "relationship.reading"

    @api.model
    def _match_cells(self, name, kind, cells):
        """Return {cell: record id, or the sentence that says why there is none}.

        :param str name: a many2one field of readings
        :param str kind: "id" for external ids, ".id" for database ids, "code" for a measure's
            code, "" for what people call it
        :param cells: the distinct texts of the column
        """
        Comodel = self.env[self._fields[name].comodel_name].with_context(active_test=False)
        if kind == ".id":
            found = self._match_ids(Comodel, cells)
        elif kind == "id":
            found = self._match_external_ids(Comodel, cells)
        else:
            found = getattr(self, f"_match_{name}")(Comodel, cells)
        return {cell: self._choose_match(name, cell, found.get(cell)) for cell in cells}

    @api.model
    def _choose_match(self, name, cell, records):
        """Return the id of the only record, or say what is wrong."""
        if not records:
            return self._get_unknown_error(name, cell)
        if "active" in records._fields and len(records) > 1:
            records = records.filtered("active") or records
        if len(records) == 1:
            return records.id
        if name == "measure_id":
            return self.env._(
                "Several measures are called “%(name)s”: %(codes)s. Write the code instead.",
                name=cell,
                codes=", ".join(sorted(records.mapped("code"))[:LISTED]),
            )
        return self.env._(
            "%(count)s records match “%(name)s”. Write something only one of them has, such as "
            "the e-mail, the reference or the external ID.",
            count=len(records),
            name=cell,
        )

    @api.model
    def _get_unknown_error(self, name, cell):
        if name == "measure_id":
            return self.env._("There is no measure “%(name)s”.", name=cell)
        if name == "partner_id":
            return self.env._(
                "There is no customer “%(name)s”. The e-mail, the reference, the name or the "
                "external ID must be exactly as on the contact.",
                name=cell,
            )
        if name == "staff_id":
            return self.env._("There is nobody called “%(name)s” on the staff.", name=cell)
        if name == "competitor_id":
            return self.env._(
                "There is no competitor “%(name)s”. Add it under Market first.", name=cell
            )
        return self.env._("“%(name)s” was not found.", name=cell)

    @api.model
    def _match_ids(self, Comodel, cells):
        ids = {cell: int(cell) for cell in cells if re.fullmatch(r"\d{1,9}", cell)}
        return self._group(self._search_chunks(Comodel, "id", ids.values()), "id", ids)

    @api.model
    def _match_external_ids(self, Comodel, cells):
        names = {cell: cell if "." in cell else f"__import__.{cell}" for cell in cells}
        rows = (
            self.env["ir.model.data"]
            .sudo()
            .search_fetch(
                [
                    ("model", "=", Comodel._name),
                    ("name", "in", [name.partition(".")[2] for name in names.values()]),
                ],
                ["module", "name", "res_id"],
            )
        )
        ids = {f"{row.module}.{row.name}": row.res_id for row in rows}
        return self._group(
            self._search_chunks(Comodel, "id", ids.values()),
            "id",
            {cell: ids[name] for cell, name in names.items() if name in ids},
        )

    @api.model
    def _group(self, records, field, keys):
        """Return {cell: records whose field is the cell's key}."""
        groups = defaultdict(list)
        for record in records:
            groups[record[field]].append(record.id)
        return {cell: records.browse(groups[key]) for cell, key in keys.items() if key in groups}

    @api.model
    def _search_chunks(self, Comodel, field, values, domain=Domain.TRUE, fetch=()):
        """Return the records with one of so many values, without one statement for all."""
        values = list(dict.fromkeys(values))
        found = Comodel
        for start in range(0, len(values), CHUNK):
            found |= Comodel.search_fetch(
                Domain(field, "in", values[start : start + CHUNK]) & domain,
                [name for name in {field, *fetch} if name != "id"],
            )
        return found

    # ------------------------------------------------------------
    # What people call it
    # ------------------------------------------------------------

    @api.model
    def _match_measure_id(self, Measure, cells):
        """Measures by code, else by name in the user's language."""
        measures = Measure.search_fetch([], ["code", "name", "active"])
        folded = {cell: cell.casefold() for cell in cells}
        groups = {}
        for field in ("name", "code"):
            by_key = defaultdict(list)
            for measure in measures:
                by_key[(measure[field] or "").casefold()].append(measure.id)
            groups.update(
                {
                    cell: measures.browse(by_key[key])
                    for cell, key in folded.items()
                    if key in by_key
                }
            )
        return groups

    @api.model
    def _match_partner_id(self, Partner, cells):
        """Contacts by e-mail, else by reference, else by name, with the firm's or without."""
        company = Domain("company_id", "in", [False, *self.env.companies.ids])
        groups = {}
        for field in ("name", "complete_name", "ref"):
            groups.update(
                self._group(
                    self._search_chunks(Partner, field, cells, company, ["active"]),
                    field,
                    {cell: cell for cell in cells},
                )
            )
        emails = {cell: email_normalize(cell) for cell in cells if "@" in cell}
        groups.update(
            self._group(
                self._search_chunks(
                    Partner, "email_normalized", filter(None, emails.values()), company, ["active"]
                ),
                "email_normalized",
                emails,
            )
        )
        return groups

    @api.model
    def _match_staff_id(self, Partner, cells):
        """As customers; of several people of a name, the one who has a login."""
        groups = self._match_partner_id(Partner, cells)
        for cell, people in groups.items():
            if len(people) > 1:
                groups[cell] = (
                    people.filtered(
                        lambda person: any(not user.share for user in person.sudo().user_ids)
                    )
                    or people
                )
        return groups

    @api.model
    def _match_competitor_id(self, Competitor, cells):
        """Competitors by name, else by one of their other names."""
        groups = defaultdict(list)
        names = defaultdict(list)
        for competitor in Competitor.search([("active", "=", True)]):
            names[competitor.name.casefold()].append(competitor.id)
            for alias in (competitor.aliases or "").split(","):
                groups[alias.strip().casefold()].append(competitor.id)
        return {
            cell: Competitor.browse(names.get(cell.casefold()) or groups.get(cell.casefold()))
            for cell in cells
        }

    @api.model
    def _match_company_id(self, Company, cells):
        companies = self.env.companies.filtered(lambda company: company.name in cells)
        return self._group(companies, "name", {cell: cell for cell in cells})
