"""Odoo 19 itself: the one ODOO_HOME names, or Debian's own package unpacked into a folder."""

import os
import re
import shutil
from pathlib import Path

from . import apt
from .layout import HOME, LOGS
from .ui import Stop, need_space, say, step

SERIES = (19, 0)
PROVEN = "19.0.0+dfsg-1"  # the package version this project was last proven with
ODOO_SUITE, ASSET_SUITE = "sid", "trixie"  # only sid has Odoo 19; its fonts and jQuery: trixie's
ASSETS = (
    "libjs-jquery",
    "libjs-jquery-form",
    "libjs-underscore",
    "fonts-roboto-unhinted",
    "fonts-montserrat",
    "fonts-inconsolata",
    "fonts-ocr-b",
    "fonts-font-awesome",
)
LANGUAGES = ("th",)
PACKAGES = "usr/lib/python3/dist-packages"
DESTINATION = HOME / "odoo-19"
NEEDED = 900  # megabytes while it is fetched
_PO = re.compile(r"/i18n(?:_extra)?/([^/]+)\.po$")
_SKIPPED = tuple(f"{PACKAGES}/{name}" for name in ("addons/", "doc/", "setup/", "odoo-19")) + (
    "etc/",
    "usr/share/doc/",
    "usr/share/lintian/",
    "usr/share/bug/",
)
_SELFIE = "odoo/addons/mail/static/lib/selfie_segmentation/selfie_segmentation.js"
_SELFIE_STUB = """\
/* Debian's package leaves this file out; without it every backend page logs an error. */
window.SelfieSegmentation = window.SelfieSegmentation || class {
    setOptions() {}
    onResults() {}
    async send() {}
    reset() {}
};
"""
_LAUNCHER = """\
#!/usr/bin/env python3
from odoo.cli.command import main

if __name__ == "__main__":
    main()
"""


def series_of(root):
    """(major, minor) of the odoo package below root, read without importing; None without one."""
    release = Path(root, "odoo", "release.py")
    if not release.is_file():
        return None
    match = re.search(r"^version_info\s*=\s*\((\d+),\s*(\d+)", release.read_text(), re.M)
    return (int(match[1]), int(match[2])) if match else None


def from_environment(home):
    """The folder that holds the odoo package of ODOO_HOME; stops if it is no Odoo 19."""
    for candidate in (Path(home), Path(home, PACKAGES), Path(home).parent):
        try:
            series = series_of(candidate)
        except PermissionError as error:
            raise Stop(
                f"ODOO_HOME={home} can't be read by this user ({error.filename}). Give it the"
                " right to read it, or name another Odoo 19."
            ) from error
        if series == SERIES:
            return candidate.resolve()
        if series:
            break
    wanted = ".".join(map(str, SERIES))
    found = f"Odoo {series[0]}.{series[1]}" if series else "no odoo package"
    raise Stop(
        f"ODOO_HOME={home} holds {found}, and this addon is for Odoo {wanted}. Point it at the"
        f" folder of an Odoo {wanted} checkout (the one with odoo-bin in it), or unset it on"
        " Debian to have Odoo fetched."
    )


def wanted(name):
    """Whether a file of the packages is unpacked: no translations but ours, no documentation."""
    if name.startswith(_SKIPPED):
        return name.endswith("/copyright")
    match = _PO.search(name)
    return not match or re.split("[_@]", match[1])[0] in LANGUAGES


def is_there():
    """Whether nothing is to be fetched."""
    return bool(os.environ.get("ODOO_HOME")) or series_of(DESTINATION / PACKAGES) == SERIES


def ensure():
    """The folder that holds the `odoo` package, fetched if need be."""
    if home := os.environ.get("ODOO_HOME"):
        return from_environment(home)
    root = DESTINATION / PACKAGES
    if is_there():
        return root
    if not apt.available():
        raise Stop(
            "Odoo 19 can be fetched by itself only where Debian's apt-get, dpkg-deb and archive"
            " keys are. Here, get an Odoo 19 checkout in your usual way and name its folder:"
            " ODOO_HOME=/path/to/odoo make run"
        )
    need_space(HOME, NEEDED, "Odoo 19")
    with step("Odoo 19 from this machine's Debian archive (155 MB)", LOGS / "odoo.log"):
        _fetch()
    return root


def _fetch():
    archive = apt.main_archive(apt.repositories())
    if not archive:
        raise Stop(
            "This machine's apt configuration names no Debian archive. Name an Odoo 19 checkout"
            " instead: ODOO_HOME=/path/to/odoo make run"
        )
    private = apt.PrivateApt(
        HOME / "odoo-19.apt",
        [(archive, ODOO_SUITE), (archive, ASSET_SUITE)],
        LOGS / "odoo.log",
    )
    private.update("Odoo 19")
    packages = [f"odoo-19/{ODOO_SUITE}", *(f"{name}/{ASSET_SUITE}" for name in ASSETS)]
    debs = private.download(packages, "Odoo 19")
    new = DESTINATION.with_name("odoo-19.new")
    shutil.rmtree(new, ignore_errors=True)
    for deb in debs:
        apt.unpack(deb, new, wanted)
        if deb.name.startswith("odoo-19_") and PROVEN not in deb.name:
            say(f"note: the archive now has {deb.stem}; this project was proven with {PROVEN}")
    _mend(new / PACKAGES)
    _refuse_dangling_links(new)
    shutil.rmtree(DESTINATION, ignore_errors=True)
    new.rename(DESTINATION)
    private.forget()


def _mend(root):
    """Add what Debian's package lacks for running Odoo from a folder."""
    stub = root / _SELFIE
    stub.parent.mkdir(parents=True, exist_ok=True)
    if not stub.exists():
        stub.write_text(_SELFIE_STUB)
    launcher = root / "odoo-bin"
    launcher.write_text(_LAUNCHER)
    launcher.chmod(0o755)


def _refuse_dangling_links(folder):
    dangling = [path for path in folder.rglob("*") if path.is_symlink() and not path.exists()]
    if dangling:
        names = "\n".join(str(path.relative_to(folder)) for path in dangling[:10])
        raise Stop(
            "The archive's Odoo needs files that its packages no longer bring. Name an Odoo 19"
            f" checkout by ODOO_HOME instead. Missing:\n{names}"
        )


def addons_path(root):
    """The folders of addons besides the package's own: a git checkout keeps them apart."""
    beside = Path(root, "addons")
    return [beside] if (beside / "web" / "__manifest__.py").is_file() else []


def version(root):
    """What identifies this Odoo for caches: its release file, its time, its commit."""
    release = Path(root, "odoo", "release.py")
    head = Path(root, ".git", "HEAD")
    parts = [release.read_text(), str(int(release.stat().st_mtime))]
    if head.is_file():
        reference = head.read_text().strip()
        commit = Path(root, ".git", reference.removeprefix("ref: "))
        parts.append(commit.read_text() if commit.is_file() else reference)
    return "\n".join(parts)
