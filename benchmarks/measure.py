"""What a run costs: CPU of all processes with their children, memory, transactions, percentiles. Linux (/proc) only."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

TICK_MS = 1000 / os.sysconf("SC_CLK_TCK")


def cpu_ms(root: int) -> float:
    """CPU of a process, of its children that have ended, and of everything that lives below it."""
    return sum(_own_ms(pid) for pid in family(root))


def family(root: int) -> Iterator[int]:
    """A process and all that descend from it."""
    yield root
    for task in _listed(Path(f"/proc/{root}/task")):
        try:
            children = (task / "children").read_text().split()
        except OSError:
            continue
        for child in children:
            yield from family(int(child))


def _listed(folder: Path) -> Sequence[Path]:
    try:
        return list(folder.iterdir())
    except OSError:
        return ()


def _own_ms(pid: int) -> float:
    """utime, stime, and those of children that were waited for."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, fields[11:15])) * TICK_MS


def peak_mib(root: int) -> float:
    """The largest resident memory that any one process of a family ever had."""
    return max((_status_mib(pid, "VmHWM") for pid in family(root)), default=0.0)


def resident_mib(root: int) -> float:
    """The resident memory of the largest process of a family, now."""
    return max((_status_mib(pid, "VmRSS") for pid in family(root)), default=0.0)


def _status_mib(pid: int, name: str) -> float:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith(name)), 0.0)


@dataclass(frozen=True)
class Reading:
    """CPU by part at one moment."""

    cpu: Mapping[str, float]

    @classmethod
    def now(cls, roots: Mapping[str, int]) -> Reading:
        return cls({name: cpu_ms(pid) for name, pid in roots.items()})

    def since(self, before: Reading) -> dict[str, float]:
        return {name: ms - before.cpu.get(name, 0.0) for name, ms in self.cpu.items()}


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that is not below `share` of all. Raises ValueError without values."""
    if not values:
        raise ValueError("no values")
    return sorted(values)[max(math.ceil(share * len(values)) - 1, 0)]


def three(values_s: Sequence[float]) -> dict[str, float]:
    """p50, p95 and p99 in milliseconds."""
    return {f"p{share}": round(percentile(values_s, share / 100) * 1000, 1) for share in (50, 95, 99)}


def load() -> str:
    """How busy the machine is with everything on it; figures of a busy machine compare only within one run."""
    one, five, _ = os.getloadavg()
    return f"load {one:.1f} (5 min: {five:.1f}) on {os.cpu_count()} cores"
