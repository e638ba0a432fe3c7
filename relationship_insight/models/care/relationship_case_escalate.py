from odoo import api, fields, models

from .relationship_case import OPEN_STATES


class RelationshipCase(models.Model):
    _inherit = "relationship.case"

    @api.model
    def _cron_escalate(self, batch_size=100):
        """Tell those responsible, once, about cases in which nobody got in touch in time."""
        domain = [
            ("state", "in", OPEN_STATES), ("date_contacted", "=", False),
            ("date_escalated", "=", False), ("date_escalation", "<", fields.Datetime.now())]
        cases = self.search(
            domain, limit=batch_size, order="date_escalation, id").try_lock_for_update()
        for case in cases:
            case._escalate()
        self.env["ir.cron"]._commit_progress(
            len(cases), remaining=self.search_count(domain) if cases else 0)

    def _escalate(self):
        """Hand the case up to the team's leader, else to the company's person for care."""
        self.ensure_one()
        user = self._get_escalation_user()
        self.write({"date_escalated": fields.Datetime.now(), "priority": "1"})
        if user:
            spoken = self.with_context(lang=user.lang)
            spoken.activity_schedule(
                "mail.mail_activity_data_warning", user_id=user.id,
                summary=spoken.env._("Nobody has been in touch with this customer yet"))

    def _get_escalation_user(self):
        self.ensure_one()
        leader = self.team_id.user_id
        if leader and leader != self.user_id:
            return leader
        return self.company_id.relationship_case_user_id or self._find_desk_owner(
            self.company_id, None)
