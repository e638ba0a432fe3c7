"""`make bench`: the scripts of tests/bench, each on its own clone of the template."""

import os
import shlex

from . import odoo, prepare, venv
from .databases import Databases
from .layout import HOME, ROOT
from .ui import Stop, foreground, need_space, say

FOLDER = ROOT / "tests" / "bench"
SETTINGS = {
    "shared_buffers": "1GB",
    "work_mem": "64MB",
    "maintenance_work_mem": "256MB",
    "max_wal_size": "8GB",
}


def main(arguments):
    """Run each script with RI_DB, RI_ODOO_CONF and PG* set; arguments are handed on."""
    arguments = [*arguments, *shlex.split(os.environ.get("ARGS", ""))]
    scripts = sorted(FOLDER.glob("bench_*.py"))
    if not scripts:
        raise Stop(f"There is no bench_*.py in {FOLDER.relative_to(ROOT)}.")
    prepare.begin("bench")
    with prepare.databases(Databases.template, **SETTINGS) as (databases, template):
        need_space(HOME, 2000, "a benchmark's database")
        codes = [_run(databases, template, script, arguments) for script in scripts]
    return 1 if any(codes) else 0


def _run(databases, template, script, arguments):
    with databases.clone(template, "bench") as database:
        say(f"bench: {script.name}")
        extra = {
            "RI_DB": database,
            "RI_ODOO_CONF": str(databases.conf),
            "RI_TEST_DATA": str(venv.DATA),
            "PGDATABASE": database,
        }
        environment = odoo.environment(databases.server) | extra
        return foreground([venv.PYTHON, script, *arguments], cwd=ROOT, env=environment)
