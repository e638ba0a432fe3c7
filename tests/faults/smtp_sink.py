"""A mail server on loopback that remembers what it took, and can be slow, refuse, or go away."""

import asyncio
import email
import email.policy
import random
import threading
import time

from aiosmtpd.controller import Controller


class Sink:
    """``mails``: [(address, message, time)] in the order in which they were taken."""

    def __init__(self, port):
        self.port, self.mails, self.sessions = port, [], set()
        self.seconds, self.answers, self.greylist = 0.0, {}, None
        self.offered = []
        self._lock, self._controller = threading.Lock(), None

    def start(self):
        """Open for connections."""
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port, ready_timeout=30)
        self._controller.start()
        return self

    def stop(self):
        """Refuse connections, as a server that is down."""
        if self._controller:
            self._controller.stop(no_assert=True)
            self._controller = None

    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        session.host_name = hostname
        with self._lock:
            self.sessions.add(session.peer[1])
        return responses

    async def handle_QUIT(self, server, session, envelope):
        with self._lock:
            self.sessions.discard(session.peer[1])
        return "221 Bye"

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
        with self._lock:
            self.offered.append(address)
        answer = self.answers.get(address)
        if answer is None and self.greylist is not None and address not in self.greylist:
            self.greylist.add(address)
            answer = "451 4.7.1 come back in a while"
        if answer:
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        with self._lock:
            for address in envelope.rcpt_tos:
                self.mails.append((address, message, time.time()))
        # The mail is taken; the sender learns it a moment later, if it still lives then.
        await asyncio.sleep(self.seconds * random.random() * 2)
        return "250 OK"

    def open_ports(self):
        """Ports from which somebody is connected now, or was without saying goodbye."""
        with self._lock:
            return list(self.sessions)

    def counts(self):
        """{message id: how often it was taken}."""
        with self._lock:
            found = {}
            for _address, message, _time in self.mails:
                found[message["Message-Id"]] = found.get(message["Message-Id"], 0) + 1
            return found

    def addresses(self):
        """{address: how many mails it got}."""
        with self._lock:
            found = {}
            for address, _message, _time in self.mails:
                found[address] = found.get(address, 0) + 1
            return found
