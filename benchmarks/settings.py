"""What a run is asked for, and what it found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Plan:
    """How much work a measurement does, and when it ends at the latest.

    `poll_s`: how often it is looked whether a case is decided.
    """

    mode: str
    count: int
    in_flight: int
    unloaded: int
    var: Path
    limit_s: float
    profile: bool = False
    poll_s: float = 0.02
    callbacks_ms: tuple[float, float] = (0.0, 50.0)


@dataclass
class Figures:
    """One candidate at the standard work."""

    name: str
    mode: str
    cases: int = 0
    seconds: float = 0.0
    unloaded: Mapping[str, float] = field(default_factory=dict)
    loaded: Mapping[str, float] = field(default_factory=dict)
    cpu_ms: Mapping[str, float] = field(default_factory=dict)
    transactions: Mapping[str, float] = field(default_factory=dict)
    peak_mib: Mapping[str, float] = field(default_factory=dict)
    more: dict[str, Any] = field(default_factory=dict)

    @property
    def cases_per_s(self) -> float:
        return self.cases / self.seconds if self.seconds else 0.0

    @property
    def cpu_per_case(self) -> float:
        return sum(self.cpu_ms.values())

    @property
    def transactions_per_case(self) -> float:
        """Commits that wrote, from the server's log where it can be read, else numbers of transactions given out."""
        return self.transactions.get("commits", self.transactions.get("xids", 0.0))
