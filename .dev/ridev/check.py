"""`make test`: every test there is, and one plain line at the end that sums them up."""

import contextlib
import dataclasses
import os
import re
import shlex
import shutil
import time
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from . import browser, odoo, postgres, prepare, ui, venv
from .databases import Databases
from .layout import ADDON, DEV, HOME, LOGS, ROOT
from .ui import foreground, say

TESTS = ROOT / "tests"
IN_PROCESS = (ADDON / "tests",)  # run inside Odoo, on one clone, with its server
NOT_COLLECTED = ("bench", "simulate")
REPORTS = HOME / "reports"
SLOWEST = 15
MOST_LANES = 4
IMPOSSIBLE = 86400  # seconds: what a test that freezes the clock may be said to take
NO_TESTS_COLLECTED = 5
_BROWSER_SKIP = re.compile(r"chrom|browser|websocket|odoo-http|could not import", re.I)


@dataclasses.dataclass
class Totals:
    """What the phases' reports say, added up."""

    passed: int = 0
    failed: int = 0
    skips: list = dataclasses.field(default_factory=list)
    times: list = dataclasses.field(default_factory=list)
    problems: list = dataclasses.field(default_factory=list)

    def read(self, report):
        """Add one JUnit report."""
        for case in ElementTree.parse(report).getroot().iter("testcase"):
            name = f"{case.get('classname')}::{case.get('name')}"
            seconds = float(case.get("time") or 0)
            if seconds < IMPOSSIBLE:
                self.times.append((seconds, name))
            kinds = {child.tag: child for child in case}
            if "failure" in kinds or "error" in kinds:
                self.failed += 1
            elif "skipped" in kinds:
                self.skips.append((name, kinds["skipped"].get("message") or ""))
            else:
                self.passed += 1

    def judge(self, browser_wanted):
        """Note what makes the run a failure although no single test failed."""
        if not self.passed and not self.failed:
            self.problems.append("no test ran at all")
        lost = [name for name, reason in self.skips if _BROWSER_SKIP.search(reason)]
        if lost and browser_wanted:
            self.problems.append(f"{len(lost)} browser tests were skipped, {lost[0]} for one")

    def line(self):
        """The one line that CI and people read."""
        return f"{self.passed} passed, {self.failed} failed, {len(self.skips)} skipped"


@dataclasses.dataclass
class Phase:
    """One pytest run: its name, what it collects, and whether Odoo runs inside it."""

    name: str
    targets: list
    in_process: bool = False


def phases(arguments):
    """The phases for the given pytest arguments, and the arguments that are no paths."""
    options, paths = [], []
    for argument in arguments:
        target = Path(argument.split("::")[0])
        is_path = not argument.startswith("-") and (ROOT / target).exists()
        (paths if is_path else options).append(argument)
    outside = sorted(
        folder
        for folder in TESTS.iterdir()
        if folder.is_dir()
        and folder.name not in (*NOT_COLLECTED, "unit")
        and next(folder.rglob("test_*.py"), None)
    )
    found = [
        Phase("unit", _choose([TESTS / "unit"], paths)),
        Phase("odoo", _choose(IN_PROCESS, paths), in_process=True),
        Phase("outside", _choose(outside, paths)),
    ]
    return [phase for phase in found if phase.targets], options


def jobs(phases, lanes):
    """The phases cut into pytest runs that can go on side by side, the long ones first.

    Tests inside Odoo become two runs a lane, for none is as long as it looks, each on a clone of
    its own; the others are a run a file, but browsers stand in one: two at once would be too slow
    for those who wait. What was asked for by name stays one run.
    """
    browser, inside, outside = [], [], []
    for phase in phases:
        files = [
            file
            for target in map(Path, phase.targets)
            if target.is_dir()
            for file in sorted(target.rglob("test_*.py"))
        ]
        if lanes == 1 or phase.name == "unit" or not files:
            outside.append(phase)
        elif phase.in_process:
            inside += [
                Phase(f"{phase.name}-{number}", targets, in_process=True)
                for number, targets in enumerate(_share(files, 2 * lanes), 1)
            ]
        else:
            walks = [str(file) for file in files if file.parent.name == "browser"]
            browser += [Phase("browser", walks)] if walks else []
            outside += [
                Phase(f"{file.parent.name}-{file.stem}", [str(file)])
                for file in sorted(files, key=_is_quick)
                if str(file) not in walks
            ]
    return [*browser, *inside, *outside]


def _is_quick(file):
    """Whether a file's tests install nothing themselves."""
    return file.parent.name != "package"


def _share(files, parts):
    """Files in as many groups of about the same size."""
    groups = [[] for _part in range(parts)]
    sizes = [0] * parts
    for file in sorted(files, key=lambda file: -file.stat().st_size):
        place = sizes.index(min(sizes))
        groups[place].append(str(file))
        sizes[place] += file.stat().st_size
    return [group for group in groups if group]


def _choose(folders, paths):
    """The folders themselves, or those of the given paths that lie in (or around) them."""
    folders = [folder for folder in folders if folder.is_dir()]
    if not paths:
        return [str(folder) for folder in folders]
    chosen = []
    for path in paths:
        absolute = (ROOT / path.split("::")[0]).resolve()
        if any(absolute.is_relative_to(folder) for folder in folders):
            chosen.append(str(ROOT / path))
        else:
            chosen += [str(folder) for folder in folders if folder.is_relative_to(absolute)]
    return chosen


def main(arguments):
    """Set up, run the phases, sum up; 0 only when everything that should run ran and passed."""
    arguments = [*arguments, *shlex.split(os.environ.get("ARGS", ""))]
    prepare.begin("test")
    wanted, options = phases(arguments)
    totals = Totals()
    shutil.rmtree(REPORTS, ignore_errors=True)
    with contextlib.ExitStack() as cleanup:
        runner = Runner(wanted, options, totals)
        runner.set_up(cleanup)
        runner.run_all()
    for report in sorted(REPORTS.glob("*.xml")):
        totals.read(report)
    return _summary(totals)


class Runner:
    """Sets up what the phases need and runs them."""

    def __init__(self, wanted, options, totals):
        self.wanted, self.options, self.totals = wanted, options, totals
        self.path, self.databases, self.template = [], None, None
        self.done_early = None

    def set_up(self, cleanup):
        """Prepare everything side by side; `cleanup` stops what was started."""
        needs_odoo = any(phase.name != "unit" for phase in self.wanted)
        with prepare.setup_lock(), prepare.Background() as background:
            path = background.start(self._browser) if needs_odoo else None
            root = prepare.odoo_and_python()
            packages = background.start(venv.ensure, "test")
            if needs_odoo:
                postgresql = postgres.server("test")
                postgresql.start()
                cleanup.callback(postgresql.stop)
                self.databases = Databases(postgresql, root)
                self.databases.drop_orphans()
                early = background.start(self._unit_tests_meanwhile, packages)
                self.template = self.databases.template()
                self.path = path.result()
                early.result()
                self._read_install_log()
            packages.result()

    def _unit_tests_meanwhile(self, packages):
        """Run the unit tests beside a long building of templates, their output shown at the end."""
        phase = next((phase for phase in self.wanted if phase.name == "unit"), None)
        if phase is None or self.databases.has_template():
            return
        packages.result()
        self._pytest_to_log(phase)
        self.done_early = phase

    def _browser(self):
        if browser.wanted():
            return browser.ensure()
        say("RI_NO_BROWSER is set: going on WITHOUT a browser, so its tests may be skipped")
        return []

    def _read_install_log(self):
        lines = self.databases.complaints(self.template)
        self.totals.problems += [f"the addon's installation logged: {line}" for line in lines]

    def run_all(self):
        """Run what isn't done yet side by side: as many at once as there are processors.

        Browsers come beside them: most of their time they wait.
        """
        lanes = min(os.cpu_count() or 1, MOST_LANES)
        left = jobs([phase for phase in self.wanted if phase is not self.done_early], lanes)
        if len(left) == 1:
            self._run(left[0], self._pytest)
            return
        beside = sum(job.name == "browser" for job in left)
        with prepare.Background(lanes + beside) as background:
            running = [background.start(self._run, job, self._pytest_to_log) for job in left]
            for job in running:
                job.result()

    def _run(self, phase, pytest):
        """Run one phase, on a clone of the template where it runs inside Odoo."""
        if not phase.in_process:
            pytest(phase)
            return
        with self.databases.clone(self.template, "test") as database:
            pytest(phase, database)

    def _command(self, phase, database=None):
        plugin = ["-p", "no:odoo"]
        if database:
            conf = self.databases.conf
            plugin = [f"--odoo-database={database}", f"--odoo-config={conf}", "--odoo-http"]
        return [
            venv.PYTHON,
            "-m",
            "pytest",
            "-c",
            DEV / "pytest.ini",
            f"--rootdir={ROOT}",
            f"--junit-xml={REPORTS / phase.name}.xml",
            *plugin,
            *self.options,
            *phase.targets,
        ]

    def _pytest(self, phase, database=None):
        say(f"tests: {phase.name}")
        begin = time.monotonic()
        command = self._command(phase, database)
        code = foreground(command, cwd=ROOT, env=self._environment())
        say(f"tests: {phase.name}: took {time.monotonic() - begin:.1f} s")
        self._note_unfinished(phase, code)

    def _pytest_to_log(self, phase, database=None):
        """Run a phase beside others: what it prints is shown at its end, in one piece."""
        log = LOGS / f"{phase.name}.log"
        log.unlink(missing_ok=True)
        with ui.step(f"tests: {phase.name}", log):
            command = self._command(phase, database)
            code = ui.run_for_code(command, log, cwd=ROOT, env=self._environment())
        self._note_unfinished(phase, code)
        ui.tell(log.read_text(errors="replace"))

    def _note_unfinished(self, phase, code):
        reported = (REPORTS / f"{phase.name}.xml").exists()
        if code != NO_TESTS_COLLECTED and not (code in (0, 1) and reported):
            self.totals.problems.append(f"the {phase.name} tests did not finish (exit code {code})")

    def _environment(self):
        """What tests/conftest.py builds its fixtures from."""
        extra = {
            "RI_TEST_DATA": venv.DATA,
            "MPLCONFIGDIR": HOME / "matplotlib",
            "PYTHONPYCACHEPREFIX": HOME / "pycache",
        }
        if self.databases is None:
            return os.environ | {name: str(value) for name, value in extra.items()}
        extra |= {
            "RI_ODOO_ROOT": self.databases.root,
            "RI_ODOO_CONF": self.databases.conf,
            "RI_TEMPLATE": self.template,
        }
        base = odoo.environment(self.databases.server, self.path)
        return base | {name: str(value) for name, value in extra.items()}


def _summary(totals):
    totals.judge(browser.wanted())
    print(f"\nThe {SLOWEST} slowest tests (seconds, set-up of their class included):")
    for seconds, name in sorted(totals.times, reverse=True)[:SLOWEST]:
        print(f"  {seconds:7.1f}  {name}")
    if totals.skips:
        print("\nSkipped:")
        for name, reason in totals.skips:
            print(f"  {name}: {reason}")
    for problem in totals.problems:
        print(f"\nFAILED: {problem}")
    print(f"\n{totals.line()}", flush=True)
    return 1 if totals.failed or totals.problems else 0
