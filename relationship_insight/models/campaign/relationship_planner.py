from odoo import api, fields, models
from odoo.tools import SQL


class RelationshipPlanner(models.Model):
    """One line per company. Whoever plans holds it, so that two planners never see half a plan."""

    _name = "relationship.planner"
    _description = "Planning of a Company's Campaigns"
    _rec_name = "company_id"
    _log_access = False

    company_id = fields.Many2one(
        "res.company", required=True, readonly=True, ondelete="cascade")
    date = fields.Datetime(string="Planned On", readonly=True)
    run_count = fields.Integer(readonly=True)

    _company_uniq = models.Constraint("UNIQUE(company_id)", "One line per company.")

    @api.model
    def _lock(self, company, now):
        """Wait for another planner of this company.

        Its changes are newer than what this transaction sees, so the update then fails as a
        conflict, and the request or cron begins again with a fresh look.
        """
        self.env.cr.execute(SQL(
            "INSERT INTO relationship_planner (company_id, run_count) VALUES (%s, 0)"
            " ON CONFLICT DO NOTHING", company.id))
        self.env.cr.execute(SQL(
            "UPDATE relationship_planner SET run_count = run_count + 1, date = %s"
            " WHERE company_id = %s", now, company.id))
        self.invalidate_model()
