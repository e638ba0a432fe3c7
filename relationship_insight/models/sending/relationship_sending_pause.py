from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL, format_datetime

SERVER_WAIT = timedelta(minutes=1)
DOMAIN_WAIT = timedelta(minutes=10)
LONGEST_WAIT = timedelta(hours=1)
# A domain that puts this many messages off in a row is left alone for a while.
DOMAIN_PATIENCE = 3


class RelationshipSendingPause(models.Model):
    """A mail server, or the domain of addresses, that takes nothing for a while.

    Sending goes on by itself once the time is over, and the row goes with the first success.
    Only a server that refuses our password waits for a person.
    """

    _name = "relationship.sending.pause"
    _description = "Sending Paused"
    _inherit = "relationship.guarded"
    _order = "stopped desc, date_until"
    _rec_name = "reason"

    company_id = fields.Many2one("res.company", required=True, readonly=True, index=True)
    # A plain number: the server of the configuration file has no record, and is 0.
    server_ref = fields.Integer(readonly=True, default=0, aggregator=False)
    server_name = fields.Char(string="Mail Server", readonly=True)
    domain = fields.Char(readonly=True, default="", help="Empty: all that this server sends.")
    failures = fields.Integer(
        string="Failures in a Row", readonly=True, default=0, aggregator=False
    )
    date_until = fields.Datetime(string="Tried Again On", readonly=True)
    stopped = fields.Boolean(string="Needs You", readonly=True)
    reason = fields.Text(string="What the Server Said", readonly=True)

    _key_uniq = models.Constraint(
        "UNIQUE(company_id, server_ref, domain)", "This pause exists already."
    )

    @api.model
    def _get_active(self, company):
        """Return the pauses of a company in force now."""
        return self.search(
            [
                ("company_id", "=", company.id),
                "|",
                ("stopped", "=", True),
                ("date_until", ">", fields.Datetime.now()),
            ]
        )

    @api.model
    def _get_messages(self, companies):
        """{company: what keeps a whole mail server from sending}, where one is paused."""
        found = {
            company: self.sudo()._get_active(company).filtered(lambda pause: not pause.domain)[:1]
            for company in companies
        }
        return {company: pause._get_message() for company, pause in found.items() if pause}

    @api.model
    def _add(self, company, server, domain, reason, stop=False):
        """Note a failure and pause for longer each time; return the pause."""
        wait, patience = (DOMAIN_WAIT, DOMAIN_PATIENCE) if domain else (SERVER_WAIT, 1)
        name = server.display_name if server else self.env._("Server of the configuration file")
        now = fields.Datetime.now()
        ((pause_id,),) = self.env.execute_query(
            SQL(
                """
            INSERT INTO relationship_sending_pause AS pause (
                company_id, server_ref, server_name, domain, failures, stopped, reason,
                date_until, create_uid, create_date, write_uid, write_date)
            VALUES (%(company)s, %(server)s, %(name)s, %(domain)s, 1, %(stop)s, %(reason)s,
                    CASE WHEN 1 < %(patience)s THEN %(now)s ELSE %(now)s + %(wait)s END,
                    %(uid)s, %(now)s, %(uid)s, %(now)s)
                ON CONFLICT (company_id, server_ref, domain) DO UPDATE
               SET failures = pause.failures + 1, stopped = pause.stopped OR EXCLUDED.stopped,
                   reason = EXCLUDED.reason, write_date = EXCLUDED.write_date,
                   date_until = CASE WHEN pause.failures + 1 < %(patience)s THEN %(now)s
                        ELSE %(now)s + LEAST(%(longest)s, %(wait)s * POWER(
                            2, LEAST(10, pause.failures + 1 - %(patience)s))) END
            RETURNING id
            """,
                company=company.id,
                server=server.id or 0,
                name=name,
                domain=domain,
                stop=stop,
                reason=reason,
                patience=patience,
                wait=wait,
                longest=LONGEST_WAIT,
                now=now,
                uid=self.env.uid,
            )
        )
        self.invalidate_model()
        return self.browse(pause_id)

    @api.model
    def _clear(self, company, server, domains=("",)):
        """Forget the failures of a server and of domains that took a message."""
        self.search(
            [
                ("company_id", "=", company.id),
                ("server_ref", "=", server.id or 0),
                ("domain", "in", list(domains)),
            ]
        ).unlink()

    def action_resume(self):
        """Try again now."""
        self.check_access("write")
        self.sudo().unlink()
        self.env["relationship.delivery"]._wake()

    def _get_message(self):
        """Return what the pause means, in one sentence."""
        self.ensure_one()
        if self.stopped:
            return self.env._(
                "Nothing is sent: the mail server refuses the user name or password. "
                "Correct them in the settings of outgoing mail servers. It said: %(reason)s",
                reason=self.reason,
            )
        when = format_datetime(self.env, self.date_until, dt_format="short")
        return self.env._(
            "The mail server takes nothing at the moment; it is tried again by itself at "
            "%(when)s. It said: %(reason)s",
            when=when,
            reason=self.reason,
        )
