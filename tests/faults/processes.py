"""Which process holds a TCP connection, read from /proc."""

from pathlib import Path


def owner(port, pids):
    """The process, of these, that is connected from a local port; None if it is gone."""
    inodes = set()
    for name in ("tcp", "tcp6"):
        table = Path(f"/proc/net/{name}")
        if not table.exists():
            continue
        for line in table.read_text().splitlines()[1:]:
            columns = line.split()
            if int(columns[1].rpartition(":")[2], 16) == port and columns[3] == "01":
                inodes.add(columns[9])
    for pid in pids:
        try:
            links = [str(entry.readlink()) for entry in Path(f"/proc/{pid}/fd").iterdir()]
        except OSError:
            continue
        if any(f"socket:[{inode}]" in links for inode in inodes if inode != "0"):
            return pid
    return None


def descendants(pid):
    """Ids of a process's children and theirs."""
    found = []
    for parent in [pid]:
        try:
            tasks = list(Path(f"/proc/{parent}/task").iterdir())
        except OSError:
            continue
        for task in tasks:
            try:
                children = (task / "children").read_text().split()
            except OSError:
                continue
            for child in map(int, children):
                found += [child, *descendants(child)]
    return found
