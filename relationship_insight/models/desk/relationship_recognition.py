from odoo import fields, models
from odoo.tools import SQL


class RelationshipRecognition(models.Model):
    """What deserves praise: preferences that held and promises that were kept.

    How much somebody writes counts nowhere. A preference confirmed by whoever noted it, on the
    same day, doesn't count, and each counts once a month; neither do promises that not everyone
    may read, so that no figure tells of them.
    """

    _name = "relationship.recognition"
    _description = "Recognition"
    _auto = False
    _order = "date desc, id desc"
    _rec_name = "staff_id"

    staff_id = fields.Many2one("res.partner", readonly=True)
    company_id = fields.Many2one("res.company", readonly=True)
    date = fields.Date(readonly=True)
    kind = fields.Selection(
        [
            ("preference", "Preference confirmed"),
            ("promise", "Promise kept"),
        ],
        readonly=True,
    )
    preference_count = fields.Integer(string="Preferences Confirmed", readonly=True)
    promise_count = fields.Integer(string="Promises Kept", readonly=True)
    total = fields.Integer(readonly=True)

    _depends = {
        "relationship.preference.check": [
            "company_id",
            "date",
            "own",
            "preference_id",
            "result",
            "staff_id",
        ],
        "relationship.promise": ["company_id", "date_done", "staff_id", "state", "visibility"],
    }

    @property
    def _table_query(self):
        return SQL(
            """
            SELECT MIN(id) * 2 AS id, staff_id, company_id, MIN(date) AS date,
                   'preference' AS kind, 1 AS preference_count, 0 AS promise_count, 1 AS total
              FROM relationship_preference_check
             WHERE result IN ('confirmed', 'fulfilled') AND own IS NOT TRUE
          GROUP BY staff_id, company_id, DATE_TRUNC('month', date),
                   COALESCE(preference_id, -id)
         UNION ALL
            SELECT id * 2 + 1, staff_id, company_id, date_done, 'promise', 0, 1, 1
              FROM relationship_promise
             WHERE state = 'kept' AND visibility = 'company'
            """
        )
