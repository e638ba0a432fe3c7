"""`make bench`: the scripts of tests/bench, each on its own clone of the template.

make bench                               all of them
make bench ARGS="bench_refresh 100000"   one of them, with what it takes
"""

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
    """Run the scripts named first, or all, with RI_DB, RI_ODOO_CONF and PG* set.

    The other arguments are handed on.
    """
    scripts, arguments = chosen([*arguments, *shlex.split(os.environ.get("ARGS", ""))])
    prepare.begin("bench")
    with prepare.databases(Databases.template, **SETTINGS) as (databases, template):
        need_space(HOME, 2000, "a benchmark's database")
        codes = [_run(databases, template, script, arguments) for script in scripts]
    return 1 if any(codes) else 0


def chosen(arguments):
    """The scripts that the arguments name, all where none is named, and the arguments left."""
    scripts = {script.stem: script for script in sorted(FOLDER.glob("bench_*.py"))}
    names = [argument for argument in arguments if argument.startswith("bench_")]
    unknown = [name for name in names if name not in scripts]
    if unknown or not scripts:
        raise Stop(
            f"There is no {' '.join(unknown) or 'bench_*.py'} in {FOLDER.relative_to(ROOT)}:"
            f" {', '.join(scripts)}."
        )
    left = [argument for argument in arguments if argument not in names]
    return [scripts[name] for name in names or scripts], left


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
