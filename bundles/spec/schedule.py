"""The yearly schedule of a bundle (年度日程), and what may be filed once only (防重复)."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar

from bundles.spec.reading import Node

OPEN_CASES, SAME_YEAR = "open_cases", "same_year"
DEDUPE_SCOPES = (OPEN_CASES, SAME_YEAR)


@dataclass(frozen=True, kw_only=True)
class ScheduleStep(Node):
    """A step of the year from `from` to `to` (MM-DD, both days included; it may cross the new year).

    `accept`: applications are taken in this step.
    """

    id: str
    from_: str
    to: str
    zh: str = ""
    en: str | None = None
    accept: bool = False


@dataclass(frozen=True, slots=True)
class Span:
    """A step in a certain year, both days included."""

    step: ScheduleStep
    first: date
    last: date

    def covers(self, day: date) -> bool:
        return self.first <= day <= self.last


@dataclass(frozen=True, slots=True)
class Schedule:
    """All steps of a bundle's year."""

    steps: tuple[ScheduleStep, ...]

    @property
    def windows(self) -> tuple[ScheduleStep, ...]:
        """The steps in which applications are taken."""
        return tuple(step for step in self.steps if step.accept)

    def takes(self, day: date) -> bool:
        """Whether applications are taken on a day; always, where the schedule names no window."""
        return not self.windows or self.window_on(day) is not None

    def window_on(self, day: date) -> Span | None:
        """The window a day falls into; the one that ends last where several do."""
        found = [span for span in self._spans(self.windows, day.year) if span.covers(day)]
        return max(found, key=lambda span: span.last, default=None)

    def next_window(self, day: date) -> Span | None:
        """The first window that opens after a day."""
        later = [span for span in self._spans(self.windows, day.year) if span.first > day]
        return min(later, key=lambda span: span.first, default=None)

    def year_of(self, day: date) -> tuple[Span, ...]:
        """The steps of the round a day belongs to, by their beginning: the one it runs in, else the coming one."""
        rounds = [self._round(year) for year in (day.year - 1, day.year, day.year + 1)]
        found = next((spans for spans in rounds if spans and max(s.last for s in spans) >= day), ())
        return tuple(sorted(found, key=lambda span: (span.first, span.last)))

    def _round(self, year: int) -> tuple[Span, ...]:
        """All steps of the round that begins in a year; what comes before its first step is of the year after."""
        if not self.steps:
            return ()
        beginning = self.steps[0].from_
        years = [year if step.from_ >= beginning else year + 1 for step in self.steps]
        return tuple(_span(step, begins) for step, begins in zip(self.steps, years, strict=True))

    def _spans(self, steps: Sequence[ScheduleStep], year: int) -> list[Span]:
        return [_span(step, begins) for begins in (year - 1, year, year + 1) for step in steps]


def _span(step: ScheduleStep, year: int) -> Span:
    first = _day(year, step.from_)
    last = _day(year if step.to >= step.from_ else year + 1, step.to)
    return Span(step, first, last)


def _day(year: int, month_day: str) -> date:
    """A day of the year; 02-29 is the last of February in a plain year."""
    month, day = (int(part) for part in month_day.split("-"))
    return date(year, month, min(day, monthrange(year, month)[1]))


def is_month_day(text: object) -> bool:
    """Whether a text names a day of the year: MM-DD."""
    if not isinstance(text, str) or len(text) != 5 or text[2] != "-" or not (text[:2] + text[3:]).isdigit():
        return False
    month, day = int(text[:2]), int(text[3:])
    return 1 <= month <= 12 and 1 <= day <= monthrange(2024, month)[1]


@dataclass(frozen=True, kw_only=True)
class Overlap(Node):
    """Two filings meet where their moments of `field` lie less than `hours` apart."""

    field: str
    hours: float


@dataclass(frozen=True, kw_only=True)
class Dedupe(Node):
    """What may be filed once: the fields that make two filings the same, for how long, what is said otherwise.

    `scope`: open_cases, while another case of the same is open; same_year, until the calendar year ends, unless the
    other one was taken back. `while` is prose.
    """

    key: tuple[str, ...]
    scope: str = OPEN_CASES
    fail: Any = None
    overlap: Overlap | None = None
    while_: Any = None
    src: str | None = None

    parts: ClassVar[Mapping[str, Any]] = {"overlap": Overlap}
