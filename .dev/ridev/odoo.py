"""Odoo processes: configuration files, one-off commands, and servers."""

import contextlib
import os
import signal
import socket
import subprocess
import time
import urllib.request
from pathlib import Path

from . import explain, odoo_source, postgres
from .layout import HOME, LOGS, ROOT
from .ui import Stop, run
from .venv import ODOO, PYTHON, VENV, library_folders

FOLDER = "RI_FOLDER"  # in the environment of every process that belongs to a working folder
READY = 180  # seconds a server may take to answer


def data_folder(server):
    """Where Odoo keeps the files of a PostgreSQL server's databases."""
    return HOME / f"data-{server.name}"


def write_conf(server, root, **options):
    """Write the configuration file for a PostgreSQL server; returns its path."""
    data = data_folder(server)
    data.mkdir(parents=True, exist_ok=True)
    folders = [*odoo_source.addons_path(root), ROOT]
    settings = {
        "data_dir": data,
        "addons_path": ",".join(map(str, folders)),
        "http_interface": "127.0.0.1",
        "max_cron_threads": 0,
        "screenshots": LOGS / "screenshots",
        **options,
    }
    path = HOME / f"odoo-{server.name}.conf"
    text = "[options]\n" + "".join(f"{k} = {v}\n" for k, v in settings.items())
    if not path.exists() or path.read_text() != text:  # another process may be reading it
        new = path.with_suffix(f".{os.getpid()}")
        new.write_text(text)
        new.replace(path)
    return path


def environment(server, path=()):
    """Environment of processes that talk to the server; `path` goes in front on PATH."""
    folders = [*map(str, path), str(VENV / "bin")]
    if binaries := postgres.binaries():
        folders.append(str(binaries))
    folders.append(os.environ.get("PATH", os.defpath))
    libraries = os.pathsep.join(map(str, library_folders()))
    kept = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "PYTHONHOME", "ODOO_RC")}
    if libraries:
        kept["LD_LIBRARY_PATH"] = libraries
    return (
        kept
        | server.environment()
        | {
            "PATH": os.pathsep.join(folders),
            postgres.GIVEN: server.name,
            FOLDER: str(HOME),
            "PYTHONPYCACHEPREFIX": str(HOME / "pycache"),
            "LC_ALL": "C.UTF-8",
        }
    )


def command(server, conf, database, *arguments, log, what):
    """Run `odoo -d database ... --stop-after-init`, its log in a file."""
    parts = [PYTHON, ODOO, "-c", conf, "-d", database, *arguments]
    run([*parts, "--no-http", "--stop-after-init"], log, what, env=environment(server), cwd=HOME)


def shell(server, conf, database, code, *, log, what):
    """Run Python code in `odoo shell`, where `env` is at hand; it must commit by itself."""
    script = HOME / f"shell-{os.getpid()}.py"
    script.write_text(code)
    try:
        with open(script) as stdin:
            parts = [PYTHON, ODOO, "shell", "-c", conf, "-d", database, "--no-http"]
            env = environment(server)
            run(parts, log, what, env=env, cwd=HOME, stdin=stdin)
    finally:
        script.unlink()


def free_port():
    """A TCP port that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def listening_error(port, address="127.0.0.1"):
    """The OSError that keeps a server from listening there, or None."""
    try:
        family, _kind, _protocol, _name, where = socket.getaddrinfo(
            address, port, type=socket.SOCK_STREAM
        )[0]
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(where)
    except OSError as error:
        return error
    return None


def port_is_free(port, address="127.0.0.1"):
    """Whether a server could listen on the port."""
    return listening_error(port, address) is None


def url_of(address, port):
    """Where a server that listens on an address answers this machine."""
    here = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}.get(address, address)
    return f"http://[{here}]:{port}" if ":" in here else f"http://{here}:{port}"


class Server:
    """One Odoo server process on one database."""

    def __init__(
        self, postgresql, conf, database, *, log, address="127.0.0.1", port=None, arguments=()
    ):
        self.address, self.port = address, port or free_port()
        self.database, self.log = database, Path(log)
        self.url = url_of(address, self.port)
        self._environment = environment(postgresql)
        self._command = [
            PYTHON,
            ODOO,
            "-c",
            conf,
            "-d",
            database,
            f"--db-filter=^{database}$",
            "--no-database-list",
            f"--http-interface={address}",
            f"--http-port={self.port}",
            *arguments,
        ]
        self.process = None

    def start(self):
        """Start it and wait until it answers."""
        if error := listening_error(self.port, self.address):
            raise Stop(explain.cannot_listen(error, self.port, self.address))
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with open(self.log, "ab") as stream:
            self.process = subprocess.Popen(
                [str(part) for part in self._command],
                env=self._environment,
                cwd=HOME,
                start_new_session=True,
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=stream,
            )
        deadline = time.monotonic() + READY
        while not self.healthy():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                tail = self.log.read_text(errors="replace").splitlines()[-15:]
                raise Stop(f"Odoo did not start. The end of {self.log}:\n" + "\n".join(tail))
            time.sleep(0.1)
        return self

    def healthy(self):
        """Whether it answers now."""
        try:
            with urllib.request.urlopen(f"{self.url}/web/health", timeout=5) as answer:
                return answer.status == 200
        except OSError:
            return False

    def stop(self, patience=20):
        """Ask it to end, and end it by force when it does not."""
        if self.process is None:
            return
        for number in (signal.SIGTERM, signal.SIGKILL):
            if self.process.poll() is None:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(self.process.pid, number)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    self.process.wait(patience)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.process.pid, signal.SIGKILL)  # workers of a server that was killed
