"""What the door says to a person: one line, Chinese first, English beside it."""

from __future__ import annotations

import errno
import sys
from pathlib import Path

BAD_NUMBERS = {
    errno.ENOSPC: ("磁盘已满，腾出空间后再试", "the disk is full; free some space and try again"),
    errno.EDQUOT: ("磁盘配额已用完，腾出空间后再试", "the disk quota is used up; free some space and try again"),
    errno.EROFS: ("所在磁盘是只读的", "the disk is read-only"),
    errno.EACCES: ("没有写入权限，请检查目录的所有者", "no permission; check who owns the folder"),
    errno.ENOTDIR: ("路径中有一段不是目录", "a part of the path is not a folder"),
    errno.EPERM: ("没有操作权限，请检查目录的所有者", "not permitted; check who owns the folder"),
}


class DoorError(Exception):
    """Something the person at the keyboard can mend. Shown as one line; the door ends with code 2."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(f"{zh} / {en}")


def say(zh: str, en: str) -> None:
    """One line of progress, on standard error, so that the output of a verb can be piped."""
    print(f"▸ {zh} / {en}", file=sys.stderr, flush=True)


def as_door_error(error: OSError) -> DoorError | None:
    """The sentence for a full disk or a missing permission; None for anything else."""
    words = BAD_NUMBERS.get(error.errno or 0)
    if words is None:
        return None
    place = f"（{error.filename}）" if error.filename else ""
    return DoorError(words[0] + place, words[1] + (f" ({error.filename})" if error.filename else ""))


def last_lines(path: Path, count: int = 5) -> str:
    """The end of a log file, for an error line that must show its cause."""
    try:
        return "\n".join(path.read_text(errors="replace").splitlines()[-count:])
    except OSError:
        return ""
