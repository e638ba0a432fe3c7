"""The set-up that run, test, bench and lint share; each part does nothing when it is there."""

import concurrent.futures
import contextlib
import fcntl
import os

from . import browser, odoo_source, postgres, ui, venv
from .databases import Databases
from .layout import HOME, prepare_home


@contextlib.contextmanager
def setup_lock():
    """Only one command sets things up at a time; another one waits and says so."""
    with open(HOME / "lock", "w") as stream:
        try:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            ui.say("another command is preparing this folder; waiting for it ...")
            fcntl.flock(stream, fcntl.LOCK_EX)
        yield


class Background:
    """Steps that go on beside each other; when one fails or Ctrl-C comes, all end."""

    def __init__(self, at_once=4):
        self._pool = concurrent.futures.ThreadPoolExecutor(max_workers=at_once)

    def __enter__(self):
        return self

    def start(self, function, *arguments):
        return self._pool.submit(function, *arguments)

    def __exit__(self, kind, error, trace):
        if kind:
            ui.end_children()
        self._pool.shutdown(wait=True, cancel_futures=True)


def odoo_and_python():
    """Odoo and the environment to run it, fetched side by side; returns Odoo's folder."""
    with Background() as background:
        source = background.start(odoo_source.ensure)
        packages = background.start(venv.ensure, "run")
        done, _pending = concurrent.futures.wait(
            (source, packages), return_when=concurrent.futures.FIRST_EXCEPTION
        )
        for future in done:
            future.result()
        root = source.result()
        packages.result()
    venv.link_odoo(root)
    return root


@contextlib.contextmanager
def databases(make, *stages, **settings):
    """Yield (databases, template) on a server for tests that ends with the block.

    :param make: the method of Databases that makes the template
    :param stages: packages beside those to run and to test
    :param settings: of the server
    """
    with contextlib.ExitStack() as cleanup:
        with setup_lock():
            root = odoo_and_python()
            for stage in ("test", *stages):
                venv.ensure(stage)
            postgresql = postgres.server("test")
            postgresql.start(**settings)
            cleanup.callback(postgresql.stop)
            on_server = Databases(postgresql, root)
            on_server.drop_orphans()
            template = make(on_server)
        yield on_server, template


def begin(command):
    """Make the working folder, with room for all that a command is going to put there."""
    os.umask(0o022)  # new files are readable by the database server
    prepare_home()
    missing = [megabytes for megabytes, is_there in _parts(command) if not is_there()]
    if missing:
        ui.need_space(HOME, sum(missing), f"everything that `make {command}` sets up")


def _parts(command):
    """(megabytes while it is made, whether it is there) of each part of a command's set-up."""
    stages = {"run": ("run",), "lint": ("run", "test", "lint")}.get(command, ("run", "test"))
    yield odoo_source.NEEDED, odoo_source.is_there
    for stage in stages:
        yield venv.NEEDED[stage], lambda stage=stage: venv.is_ready(stage)
    if command == "test":
        yield browser.NEEDED, browser.is_there
    cluster = postgres.server("run" if command == "run" else "test", durable=command == "run")
    yield cluster.NEEDED, cluster.is_there
