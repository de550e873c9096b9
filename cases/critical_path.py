"""When a whole case may be done: the longest way through its items. Pure; one step is one sub-application.

What waits for another starts when that is there and it is accepted itself (`domain/README.md` §3.5–3.6): a step that
runs counts from its own start, one that waits from the projected end of what it waits for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from uuid import UUID

from cases import clock

CLOSING = time(18)  # a limit in days ends with office hours; what follows starts from there


@dataclass(frozen=True, slots=True)
class Wait:
    """What a step waits for: the end of another, or (`until_start`) only its acceptance."""

    key: UUID
    until_start: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """An item on its way. `started`: since when its limit runs; `ended`: it is final; neither: it waits."""

    key: UUID
    limit: clock.Limit
    waits: tuple[Wait, ...] = ()
    started: datetime | None = None
    ended: datetime | None = None
    pauses: tuple[clock.Stretch, ...] = ()
    extension_days: int = 0


@dataclass(frozen=True, slots=True)
class Projected:
    """From when to when a step runs, or will; `after` is the step that decides its start."""

    start: datetime
    end: datetime
    due: clock.Due | None = None
    after: UUID | None = None


def project(steps: Iterable[Step], calendar: clock.WorkingCalendar, now: datetime) -> Mapping[UUID, Projected]:
    """Start and end of every step as things stand; nothing that is still open ends before `now` (aware, local)."""
    by_key = {step.key: step for step in steps}
    found: dict[UUID, Projected] = {}

    def of(key: UUID, trail: frozenset[UUID]) -> Projected:
        if key not in found:
            step = by_key[key]
            waits = [wait for wait in step.waits if wait.key in by_key and wait.key not in trail]
            before = {wait.key: of(wait.key, trail | {key}) for wait in waits} if step.started is None else {}
            moments = [(before[w.key].start if w.until_start else before[w.key].end, w.key) for w in waits if before]
            found[key] = _projected(step, moments, calendar, now)
        return found[key]

    for key in by_key:
        of(key, frozenset({key}))
    return found


def _projected(
    step: Step, moments: Sequence[tuple[datetime, UUID]], calendar: clock.WorkingCalendar, now: datetime
) -> Projected:
    if step.ended is not None:
        return Projected(step.started or step.ended, step.ended)
    latest, after = max(moments, default=(now, None), key=lambda one: one[0])
    start = step.started or max(latest, now)
    due = clock.due(start, step.limit, calendar, step.pauses, step.extension_days)
    return Projected(start, max(moment_of(due, start), now), due, after if start == latest else None)


def moment_of(due: clock.Due, start: datetime) -> datetime:
    """The end of a limit as a moment."""
    return due.at or max(start, datetime.combine(due.on, CLOSING, tzinfo=start.tzinfo))


def longest(projected: Mapping[UUID, Projected]) -> tuple[UUID, ...]:
    """The steps that decide the last end, first to last; empty where nothing is open."""
    open_ones = {key: one for key, one in projected.items() if one.due is not None}
    if not open_ones:
        return ()
    key: UUID | None = max(open_ones, key=lambda one: open_ones[one].end)
    path: list[UUID] = []
    while key is not None and key in open_ones:
        path.append(key)
        key = open_ones[key].after
    return tuple(reversed(path))
