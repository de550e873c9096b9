"""Our figures beside those of the seeds: what a walk took, in the words of `before_after`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from bundles import queries as catalogue
from bundles.spec import BundleSpec
from cases import clock
from portal.seed_check.pace import is_for_people

if TYPE_CHECKING:
    from portal.seed_check.walk import Walk

ONE_DAY = timedelta(days=1)
QUICK_S = 120.0


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of `before_after` with what we counted; `ours` is None where a walk cannot show it."""

    what: str
    label: str
    unit: str
    before: float
    after: float
    src: str
    ours: float | None

    @property
    def is_reached(self) -> bool | None:
        """Whether ours is as good as the figure after the reform."""
        return None if self.ours is None else self.ours <= self.after


def figures_of(walk: Walk) -> tuple[Figure, ...]:
    """The bundle's own figures, each with ours."""
    ours = {what: value for what, value in counted(walk).items() if what not in walk.script.uncounted}
    return tuple(
        Figure(
            what=str(entry["what"]),
            label=str(entry.get("zh", "")),
            unit=str(entry.get("unit", "")),
            before=float(entry["before"]),
            after=float(entry["after"]),
            src=str(entry.get("src", "")),
            ours=ours.get(_KIND.get(str(entry["what"]), str(entry["what"]))),
        )
        for entry in walk.spec.before_after
    )


def counted(walk: Walk) -> dict[str, float]:
    """What the walk took: time from handing in to the end, papers uploaded, visits, fields typed, cases filed."""
    case = walk.case
    elapsed_s = _elapsed_s(walk, case)
    found = {
        "seconds": elapsed_s,
        "minutes": round(elapsed_s / 60, 1),
        "hours": round(elapsed_s / 3600, 1),
        "materials": float(len(walk.filler.uploaded)),
        "trips": float(walk.visits.count),
        "fields": float(len(walk.filler.typed)),
        "people": float(sum(is_for_people(walk.spec.item(sub.item_id)) for sub in walk.subs)),
        "cases": 1.0,
    }
    if case.submitted_at and case.closed_at:
        end = _end_of_clock(walk, case)
        found["days"] = float(_working_days(case.region, _start_of_clock(walk, case), end))
    return found


# Other words for the same count: one press of the button is one form, one step, one item, one door.
_KIND: Mapping[str, str] = {
    "items": "cases",
    "steps": "cases",
    "forms": "cases",
    "depts": "cases",
    "proofs": "materials",
    "visits": "trips",
    "days_seed": "days",
    "best_minutes": "minutes",
}


def _elapsed_s(walk: Walk, case: Any) -> float:
    """By the accelerated clock; what was over at once is told in the machine's seconds."""
    if not (case.submitted_at and case.closed_at):
        return 0.0
    seconds = (case.closed_at - case.submitted_at).total_seconds()
    return round(seconds, 1) if seconds > QUICK_S else round(min(seconds, walk.handling_s), 1)


def _start_of_clock(walk: Walk, case: Any) -> Any:
    """Where the promise is counted from: the acceptance, or the end of the item that the bundle names."""
    named = getattr(walk.spec.clock, "starts_with", None) or walk.spec.clock.extra.get("starts_with")
    ends = [sub.closed_at for sub in walk.subs if sub.item_id == named and sub.closed_at]
    return ends[0] if ends else case.accepted_at or case.submitted_at


def _end_of_clock(walk: Walk, case: Any) -> Any:
    """The end of the items that the figure speaks of, as the scenario says; else of the whole case."""
    ends = [sub.closed_at for sub in walk.subs if sub.item_id in walk.script.until and sub.closed_at]
    return max(ends, default=case.closed_at)


def _working_days(region: str, start: Any, end: Any) -> int:
    known = catalogue.working_calendar(region)
    calendar = clock.WorkingCalendar(known.holidays, known.makeup, known.announced_years)
    first, last = timezone.localdate(start), timezone.localdate(end)
    return sum(calendar.is_working_day(day) for day in _days_after(first, last))


def _days_after(first: date, last: date) -> list[date]:
    return [first + ONE_DAY * n for n in range(1, (last - first).days + 1)]


# -- expectations on figures ------------------------------------------------------------------------------------------
Compare = Callable[[float, float], bool]


def missed(spec: BundleSpec, ours: Mapping[str, float], at_most: Mapping[str, float]) -> list[str]:
    """The figures that a scenario demands and the walk did not reach."""
    return [
        f"{what} 应不超过 {limit}，实际 {ours.get(what)}"
        for what, limit in at_most.items()
        if ours.get(what) is None or ours[what] > float(limit)
    ]
