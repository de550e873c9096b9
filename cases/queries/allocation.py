"""Allocation as pages show it: the own place, and for those who run it the runs with their counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy

from bundles import queries
from cases.models import AllocationPlace, AllocationRun, AllocationSeat, AllocationStep, Case

STEP_WORDS: Mapping[str, Any] = {
    "frozen": gettext_lazy("冻结数据"),
    "tried": gettext_lazy("试算"),
    "publicity": gettext_lazy("公示积分和排名"),
    "published": gettext_lazy("公布全部结果"),
    "abandoned": gettext_lazy("放弃这次派位"),
}
SHOWN = (AllocationRun.State.PUBLICITY, AllocationRun.State.PUBLISHED)


@dataclass(frozen=True, slots=True)
class PlaceView:
    """What a family sees: the rank while it is shown, the seat once it is published."""

    group: str
    rank: int
    in_group: int
    choice: str
    number: int | None
    is_published: bool
    publicity_until: date | None


@dataclass(frozen=True, slots=True)
class StepView:
    kind: str
    title: str
    done_by: str
    supervisor: str
    fingerprint: str
    at: datetime


@dataclass(frozen=True, slots=True)
class RunView:
    """A run as the desk shows it; `report` holds counts only."""

    id: UUID
    bundle_code: str
    bundle_name: str
    batch: str
    state: str
    state_label: str
    seed: str
    fingerprint: str
    is_tried: bool
    report: Mapping[str, Any]
    groups: tuple[tuple[str, int, int], ...]
    publicity_until: date | None
    published_at: datetime | None
    settled_at: datetime | None
    steps: tuple[StepView, ...]


def place_of(case: Case, lang: str = "zh") -> PlaceView | None:
    """The place of a case in a run that is shown or published; None before, and for a run of somebody's trial."""
    place = (
        AllocationPlace.objects.filter(sub__case=case, run__state__in=SHOWN)
        .select_related("run")
        .order_by("-run__created_at")
        .first()
    )
    if place is None:
        return None
    is_published = place.run.published_at is not None
    return PlaceView(
        group=_group_name(place.run, place.group, lang),
        rank=place.rank,
        in_group=place.run.report.get("by_group", {}).get(place.group, 0),
        choice=place.choice if is_published else "",
        number=place.number if is_published else None,
        is_published=is_published,
        publicity_until=place.run.publicity_until,
    )


def run_view(run: AllocationRun, lang: str = "zh") -> RunView:
    """One run with its steps."""
    spec = queries.version(run.bundle_version_id).spec
    steps = AllocationStep.objects.filter(run=run)
    given = run.report.get("placed_by_group", {})
    groups = tuple(
        (_group_name(run, group, lang), count, given.get(group, 0))
        for group, count in run.report.get("by_group", {}).items()
    )
    return RunView(
        id=run.pk,
        bundle_code=run.bundle_code,
        bundle_name=spec.en if lang == "en" and spec.en else spec.zh,
        batch=run.batch,
        state=run.state,
        state_label=str(run.get_state_display()),
        seed=run.seed,
        fingerprint=run.fingerprint,
        is_tried=run.tried_fingerprint == run.fingerprint,
        report=run.report,
        groups=groups,
        publicity_until=run.publicity_until,
        published_at=run.published_at,
        settled_at=run.settled_at,
        steps=tuple(
            StepView(s.kind, str(STEP_WORDS.get(s.kind, s.kind)), s.done_by, s.supervisor, s.fingerprint, s.at)
            for s in steps
        ),
    )


def _step_view(step: AllocationStep) -> StepView:
    title = str(STEP_WORDS.get(step.kind, step.kind))
    return StepView(step.kind, title, step.done_by, step.supervisor, step.fingerprint, step.at)


def _group_name(run: AllocationRun, group_id: str, lang: str) -> str:
    allocation = queries.version(run.bundle_version_id).spec.allocation
    group = next((one for one in allocation.groups if one.id == group_id), None) if allocation else None
    if group is None:
        return group_id
    return ((group.en if lang == "en" else None) or group.zh) or group.id


@dataclass(frozen=True, slots=True)
class AllocationDesk:
    """What the lead department sees of a batch. `published` are earlier runs of the same batch."""

    code: str
    title: str
    batch: str
    seats: tuple[tuple[str, int], ...]
    seats_text: str
    run: RunView | None
    published: tuple[RunView, ...]
    needs_publicity: bool

    @property
    def seats_total(self) -> int:
        return sum(capacity for _choice, capacity in self.seats)


def allocation_desk(code: str, batch: str, lang: str = "zh") -> AllocationDesk:
    """The seats of a batch, its run under way, and what was published."""
    spec = queries.published(code).spec
    seats = tuple(
        AllocationSeat.objects.filter(bundle_code=code, batch=batch)
        .order_by("choice")
        .values_list("choice", "capacity")
    )
    runs = [run_view(run, lang) for run in AllocationRun.objects.filter(bundle_code=code, batch=batch)]
    under_way = (AllocationRun.State.FROZEN, AllocationRun.State.TRIED, AllocationRun.State.PUBLICITY)
    return AllocationDesk(
        code=code,
        title=spec.en if lang == "en" and spec.en else spec.zh,
        batch=batch,
        seats=seats,
        seats_text="\n".join(f"{choice},{capacity}" for choice, capacity in seats),
        run=next((run for run in runs if run.state in under_way), None),
        published=tuple(run for run in runs if run.state == AllocationRun.State.PUBLISHED),
        needs_publicity=spec.allocation is not None and spec.allocation.publicity is not None,
    )
