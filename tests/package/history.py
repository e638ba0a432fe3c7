"""Versions of the addon that landed before the one here, as the repository's history has them."""

import ast
import io
import shutil
import subprocess
import tarfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ADDON = "relationship_insight"
MANIFEST = f"{ADDON}/__manifest__.py"
FIRST = "19.0.1.0.0"


def _git(*arguments):
    done = subprocess.run(["git", "-C", ROOT, *arguments], capture_output=True, check=False)
    if done.returncode:
        raise LookupError(f"git {' '.join(arguments)}: {done.stderr.decode(errors='replace')}")
    return done.stdout


def _version(commit):
    return ast.literal_eval(_git("show", f"{commit}:{MANIFEST}").decode())["version"]


def landed():
    """{version: commit} of the last commit of each version before today's, the oldest first.

    :raise LookupError: when the history doesn't reach back to the first version, as in a clone
        that was made with ``--depth``
    """
    commits = _git("log", "--first-parent", "--format=%H", "--", MANIFEST).decode().split()
    newer = ast.literal_eval((ROOT / MANIFEST).read_text(encoding="utf-8"))["version"]
    found, first = {}, "HEAD"
    for commit in commits:
        version = _version(commit)
        if version != newer and version not in found:
            found[version] = first
        newer, first = version, f"{commit}^"
    if FIRST not in found:
        raise LookupError(
            f"The history has no {FIRST} (only {', '.join(found) or 'nothing'}): upgrades can't be"
            " tested. Get all of it by: git fetch --unshallow"
        )
    return dict(reversed(found.items()))


def checkout(commit, folder):
    """Put the addon of a commit, None for what lies here now, into a folder; returns the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    if commit is None:
        shutil.copytree(ROOT / ADDON, folder / ADDON)
        return folder
    with tarfile.open(fileobj=io.BytesIO(_git("archive", commit, ADDON))) as files:
        files.extractall(folder, filter="data")
    return folder
