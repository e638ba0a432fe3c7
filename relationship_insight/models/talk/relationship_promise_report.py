from odoo import fields, models
from odoo.tools import SQL

from .relationship_promise import STATES


class RelationshipPromiseReport(models.Model):
    """How many promises were kept, by staff and team. Those handed over count for nobody."""

    _name = "relationship.promise.report"
    _description = "Promises Kept"
    _auto = False
    _order = "date_due desc, id desc"
    _rec_name = "staff_id"

    promise_id = fields.Many2one("relationship.promise", readonly=True)
    staff_id = fields.Many2one("res.partner", string="Owner", readonly=True)
    team_id = fields.Many2one("crm.team", string="Sales Team", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    user_id = fields.Many2one("res.users", string="Promised By", readonly=True)
    visibility = fields.Char(readonly=True)
    date_due = fields.Date(string="Due", readonly=True)
    state = fields.Selection(STATES, readonly=True)
    made = fields.Integer(readonly=True)
    kept = fields.Integer(string="Kept in Time", readonly=True)
    late = fields.Integer(string="Kept Late", readonly=True)
    broken = fields.Integer(readonly=True)
    handed = fields.Integer(string="Handed Over", readonly=True)
    still_open = fields.Integer(string="Open", readonly=True)
    kept_rate = fields.Float(
        string="Kept in Time, of Those Settled",
        readonly=True,
        aggregator="avg",
        help="Kept in time over kept, kept late and broken. Open, handed over and called-off "
        "promises count neither way.",
    )
    days_late = fields.Float(readonly=True, aggregator="avg")

    _depends = {
        "relationship.promise": [
            "company_id",
            "date_done",
            "date_due",
            "staff_id",
            "state",
            "team_id",
            "user_id",
            "visibility",
        ],
    }

    def _read_group_postprocess_aggregate(self, aggregate_spec, raw_values):
        """An average over nobody is nothing, not zero."""
        if aggregate_spec in ("kept_rate:avg", "days_late:avg"):
            return (False if value is None else value for value in raw_values)
        return super()._read_group_postprocess_aggregate(aggregate_spec, raw_values)

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT id, id AS promise_id, staff_id, team_id, company_id, user_id, visibility,
                   date_due, state, 1 AS made,
                   (state = 'kept')::int AS kept, (state = 'late')::int AS late,
                   (state = 'broken')::int AS broken, (state = 'handed')::int AS handed,
                   (state = 'open')::int AS still_open,
                   CASE WHEN state IN ('kept', 'late', 'broken')
                        THEN (state = 'kept')::int::float8 END AS kept_rate,
                   CASE WHEN state IN ('kept', 'late')
                        THEN GREATEST(0, date_done - date_due)::float8 END AS days_late
              FROM relationship_promise
             WHERE state != 'cancelled'
            """
        )
