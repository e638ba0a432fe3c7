"""Debian packages without root: apt with a private state, and unpacking into a folder.

The archive is the one this machine's own apt configuration names; nothing else is contacted, and
the machine's apt lists, cache and package database are neither read nor changed.
"""

import os
import platform
import re
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

from .ui import Stop, run, stop_if_ending

KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
_RELEASE = re.compile(r"^'([^']+?)/dists/([^/']+)/(?:In)?Release(?:\.gpg)?'", re.M)
# The host's own C library goes with its own loader; whatever else is needed may be unpacked.
_BASE = re.compile(r"(libc6|libc-bin|libc-gconv-modules|locales|perl|libperl|dpkg|systemd)[-_.\d]")
_NEEDED = ("usr/lib/", "lib/", "usr/share/fonts/", "usr/share/X11/", "usr/share/mime/")
_POCKETS = ("security", "updates", "backports", "proposed")


def available():
    """Whether this machine has apt, dpkg and Debian's keys."""
    tools = all(shutil.which(tool) for tool in ("apt-get", "dpkg-deb"))
    return tools and os.access(KEYRING, os.R_OK)


def parse_repositories(listing):
    """(address, suite) pairs in the output of `apt-get --print-uris update`, without repeats."""
    found = ((uri.rstrip("/"), suite) for uri, suite in _RELEASE.findall(listing))
    return list(dict.fromkeys(found))


def repositories():
    """The repositories of the machine's configuration; works before any `apt-get update`."""
    command = ["apt-get", "--print-uris", "-o", "Debug::NoLocking=1"]
    command += ["-o", "Dir::State::Lists=/nonexistent", "update"]
    done = subprocess.run(command, text=True, capture_output=True, check=False)
    return parse_repositories(done.stdout)


def main_archive(pairs):
    """Address of the Debian archive proper among the repositories, or None."""
    uris = [uri for uri, suite in pairs if not any(pocket in suite for pocket in _POCKETS)]
    return min(uris, key=lambda uri: not uri.endswith("/debian"), default=None)


def own_suites(pairs, codename):
    """The repositories of this Debian release itself: its suite, updates and security."""
    names = {codename, "stable", "oldstable"}
    wanted = {name + pocket for name in names for pocket in ("", "-updates", "-security")}
    return [(uri, suite) for uri, suite in pairs if suite in wanted]


def codename(release=Path("/etc/os-release")):
    """The release's name, such as bookworm; empty where there is none."""
    match = re.search(r"^VERSION_CODENAME=\"?(\w+)", release.read_text(), re.M)
    return match[1] if match else ""


class PrivateApt:
    """apt-get with all of its state in one folder and only the given (address, suite) pairs."""

    def __init__(self, work, pairs, log):
        self.work, self.log = Path(work), log
        for name in ("lists/partial", "cache/archives/partial", "debs", "history"):
            (self.work / name).mkdir(parents=True, exist_ok=True)
        (self.work / "status").touch()
        (self.work / "sources.list").write_text(
            "".join(f"deb [signed-by={KEYRING}] {uri} {suite} main\n" for uri, suite in pairs)
        )

    def _get(self, *arguments, what, **options):
        settings = {
            "Dir::Etc::SourceList": self.work / "sources.list",
            "Dir::Etc::SourceParts": "/dev/null",
            "Dir::Etc::Preferences": "/dev/null",
            "Dir::Etc::PreferencesParts": "/dev/null",
            "Dir::State": self.work,
            "Dir::State::Lists": self.work / "lists",
            "Dir::State::status": self.work / "status",
            "Dir::Cache": self.work / "cache",
            "Dir::Log": self.work / "history",
            "APT::Sandbox::User": "",
            "APT::Install-Recommends": "false",
            "Acquire::Languages": "none",
            "Acquire::Retries": "3",
            "APT::Update::Error-Mode": "any",  # else lists that can't be fetched are but a warning
            "Debug::NoLocking": "1",
        }
        command = ["apt-get", "-q", "-y"]
        for name, value in settings.items():
            command += ["-o", f"{name}={value}"]
        environment = {**os.environ, "LC_ALL": "C.UTF-8"}
        run([*command, *arguments], self.log, what, network=True, env=environment, **options)

    def update(self, what):
        self._get("update", what=f"the package lists for {what}")

    def download(self, packages, what):
        """Fetch just these packages ('name' or 'name/suite'); returns the .deb files."""
        self._get("download", *packages, what=what, cwd=self.work / "debs")
        return sorted((self.work / "debs").glob("*.deb"))

    def download_closure(self, packages, what):
        """Fetch the packages and everything they need; returns the .deb files."""
        self._get("install", "--download-only", *packages, what=what)
        return sorted((self.work / "cache/archives").glob("*.deb"))

    def forget(self):
        """Remove the downloaded lists and packages."""
        shutil.rmtree(self.work, ignore_errors=True)


def own_release(work, what, log):
    """A private apt for the packages of this machine's own Debian release, lists fetched."""
    private = PrivateApt(work, own_suites(repositories(), codename()), log)
    private.update(what)
    return private


def fetch_with_needs(packages, destination, what, log):
    """Unpack packages of this machine's release, and all they need, below a folder."""
    private = own_release(destination.with_name(f"{destination.name}.apt"), what, log)
    new = destination.with_name(f"{destination.name}.new")
    shutil.rmtree(new, ignore_errors=True)
    for deb in private.download_closure(packages, what):
        if not _BASE.match(deb.name):
            unpack(deb, new, lambda name: name.startswith(_NEEDED))
    shutil.rmtree(destination, ignore_errors=True)
    new.rename(destination)
    private.forget()


def library_folders(root):
    """The folders of libraries below an unpacked root: the usual ones, then those below them."""
    triplet = f"{platform.machine()}-linux-gnu"
    usual = [Path(root, top, triplet) for top in ("usr/lib", "lib")]
    below = {path.parent for folder in usual for path in folder.glob("*/lib*.so*")}
    return [folder for folder in usual if folder.is_dir()] + sorted(below)


def unpack(deb, destination, wanted=lambda name: True):
    """Extract the files of a .deb whose path (no leading ./) is wanted; owned by the caller."""
    process = subprocess.Popen(["dpkg-deb", "--fsys-tarfile", str(deb)], stdout=subprocess.PIPE)
    trusted = {"filter": "fully_trusted"} if sys.version_info >= (3, 12) else {}
    with tarfile.open(fileobj=process.stdout, mode="r|") as archive:
        for member in archive:
            stop_if_ending()
            if member.isdir() or not wanted(member.name.removeprefix("./")):
                continue
            member.uid, member.gid = os.getuid(), os.getgid()
            member.uname = member.gname = ""
            archive.extract(member, destination, **trusted)
    if process.wait():
        raise Stop(f"{deb} can't be unpacked. Remove it and run the same command again.")
