"""How `make test` chooses, counts and judges."""

import contextlib
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / ".dev"))

from ridev import bench, check, databases, layout, prepare, simulate, ui  # noqa: E402

REPORT = """<testsuites><testsuite>
<testcase classname="a" name="good" time="0.5" />
<testcase classname="a" name="bad" time="2.0"><failure message="x" /></testcase>
<testcase classname="a" name="broken" time="0.1"><error message="x" /></testcase>
<testcase classname="a" name="out" time="0.0"><skipped message="{reason}" /></testcase>
</testsuite></testsuites>"""


def _totals(tmp_path, reason="only on Sundays", report=REPORT):
    path = tmp_path / "report.xml"
    path.write_text(report.format(reason=reason))
    totals = check.Totals()
    totals.read(path)
    return totals


def test_reports_add_up(tmp_path):
    totals = _totals(tmp_path)
    totals.judge(browser_wanted=True)
    assert totals.line() == "1 passed, 2 failed, 1 skipped"
    assert max(totals.times) == (2.0, "a::bad")
    assert not totals.problems


@pytest.mark.parametrize("reason", ["Chrome executable not found", "could not import 'playwright'"])
def test_test_without_its_browser_is_a_failure_unless_wished(tmp_path, reason):
    totals = _totals(tmp_path, reason)
    totals.judge(browser_wanted=True)
    assert "browser tests were skipped" in totals.problems[0]
    totals = _totals(tmp_path, reason)
    totals.judge(browser_wanted=False)
    assert not totals.problems


def test_no_test_at_all_is_a_failure():
    totals = check.Totals()
    totals.judge(browser_wanted=True)
    assert totals.problems == ["no test ran at all"]


def test_all_phases_without_arguments():
    wanted, options = check.phases(["-k", "thing"])
    assert [phase.name for phase in wanted][:2] == ["unit", "odoo"]
    assert options == ["-k", "thing"]


def test_path_chooses_its_phase():
    wanted, options = check.phases(["tests/unit/test_dev_check.py::test_reports_add_up", "-x"])
    assert [phase.name for phase in wanted] == ["unit"]
    assert wanted[0].targets[0].endswith("test_dev_check.py::test_reports_add_up")
    assert options == ["-x"]


def test_folder_around_phases_chooses_those_inside():
    wanted, _options = check.phases(["relationship_insight"])
    assert [phase.name for phase in wanted] == ["odoo"]
    assert wanted[0].targets == [str(ROOT / "relationship_insight" / "tests")]


def test_complaints_are_found_in_an_odoo_log(tmp_path):
    log = tmp_path / "log"
    log.write_text(
        "2026-01-01 10:00:00,000 7 INFO db odoo.modules: loading WARNING signs\n"
        "2026-01-01 10:00:00,000 7 WARNING db odoo.fields: two fields have the same label\n"
        "2026-01-01 10:00:00,000 7 ERROR db odoo.sql_db: bad query\n"
    )
    assert [line.split()[3] for line in databases.complaints(log)] == ["WARNING", "ERROR"]


def test_tree_hash_sees_content_names_and_skips(tmp_path):
    (tmp_path / "tests").mkdir()
    (tmp_path / "a.py").write_text("1")
    first = layout.tree_hash(tmp_path, ("tests",))
    (tmp_path / "tests" / "t.py").write_text("1")
    assert layout.tree_hash(tmp_path, ("tests",)) == first
    (tmp_path / "a.py").write_text("2")
    assert layout.tree_hash(tmp_path, ("tests",)) != first


def test_whole_suite_is_cut_into_runs_that_leave_nothing_out():
    wanted, _options = check.phases([])
    cut = check.jobs(wanted, lanes=2)
    inside = [Path(target) for job in cut if job.in_process for target in job.targets]
    assert sorted(inside) == sorted((ROOT / "relationship_insight/tests").rglob("test_*.py"))
    assert [job.name for job in cut if job.in_process] == ["odoo-1", "odoo-2", "odoo-3", "odoo-4"]
    outside = [Path(target) for job in cut if not job.in_process for target in job.targets]
    assert outside.count(ROOT / "tests/package/test_wheel.py") == 1
    assert ROOT / "tests/unit" in outside
    assert len({job.name for job in cut}) == len(cut), "each has its own report and log"
    sizes = [
        sum(Path(path).stat().st_size for path in job.targets) for job in cut if job.in_process
    ]
    assert max(sizes) < 1.1 * min(sizes)


def test_what_was_asked_for_by_name_stays_one_run():
    wanted, _options = check.phases(["tests/package/test_wheel.py"])
    assert [job.name for job in check.jobs(wanted, lanes=2)] == ["outside"]


def test_one_processor_runs_one_thing_after_the_other():
    wanted, _options = check.phases([])
    assert check.jobs(wanted, lanes=1) == wanted


def test_simulations_are_set_up_and_get_their_arguments(monkeypatch):
    done = []
    monkeypatch.setattr(prepare, "prepare_home", lambda: None)
    monkeypatch.setattr(prepare.ui, "need_space", lambda *_arguments: None)
    monkeypatch.setattr(prepare, "setup_lock", contextlib.nullcontext)
    monkeypatch.setattr(prepare, "odoo_and_python", lambda: None)
    monkeypatch.setattr(prepare.venv, "ensure", done.append)
    monkeypatch.setattr(simulate, "foreground", lambda command, **_options: done.append(command))
    monkeypatch.setenv("ARGS", "--seed 3")
    simulate.main(["bond"])
    assert done[0] == "test"
    assert done[1][2:] == ["bond", "--seed", "3"]


def test_one_benchmark_is_asked_for_by_name():
    scripts, left = bench.chosen(["bench_refresh", "100000"])
    assert [script.name for script in scripts] == ["bench_refresh.py"]
    assert left == ["100000"]
    scripts, left = bench.chosen(["1000"])
    assert len(scripts) > 5
    assert left == ["1000"]
    with pytest.raises(ui.Stop, match="There is no bench_refesh in"):
        bench.chosen(["bench_refesh", "100000"])
