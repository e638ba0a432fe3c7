from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

from ..care.relationship_case import OPEN_STATES
from ..talk.relationship_promise import GOING

# A day is near from so many days before it on, or from its own lead days.
NEAR_DAYS = 14


class RelationshipStrip(models.AbstractModel):
    """The kinds of lines that are no preferences: one query each, whatever the customers' number.

    Each method returns {customer's id: values of the line}. A person's line is about that
    person, a company's about all its people.
    """

    _inherit = "relationship.strip"

    @api.model
    def _pick(self, model, query, entities, columns, order):
        """Return the first row of each customer among those that the query found."""
        self.env[model].flush_model()
        table = SQL.identifier(self.env[model]._table)
        return self.env.execute_query(
            SQL(
                """
            SELECT DISTINCT ON (about.who) about.who, %(columns)s
              FROM %(table)s row
        CROSS JOIN LATERAL (
                SELECT row.partner_id AS who UNION SELECT row.commercial_partner_id
              ) about
             WHERE row.id IN %(found)s AND about.who = ANY(%(partners)s)
          ORDER BY about.who, %(order)s
            """,
                columns=columns,
                table=table,
                found=query.subselect(),
                partners=list(entities),
                order=order,
            )
        )

    @api.model
    def _of(self, config, entities):
        return [
            ("company_id", "=", config.company_id.id),
            "|",
            ("partner_id", "in", list(entities)),
            ("commercial_partner_id", "in", list(entities)),
        ]

    @api.model
    def _read_talk(self, reader, insight, config, entities):
        """Show when somebody last talked with them, and who: by talks that all may read."""
        query = reader["relationship.touch"]._search(
            [
                *self._of(config, entities),
                ("visibility", "=", "company"),
                ("last_date", "!=", False),
            ]
        )
        zone = self.env.context.get("tz") or self.env.user.tz or "UTC"
        rows = self._pick(
            "relationship.touch",
            query,
            entities,
            SQL(
                "(row.last_date AT TIME ZONE 'UTC' AT TIME ZONE %s)::date, row.last_staff_id", zone
            ),
            SQL("row.last_date DESC, row.id DESC"),
        )
        return {who: [str(day), staff or 0] for who, day, staff in rows}

    @api.model
    def _read_promise(self, reader, insight, config, entities):
        """Show the open promise that is due first, who owes it and what it is."""
        query = reader["relationship.promise"]._search(
            [
                *self._of(config, entities),
                ("visibility", "=", "company"),
                ("state", "in", GOING),
                ("name", "!=", False),
            ]
        )
        rows = self._pick(
            "relationship.promise",
            query,
            entities,
            SQL("row.date_due, row.staff_id, row.name"),
            SQL("row.date_due, row.id"),
        )
        return {who: [str(day), staff or 0, name] for who, day, staff, name in rows}

    @api.model
    def _read_event(self, reader, insight, config, entities):
        """Show the next day that matters to them, once it is near."""
        today = fields.Date.context_today(self)
        query = reader["relationship.life.event"]._search(
            [*self._of(config, entities), ("sensitive", "=", False), ("next_date", ">=", today)]
        )
        rows = self._pick(
            "relationship.life.event",
            query,
            entities,
            SQL("row.next_date, row.type, row.name, row.lead_days"),
            SQL("row.next_date, row.id"),
        )
        return {
            who: [str(day), kind, name or ""]
            for who, day, kind, name, lead in rows
            if day <= today + timedelta(days=max(lead or 0, NEAR_DAYS))
        }

    @api.model
    def _read_case(self, reader, insight, config, entities):
        """Show the open case that is due first, to those who may read it."""
        if insight is None or not insight["relationship.case"].has_access("read"):
            return {}
        query = insight["relationship.case"]._search(
            [*self._of(config, entities), ("state", "in", OPEN_STATES)]
        )
        rows = self._pick(
            "relationship.case", query, entities, SQL("row.name"), SQL("row.date_deadline, row.id")
        )
        return {who: [name] for who, name in rows}

    @api.model
    def _read_class(self, reader, insight, config, entities):
        """Show the field of the loyalty matrix, to those who may read it."""
        return self._read_profile(insight, config, entities, "loyalty_class", ["unknown"])

    @api.model
    def _read_questions(self, insight, config, entities):
        """Return what to find out next, to those who may read the customer's insight."""
        return self._read_profile(insight, config, entities, "ask_next", ["nothing"])

    @api.model
    def _read_profile(self, insight, config, entities, name, empty):
        if insight is None or not insight["relationship.profile"].has_access("read"):
            return {}
        profiles = insight["relationship.profile"].search_fetch(
            [
                ("company_id", "=", config.company_id.id),
                ("commercial_partner_id", "in", list(set(entities.values()))),
                (name, "not in", [False, *empty]),
            ],
            ["commercial_partner_id", name],
        )
        values = {profile.commercial_partner_id.id: profile[name] for profile in profiles}
        return {who: [values[entity]] for who, entity in entities.items() if entity in values}
