"""Sending under faults: real Odoo processes, a real mail server on loopback, and SIGKILL.

Nobody gets a message twice, and each message ends sent, failed or uncertain. RI_SENDS and
RI_KILLS say how many mails and how many killed workers; the full run is 1000 and 50.
"""

import contextlib
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from processes import descendants, owner  # noqa: E402
from smtp_sink import Sink  # noqa: E402

SENDS = int(os.environ.get("RI_SENDS", "80"))
KILLS = int(os.environ.get("RI_KILLS", "4"))
PATIENCE = 600 + 2 * SENDS

SETUP = """
from datetime import timedelta
from odoo import fields
env.company.write({{
    "relationship_mail_from": 0, "relationship_mail_to": 24, "relationship_send_days": "all",
    "relationship_holdout_share": 0}})
env.company.partner_id.email = "shop@example.com"
env["ir.mail_server"].create({{
    "name": "Sink", "smtp_host": "127.0.0.1", "smtp_port": {port}, "smtp_encryption": "none"}})
instrument = env["relationship.instrument"].create({{
    "name": "After a visit", "code": "FAULTS", "version_ids": [(0, 0, {{"item_ids": [(0, 0, {{
        "measure_id": env.ref("relationship_insight.measure_m04_visit").id}})]}})]}})
instrument.version_ids.action_go_live()
campaign = env["relationship.campaign"].create({{
    "name": "Faults", "instrument_id": instrument.id}})
campaign.state = "running"
wave = env["relationship.wave"].create({{
    "campaign_id": campaign.id, "date_end": fields.Date.today()}})
wave.state = "running"
env["ir.cron"].search([]).active = False
env.ref("relationship_insight.ir_cron_relationship_send").active = True
env["ir.config_parameter"].set_param("test.wave", wave.id)
env.cr.commit()
"""
INVITE = """
from datetime import timedelta
from odoo import fields
wave = env["relationship.wave"].browse(
    int(env["ir.config_parameter"].get_param("test.wave")))
campaign = wave.campaign_id
now = fields.Datetime.now()
people = env["res.partner"].create([
    {{"name": f"{name} {{n}}", "email": f"{name}{{n}}@{domain}"}} for n in range({count})])
env["relationship.invitation"].create([{{
    "campaign_id": campaign.id, "wave_id": wave.id, "company_id": campaign.company_id.id,
    "version_id": campaign.instrument_id.live_version_id.id, "partner_id": person.id,
    "channel": "email", "email": person.email, "lang": "en_US", "tz": "UTC",
    "date_planned": now, "date_expire": now + timedelta(days=30)}} for person in people])
env.cr.commit()
"""
# What a person does who runs the sender by hand, again and again, beside the cron.
MANUAL = """
import time
while True:
    try:
        env["relationship.delivery"]._cron_send()
    except Exception as error:
        env.cr.rollback()
        print("manual run:", error, flush=True)
    time.sleep(0.2)
"""


class Stage:
    """A database with a running campaign, a mail server, and ways to look at what happened."""

    def __init__(self, databases, name, folder):
        from ridev.odoo import free_port

        self.databases, self.name, self.folder = databases, name, folder
        self.sink = Sink(free_port())
        self.shell(SETUP.format(port=self.sink.port))

    def shell(self, code):
        from ridev import odoo

        odoo.shell(
            self.databases.server,
            self.databases.conf,
            self.name,
            code,
            log=self.folder / "shell.log",
            what="the stage",
        )

    def invite(self, name, count, domain="example.com"):
        self.shell(INVITE.format(name=name, count=count, domain=domain))

    def sql(self, query):
        return self.databases.sql(query, database=self.name)

    def states(self, name):
        """{state: number} of the messages to people of a name."""
        rows = self.sql(
            "SELECT d.state || '|' || COUNT(*) FROM relationship_delivery d"
            " JOIN res_partner p ON p.id = d.partner_id"
            f" WHERE p.name LIKE '{name} %' GROUP BY d.state"
        )
        return {state: int(count) for state, count in (row.split("|") for row in rows)}

    def wait(
        self,
        name,
        count,
        done=("sent", "failed", "uncertain", "bounced", "cancelled"),
        seconds=PATIENCE,
        each=lambda: None,
    ):
        """Wait until so many messages have come to an end."""
        deadline = time.monotonic() + seconds
        while True:
            states = self.states(name)
            if sum(states.get(state, 0) for state in done) >= count:
                return states
            assert time.monotonic() < deadline, f"after {seconds} s: {states}"
            each()
            time.sleep(0.2)

    def wake(self):
        """Make the cron due, as its interval or a trigger would."""
        self.sql(
            "INSERT INTO ir_cron_trigger (cron_id, call_at) SELECT res_id, now() AT TIME ZONE 'UTC'"
            " FROM ir_model_data WHERE name = 'ir_cron_relationship_send' AND NOT EXISTS ("
            " SELECT FROM ir_cron_trigger WHERE cron_id = res_id)"
        )
        self.databases.sql(f"NOTIFY cron_trigger, '{self.name}'")


@pytest.fixture(scope="module")
def stage(databases, clone, tmp_path_factory):
    stage = Stage(databases, clone, tmp_path_factory.mktemp("stage"))
    yield stage
    stage.sink.stop()


@pytest.fixture
def cron_server(stage, start_server):
    """A server whose cron workers are processes, as in production; stopped after the test."""
    server = start_server(stage.name, "--max-cron-threads=2", workers=1)
    yield server
    server.stop()


@contextlib.contextmanager
def manual_runs(stage):
    """A process in which somebody runs the sender by hand."""
    from ridev.odoo import ODOO, PYTHON, environment

    script = stage.folder / "manual.py"
    script.write_text(MANUAL)
    with open(script) as stdin, open(stage.folder / "manual.log", "ab") as log:
        process = subprocess.Popen(
            [
                str(part)
                for part in (
                    PYTHON,
                    ODOO,
                    "shell",
                    "-c",
                    stage.databases.conf,
                    "-d",
                    stage.name,
                    "--no-http",
                )
            ],
            stdin=stdin,
            stdout=log,
            stderr=log,
            env=environment(stage.databases.server),
            cwd=stage.folder,
        )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def kill_a_sender(stage, cron_server, manual):
    """SIGKILL a process that is connected to the mail server now; return its id."""
    pids = [*descendants(cron_server.process.pid), manual.pid]
    ports = stage.sink.open_ports()
    random.shuffle(ports)
    for port in ports:
        pid = owner(port, pids)
        if pid is not None:
            os.kill(pid, signal.SIGKILL)
            return pid
    return None


def test_killed_workers_send_nothing_twice_and_lose_nothing(stage, cron_server):
    stage.sink.start()
    stage.sink.seconds = 0.03
    stage.invite("Kill", SENDS)
    killed, last, gap = 0, 0.0, 0.5

    with contextlib.ExitStack() as stack:
        manual = stack.enter_context(manual_runs(stage))

        def torment():
            nonlocal killed, last, manual
            stage.wake()
            if killed < KILLS and time.monotonic() - last > gap:
                pid = kill_a_sender(stage, cron_server, manual)
                if pid:
                    killed, last = killed + 1, time.monotonic()
                    if pid == manual.pid:
                        manual = stack.enter_context(manual_runs(stage))

        states = stage.wait("Kill", SENDS, each=torment)
    counts = stage.sink.counts()
    addresses = stage.sink.addresses()
    sys.stdout.write(
        f"{SENDS} messages, {killed} workers killed: {states}, {len(stage.sink.mails)} mails"
        f" taken, most to one address {max(addresses.values())}\n"
    )
    assert killed == KILLS
    assert set(counts.values()) == {1}
    assert set(addresses.values()) == {1}
    assert sum(states.values()) == SENDS
    assert set(states) <= {"sent", "failed", "uncertain"}
    # A killed worker leaves at most the one message it was sending.
    assert states.get("uncertain", 0) <= killed
    # Whoever is told "sent" got it; whoever got none is not told "sent".
    told = int(
        stage.sql(
            "SELECT COUNT(*) FROM relationship_delivery WHERE state = 'sent' AND date_sent IS NULL"
        )[0]
    )
    assert not told
    assert states["sent"] <= len(stage.sink.mails) <= states["sent"] + states.get("uncertain", 0)
    # Both the cron and the runs by hand have sent some of them.
    workers = stage.sql(
        "SELECT DISTINCT worker FROM relationship_delivery WHERE worker IS NOT NULL"
    )
    assert len(workers) >= 2


def test_mail_server_down_recovers_by_itself(stage, cron_server):
    stage.sink.stop()
    stage.sink.seconds = 0
    stage.sql("DELETE FROM relationship_sending_pause")
    stage.invite("Down", 10)
    deadline = time.monotonic() + 120
    while not stage.sql("SELECT reason FROM relationship_sending_pause WHERE domain = ''"):
        assert time.monotonic() < deadline, "no pause noted"
        stage.wake()
        time.sleep(0.5)
    assert stage.states("Down") == {"queued": 10}
    stage.sink.start()
    states = stage.wait("Down", 10, seconds=240, each=stage.wake)
    assert states == {"sent": 10}
    assert not stage.sql("SELECT id FROM relationship_sending_pause")


def test_slow_refusing_and_greylisting_servers(stage, cron_server):
    stage.sink.stop()
    stage.sink.start()
    stage.sink.seconds = 0.5
    stage.sink.answers = {
        "mixed0@example.org": "550 5.1.1 no such user",
        "mixed1@example.org": "550 5.7.1 not from you",
    }
    stage.sink.greylist = {f"mixed{n}@example.org" for n in (0, 1, 4, 5)}
    stage.invite("Mixed", 6, domain="example.org")
    deadline = time.monotonic() + 120
    while sum(stage.states("Mixed").get(s, 0) for s in ("sent", "failed", "bounced")) < 4:
        assert time.monotonic() < deadline, stage.states("Mixed")
        stage.wake()
        time.sleep(0.5)
    assert stage.states("Mixed") == {"bounced": 1, "failed": 1, "sent": 2, "queued": 2}
    # Five minutes later, in the life of the queue.
    stage.sql(
        "UPDATE relationship_delivery SET date_due = date_due - INTERVAL '10 minutes'"
        " WHERE state = 'queued'"
    )
    states = stage.wait("Mixed", 6, seconds=120, each=stage.wake)
    assert states == {"bounced": 1, "failed": 1, "sent": 4}
    assert set(stage.sink.addresses().values()) == {1}
