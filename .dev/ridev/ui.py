"""What the person at the terminal sees: steps with their seconds, and plain refusals."""

import contextlib
import os
import re
import shutil
import signal
import subprocess
import threading
import time
from pathlib import Path

from . import explain

START = time.monotonic()
HEARTBEAT = 15  # seconds between two signs of life of a long step
_LOG_PREFIX = re.compile(r"^\d{4}-\d\d-\d\d \S+ \d+ [A-Z]+ \S+ ")  # of an Odoo log line
PATIENCE = 15  # seconds that an interrupted command has to clean up
_children = set()
_ending = threading.Event()
_print_lock = threading.Lock()


class Stop(Exception):
    """Ends the command with one plain paragraph instead of a traceback."""


def say(text):
    """Print one line, with the seconds since the command began."""
    with _print_lock:
        tell(f"[{time.monotonic() - START:4.0f} s] {text}")


def tell(text, **options):
    """Print to whoever is there: cleaning up goes on after a terminal was closed."""
    with contextlib.suppress(OSError):
        print(text, flush=True, **options)


def stop_if_ending():
    """For long loops: stop when the command as a whole is ending."""
    if _ending.is_set():
        raise Stop("Interrupted.")


def _last_line(log):
    try:
        with open(log, "rb") as stream:
            stream.seek(0, os.SEEK_END)
            stream.seek(max(0, stream.tell() - 2000))
            lines = stream.read().decode(errors="replace").replace("\r", "\n").split("\n")
    except OSError:
        return ""
    last = next((line.strip() for line in reversed(lines) if line.strip()), "")
    return _LOG_PREFIX.sub("", last)[:100]


@contextlib.contextmanager
def step(name, log=None):
    """Announce a step, show that it lives, and say how long it took."""
    say(f"{name} ...")
    begin = time.monotonic()
    done = threading.Event()

    def beat():
        while not done.wait(HEARTBEAT):
            doing = _last_line(log) if log else ""
            say(f"  {name}: {time.monotonic() - begin:.0f} s so far. {doing}")

    threading.Thread(target=beat, daemon=True).start()
    try:
        yield
    finally:
        done.set()
    say(f"{name}: done in {time.monotonic() - begin:.1f} s")


def run_for_code(command, log, **options):
    """Run a command with its output added to a log file; returns its exit code."""
    Path(log).parent.mkdir(parents=True, exist_ok=True)
    options.setdefault("stdin", subprocess.DEVNULL)
    with open(log, "ab") as stream:
        command = [str(part) for part in command]
        process = subprocess.Popen(command, stdout=stream, stderr=subprocess.STDOUT, **options)
    _children.add(process)
    try:
        return process.wait()
    finally:
        _children.discard(process)
        if process.poll() is None:
            process.kill()


def run(command, log, what, *, network=False, **options):
    """Run a command with its output in a log file; stop with an explanation if it fails."""
    begin = Path(log).stat().st_size if Path(log).exists() else 0
    code = run_for_code(command, log, **options)
    if code:
        output = Path(log).read_bytes()[begin:].decode(errors="replace")
        raise Stop(explain.failure(what, code, output, log, network=network))


def foreground(command, **options):
    """Run a command that talks to the terminal; on Ctrl-C give it time to clean up after itself."""
    process = subprocess.Popen([str(part) for part in command], **options)
    try:
        return process.wait()
    except KeyboardInterrupt:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
            process.send_signal(number)
            with contextlib.suppress(subprocess.TimeoutExpired, KeyboardInterrupt):
                process.wait(PATIENCE)
                break
        raise


def end_children():
    """Stop whatever long steps still run (after Ctrl-C, or when a parallel step failed)."""
    _ending.set()
    for process in list(_children):
        with contextlib.suppress(OSError):
            process.terminate()


def need_space(folder, megabytes, what):
    """Stop before a step that can't fit on the disk."""
    free = shutil.disk_usage(folder).free // 2**20
    if free < megabytes:
        raise Stop(explain.disk_full(folder, what, megabytes, free))
