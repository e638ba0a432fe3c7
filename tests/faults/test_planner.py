"""Four planners at once over random histories (RI_HISTORIES of them): no rule is ever broken.

The rules are written down here a second time, in plain Python, and every invitation is checked
against everything its person was asked and answered until the moment it was decided.
"""

import hashlib
import json
import os
import subprocess
from collections import defaultdict
from datetime import datetime, timedelta
from pathlib import Path

import psycopg2
import pytest

PEOPLE = int(os.environ.get("RI_HISTORIES", "2000"))
START = datetime(2026, 6, 3, 3)
DAYS = (0, 1, 12, 31, 39, 62)
WORKERS = 4
DAY = timedelta(days=1)
CONTACT = ("email", "sms", "link", "portal")
GONE = ("failed", "cancelled")
HERE = Path(__file__).parent


def code(name, **parameters):
    return f"PARAMETERS = {parameters!r}\n{(HERE / name).read_text()}"


@pytest.fixture(scope="module")
def planned(databases, clone, tmp_path_factory):
    """Everything the planners did: {table: [rows]}."""
    from ridev.odoo import ODOO, PYTHON, environment

    folder = tmp_path_factory.mktemp("planner")

    def shell(name, **parameters):
        script = folder / f"{name}-{len(list(folder.iterdir()))}.py"
        script.write_text(code(name, start=START.isoformat(), **parameters))
        log = script.with_suffix(".log").open("w")
        process = subprocess.Popen(
            list(map(str, (PYTHON, ODOO, "shell", "-c", databases.conf, "-d", clone, "--no-http"))),
            stdin=script.open(),
            stdout=log,
            stderr=log,
            env=environment(databases.server),
        )
        return process, Path(log.name)

    def wait(process, log):
        status = process.wait(timeout=500)
        text = log.read_text()
        assert not status, text[-4000:]
        assert "Traceback" not in text, text[-4000:]
        return text

    wait(*shell("planner_setup.py", people=PEOPLE, seed=7))
    meeting = folder / "meeting"
    meeting.mkdir()
    workers = [
        shell("planner_worker.py", worker=number, workers=WORKERS, folder=str(meeting), days=DAYS)
        for number in range(WORKERS)
    ]
    logs = [wait(*worker) for worker in workers]
    found = {"conflicts": sum(int(log.rpartition("conflicts ")[2].split()[0]) for log in logs)}
    server = {**os.environ, **databases.server.environment()}
    with (
        psycopg2.connect(
            dbname=clone,
            host=server.get("PGHOST"),
            port=server.get("PGPORT"),
            user=server.get("PGUSER"),
            password=server.get("PGPASSWORD"),
        ) as connection,
        connection.cursor() as cursor,
    ):
        for name, query in QUERIES.items():
            cursor.execute(f"SELECT to_jsonb(q) FROM ({query}) q")
            found[name] = [
                row if isinstance(row, dict) else json.loads(row) for (row,) in cursor.fetchall()
            ]
    return found


QUERIES = {
    "company": "SELECT * FROM res_company WHERE name = 'Histories'",
    "invitation": """
        SELECT i.*, COALESCE(p.email_normalized, 'contact ' || p.id) AS person,
               v.asks_emotion_frequency AS emotion, n.is_relationship AS relationship,
               p.commercial_partner_id AS customer, p.email_normalized AS address
          FROM relationship_invitation i JOIN res_partner p ON p.id = i.partner_id
          JOIN relationship_instrument_version v ON v.id = i.version_id
          JOIN relationship_instrument n ON n.id = v.instrument_id
          JOIN res_company c ON c.id = i.company_id WHERE c.name = 'Histories'""",
    "wish": "SELECT * FROM relationship_contact_preference",
    "profile": """
        SELECT f.* FROM relationship_profile f JOIN res_company c ON c.id = f.company_id
         WHERE c.name = 'Histories'""",
    "ledger": """
        SELECT l.* FROM relationship_eligibility l JOIN res_company c ON c.id = l.company_id
         WHERE c.name = 'Histories'""",
    "wave": """
        SELECT w.* FROM relationship_wave w JOIN res_company c ON c.id = w.company_id
         WHERE c.name = 'Histories'""",
}


def moment(text):
    return text and datetime.fromisoformat(text)


def violations(found):
    """Every rule that an invitation of the planners breaks, as text."""
    company = found["company"][0]
    wishes = {wish["partner_id"]: wish for wish in found["wish"]}
    profiles = {profile["commercial_partner_id"]: profile for profile in found["profile"]}
    people = defaultdict(list)
    for row in found["invitation"]:
        for name in ("date_planned", "date_start", "create_date"):
            row[name] = moment(row[name])
        row["contact"] = row["channel"] in CONTACT and row["state"] not in GONE
        people[row["person"]].append(row)
    for rows in people.values():
        rows.sort(key=lambda row: row["date_planned"])
        for row in rows:
            if not (row["source_key"] or "").startswith("ledger:"):
                continue
            for rule in broken(row, rows, company, wishes.get(row["partner_id"]), profiles):
                yield f"{rule}: invitation {row['id']} of {row['person']}"


def broken(row, rows, company, wish, profiles):
    now = row["create_date"]
    before = [
        other
        for other in rows
        if other is not row and (other["create_date"] or other["date_planned"]) < now
    ]
    contacts = [other for other in before if other["contact"]]
    answered = [other for other in before if other["date_start"] and other["date_start"] <= now]
    heard = max((other["date_planned"] for other in answered), default=datetime.min)
    ignored = sum(
        other["contact"]
        and other["date_planned"] > heard
        and other not in answered
        and other["state"] in ("sent", "opened", "expired", "done", "uncertain")
        and other["date_planned"] < now - 14 * DAY
        for other in before
    )
    stretch = {"normal": 1, "half": 2, "quarter": 4}[wish["pace"] if wish else "normal"] * (
        2 if ignored >= 2 else 1
    )

    def closer(others, days, name="date_planned"):
        return any(other[name] + days * stretch * DAY > now for other in others)

    for other in rows:
        if (
            other is not row
            and other["contact"]
            and abs(other["date_planned"] - row["date_planned"]) < DAY
        ):
            yield "24 hours"
    if closer(contacts, 30):
        yield "asked within 30 days"
    if closer(answered, 30, "date_start"):
        yield "answered within 30 days"
    about = [other for other in contacts if other["relationship"]]
    if row["relationship"] and closer(about, 90):
        yield "relationship within 90 days"
    if row["emotion"] and closer([other for other in contacts if other["emotion"]], 28):
        yield "feelings within 28 days"
    if sum(other["date_planned"] > now - 365 * DAY for other in contacts) >= 6:
        yield "seventh in a year"
    if ignored >= 4:
        yield "four ignored"
    if wish and (wish["opted_out"] or moment(wish["paused_until"] or "1970-01-01") > now):
        yield "opted out or paused"
    key = f"{company['relationship_holdout_seed']}:holdout:{row['customer']}"
    if (
        int.from_bytes(hashlib.sha256(key.encode()).digest()[:6], "big") / 2**48
        < (company["relationship_holdout_share"])
    ):
        yield "holdout"
    if row["channel"] == "email" and not row["address"]:
        yield "no address"
    profile = profiles[row["customer"]]
    if row["relationship"] and not (
        moment(profile["first_purchase"]) + 30 * DAY <= now
        and moment(profile["last_purchase"]) + 366 * DAY > now
    ):
        yield "new or lost customer"


def test_no_rule_is_broken(planned):
    new = [row for row in planned["invitation"] if (row["source_key"] or "").startswith("ledger:")]
    assert len(new) > PEOPLE / 4, "hardly anybody was asked: this shows nothing"
    assert list(violations(planned)) == []
    waves = [(row["wave_id"], row["partner_id"]) for row in new]
    assert len(set(waves)) == len(waves)
    tokens = {row["access_token"] for row in new}
    assert len(tokens) == len(new)


def test_planners_really_met(planned):
    assert planned["conflicts"] > 0


def test_one_outcome_each_and_all_sum_to_the_population(planned):
    lines = defaultdict(set)
    for line in planned["ledger"]:
        assert line["partner_id"] not in lines[line["wave_id"]]
        lines[line["wave_id"]].add(line["partner_id"])
        assert line["outcome"] in ("invited", "deferred", "skipped")
        assert (line["outcome"] == "invited") == (line["invitation_id"] is not None)
    started = [wave for wave in planned["wave"] if wave["state"] in ("running", "closed")]
    assert len(started) >= 5
    for wave in started:
        assert len(lines[wave["id"]]) == wave["population_count"] == PEOPLE


def test_the_checker_sees_what_is_wrong(planned):
    """Move one invitation next to an earlier one: the same checks must object."""
    rows = [dict(row) for row in planned["invitation"]]
    by_person = defaultdict(list)
    for row in rows:
        if row["channel"] in CONTACT and row["state"] not in GONE:
            by_person[row["person"]].append(row)
    new, other = next(
        (row, earlier)
        for group in by_person.values()
        for row in group
        for earlier in group
        if (row["source_key"] or "").startswith("ledger:") and not earlier["source_key"]
    )
    near = (
        other["date_planned"]
        if isinstance(other["date_planned"], datetime)
        else moment(other["date_planned"])
    )
    new["date_planned"] = new["create_date"] = near + timedelta(hours=2)
    text = [
        {
            **row,
            **{
                name: row[name].isoformat() if isinstance(row[name], datetime) else row[name]
                for name in ("date_planned", "date_start", "create_date")
            },
        }
        for row in rows
    ]
    rules = {rule.partition(":")[0] for rule in violations({**planned, "invitation": text})}
    assert {"24 hours", "asked within 30 days"} <= rules
