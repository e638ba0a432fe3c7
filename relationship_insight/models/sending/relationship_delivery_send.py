import logging
import random
import time
import uuid
from collections import defaultdict

import psycopg2

from odoo import api, fields, models
from odoo.service.model import PG_CONCURRENCY_EXCEPTIONS_TO_RETRY
from odoo.tools import SQL

from ...tools.smtp_outcome import classify
from .smtp_session import Sender

_logger = logging.getLogger(__name__)
BATCH = 50
TRIES = 8
SMS_FAILURES = {
    "sms_number_missing": "sms_number_missing",
    "sms_number_format": "sms_number_format",
    "sms_country_not_supported": "sms_number_format",
    "sms_blacklist": "mail_bl",
    "sms_optout": "mail_optout",
    "sms_duplicate": "mail_dup",
}


class RelationshipDelivery(models.Model):
    """The sender. However many run at a time, and whatever stops them, nobody gets a message twice.

    Mails don't pass through the queue of ``mail.mail``: it records a mail after it was sent, so
    that a worker that dies between leaves it to be sent again. Here the claim comes first.
    """

    _inherit = "relationship.delivery"

    @api.model
    def _send_batch(self, limit=BATCH):
        """Send some of what is due. Commits with every message: only for crons and jobs.

        :return: number of messages that were looked at; 0 when nothing more can go out now
        """
        worker = self._worker()
        self._lasting(lambda: self._mark_lost(worker))
        for company in self._get_due_companies():
            for channel, server, smtp_from, campaigns in self._get_routes(company):
                batch, claim = self._reserve(company, channel, campaigns, limit, worker)
                if not batch:
                    continue
                sender = Sender(self.env, company, server, smtp_from)
                try:
                    batch._send_reserved(claim, worker, sender)
                finally:
                    sender.close()
                    self._lasting(lambda claim=claim: self._release(claim))
                return len(batch)
        return 0

    @api.model
    def _commit(self):
        """Make a step last: a claim must be known to all before its message leaves."""
        self.env.cr.commit()  # pylint: disable=invalid-commit

    @api.model
    def _lasting(self, step):
        """Do a step in a transaction of its own and commit it, again if another one got between.

        The first commit ends what was before: a step that fails takes nothing else with it.
        """
        self._commit()
        for attempt in range(TRIES):
            try:
                result = step()
                self._commit()
                return result
            except PG_CONCURRENCY_EXCEPTIONS_TO_RETRY:
                self.env.cr.rollback()
                if attempt + 1 == TRIES:
                    raise
                time.sleep(random.uniform(0, 0.05 * 2**attempt))  # noqa: S311
        return None

    @api.model
    def _get_due_companies(self):
        rows = self.env.execute_query(
            SQL(
                "SELECT DISTINCT company_id FROM relationship_delivery"
                " WHERE state = 'queued' AND date_due <= %s ORDER BY company_id",
                fields.Datetime.now(),
            )
        )
        return self.env["res.company"].browse(row[0] for row in rows)

    @api.model
    def _get_routes(self, company):
        """Return [(channel, server, envelope sender, campaigns)] that may send something now."""
        rows = self.env.execute_query(
            SQL(
                """
            SELECT DISTINCT delivery.channel, delivery.campaign_id
              FROM relationship_delivery delivery
              JOIN relationship_campaign campaign ON campaign.id = delivery.campaign_id
             WHERE delivery.state = 'queued' AND delivery.company_id = %s
               AND delivery.date_due <= %s AND campaign.state = 'running'
            """,
                company.id,
                fields.Datetime.now(),
            )
        )
        Campaign = self.env["relationship.campaign"].sudo()
        by_sms = Campaign.browse(row[1] for row in rows if row[0] == "sms")
        by_mail = Campaign.browse(row[1] for row in rows if row[0] == "email")
        no_server = self.env["ir.mail_server"].sudo()
        routes = [("sms", no_server, "", by_sms)] if by_sms else []
        paused = set(
            self.env["relationship.sending.pause"]
            .sudo()
            ._get_active(company)
            .filtered(lambda pause: not pause.domain)
            .mapped("server_ref")
        )
        groups = defaultdict(Campaign.browse)
        for campaign in by_mail:
            groups[campaign._find_server()] |= campaign
        return routes + [
            ("email", server, smtp_from, campaigns)
            for (server, smtp_from), campaigns in groups.items()
            if (server.id or 0) not in paused
        ]

    def _send_reserved(self, claim, worker, sender):
        """Send reserved messages one by one, until the mail server has enough."""
        mails = self.filtered(lambda delivery: delivery.channel == "email")._prepare_mails()
        for delivery in self:
            if delivery.channel == "sms":
                # Claim and hand-over are one transaction with the SMS queue: no gap to die in.
                self._lasting(lambda delivery=delivery: delivery._claim_and_send_sms(claim, worker))
                continue
            if not sender.open():
                break
            address = self._lasting(lambda delivery=delivery: delivery._claim_once(claim, worker))
            if address is not None:
                delivery._send_mail(mails[delivery.id], address, sender)

    def _claim_once(self, claim, worker):
        """Claim a message, unless another one to the same address was claimed this moment."""
        try:
            with self.env.cr.savepoint(flush=False):
                return self._claim(claim, worker)
        except psycopg2.errors.UniqueViolation:
            self._record("cancelled", "mail_dup")
            return None

    def _claim_and_send_sms(self, claim, worker):
        address = self._claim(claim, worker)
        if address is not None:
            self._send_sms(address)

    def _send_mail(self, vals, address, sender):
        """Send one claimed mail and record what became of it."""
        self.ensure_one()
        self.invalidate_recordset()
        sender.handed_over = False
        try:
            message = self._build_message(vals, address)
            sender.send(message, address)
        except Exception as error:  # noqa: BLE001 - whatever it is, the claim must end
            outcome = classify(error, sender.handed_over)
            if outcome.message not in ("retry", "bounced", "untouched"):
                _logger.info("Message %s: %s", self.id, outcome.reason, exc_info=error)
            self._lasting(lambda: self._conclude(outcome, address))
            sender.conclude(outcome, address)
        else:
            self._lasting(lambda: self._record("sent"))
            sender.succeeded(address)

    def _conclude(self, outcome, address):
        """Record a failure on the message and on the address."""
        if outcome.message == "untouched":
            self._put_off(fields.Datetime.now(), outcome.failure, outcome.reason)
        elif outcome.message == "retry":
            self._retry(outcome)
        else:
            self._record(outcome.message, outcome.failure, outcome.reason)
            if outcome.message == "bounced":
                self._count_bounce(address)

    @api.model
    def _count_bounce(self, address):
        """Count a refused address where Odoo counts those that come back by mail."""
        partners = self.env["res.partner"].sudo().search([("email_normalized", "=", address)])
        partners._message_receive_bounce(address, partners)

    # SMS, where that application is installed. It keeps a queue of its own.

    def _send_sms(self, number):
        """Hand a claimed message to the SMS queue, in one transaction with recording it."""
        self.ensure_one()
        if "sms.sms" not in self.env:
            self._record("failed", "sms_missing")
            return
        token = uuid.uuid4().hex
        self.env["sms.sms"].sudo().with_company(self.company_id).create(
            {
                "number": number,
                "body": self._get_sms_text(),
                "partner_id": self.partner_id.id,
                "uuid": token,
            }
        )
        self.env.flush_all()
        self._record("sent")
        self.env.cr.execute(
            SQL("UPDATE relationship_delivery SET sms_uuid = %s WHERE id = %s", token, self.id)
        )

    def _get_sms_text(self):
        """Return the words of the SMS in the customer's language."""
        lang = self._get_lang()
        campaign = self.campaign_id.with_context(lang=lang)
        words = campaign.sms_text or campaign.env._(
            "%(company)s: may we ask for your opinion (%(length)s)? %(link)s",
            company="{company}",
            link="{link}",
            length=self.invitation_id.version_id.with_context(lang=lang)._get_length(),
        )
        values = {
            "{company}": self.company_id.name,
            "{link}": self.invitation_id._get_answer_url(),
        }
        if "{link}" not in words:
            words += " {link}"
        for mark, value in values.items():
            words = words.replace(mark, value)
        return words

    @api.model
    def _check_sms(self):
        """Learn what the provider refused. An SMS that went out is gone from the queue."""
        if "sms.sms" not in self.env:
            return
        rows = self.env.execute_query(
            SQL(
                """
            SELECT delivery.id, sms.failure_type
              FROM sms_sms sms JOIN relationship_delivery delivery ON delivery.sms_uuid = sms.uuid
             WHERE sms.state = 'error' AND delivery.state = 'sent'
            """
            )
        )
        for delivery_id, failure in rows:
            self.browse(delivery_id)._record("failed", SMS_FAILURES.get(failure, "sms_server"))
