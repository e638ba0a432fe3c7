"""What tests outside of Odoo get: clones of the template database, and real servers on them.

The command that runs the tests prepares everything and says where it is by RI_* variables; a test
asks for the fixtures `databases`, `clone` and `server` (one of each for its module).
"""

import json
import os
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / ".dev"))
PREPARED = "RI_TEMPLATE" in os.environ
CHROMIUM = ("google-chrome", "chromium", "chromium-browser", "google-chrome-stable")


class Client:
    """A person's session on a server: log in once, then call methods of models."""

    def __init__(self, url, database, login="admin", password="admin"):
        self.url = url
        self._opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
        parameters = {"db": database, "login": login, "password": password}
        self.session = self.json("/web/session/authenticate", parameters)

    def json(self, path, parameters):
        """Result of a JSON-RPC route; an error of the server is raised with its text."""
        body = json.dumps({"jsonrpc": "2.0", "method": "call", "params": parameters}).encode()
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(self.url + path, body, headers)
        with self._opener.open(request, timeout=120) as answer:
            reply = json.load(answer)
        if "error" in reply:
            data = reply["error"].get("data", {})
            raise RuntimeError(data.get("debug") or reply["error"]["message"])
        return reply.get("result")

    def call(self, model, method, *args, **kwargs):
        """Result of a public method of a model."""
        parameters = {"model": model, "method": method, "args": args, "kwargs": kwargs}
        return self.json(f"/web/dataset/call_kw/{model}/{method}", parameters)

    def ref(self, module, name):
        """Id of the record with an external id."""
        return self.call(
            "ir.model.data",
            "search_read",
            [("module", "=", module), ("name", "=", name)],
            ["res_id"],
        )[0]["res_id"]

    def speak_thai(self):
        """Install Thai, as an administrator does."""
        (thai,) = self.call(
            "res.lang", "search", [("code", "=", "th_TH"), ("active", "in", [True, False])]
        )
        wizard = self.call("base.language.install", "create", [{"lang_ids": [(6, 0, [thai])]}])
        self.call("base.language.install", "lang_install", wizard)

    def get(self, path):
        """(status, text) of a page."""
        try:
            with self._opener.open(self.url + path, timeout=120) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode(errors="replace")


@pytest.fixture(scope="session")
def databases():
    """The test PostgreSQL server's databases (ridev.databases.Databases)."""
    if not PREPARED:
        pytest.fail("run this by `make test`: it needs the prepared Odoo, PostgreSQL and template")
    from ridev import databases as module
    from ridev import postgres

    return module.Databases(postgres.server("test"), Path(os.environ["RI_ODOO_ROOT"]))


@pytest.fixture(scope="session")
def template(databases):
    """Name of the template with the addon installed: clone it, never connect to it."""
    return os.environ["RI_TEMPLATE"]


@pytest.fixture(scope="module")
def clone(databases, template):
    """Name of a database with the addon, for this module alone."""
    with databases.clone(template, "outside") as name:
        yield name


@pytest.fixture(scope="module")
def start_server(databases, tmp_path_factory):
    """Function that starts an Odoo server on a database; all are stopped after the module.

    Without workers one process serves pages and websockets on one port, as `make run` does.
    """
    from ridev.odoo import Server, free_port

    servers = []

    def start(database, *arguments, workers=0, port=None):
        log = tmp_path_factory.mktemp("server") / "odoo.log"
        options = [f"--workers={workers}", f"--gevent-port={free_port()}", *arguments]
        server = Server(
            databases.server, databases.conf, database, log=log, port=port, arguments=options
        )
        servers.append(server)
        return server.start()

    yield start
    for server in servers:
        server.stop()


@pytest.fixture(scope="module")
def server(clone, start_server):
    """A real server on the module's clone."""
    return start_server(clone)


@pytest.fixture(scope="module")
def run_script(databases, clone):
    """Function that runs a script beside the tests on the module's clone; returns its JSON."""

    def run(script):
        paths = filter(None, [os.environ.get("RI_ODOO_ROOT"), os.environ.get("PYTHONPATH")])
        environment = {
            **os.environ,
            "RI_ODOO_CONF": str(databases.conf),
            "PYTHONPATH": os.pathsep.join(paths),
        }
        result = subprocess.run(
            [sys.executable, script, clone],
            check=False,
            capture_output=True,
            text=True,
            timeout=300,
            env=environment,
        )
        assert not result.returncode, result.stderr[-4000:]
        return json.loads(result.stdout.splitlines()[-1])

    return run


@pytest.fixture
def client(server):
    """The administrator's session on the server."""
    return Client(server.url, server.database)


@pytest.fixture(scope="module")
def browser_arguments():
    """What a module's Chromium is started with besides the usual."""
    return ()


@pytest.fixture(scope="module")
def browser(browser_arguments):
    """A Chromium without a window: ``RI_CHROMIUM``, or the first on PATH."""
    from playwright import sync_api

    path = os.environ.get("RI_CHROMIUM") or next(filter(None, map(shutil.which, CHROMIUM)), None)
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-gpu", *browser_arguments]
        )
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def pictures(request):
    """The folder of logs for the pictures of this module, empty."""
    from ridev.layout import LOGS

    folder = LOGS / request.module.__name__.removeprefix("test_")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder
