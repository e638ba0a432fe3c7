"""`make neighbours`: which of Odoo's own tests fail only because this addon is installed.

The Python suites of the apps that the addon extends run on a database with it; what fails there
runs again on a database without it, and only what passes there is the addon's fault.
"""

import os
import shlex

from . import odoo, prepare, venv
from .databases import Databases
from .layout import ADDON, DEV, LOGS
from .ui import Stop, foreground, say, step

APPS = (
    "crm",
    "digest",
    "link_tracker",
    "loyalty",
    "point_of_sale",
    "portal",
    "pos_loyalty",
    "pos_sale",
    "privacy_lookup",
    "sale",
    "sale_loyalty",
    "survey",
)
FAILED = "RI_FAILED"  # the file that the plugin writes the names of failed tests to


def main(arguments):
    """Run the suites of all these apps, or of those that are named."""
    arguments = [*arguments, *shlex.split(os.environ.get("ARGS", ""))]
    apps = arguments or APPS
    if unknown := set(apps) - set(APPS):
        raise Stop(f"No neighbour: {', '.join(sorted(unknown))}. There are {', '.join(APPS)}.")
    prepare.begin("neighbours")
    with prepare.databases(Databases.base_template) as (databases, base):
        folders = [databases.root / "odoo" / "addons" / app / "tests" for app in apps]
        targets = [name for folder in folders for name in sorted(folder.glob("test_*.py"))]
        failed = _run(databases, base, [*APPS, ADDON.name], targets)
        ours = set(failed) - set(_run(databases, base, APPS, failed)) if failed else set()
    print(f"\n{len(failed)} failed with the addon, {len(ours)} of them only with it")
    print("\n".join(f"  {name}" for name in sorted(ours)), flush=True)
    return 1 if ours else 0


def _run(databases, base, modules, targets):
    """Names of the tests that fail where these modules are installed."""
    kind = "with" if ADDON.name in modules else "without"
    with databases.clone(base, f"neighbours_{kind}") as database:
        log = LOGS / f"neighbours-{kind}.log"
        log.unlink(missing_ok=True)
        with step(f"installing Odoo's apps {kind} the addon", log):
            databases.install(database, modules, log)
        say(f"neighbours: {kind} the addon")
        failed = LOGS / f"neighbours-{kind}.txt"
        failed.write_text("")
        environment = odoo.environment(databases.server)
        environment |= {"PYTHONPATH": str(DEV), FAILED: str(failed)}
        command = [
            venv.PYTHON,
            "-m",
            "pytest",
            "-c",
            DEV / "pytest.ini",
            "--tb=line",
            f"--rootdir={databases.root}",
            "-p",
            "ridev.neighbours_scope",
            "--odoo-http",
            f"--odoo-database={database}",
            f"--odoo-config={databases.conf}",
            *targets,
        ]
        code = foreground(command, cwd=databases.root, env=environment)
        if code not in (0, 1):
            raise Stop(f"The tests {kind} the addon did not finish (exit code {code}).")
        return failed.read_text().splitlines()
