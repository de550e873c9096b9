"""The list of checks, in the order in which they run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..portal import Portal

Run = Callable[[Portal], str]


@dataclass(frozen=True, slots=True)
class Check:
    """One check: `run` returns what was seen, or raises Failed or Skipped. Its sentence stands in sentences.toml."""

    id: str
    run: Run


CHECKS: list[Check] = []


def check(id: str) -> Callable[[Run], Run]:
    """Put a function into the list under an id: a letter for the group, and a number."""

    def put(run: Run) -> Run:
        CHECKS.append(Check(id, run))
        return run

    return put
