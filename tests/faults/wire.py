"""What stands in the sockets of a process that does not run: an answer that came and was never read."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

TABLE = Path("/proc/net/tcp")
ESTABLISHED = "01"


def unread_answers(pid: int, port: int) -> int:
    """Connections of a process to a local port in which bytes have arrived that it has not read."""
    own = _sockets_of(pid)
    rows = [line.split() for line in TABLE.read_text().splitlines()[1:]]
    return sum(
        1
        for row in rows
        if int(row[2].rpartition(":")[2], 16) == port
        and row[3] == ESTABLISHED
        and int(row[4].rpartition(":")[2], 16) > 0
        and row[9] in own
    )


def _sockets_of(pid: int) -> set[str]:
    """The inodes of a process's sockets."""
    found = set()
    for handle in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(OSError):
            kind, _, inode = os.readlink(handle).partition(":")
            if kind == "socket":
                found.add(inode.strip("[]"))
    return found
