"""Parts of pages that several faces show: what a template of templates/components takes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Filter:
    """One way to narrow a list; `on` while it is in force."""

    title: str
    href: str
    on: bool
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """A sentence of the timeline."""

    when: str
    text: str
    state: str = ""
    dept_code: str = ""
    dept_short: str = ""
    next: bool = False
