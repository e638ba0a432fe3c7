"""What the commands say when something outside of them is wrong."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / ".dev"))

from ridev import (  # noqa: E402
    apt,
    browser,
    explain,
    layout,
    odoo,
    odoo_source,
    postgres,
    prepare,
    serve,
    ui,
    venv,
)


@pytest.mark.parametrize(
    ("output", "said"),
    [
        ("E: Write error - write (28: No space left on device)", "is full"),
        ("OSError: [Errno 122] Disk quota exceeded", "is full"),
        ("E: You don't have enough free space in /var/cache/apt/archives/.", "is full"),
        ("Temporary failure resolving 'archive.invalid'", "network can't be reached"),
        ("urllib3.exceptions.MaxRetryError: Max retries exceeded with url", "network can't"),
        ("E: Failed to fetch http://archive.invalid/x.deb", "network can't be reached"),
        ("Max retries exceeded (SSLError: CERTIFICATE_VERIFY_FAILED)", "PIP_CERT"),
        ("ERROR: No matching distribution found for lxml==5.4.0", "lxml==5.4.0 fits this Python"),
        ("something else\nlast line", "last line"),
    ],
)
def test_failed_command_is_explained(output, said):
    text = explain.failure("getting it", 1, output, "x.log", network=True)
    assert said in text
    assert "Traceback" not in text


def test_refused_connection_is_no_network_trouble_without_a_download():
    text = explain.failure("starting", 1, "connection refused", "x.log", network=False)
    assert "network" not in text


def test_run_reports_the_end_of_the_log(tmp_path):
    command = [sys.executable, "-c", "print('first'); print('why it failed'); exit(3)"]
    with pytest.raises(ui.Stop, match=r"(?s)exit code 3.*why it failed"):
        ui.run(command, tmp_path / "log", "the step")


def test_full_disk_is_noticed_before_the_step(tmp_path):
    with pytest.raises(ui.Stop, match=r"RI_HOME to a folder on a larger disk"):
        ui.need_space(tmp_path, 10**9, "everything")


def _odoo(folder, version):
    package = folder / "odoo"
    package.mkdir(parents=True)
    (package / "release.py").write_text(f"version_info = ({version}, 0, 'final', 0, '')\n")
    return folder


def test_odoo_of_another_series_is_refused(tmp_path):
    home = _odoo(tmp_path / "old", "18, 0")
    with pytest.raises(ui.Stop, match=r"holds Odoo 18\.0, and this addon is for Odoo 19\.0"):
        odoo_source.from_environment(home)


def test_folder_without_odoo_is_refused(tmp_path):
    with pytest.raises(ui.Stop, match="no odoo package"):
        odoo_source.from_environment(tmp_path / "nowhere")


def test_odoo_home_may_be_checkout_package_or_prefix(tmp_path):
    root = _odoo(tmp_path / "prefix" / odoo_source.PACKAGES, "19, 0")
    for home in (root, root / "odoo", tmp_path / "prefix"):
        assert odoo_source.from_environment(home) == root


def test_without_debian_odoo_home_is_asked_for(monkeypatch, tmp_path):
    monkeypatch.delenv("ODOO_HOME", raising=False)
    monkeypatch.setattr(odoo_source, "DESTINATION", tmp_path / "none")
    monkeypatch.setattr(apt, "available", lambda: False)
    with pytest.raises(ui.Stop, match="ODOO_HOME=/path/to/odoo make run"):
        odoo_source.ensure()


def test_only_our_translations_and_no_documentation_are_unpacked():
    addons = f"{odoo_source.PACKAGES}/odoo/addons/sale"
    assert odoo_source.wanted(f"{addons}/i18n/th.po")
    assert odoo_source.wanted(f"{addons}/i18n/sale.pot")
    assert odoo_source.wanted(f"{addons}/models/sale_order.py")
    assert not odoo_source.wanted(f"{addons}/i18n/fr_BE.po")
    assert not odoo_source.wanted("usr/share/doc/odoo-19/changelog.gz")
    assert odoo_source.wanted("usr/share/doc/odoo-19/copyright")


LISTING = """\
'http://mirror.invalid/debian/dists/bookworm/InRelease' a_b_c 0
'http://mirror.invalid/debian/dists/bookworm-updates/InRelease' a_b_d 0
'http://mirror.invalid/debian-security/dists/bookworm-security/InRelease' a_b_e 0
'http://other.invalid/tool/dists/nodistro/InRelease' a_b_f 0
"""


def test_archive_and_suites_come_from_the_machines_own_configuration():
    pairs = apt.parse_repositories(LISTING)
    assert apt.main_archive(pairs) == "http://mirror.invalid/debian"
    assert apt.own_suites(pairs, "bookworm") == pairs[:3]
    assert apt.main_archive([]) is None


def test_taken_port_is_said_before_anything_is_done(monkeypatch):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        assert not odoo.port_is_free(port)
        monkeypatch.setenv("PORT", str(port))
        with pytest.raises(ui.Stop, match=rf"Port {port} is taken.*PORT=8070 make run"):
            serve.main([])


@pytest.mark.parametrize(
    ("address", "port", "error", "said"),
    [
        ("no.such.host.invalid", 8070, None, "HOST=no.such.host.invalid is unknown"),
        ("198.51.100.1", 8070, None, "no address of this machine"),
        ("127.0.0.1", 80, PermissionError(13, "Permission denied"), "Only root may use port 80"),
    ],
)
def test_what_keeps_from_listening_is_told_apart(monkeypatch, address, port, error, said):
    if error:
        monkeypatch.setattr(odoo, "listening_error", lambda *_: error)
    monkeypatch.setenv("HOST", address)
    monkeypatch.setenv("PORT", str(port))
    with pytest.raises(ui.Stop, match=said) as stop:
        serve.main([])
    assert "taken" not in str(stop.value)


@pytest.mark.parametrize(
    ("address", "url"),
    [
        ("127.0.0.2", "http://127.0.0.2:8070"),
        ("0.0.0.0", "http://127.0.0.1:8070"),
        ("::1", "http://[::1]:8070"),
        ("::", "http://[::1]:8070"),
    ],
)
def test_health_is_asked_where_the_server_listens(address, url):
    assert odoo.url_of(address, 8070) == url


def test_all_the_room_is_asked_for_at_once(monkeypatch, tmp_path):
    monkeypatch.setattr(prepare, "prepare_home", lambda: None)
    monkeypatch.setattr(prepare, "HOME", tmp_path)
    for module in (odoo_source, browser):
        monkeypatch.setattr(module, "is_there", lambda: False)
    monkeypatch.setattr(venv, "is_ready", lambda _stage: False)
    monkeypatch.setattr(postgres.Cluster, "is_there", lambda _self: False)
    for name in ("PGHOST", "PGPORT", "PGSERVICE", "PGHOSTADDR"):
        monkeypatch.delenv(name, raising=False)
    asked = []
    monkeypatch.setattr(ui, "need_space", lambda _folder, megabytes, what: asked.append(megabytes))
    prepare.begin("run")
    prepare.begin("test")
    assert asked == [900 + 700 + 1200, 900 + 700 + 700 + 1500 + 1200]


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="asks Linux for processes")
def test_stop_ends_what_lost_its_starter(monkeypatch, tmp_path):
    monkeypatch.setattr(serve, "HOME", tmp_path)
    sleep = [sys.executable, "-c", "import time; print(1, flush=True); time.sleep(60)"]
    processes = [
        subprocess.Popen(sleep, env={**os.environ, "RI_FOLDER": str(home)}, stdout=subprocess.PIPE)
        for home in (tmp_path, tmp_path / "another")
    ]
    try:
        for process in processes:
            process.stdout.readline()
        serve._end_leftovers()
        assert processes[0].wait(10) < 0
        assert processes[1].poll() is None
    finally:
        for process in processes:
            process.kill()


@pytest.mark.parametrize(("name", "value"), [("PORT", "web"), ("PORT", "70000"), ("RI_DB", "a'b")])
def test_nonsense_settings_are_refused(monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    with pytest.raises(ui.Stop, match=name):
        serve.main([])


def test_working_folder_of_somebody_else_is_refused(tmp_path):
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(ui.Stop, match="not empty"):
        layout.prepare_home(tmp_path)


def test_working_folder_is_made_once(tmp_path):
    home = tmp_path / "new" / "ri"
    layout.prepare_home(home)
    first = layout.checkout_id(home)
    layout.prepare_home(home)
    assert layout.checkout_id(home) == first


def test_unwritable_working_folder_is_explained(monkeypatch, tmp_path):
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(ui.Stop, match="made by another user"):
        layout.prepare_home(tmp_path / "ri")


def _unreadable(path):
    raise PermissionError(13, "Permission denied", str(path))


def test_unreadable_working_folder_is_explained(monkeypatch, tmp_path):
    monkeypatch.setattr(Path, "is_dir", _unreadable)
    with pytest.raises(ui.Stop, match="made by another user"):
        layout.prepare_home(tmp_path / "ri")


def test_working_folder_below_a_file_is_explained(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(ui.Stop, match=r"can't be written: Not a directory\. Set RI_HOME"):
        layout.prepare_home(tmp_path / "file" / "ri")


def test_unreadable_odoo_is_explained(monkeypatch, tmp_path):
    monkeypatch.setattr(Path, "is_file", _unreadable)
    with pytest.raises(ui.Stop, match=r"ODOO_HOME=.* can't be read by this user"):
        odoo_source.from_environment(tmp_path)


def test_missing_browser_is_loud(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(browser, "PRIVATE", tmp_path / "none")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(ui.Stop, match="RI_NO_BROWSER=1"):
        browser.ensure()


def test_broken_browser_is_refused(monkeypatch, tmp_path):
    program = tmp_path / "chromium"
    program.write_text("#!/bin/sh\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setattr(browser, "HOME", tmp_path)
    monkeypatch.setattr(browser, "LOG", tmp_path / "log")
    with pytest.raises(ui.Stop, match="takes no screenshot"):
        browser._check_once(program)


def test_start_without_a_fitting_python_says_which_one(tmp_path):
    for tool in ("sh", "dirname", "id", "env"):
        (tmp_path / tool).symlink_to(Path("/usr/bin", tool))
    old = tmp_path / "python3"
    old.write_text('#!/bin/sh\n[ "$1" = --version ] && echo "Python 3.9.2" && exit 0\nexit 1\n')
    old.chmod(0o755)
    start = (ROOT / ".dev" / "start").read_text().replace("/usr/bin/python3", "no-such-python")
    (tmp_path / "start").write_text(start)
    done = subprocess.run(
        ["sh", str(tmp_path / "start"), "run"],
        env={"PATH": str(tmp_path)},
        text=True,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 1
    assert "Python 3.11, 3.12 or 3.13 is needed" in done.stderr
    assert "Python 3.9.2" in done.stderr


@pytest.mark.parametrize("python", ["/no/such/python", "/bin/false"])
def test_wrong_python_is_not_passed_over(python):
    done = subprocess.run(
        ["sh", str(ROOT / ".dev" / "start"), "stop"],
        env={**os.environ, "RI_PYTHON": python},
        text=True,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 1
    assert f"RI_PYTHON={python} is no Python 3.11, 3.12 or 3.13" in done.stderr
