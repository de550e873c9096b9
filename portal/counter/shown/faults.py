"""What must be mended, with the way to its input."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cases.queries import TaskPage


@dataclass(frozen=True, slots=True)
class Mistake:
    href: str
    text: str


def mistakes(page: TaskPage, faults: Mapping[str, str], error: str) -> tuple[Mistake, ...]:
    """One line a fault; the sentence alone where the fault has no place."""
    results = {one.name for one in page.result_fields}
    found = tuple(Mistake(f"#f-{_input(name, results)}", text) for name, text in faults.items())
    return found or ((Mistake("#main", error),) if error else ())


def _input(name: str, results: set[str]) -> str:
    """The id of the input: the engine names a result field alone, the form with its prefix."""
    known = f"result.{name}" if name in results else name
    return known.replace(".", "-")
