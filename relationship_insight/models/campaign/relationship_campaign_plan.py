import logging

from psycopg2 import OperationalError

from odoo import api, fields, models
from odoo.tools import SQL

_logger = logging.getLogger(__name__)

CRON_TRIES = 5


class RelationshipCampaign(models.Model):
    """Planning: the one step that decides for all campaigns of a company who is asked now.

    It draws waves and picks up events into the ledger, and then decides every line of the ledger
    whose turn it is, set by set, in the database.
    """

    _inherit = "relationship.campaign"

    @api.model
    def _cron_plan(self):
        """Plan every company; each for itself, so that one mistake stops nobody else."""
        for company in self.sudo().search([("state", "=", "running")]).company_id:
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
    def _plan(self, company):
        """Decide for all running campaigns of a company who is asked now, and who is not.

        Doing it again at once changes nothing.

        :return: the number of new invitations
        """
        now = fields.Datetime.now()
        self = self.sudo().with_company(company).with_context(  # noqa: PLW0642
            allowed_company_ids=company.ids, lang=None)
        self.env.flush_all()
        self.env["relationship.planner"]._lock(company, now)
        campaigns = self.search([("company_id", "=", company.id), ("state", "=", "running")])
        campaigns._plan_waves(now)
        campaigns._plan_events(company, now)
        self.env.flush_all()
        count = self._plan_decide(company, now)
        self._plan_withdraw(company)
        self.env.invalidate_all()
        return count

    def _sql_stratum(self, partner):
        """SQL of the group that a contact (SQL alias) belongs to, NULL without groups."""
        self.ensure_one()
        field = self.stratum_field_id
        if not field:
            return SQL("NULL::varchar")
        return SQL(
            "COALESCE(%s.%s::varchar, '')", partner, SQL.identifier(field.name))

    def _sql_share(self, size):
        """SQL of the share asked in a group of this size: more in small ones, never by spend."""
        self.ensure_one()
        wanted = self.minimum_n / self.expected_response
        return SQL(
            "LEAST(1.0, GREATEST(%s, %s / GREATEST(%s, 1)::float8))",
            self.sampling_fraction, wanted, size)

    @api.model
    def _plan_withdraw(self, company):
        """Cancel what is planned for somebody who by now wants nothing or is never asked."""
        Invitation = self.env["relationship.invitation"]
        self.env.cr.execute(SQL(
            """
            WITH gone AS (
                UPDATE relationship_invitation i SET state = 'cancelled'
                  FROM res_partner p, res_company c
                 WHERE i.state = 'planned' AND i.company_id = %(company)s
                   AND p.id = i.partner_id AND c.id = i.company_id
                   AND (%(holdout)s OR p.active IS NOT TRUE OR EXISTS (
                        SELECT 1 FROM relationship_contact_preference w
                         WHERE w.partner_id = p.id AND w.company_id = i.company_id
                           AND (w.opted_out OR EXISTS (
                                SELECT 1 FROM relationship_contact_preference_campaign_rel r
                                 WHERE r.relationship_contact_preference_id = w.id
                                   AND r.relationship_campaign_id = i.campaign_id))))
             RETURNING i.id, %(holdout)s AS holdout
            )
            UPDATE relationship_eligibility l SET outcome = 'skipped',
                   reason = CASE WHEN gone.holdout THEN 'holdout' ELSE 'opted_out' END
              FROM gone WHERE l.invitation_id = gone.id
            """,
            company=company.id,
            holdout=Invitation._sql_holdout(SQL("p.commercial_partner_id"), SQL("c"))))
