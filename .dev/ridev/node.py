"""Node.js and prettier, for the formatting of JavaScript: both stay in the working folder."""

from . import venv
from .layout import HOME, LOGS
from .ui import run, step

PRETTIER = "prettier@2.8.8"  # of the version that Odoo's own tooling asks for
FOLDER = HOME / "node"
COMMAND = FOLDER / "node_modules" / ".bin" / "prettier"


def ensure(environment):
    """Fetch prettier by the npm of the lint packages; returns its command."""
    wanted = FOLDER / PRETTIER
    if not (wanted.exists() and COMMAND.exists()):
        with step("prettier", LOGS / "node.log"):
            FOLDER.mkdir(parents=True, exist_ok=True)
            command = [
                venv.VENV / "bin" / "npm",
                "install",
                "--no-audit",
                "--no-fund",
                "--prefix",
                FOLDER,
                PRETTIER,
            ]
            run(command, LOGS / "node.log", "fetching prettier", network=True, env=environment)
            wanted.touch()
    return COMMAND
