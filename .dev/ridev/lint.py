"""`make lint`: formatting, ruff, pylint-odoo, OCA's and Odoo's checks, a clean installation log."""

import os

from . import node, odoo, prepare, venv
from .databases import Databases
from .layout import ADDON, DEV, ROOT
from .ui import Stop, foreground, say

PYTHON_FOLDERS = ("relationship_insight", "tests", ".dev", "setup.py")
ODOO_CHECKERS = "_odoo_checker_sql_injection,_odoo_checker_gettext,_odoo_checker_unlink_override"
ODOO_CHECKS = (
    "sql-injection,missing-gettext,gettext-variable,gettext-placeholders,gettext-repr"
    ",raise-unlink-override"
)
# README.md is at the repository's top; a model is split over rooms on purpose; tests name the
# addon in full, which pylint-odoo lets only those do that lie flat in tests/.
NOT_WANTED = (
    "missing-readme",
    "consider-merging-classes-inherited",
    "odoo-addons-relative-import",
)
# The checks of test_lint that run a linter over all of Odoo, or need tools of its own buildbot.
NOT_OURS = ("test_pylint.py", "test_eslint.py", "test_checkers.py", "test_l10n.py")


def main(_arguments):
    """Run every check, also after one has failed; 0 only when all are clean."""
    prepare.begin("lint")
    with prepare.databases(Databases.template, "lint") as (databases, template):
        failed = [name for name, check in _checks(databases, template) if not _run(name, check)]
    print(f"\nlint: {', '.join(failed)} failed" if failed else "\nlint: everything is clean")
    return 1 if failed else 0


def _run(name, check):
    say(f"lint: {name}")
    return check()


def _checks(databases, template):
    environment = odoo.environment(databases.server)
    lint_tests = databases.root / "odoo" / "addons" / "test_lint" / "tests"
    tools = venv.VENV / "bin"

    def tool(*command, **extra):
        return lambda: foreground(command, cwd=ROOT, env=environment | extra) == 0

    yield (
        "formatting of Python",
        tool(tools / "ruff", "format", "--no-cache", "--check", *PYTHON_FOLDERS),
    )
    yield (
        "formatting of JavaScript",
        tool(
            node.ensure(environment), "--check", "--loglevel=warn", ADDON / "static" / "**" / "*.js"
        ),
    )
    yield "ruff", tool(tools / "ruff", "check", "--no-cache", *PYTHON_FOLDERS)
    rules = (f"--rcfile={ROOT / '.pylintrc'}", f"--disable={','.join(NOT_WANTED)}")
    yield "pylint-odoo", tool(tools / "pylint", *rules, ADDON)
    yield "OCA checks", tool(tools / "oca-checks-odoo-module", ADDON)
    yield "OCA checks of translations", _translations(tool, tools)
    search = os.pathsep.join((str(lint_tests), str(databases.root)))
    yield (
        "Odoo's pylint checks",
        tool(
            tools / "pylint",
            "--rcfile=/dev/null",
            "--disable=all,unknown-option-value",
            f"--enable={ODOO_CHECKS}",
            f"--load-plugins={ODOO_CHECKERS}",
            "--score=n",
            ADDON,
            PYTHONPATH=search,
        ),
    )
    yield "Odoo's test_lint", lambda: _test_lint(databases, template, environment, lint_tests)
    yield "installation log", lambda: _installation_log(databases, template)


def _translations(tool, tools):
    files = sorted((ADDON / "i18n").glob("*.po*"))
    if not files:
        return lambda: True
    return tool(tools / "oca-checks-po", "--disable=po-pretty-format", *files)


def _test_lint(databases, template, environment, folder):
    """Odoo's own test_lint, with this addon as the only one that its file checks see."""
    files = [path for path in sorted(folder.glob("test_*.py")) if path.name not in NOT_OURS]
    if not files:
        raise Stop(f"{folder} has no tests: is this Odoo complete?")
    with databases.clone(template, "lint") as database:
        command = [
            venv.PYTHON,
            "-m",
            "pytest",
            "-c",
            DEV / "pytest.ini",
            f"--rootdir={folder}",
            "-p",
            "ridev.lint_scope",
            f"--odoo-database={database}",
            f"--odoo-config={databases.conf}",
            *files,
        ]
        return foreground(command, cwd=ROOT, env=environment | {"PYTHONPATH": str(DEV)}) == 0


def _installation_log(databases, template):
    lines = databases.complaints(template)
    print("\n".join(lines), end="\n" if lines else "")
    return not lines
