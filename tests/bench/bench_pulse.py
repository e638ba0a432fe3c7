"""Load on the public page: 20 submits a second on two Odoo workers, beside Odoo's one-page survey.

Argument: seconds of the steady load (30; the goal is meant for 300). Clients come from addresses
of their own, as customers do; each submit is a whole answer of three questions, after a page view.

Goals: p95 of a submit at most 300 ms, none lost, each stored once; and with four clients at least
4 times as many whole answers a second as Odoo's survey with the same three questions.
"""

import http.client
import json
import os
import queue
import random
import re
import signal
import socket
import statistics
import subprocess
import sys
import threading
import time
import urllib.parse
from pathlib import Path

import odoo.modules.registry
from odoo import SUPERUSER_ID, api
from odoo.tools import config

RATE = 20
P95_GOAL = 0.3
RATIO_GOAL = 4
CLIENTS = 4
SIDE_SECONDS, TURNS = 20, 4
CODES = ("M04", "M10_honest", "M03")
TRIES = 60


class Visitor:
    """One customer's phone: an address of its own, cookies, a connection per request."""

    def __init__(self, port):
        self.port = port
        self.address = ".".join(str(random.randint(1, 250)) for _part in range(4))
        self.cookies = {}

    def ask(self, method, path, body=None, headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        head = {
            "X-Forwarded-For": self.address,
            "X-Forwarded-Host": "shop.example.com",
            "X-Forwarded-Proto": "https",
            **(headers or {}),
        }
        if self.cookies:
            head["Cookie"] = "; ".join(f"{key}={value}" for key, value in self.cookies.items())
        try:
            connection.request(method, path, body, head)
            answer = connection.getresponse()
            text = answer.read().decode(errors="replace")
            for cookie in answer.headers.get_all("Set-Cookie") or ():
                name, _, value = cookie.partition(";")[0].partition("=")
                self.cookies[name] = value
            return answer.status, text, answer.headers.get("Location")
        finally:
            connection.close()

    def json(self, path, parameters):
        body = json.dumps({"jsonrpc": "2.0", "method": "call", "params": parameters})
        status, text, _location = self.ask("POST", path, body, {"Content-Type": "application/json"})
        reply = json.loads(text)
        if status != 200 or "error" in reply:
            raise RuntimeError(text[:300])
        return reply["result"]


def pulse(port, token):
    """A page view and a submit; returns the seconds each took."""
    visitor = Visitor(port)
    start = time.monotonic()
    status, text, _location = visitor.ask("GET", f"/pulse/{token}")
    viewed = time.monotonic() - start
    nonce = re.search(r'name="n" value="([^"]+)"', text)
    if status != 200 or not nonce:
        raise RuntimeError(f"page: {status}")
    form = {
        "n": nonce.group(1),
        "at": 1,
        "tap": 1,
        "step": "done",
        "M04": random.randint(1, 5),
        "M10_honest": random.randint(1, 7),
        "M03": random.randint(0, 10),
    }
    start = time.monotonic()
    status, text, location = visitor.ask(
        "POST",
        f"/pulse/{token}",
        urllib.parse.urlencode(form),
        {"Content-Type": "application/x-www-form-urlencoded"},
    )
    if status != 303 or "/thanks/" not in (location or ""):
        raise RuntimeError(f"submit: {status}")
    return viewed, time.monotonic() - start


def survey(port, token, fields):
    """A whole answer of Odoo's own one-page survey: start, begin, submit."""
    visitor = Visitor(port)
    start = time.monotonic()
    path = f"/survey/start/{token}"
    status = 303
    while status in (302, 303):
        status, _text, location = visitor.ask("GET", path)
        path = urllib.parse.urlparse(location).path if location else path
    viewed = time.monotonic() - start
    answer = path.rstrip("/").rpartition("/")[2]
    visitor.json(f"/survey/begin/{token}/{answer}", {})
    start = time.monotonic()
    visitor.json(
        f"/survey/submit/{token}/{answer}",
        {question: str(random.choice(choices)) for question, choices in fields.items()},
    )
    return viewed, time.monotonic() - start


def steady(port, tokens, rate):
    """Submit at a rate, whether or not answers come back in time; returns (times, failures)."""
    jobs, views, times, failures = queue.Queue(), [], [], []

    def work():
        while (token := jobs.get()) is not None:
            try:
                viewed, submitted = pulse(port, token)
                views.append(viewed)
                times.append(submitted)
            except (OSError, RuntimeError, http.client.HTTPException) as error:
                failures.append((token, repr(error)))

    workers = [threading.Thread(target=work) for _worker in range(40)]
    for worker in workers:
        worker.start()
    begin = time.monotonic()
    for index, token in enumerate(tokens):
        time.sleep(max(0, begin + index / rate - time.monotonic()))
        jobs.put(token)
    for _worker in workers:
        jobs.put(None)
    for worker in workers:
        worker.join()
    return views, times, failures


def side_by_side(call, seconds):
    """Return the whole answers of four clients who go on without a pause."""
    done, end = [], time.monotonic() + seconds

    def work():
        while time.monotonic() < end:
            done.append(call())

    workers = [threading.Thread(target=work) for _worker in range(CLIENTS)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return done


def p95(times):
    return statistics.quantiles(times, n=20)[-1] if len(times) > 1 else float("nan")


def make(env, count):
    """Return (campaign id, tokens, survey token, {question: choices})."""
    Measure = env["relationship.measure"]
    measures = Measure.browse(Measure.search([("code", "=", code)]).id for code in CODES)
    env.company.relationship_holdout_share = 0
    instrument = env["relationship.instrument"].create({"name": "Load", "code": "bench-load"})
    version = env["relationship.instrument.version"].create(
        {
            "instrument_id": instrument.id,
            "item_ids": [
                (0, 0, {"measure_id": measure.id, "sequence": index})
                for index, measure in enumerate(measures)
            ],
        }
    )
    version.action_go_live()
    campaign = env["relationship.campaign"].create(
        {"name": "Load", "instrument_id": instrument.id, "state": "running"}
    )
    partners = env["res.partner"].create([{"name": f"Load {n}"} for n in range(count)])
    invitations = env["relationship.invitation"].create(
        [
            {
                "campaign_id": campaign.id,
                "version_id": version.id,
                "company_id": env.company.id,
                "partner_id": partner.id,
                "channel": "email",
                "state": "sent",
                "lang": "en_US",
            }
            for partner in partners
        ]
    )
    survey = env["survey.survey"].create(
        {
            "title": "Load",
            "access_mode": "public",
            "questions_layout": "one_page",
            "survey_type": "relationship",
        }
    )
    measures._add_to_survey(survey)
    survey.write({"access_mode": "public", "is_attempts_limited": False})
    fields = {}
    for question in survey.question_ids:
        if question.question_type == "scale":
            fields[str(question.id)] = list(range(question.scale_min, question.scale_max + 1))
        else:
            fields[str(question.id)] = question.suggested_answer_ids.ids
    return campaign.id, invitations.mapped("access_token"), survey.access_token, fields


def serve(database, port):
    """Start Odoo with two workers behind a proxy; returns the process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        gevent = free.getsockname()[1]
    program = Path(sys.executable).with_name("odoo")
    process = subprocess.Popen(
        [
            sys.executable,
            program,
            "-c",
            os.environ["RI_ODOO_CONF"],
            "-d",
            database,
            "--workers=2",
            f"--http-port={port}",
            f"--gevent-port={gevent}",
            "--max-cron-threads=0",
            "--proxy-mode",
            "--log-level=warn",
        ],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    for _try in range(TRIES):
        time.sleep(1)
        try:
            if Visitor(port).ask("GET", "/web/health")[0] == 200:
                return process
        except OSError:
            continue
    process.terminate()
    raise SystemExit("Odoo with two workers didn't start")


def main(seconds=30):
    database = os.environ["RI_DB"]
    config.parse_config(["-c", os.environ["RI_ODOO_CONF"], "-d", database, "--no-http"])
    registry = odoo.modules.registry.Registry(database)
    steady_count = RATE * seconds
    with registry.cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {"tracking_disable": True, "lang": "en_US"})
        campaign, tokens, survey_token, fields = make(env, steady_count + 200 * SIDE_SECONDS)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = serve(database, port)
    try:
        spare = iter(tokens[steady_count:])
        for _warm in range(8):
            pulse(port, next(spare))
            survey(port, survey_token, fields)
        views, times, failures = steady(port, tokens[:steady_count], RATE)
        # Turn by turn, so that whatever else the machine does meets both alike.
        pulse_times, survey_times = [], []
        for _turn in range(TURNS):
            survey_times += side_by_side(
                lambda: survey(port, survey_token, fields), SIDE_SECONDS / TURNS
            )
            pulse_times += side_by_side(lambda: pulse(port, next(spare)), SIDE_SECONDS / TURNS)
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait()
    check(registry, campaign, tokens[:steady_count], failures)
    good = p95(times) <= P95_GOAL and not failures
    print(
        f"{RATE} submits a second for {seconds} s: {len(times):,} done, {len(failures)} failed; "
        f"submit p50 {statistics.median(times) * 1000:.0f} ms, p95 {p95(times) * 1000:.0f} ms, "
        f"page p95 {p95(views) * 1000:.0f} ms; goal {'reached' if good else 'MISSED'}"
    )
    for failure in failures[:3]:
        print("   ", failure[1])
    ours, theirs = len(pulse_times) / SIDE_SECONDS, len(survey_times) / SIDE_SECONDS
    ratio = ours / theirs
    print(
        f"four clients: {ours:.1f} whole answers a second, page p95 "
        f"{p95([t[0] for t in pulse_times]) * 1000:.0f} ms, submit p95 "
        f"{p95([t[1] for t in pulse_times]) * 1000:.0f} ms"
    )
    print(
        f"Odoo's one-page survey: {theirs:.1f} a second, page p95 "
        f"{p95([t[0] for t in survey_times]) * 1000:.0f} ms, submit p95 "
        f"{p95([t[1] for t in survey_times]) * 1000:.0f} ms; {ratio:.1f} times as many; goal of "
        f"{RATIO_GOAL} times {'reached' if ratio >= RATIO_GOAL else 'MISSED'}"
    )


def check(registry, campaign, tokens, failures):
    """Count what is stored: each finished invitation has its three answers, once."""
    with registry.cursor() as cr:
        cr.execute(
            """
            SELECT count(*), count(*) FILTER (WHERE state = 'done'),
                   count(*) FILTER (WHERE rows = 3)
              FROM (SELECT i.state, (SELECT count(*) FROM relationship_reading r
                                      WHERE r.invitation_id = i.id) AS rows
                      FROM relationship_invitation i
                     WHERE i.campaign_id = %s AND i.access_token = ANY(%s)) stored
            """,
            [campaign, tokens],
        )
        count, done, whole = cr.fetchone()
    lost = count - len(failures) - done
    verdict = "reached" if not lost and whole == done else "MISSED"
    print(
        f"stored: {done:,} of {count:,} finished, {whole:,} of them with each answer once, "
        f"{lost} lost; goal {verdict}"
    )


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
