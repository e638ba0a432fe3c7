"""From every version that ever landed straight to this one: nothing lost, nothing left over."""

import json
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

import history
import pytest

HERE = Path(__file__).parent
ADDON = "relationship_insight"
AT_ONCE = 2
# Rows that are no one's: what is queued, or drawn up anew from what is kept.
FLEETING = {"relationship_refresh_queue", "relationship_referral_queue"}
# Of these only what is final stays; the rest is worked out anew.
FINAL = {"relationship_campaign_result"}
# Where the update is killed: it reads the files of the addon then, its tables are changed.
HALF_WAY = f"loading {ADDON}/views/"
# Of names too long for PostgreSQL the last digits tell only what came first.
SCHEMA = r"""
    select 'column ' || table_name || '.' || column_name || ' ' || data_type || ' '
           || coalesce(character_maximum_length, 0) || ' null ' || is_nullable
           || ' default ' || coalesce(column_default, '')
      from information_schema.columns where table_schema = 'public'
    union all
    select 'constraint ' || conrelid::regclass || '.' || regexp_replace(conname, '\d+$', '')
           || ' ' || pg_get_constraintdef(oid)
      from pg_constraint where connamespace = 'public'::regnamespace
    union all
    select 'index ' || regexp_replace(indexdef, 'INDEX (\S*?)\d* ON', 'INDEX \1 ON')
      from pg_indexes where schemaname = 'public'
    union all
    select 'trigger ' || pg_get_triggerdef(oid) from pg_trigger where not tgisinternal
    union all
    select 'routine ' || proname || ' ' || prosrc from pg_proc
     where pronamespace = 'public'::regnamespace and prolang != 13 and probin is null
"""
# What not everybody may read stays in its conversation and is no reading any more, on purpose.
CLOSED = """
    select reading.id from relationship_reading reading
      join relationship_note note on note.id = reading.note_id and note.visibility != 'company'
      join relationship_measure measure on measure.id = reading.measure_id
     where measure.kind = 'emotion'
"""
# What was promised, wherever a version kept it. The ledger knows best for when, and what became
# of it; where it knows nothing, the activity does.
SAID = {
    "relationship_note": """
        select note.id as note_id, note.promise as name, note.promise_date as day,
               note.promise_activity_id as activity_id, {row} as row
          from relationship_note note where coalesce(note.promise, '') != ''
        """,
    "relationship_note_further": """
        select further.note_id, further.name, further.date_due as day,
               further.activity_id, {row} as row
          from relationship_note_further further
        """,
}
WORDS = {"relationship_note": "promise", "relationship_note_further": "name"}
# A name of its own: ``promise`` would be the column of the conversation.
ROW = {
    "relationship_note": """
        (select to_jsonb(ledger) from relationship_promise ledger
          where ledger.note_id = note.id and ledger.name = note.promise
            and ledger.state != 'handed' {none} order by ledger.id desc limit 1)
        """,
    "relationship_note_further": """
        (select to_jsonb(ledger) from relationship_promise ledger
          where ledger.further_id = further.id and ledger.state != 'handed'
            order by ledger.id desc limit 1)
        """,
}
PROMISED = """
    select said.note_id, said.name, coalesce((said.row ->> 'date_due')::date,
           activity.date_deadline, said.day) as day,
           coalesce(said.row ->> 'state', case
               when activity.id is null then 'cancelled' when activity.active then 'open'
               when activity.date_done > activity.date_deadline then 'late' else 'kept' end
           ) as state
      from ({said}) said left join mail_activity activity on activity.id = said.activity_id
"""
PROMISES = """
    select note_id, name, date_due as day, state from relationship_promise
     where note_id is not null and withdrawn is not true and state != 'handed'
"""
# Of the shop that a demonstration plays there is what its own version made of it.
NAMES = rf"""
    select module || '.' || name || ' ' || model || ' ' || coalesce(noupdate, false)
      from ir_model_data where module = '{ADDON}' and name not like 'demo\_%'
"""


class Upgrade:
    """One database that begins with one addon and goes on with another."""

    def __init__(self, databases, folder, name, old, new):
        self.databases, self.folder, self.name = databases, folder, name
        self.old, self.new = old, new
        self.rows = self.before = self.after = self.again = {}
        self.seconds = 0

    def odoo(self, conf, *arguments, code=None, what):
        """Run Odoo on the database; returns what it printed."""
        from ridev import odoo, venv

        log = self.folder / f"{what}.log"
        command = [
            venv.PYTHON,
            venv.ODOO,
            *(["shell"] if code else []),
            "-c",
            conf,
            "-d",
            self.name,
            "--no-http",
            *arguments,
        ]
        with log.open("ab") as stream:
            done = subprocess.run(
                list(map(str, command)),
                env=odoo.environment(self.databases.server),
                cwd=self.folder,
                input=code,
                text=True,
                stdout=subprocess.PIPE,
                stderr=stream,
                check=False,
            )
        text = log.read_text(errors="replace")
        assert not done.returncode, f"{self.name}: {what}\n{text[-3000:]}"
        if not code:
            bad = [line for line in text.splitlines() if " ERROR " in line or " CRITICAL " in line]
            assert not bad, f"{self.name}: {what}\n" + "\n".join(bad)
        return done.stdout

    def install(self):
        self.odoo(self.old, "-i", ADDON, "--with-demo", "--stop-after-init", what="install")

    def use(self):
        """Let somebody leave something of their own."""
        out = self.odoo(self.old, code=(HERE / "user_rows.py").read_text(), what="rows")
        self.rows = json.loads(out.splitlines()[-1])

    def update(self, what="update"):
        """Update to today's addon."""
        begin = time.monotonic()
        self.odoo(self.new, "-u", ADDON, "--stop-after-init", what=what)
        self.seconds = time.monotonic() - begin

    def kill_half_way(self):
        """Begin the update and kill it while it works."""
        from ridev import odoo, venv

        command = [
            venv.PYTHON,
            venv.ODOO,
            "-c",
            self.new,
            "-d",
            self.name,
            "--no-http",
            "-u",
            ADDON,
            "--stop-after-init",
        ]
        with subprocess.Popen(
            list(map(str, command)),
            env=odoo.environment(self.databases.server),
            cwd=self.folder,
            text=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        ) as process:
            for line in process.stderr:
                if HALF_WAY in line:
                    process.kill()
                    break
        assert process.returncode == -9, "the update ended before it was killed"

    def sql(self, query):
        return self.databases.sql(query, database=self.name)

    def promised(self):
        """{(conversation, words, day, state)} of all that was promised in conversations."""
        columns = set(
            self.sql(
                "select table_name || '.' || column_name from information_schema.columns"
                " where table_schema = 'public'"
            )
        )
        none = "and ledger.further_id is null"
        said = [
            query.format(
                row="null::jsonb"
                if "relationship_promise.id" not in columns
                else ROW[table].format(
                    none=none if "relationship_promise.further_id" in columns else ""
                )
            )
            for table, query in SAID.items()
            if f"{table}.{WORDS[table]}" in columns
        ]
        query = PROMISED.format(said=" union all ".join(said)) if said else PROMISES
        rows = self.sql(
            "select jsonb_build_array(promised.note_id, promised.name, promised.day,"
            f" promised.state) from ({query}) promised"
        )
        return {tuple(json.loads(row)) for row in rows}

    def picture(self):
        """{table: {id}} of our tables, and {(table, id): row} of what somebody left."""
        tables = self.sql(
            "select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid"
            " where c.relnamespace = 'public'::regnamespace and c.relkind = 'r'"
            " and c.relname like 'relationship%' and a.attname = 'id' order by 1"
        )
        ids = {
            table: set(
                map(
                    int,
                    self.sql(
                        f'select id from "{table}" t'
                        + " where (to_jsonb(t)->>'final')::boolean" * (table in FINAL)
                    ),
                )
            )
            for table in tables
            if table not in FLEETING
        }
        left = {
            (table, row["id"]): row
            for table, kept in self.rows.items()
            if table in tables or not table.startswith("relationship_")
            for row in map(
                json.loads,
                self.sql(
                    f'select to_jsonb(t) from "{table}" t where id in ({",".join(map(str, kept))})'
                ),
            )
        }
        return {
            "ids": ids,
            "left": left,
            "promised": self.promised(),
            "names": set(self.sql(NAMES)),
            "closed": set(map(int, self.sql(CLOSED))),
            "schema": set(self.sql(SCHEMA)),
        }


def _conf(databases, folder, commit=None):
    """Settings of an Odoo that has the addon of a commit, None for today's."""
    code = history.checkout(commit, folder / "code")
    conf = folder / "odoo.conf"
    conf.write_text(databases.conf.read_text().replace(str(history.ROOT), str(code)))
    return conf


def _from_old(upgrade, killed, twice):
    upgrade.install()
    upgrade.use()
    upgrade.before = upgrade.picture()
    if killed:
        killed.databases.create(killed.name, {"kind": "part"}, template=upgrade.name)
        killed.rows, killed.before = upgrade.rows, upgrade.before
    upgrade.update()
    upgrade.after = upgrade.picture()
    if twice:
        upgrade.update("update-again")
        upgrade.again = upgrade.picture()
    if killed:
        killed.kill_half_way()
        killed.update()
        killed.after = killed.picture()


def _fresh(upgrade):
    upgrade.install()
    upgrade.after = upgrade.picture()


@pytest.fixture(scope="module")
def upgrades(databases, tmp_path_factory):
    """{version: Upgrade} of all that landed, "killed" of the oldest, "fresh" of today's alone."""
    try:
        landed = history.landed()
    except (LookupError, FileNotFoundError) as error:
        pytest.fail(str(error))
    template = databases.base_template(demo=True)
    jobs = {}
    today = _conf(databases, tmp_path_factory.mktemp("today"))
    with ExitStack() as stack, ThreadPoolExecutor(AT_ONCE) as pool:
        for version, commit in {**landed, "fresh": None}.items():
            name = stack.enter_context(databases.clone(template, "upgrade"))
            folder = tmp_path_factory.mktemp("upgrade")
            old = _conf(databases, folder, commit) if commit else today
            jobs[version] = Upgrade(databases, folder, name, old, today)
        oldest, *_between, newest = (jobs[version] for version in landed)
        folder = tmp_path_factory.mktemp("killed")
        killed = Upgrade(databases, folder, f"{oldest.name}_killed", oldest.old, today)
        stack.callback(databases.drop, killed.name)
        runs = [
            pool.submit(_fresh, job)
            if version == "fresh"
            else pool.submit(
                _from_old, job, killed if job is oldest else None, job in (oldest, newest)
            )
            for version, job in jobs.items()
        ]
        for run in runs:
            run.result()
        yield {**jobs, "killed": killed}


def _old(upgrades):
    return {version: each for version, each in upgrades.items() if version != "fresh"}


def test_no_row_is_lost(upgrades):
    for version, upgrade in _old(upgrades).items():
        before, after = dict(upgrade.before["ids"]), upgrade.after["ids"]
        before["relationship_reading"] = before["relationship_reading"] - upgrade.before["closed"]
        # Each is found as a promise: see test_what_was_promised_is_found.
        before.pop("relationship_note_further", None)
        lost = {
            table: len(ids - after.get(table, set()))
            for table, ids in before.items()
            if ids - after.get(table, set())
        }
        assert not lost, f"{version}: {lost}"
        sys.stderr.write(
            f"{version}: {sum(map(len, before.values()))} rows before,"
            f" {sum(map(len, after.values()))} after, {upgrade.seconds:.0f} s\n"
        )


def test_what_somebody_left_says_the_same(upgrades):
    for version, upgrade in _old(upgrades).items():
        assert len(upgrade.before["left"]) >= 6, version
        for key, row in upgrade.before["left"].items():
            if key[0] == "relationship_note_further":
                continue  # a promise now, as the test below has it
            after = upgrade.after["left"][key]
            changed = {name for name in row.keys() & after.keys() if row[name] != after[name]}
            assert not changed, f"{version}: {key}: {changed}"


def test_what_was_promised_is_found(upgrades):
    """Words, day and what became of it, of every promise that a conversation said anywhere."""
    for version, upgrade in _old(upgrades).items():
        before, after = upgrade.before["promised"], upgrade.after["promised"]
        assert not before - after, f"{version}: {sorted(before - after)}"
        lines = upgrade.before["ids"].get("relationship_note_further", ())
        assert len(before) >= len(lines)
        state = {name: state for _note, name, _day, state in after}
        expected = {"Call back": "open", "Send a sample": "open", "Bring the list": "kept"}
        if lines:
            expected["Bring the catalogue"] = "open"
        assert expected.items() <= state.items(), version
        assert "Taken back" not in state, version


@pytest.mark.parametrize("what", ["schema", "names"])
def test_all_is_as_after_a_fresh_install(upgrades, what):
    fresh = upgrades["fresh"].after[what]
    differences = {
        version: (sorted(upgrade.after[what] - fresh), sorted(fresh - upgrade.after[what]))
        for version, upgrade in _old(upgrades).items()
        if upgrade.after[what] != fresh
    }
    assert not differences


def test_a_second_update_changes_nothing(upgrades):
    twice = {version: upgrade for version, upgrade in upgrades.items() if upgrade.again}
    assert len(twice) == 2  # the oldest and the newest: all are alike after the first
    for version, upgrade in twice.items():
        assert upgrade.again == upgrade.after, version
