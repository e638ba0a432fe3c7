from odoo import api, fields, models
from odoo.tools import SQL

from ...tools.cron_wake import trigger
from .relationship_delivery import WISHES_STEP
from .relationship_delivery_queue import QUEUE_BATCH
from .relationship_delivery_send import BATCH

JOB_SIZE = 500
JOBS_AHEAD = 20
JOBS_PARAMETER = "relationship_insight.send_by_jobs"
JOBS_PATIENCE = 15  # minutes
CRON = "relationship_insight.ir_cron_relationship_send"


class RelationshipDelivery(models.Model):
    """When sending happens: by the cron, by a button, and by jobs where that was chosen."""

    _inherit = "relationship.delivery"

    @api.model
    def _wake(self):
        """Look soon for what is to be sent."""
        trigger(self.env, CRON)

    @api.model
    def _is_neutralized(self):
        """Whether this database is a copy, which must not write to customers."""
        return self.env["ir.config_parameter"].sudo().get_param("database.is_neutralized")

    @api.model
    def _cron_send(self):
        """Queue what is due, then send it until the time is over; the scheduler comes again."""
        if self._is_neutralized():
            return
        cron = self.env["ir.cron"]
        self.env["relationship.invitation"]._hand_on()
        self._lasting(self._withdraw)
        while self._lasting(self._queue_invitations) == QUEUE_BATCH:
            if not cron._commit_progress(remaining=self._count_due()):
                return
        self._lasting(self._check_sms)
        if self._is_sending_by_jobs():
            self._send_by_jobs()
            return
        while done := self._send_batch():
            if not cron._commit_progress(done, remaining=self._count_due()):
                return
        cron._commit_progress(remaining=0)

    @api.model
    def _count_due(self):
        """How many messages are due now."""
        ((count,),) = self.env.execute_query(
            SQL(
                "SELECT COUNT(*) FROM (SELECT FROM relationship_delivery"
                " WHERE state = 'queued' AND date_due <= %s LIMIT %s) due",
                fields.Datetime.now(),
                10 * QUEUE_BATCH,
            )
        )
        return count

    @api.model
    def _is_sending_by_jobs(self):
        """Whether jobs send: where it was chosen, and as long as somebody performs jobs."""
        return bool(
            self.env["ir.config_parameter"].sudo().get_param(JOBS_PARAMETER)
            and self._get_jobs_state() in ("working", "idle")
        )

    @api.model
    def _get_jobs_state(self):
        """Tell what is known of the job queue, for all companies.

        :return: "none" where it isn't installed, "stuck" where jobs wait for longer than
            ``JOBS_PATIENCE`` minutes, "working" where one was done since yesterday, else "idle"
        """
        if "queue.job" not in self.env:
            return "none"
        Job = self.env["queue.job"].sudo()
        now = fields.Datetime.now()
        late = fields.Datetime.subtract(now, minutes=JOBS_PATIENCE)
        if Job.search_count(
            [
                ("state", "in", ("pending", "enqueued")),
                ("date_created", "<", late),
                "|",
                ("eta", "=", False),
                ("eta", "<", late),
            ],
            limit=1,
        ):
            return "stuck"
        yesterday = fields.Datetime.subtract(now, days=1)
        done = Job.search_count([("state", "=", "done"), ("date_done", ">=", yesterday)], limit=1)
        return "working" if done else "idle"

    @api.model
    def _send_by_jobs(self):
        """Let workers of the job queue send; as many at a time as its channel allows."""
        jobs = min(JOBS_AHEAD, -(-self._count_due() // JOB_SIZE))
        for number in range(jobs):
            self.with_delay(
                description=self.env._("Send messages to customers"),
                identity_key=f"relationship.delivery.{number}",
            )._job_send()

    @api.model
    def _job_send(self):
        """Send one job's share, in transactions of its own: a job itself may not commit."""
        with self.env.registry.cursor() as cr:
            sender = self.with_env(self.env(cr=cr))
            left = JOB_SIZE
            while left > 0 and (done := sender._send_batch(min(BATCH, left))):
                left -= done

    @api.model
    def _cron_remind(self):
        """Close what is over and queue reminders; they are sent with everything else."""
        self.env["relationship.invitation"]._expire_all()
        if not self._is_neutralized():
            self._queue_reminders()
            self._lasting(self._queue_wishes)
        self._wake()

    @api.model
    def _withdraw(self):
        """Take back what nobody waits for any more: answered, expired, or the campaign is over."""
        rows = self.env.execute_query(
            SQL(
                """
            SELECT delivery.id
              FROM relationship_delivery delivery
              JOIN relationship_invitation invitation ON invitation.id = delivery.invitation_id
              JOIN relationship_campaign campaign ON campaign.id = delivery.campaign_id
             WHERE delivery.state = 'queued'
               AND (delivery.date_reserve IS NULL OR delivery.date_reserve < %s)
               AND (invitation.state IN ('done', 'expired', 'cancelled') AND delivery.step <> %s
                    OR campaign.state IN ('done', 'draft') OR NOT campaign.active)
             LIMIT %s FOR UPDATE OF delivery SKIP LOCKED
            """,
                fields.Datetime.subtract(fields.Datetime.now(), minutes=10),
                WISHES_STEP,
                QUEUE_BATCH,
            )
        )
        self.browse(row[0] for row in rows)._record("cancelled", "closed")
        return len(rows)
