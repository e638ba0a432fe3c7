import logging

from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.tools import SQL

from .planner import events, verdicts, waves
from .planner.scope import Scope

_logger = logging.getLogger(__name__)

CRON_TRIES = 5


class RelationshipPlanner(models.Model):
    """The one step that decides for all campaigns of a company who is asked now.

    It draws waves and picks up events into the ledger, and then decides every line of the ledger
    whose turn it is, set by set, in the database. The steps are the functions in ``planner/``.

    One line per company: whoever plans holds it, so that two planners never see half a plan.
    """

    _name = "relationship.planner"
    _description = "Planning of a Company's Campaigns"
    _rec_name = "company_id"
    _log_access = False

    company_id = fields.Many2one("res.company", required=True, readonly=True, ondelete="cascade")
    date = fields.Datetime(string="Planned On", readonly=True)
    run_count = fields.Integer(readonly=True)

    _company_uniq = models.Constraint("UNIQUE(company_id)", "One line per company.")

    @api.model
    def _lock(self, company, now):
        """Wait for another planner of this company.

        Its changes are newer than what this transaction sees, so the update then fails as a
        conflict, and the request or cron begins again with a fresh look.
        """
        self.env.cr.execute(
            SQL(
                "INSERT INTO relationship_planner (company_id, run_count) VALUES (%s, 0)"
                " ON CONFLICT DO NOTHING",
                company.id,
            )
        )
        self.env.cr.execute(
            SQL(
                "UPDATE relationship_planner SET run_count = run_count + 1, date = %s"
                " WHERE company_id = %s",
                now,
                company.id,
            )
        )
        self.invalidate_model()

    @api.model
    def _cron_plan(self):
        """Plan every company; each for itself, so that one mistake stops nobody else."""
        for company in (
            self.env["relationship.campaign"].sudo().search([("state", "=", "running")]).company_id
        ):
            for attempt in range(CRON_TRIES):
                try:
                    self._plan(company)
                    self.env["ir.cron"]._commit_progress(1)
                    break
                except OperationalError:
                    # Another planner was faster. Begin again, seeing what it did.
                    self.env.cr.rollback()
                    if attempt == CRON_TRIES - 1:
                        _logger.warning("Planning for %s: others plan at the time", company.name)

    @api.model
    def _get_scope(self, company, now):
        """Return what a run of the planner looks at, with the rights and language of nobody."""
        return Scope(
            company.sudo()
            .with_company(company)
            .with_context(allowed_company_ids=company.ids, lang=None),
            now,
        )

    @api.model
    def _plan(self, company):
        """Decide for all running campaigns of a company who is asked now, and who is not.

        Doing it again at once changes nothing.

        :return: the number of new invitations
        """
        scope = self._get_scope(company, fields.Datetime.now())
        env = scope.env
        env.flush_all()
        env["relationship.planner"]._lock(company, scope.now)
        campaigns = env["relationship.campaign"].search(
            [("company_id", "=", company.id), ("state", "=", "running")]
        )
        waves.plan_waves(scope, campaigns)
        events.plan_events(scope, campaigns)
        env.flush_all()
        count = verdicts.decide(scope)
        verdicts.withdraw(scope)
        env.invalidate_all()
        return count

    # Hooks: what later rooms know of whom to ask.

    @api.model
    def _count_open_cases(self, company):
        """Return the open cases of a company: the more, the fewer are asked. Extended by care."""
        del company
        return 0

    @api.model
    def _sql_event_case_closed(self, company, first, last):
        """SQL of the cases closed in a window, as events; without cases none. Extended by care."""
        del company, first, last
        return SQL(
            """
            SELECT NULL::varchar AS event_key, NULL::int AS partner_id, NULL::timestamp AS date,
                   NULL::varchar AS order_model, NULL::int AS order_id,
                   NULL::varchar AS shop_model, NULL::int AS shop_id, NULL::int AS staff_id
             WHERE FALSE
            """
        )

    @api.model
    def _sql_asked_elsewhere(self):
        """SQL of whom we asked otherwise than by invitation: they rest from campaigns as well.

        ``partner_id``, ``company_id``, when we asked (``touched``), when they took part
        (``answered``). Extended by interview.
        """
        return SQL(
            """
            SELECT NULL::int AS partner_id, NULL::int AS company_id, NULL::timestamp AS touched,
                   NULL::timestamp AS answered
             WHERE FALSE
            """
        )

    @api.model
    def _get_recent_buyers(self, company, since):
        """Return SELECTs of contacts with orders since a date. Extended by pos."""
        return [
            SQL(
                "SELECT partner_id FROM sale_order WHERE date_order >= %s AND company_id = %s",
                since,
                company.id,
            )
        ]

    @api.model
    def _sql_shop_model(self):
        """SQL of the model of the shop of a purchase (``buy``). Extended by pos."""
        return SQL("NULL::varchar")

    @api.model
    def _sql_shop_id(self):
        """SQL of the id of the shop of a purchase (``buy``). Extended by pos."""
        return SQL("NULL::int")
