"""Where things are: the repository, and the one ignored folder that holds all working state."""

import errno
import hashlib
import os
import uuid
from pathlib import Path

from .ui import Stop

ROOT = Path(__file__).resolve().parents[2]
DEV = ROOT / ".dev"
ADDON = ROOT / "relationship_insight"
HOME = Path(os.environ.get("RI_HOME") or ROOT / ".ri").absolute()
LOGS = HOME / "logs"
MARKER = ".relationship-insight"


def prepare_home(home=HOME):
    """Create the working folder; refuse one that is not ours or not writable."""
    marker = home / MARKER
    try:
        if home.is_dir() and not marker.exists() and any(home.iterdir()):
            raise Stop(
                f"{home} is not empty and was not made by this project. "
                "Set RI_HOME to a folder that does not exist yet."
            )
        (home / "logs").mkdir(parents=True, exist_ok=True)
        if not marker.exists():
            marker.write_text(f"{uuid.uuid4().hex}\n")
        if not os.access(home, os.W_OK):
            raise PermissionError(13, "not writable", str(home))
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise
        why = (
            "was it made by another user (root, perhaps)? Run as that user, or set"
            if isinstance(error, PermissionError)
            else f"{error.strerror}. Set"
        )
        raise Stop(
            f"{error.filename} can't be written: {why} RI_HOME to a folder of your own."
        ) from error


def checkout_id(home=HOME):
    """What marks the databases this working folder created, also on a shared server."""
    return (home / MARKER).read_text().strip()[:12]


def tree_hash(folder, skip=()):
    """Hash of every file's name and content below folder; `skip` holds relative folder names."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_dir() or "__pycache__" in path.parts or name.endswith(".pyc"):
            continue
        if any(name.startswith(f"{prefix}/") for prefix in skip):
            continue
        digest.update(name.encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def short_hash(*parts):
    """Twelve hex digits that change when any of the parts does."""
    return hashlib.sha256("\0".join(str(part) for part in parts).encode()).hexdigest()[:12]
