"""Chromium for the browser tests, and fonts with which it shows Thai.

In order: one that is on PATH; as root on Debian, the package; else the package and everything it
needs unpacked privately, without root. Whatever is found must take a screenshot before it counts.
"""

import contextlib
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from . import apt
from .layout import HOME, LOGS, short_hash
from .ui import Stop, need_space, run, say, step

NAMES = ("google-chrome", "chromium", "chromium-browser", "google-chrome-stable")  # Odoo's order
FONTS = ("fonts-tlwg-loma-ttf", "fonts-tlwg-garuda-ttf")
FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.fonts", "~/.local/share/fonts")
THAI = re.compile(r"loma|garuda|norasi|waree|kinnari|sarabun|laksaman|thai|umpush", re.I)
HEADLESS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage")
WRAPPERS = HOME / "bin"
PRIVATE = HOME / "chromium"
PROGRAM = PRIVATE / "usr/lib/chromium/chromium"
LOG = LOGS / "chromium.log"
NEEDED = 1500  # megabytes while it is fetched
_PAGE = "data:text/html,<h1>%E0%B8%AA%E0%B8%A7%E0%B8%B1%E0%B8%AA%E0%B8%94%E0%B8%B5</h1>"
MISSING = (
    "The browser tests need Chromium, and none could be had here: {reason}\nInstall it (on Debian"
    " as root: apt-get install chromium fonts-tlwg-loma-ttf) so that `chromium` is on PATH, and"
    " run the same command again. To go without the browser tests on purpose: RI_NO_BROWSER=1"
    " make test"
)


def wanted():
    """Whether browser tests are to run: yes, unless told otherwise."""
    return os.environ.get("RI_NO_BROWSER", "0") in ("", "0")


def is_there():
    """Whether nothing is to be fetched, or none is wanted."""
    return not wanted() or _on_path() is not None or PROGRAM.is_file()


def ensure():
    """Folders to put in front of PATH so that a working Chromium with Thai is found."""
    found = _on_path()
    if found is None and os.geteuid() == 0 and shutil.which("apt-get"):
        _install_package()
        found = _on_path()
    if found is None:
        found = _private()
    fonts = _thai_fonts(found)
    if found.is_relative_to(HOME) or fonts:
        _write_wrapper(found, fonts)
        found = WRAPPERS / "chromium"
        _check_once(found)
        return [WRAPPERS]
    _check_once(found)
    return []


def _on_path():
    own = str(WRAPPERS)
    path = os.pathsep.join(p for p in os.environ.get("PATH", "").split(os.pathsep) if p != own)
    found = (shutil.which(name, path=path) for name in NAMES)
    return next((Path(name) for name in found if name), None)


def _install_package():
    """As root on Debian: install the package. A failure is only noted: there is another way."""
    packages = ["chromium", *FONTS]
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    options = {"network": True, "env": environment}
    install = ["apt-get", "-q", "-y", "-o", "DPkg::Lock::Timeout=120", "install"]
    with contextlib.suppress(Stop), step("Chromium and Thai fonts from Debian, as root", LOG):
        run(["apt-get", "-q", "update"], LOG, "the package lists", **options)
        run([*install, "--no-install-recommends", *packages], LOG, "Chromium", **options)


def _private():
    """Chromium and all it needs, unpacked below the working folder."""
    program = PROGRAM
    if program.exists():
        return program
    if not apt.available():
        raise Stop(MISSING.format(reason="this is no Debian system with apt-get and dpkg-deb."))
    need_space(HOME, NEEDED, "Chromium")
    with step("Chromium without root, from this machine's Debian archive", LOG):
        apt.fetch_with_needs(["chromium", *FONTS], PRIVATE, "Chromium", LOG)
    if not program.exists():
        raise Stop(MISSING.format(reason="Debian's package holds no usr/lib/chromium/chromium."))
    return program


def _thai_fonts(program):
    """Folder of fetched Thai fonts, or None where the system's or Chromium's own will do."""
    if program.is_relative_to(PRIVATE):
        return PRIVATE / "usr/share/fonts"
    folders = (Path(folder).expanduser() for folder in FONT_FOLDERS)
    if any(THAI.search(str(path)) for folder in folders for path in folder.rglob("*.[to]t[fc]")):
        return None
    folder = HOME / "share" / "fonts"
    if folder.is_dir():
        return folder
    if not apt.available():
        say("note: this machine has no Thai font, so Thai shows as boxes on screenshots")
        return None
    with step("Thai fonts from this machine's Debian archive", LOG):
        private = apt.own_release(HOME / "fonts.apt", "Thai fonts", LOG)
        for deb in private.download(FONTS, "Thai fonts"):
            apt.unpack(deb, private.work / "unpacked")
        (private.work / "unpacked/usr/share/fonts").rename(_made(folder.parent) / folder.name)
        private.forget()
    return folder


def _made(folder):
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _write_wrapper(program, fonts):
    """A `chromium` command that runs the program with its own libraries and fonts."""
    lines = ["#!/bin/sh"]
    if program.is_relative_to(PRIVATE):
        lines.append(f'export LD_LIBRARY_PATH="{":".join(map(str, apt.library_folders(PRIVATE)))}"')
        config = PRIVATE / "fonts.conf"
        config.write_text(
            '<?xml version="1.0"?>\n<!DOCTYPE fontconfig SYSTEM "fonts.dtd">\n<fontconfig>\n'
            f"<dir>{fonts}</dir>\n<dir>/usr/share/fonts</dir>\n"
            f"<cachedir>{PRIVATE / 'font-cache'}</cachedir>\n</fontconfig>\n"
        )
        lines.append(f'export FONTCONFIG_FILE="{config}"')
    elif fonts:
        lines.append(f'export XDG_DATA_HOME="{fonts.parent}"')
    lines.append(f'exec "{program}" "$@"')
    wrapper = _made(WRAPPERS) / "chromium"
    text = "\n".join(lines) + "\n"
    if not wrapper.exists() or wrapper.read_text() != text:
        wrapper.write_text(text)
    wrapper.chmod(0o755)


def _check_once(program):
    """Take a screenshot, once for each version of the program."""
    target = Path(program).resolve()
    mark = HOME / "chromium-works"
    key = short_hash(target, target.stat().st_mtime_ns)
    if mark.is_file() and mark.read_text() == key:
        return
    with tempfile.TemporaryDirectory(dir=HOME) as folder:
        shot = Path(folder, "shot.png")
        command = [program, *HEADLESS, f"--user-data-dir={folder}/profile", f"--screenshot={shot}"]
        command += ["--window-size=600,400", "--hide-scrollbars", _PAGE]
        with open(LOG, "ab") as log:
            try:
                subprocess.run(
                    [str(part) for part in command],
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    timeout=90,
                    check=False,
                )
            except (OSError, subprocess.TimeoutExpired) as error:
                raise Stop(MISSING.format(reason=f"{program} does not run ({error}).")) from error
        if not shot.is_file() or shot.stat().st_size < 1000:
            raise Stop(MISSING.format(reason=f"{program} takes no screenshot; see {LOG}."))
    mark.write_text(key)
    say(f"Chromium works: {target}")
