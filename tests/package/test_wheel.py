"""The wheel: build it, install it in a clean environment, install and uninstall the module."""

import ast
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ADDON = ROOT / "relationship_insight"
MANIFEST = ast.literal_eval((ADDON / "__manifest__.py").read_text(encoding="utf-8"))
UNINSTALL = """
env["ir.filters"].create({"name": "Mine", "model_id": "relationship.note"})
env["ir.exports"].create({"name": "Mine", "resource": "relationship.reading"})
env["ir.module.module"].search([("name", "=", "relationship_insight")]).button_immediate_uninstall()
"""


def build(source, target):
    """Build the wheel of a checkout as pip does, in the checkout itself; returns its path."""
    command = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps"]
    command += ["--no-build-isolation", "--wheel-dir", target, source]
    subprocess.run(command, check=True)
    (built,) = target.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    """A copy of what setup.py reads, so that no build folder is left in the checkout."""
    folder = tmp_path_factory.mktemp("source")
    for name in ("setup.py", "README.md"):
        shutil.copy2(ROOT / name, folder)
    unwanted = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ADDON, folder / ADDON.name, ignore=unwanted)
    return folder


@pytest.fixture(scope="module")
def wheel(source, tmp_path_factory):
    """The built wheel."""
    return build(source, tmp_path_factory.mktemp("wheel"))


def test_wheel_holds_every_file_and_no_namespace_init(wheel):
    prefix = "odoo/addons/"
    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if name.startswith("odoo/")}
    expected = {
        prefix + path.relative_to(ROOT).as_posix()
        for path in ADDON.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert names == expected
    assert not {"odoo/__init__.py", "odoo/addons/__init__.py"} & names


def test_second_build_forgets_what_was_deleted(wheel, source, tmp_path):
    deleted = Path("relationship_insight", "static", "src", "backend", "deleted.js")
    (source / deleted).touch()
    with zipfile.ZipFile(build(source, tmp_path / "first")) as archive:
        assert f"odoo/addons/{deleted.as_posix()}" in archive.namelist()
    (source / deleted).unlink()
    with zipfile.ZipFile(build(source, tmp_path / "second")) as archive:
        assert f"odoo/addons/{deleted.as_posix()}" not in archive.namelist()


def test_licence_is_in_wheel_and_source_archive(wheel, source, tmp_path):
    beginning = "Relationship Insight is free software under the GNU Lesser General Public License"
    with zipfile.ZipFile(wheel) as archive:
        (metadata,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        lines = archive.read(metadata).decode().splitlines()
        licence = archive.read("odoo/addons/relationship_insight/LICENSE").decode()
    assert licence.startswith(beginning)
    assert licence == (ROOT / "relationship_insight" / "LICENSE").read_text()
    assert licence.rstrip().endswith("<https://www.gnu.org/licenses/why-not-lgpl.html>.")
    assert "License: LGPL-3" in lines
    assert any(line.startswith("License-File: ") for line in lines)
    code = f"from setuptools import build_meta; build_meta.build_sdist({str(tmp_path)!r})"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=source, capture_output=True)
    (archive,) = tmp_path.glob("*.tar.gz")
    with tarfile.open(archive) as names:
        assert any(name.endswith("/relationship_insight/LICENSE") for name in names.getnames())


def test_requirements_replace_nothing_that_odoo_runs_on():
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if not line.startswith("#")] == ["psycopg2", "xlsxwriter"]


def test_wheel_is_named_and_versioned_after_the_manifest(wheel):
    assert wheel.name == f"odoo_addon_relationship_insight-{MANIFEST['version']}-py3-none-any.whl"


@pytest.fixture(scope="module")
def installed(wheel, databases, tmp_path_factory):
    """Function that runs `odoo` in a clean environment that has the wheel, not the checkout."""
    from ridev import odoo, venv

    folder = tmp_path_factory.mktemp("installed")
    environment = folder / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment], check=True)
    (site,) = environment.glob("lib/python*/site-packages")
    python = environment / "bin" / "python"
    venv.link_odoo(databases.root, site=site, python=python)
    (site / "requirements.pth").write_text(f"{venv.site_packages()}\n")
    command = [sys.executable, "-m", "pip", "--python", python, "install", "--quiet"]
    subprocess.run([*command, "--no-deps", "--no-index", wheel], check=True)
    conf = folder / "odoo.conf"
    lines = databases.conf.read_text().splitlines()
    conf.write_text("\n".join(line for line in lines if not line.startswith("addons_path")) + "\n")

    def run(*arguments, code=None):
        options = [*(["shell"] if code else []), "-c", conf, "--no-http", *arguments]
        done = subprocess.run(
            [str(part) for part in (python, environment / "bin" / "odoo", *options)],
            env=odoo.environment(databases.server),
            cwd=folder,
            input=code,
            text=True,
            capture_output=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout + done.stderr

    run.python = python
    return run


def test_wheel_installs_as_odoo_addon(installed):
    code = "import odoo.addons.relationship_insight as addon; print(addon.__path__[0])"
    done = subprocess.run(
        [installed.python, "-c", code], check=True, text=True, capture_output=True
    )
    assert "site-packages" in done.stdout


def _traces(databases, database):
    """Tables with their columns, constraints and indexes, external ids and configuration keys."""
    catalogue = """
        select 'column ' || table_name || '.' || column_name || ' ' || data_type
          from information_schema.columns where table_schema = 'public'
        union all
        select 'constraint ' || conrelid::regclass || '.' || conname
          from pg_constraint where connamespace = 'public'::regnamespace and contype <> 'n'
        union all
        select 'index ' || indexname from pg_indexes where schemaname = 'public'
        union all
        select 'routine ' || proname from pg_proc where pronamespace = 'public'::regnamespace
        union all
        select 'external id ' || module || '.' || name from ir_model_data
        union all
        select 'model ' || model from ir_model
        union all
        select 'parameter ' || key from ir_config_parameter
        union all
        select 'filter ' || model_id || name from ir_filters
        union all
        select 'export ' || resource || name from ir_exports
    """
    return set(databases.sql(catalogue, database=database))


def test_module_installs_from_the_wheel_and_uninstalls_without_a_trace(installed, databases):
    with databases.clone(databases.base_template(), "wheel") as name:
        before = _traces(databases, name)
        log = installed("-d", name, "-i", "relationship_insight", "--stop-after-init")
        assert " ERROR " not in log
        during = _traces(databases, name)
        assert any("relationship" in trace for trace in during - before)
        log = installed("-d", name, code=UNINSTALL)
        assert " ERROR " not in log
        after = _traces(databases, name)
        left = after - before
        lost = before - after
    assert not left, sorted(left)
    assert not lost, sorted(lost)
