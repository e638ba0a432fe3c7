import contextlib
import logging
import smtplib

from ...tools.smtp_outcome import classify

_logger = logging.getLogger(__name__)


class Sender:
    """A session with one mail server, for the messages of one batch."""

    def __init__(self, env, company, server, smtp_from):
        self.env, self.company, self.server = env, company, server
        self.paused = self.handed_over = False
        self._smtp_from, self._session, self._connected = smtp_from, None, False
        self._pauses = env["relationship.sending.pause"].sudo()
        self._lasting = env["relationship.delivery"]._lasting
        self._troubled = set(
            self._pauses.search(
                [
                    ("company_id", "=", company.id),
                    ("server_ref", "=", server.id or 0),
                ]
            ).mapped("domain")
        )

    def open(self):
        """Connect if that is to be done; return whether messages can be sent."""
        if self._connected or self.paused:
            return not self.paused
        try:
            self.connect()
        except Exception as error:  # noqa: BLE001 - a server can fail in any way it likes
            outcome = classify(error, connecting=True)
            self.fail(outcome.reason, stop=outcome.server == "stop")
        return not self.paused

    def connect(self):
        """Connect, whatever may come of it."""
        self._session = self.env["ir.mail_server"]._connect__(
            mail_server_id=self.server.id or None, smtp_from=self._smtp_from
        )
        self._connected = True

    def send(self, message, address):
        """Send a message; if it fails, ``handed_over`` says whether the server may have it."""
        self._watch()
        alias_domain = self.company.sudo().alias_domain_id
        server = self.env["ir.mail_server"].with_context(
            send_validated_to=[address],
            **(
                {
                    "domain_notifications_email": alias_domain.default_from_email,
                    "domain_bounce_address": alias_domain.bounce_email,
                }
                if alias_domain
                else {}
            ),
        )
        server.send_email(
            message, mail_server_id=self.server.id or None, smtp_session=self._session
        )

    def _watch(self):
        """Notice when the body of a message goes to the server: from then on it may have it."""
        send_body = getattr(type(self._session), "data", None)
        if send_body is None:
            return

        def data(body):
            self.handed_over = True
            return send_body(self._session, body)

        self._session.data = data

    def succeeded(self, address):
        """The server and this domain take messages again."""
        good = {"", address.rpartition("@")[2]} & self._troubled
        if good:
            self._lasting(lambda: self._pauses._clear(self.company, self.server, good))
            self._troubled -= good

    def conclude(self, outcome, address):
        """Note what a failure tells about the server and about the domain of the address."""
        if outcome.message == "retry":
            domain = address.rpartition("@")[2]
            self._troubled.add(domain)
            self._lasting(
                lambda: self._pauses._add(self.company, self.server, domain, outcome.reason)
            )
        if outcome.server:
            self.fail(outcome.reason, stop=outcome.server == "stop")

    def fail(self, reason, stop=False):
        """Leave this server alone for a while, or until a person looks at it."""
        self.paused = True
        self.close()
        _logger.warning("Sending paused by mail server %s: %s", self.server.id or 0, reason)
        self._lasting(lambda: self._pauses._add(self.company, self.server, "", reason, stop))
        if stop:
            self._lasting(
                lambda: self.env["relationship.campaign"].sudo()._tell_stopped(self.company, reason)
            )

    def close(self):
        if self._session is not None:
            with contextlib.suppress(smtplib.SMTPException, OSError):
                self._session.quit()
        self._session, self._connected = None, False
