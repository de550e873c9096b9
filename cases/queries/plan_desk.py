"""Live plans as a department sees them: what it may change now, what a closure (封航) has stopped."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from bundles import queries
from bundles.spec import Change
from cases.models import Case, Pause, PlanVersion, SubApplication
from cases.ports import Actor
from cases.queries.plans import may_propose
from cases.queries.worklist import masked_applicant
from cases.states import CASE_OPEN, CaseState

MOST = 100
LIVE_AFTER_DECISION = timedelta(days=30)  # a plan that is approved is changed until it has been carried out
CLOSES = "pause"


@dataclass(frozen=True, slots=True)
class PlanRow:
    """A live plan. `changes` are those this department may bring about; `proposed` is the version that waits."""

    case_id: UUID
    number: str
    title: str
    applicant: str
    submitted_at: datetime | None
    changes: tuple[Change, ...]
    versions: int
    proposed: int | None


@dataclass(frozen=True, slots=True)
class Stopped:
    """A case that a closure stopped, and how many of its items."""

    case_id: UUID
    number: str
    applicant: str
    items: int
    since: datetime
    until: date | None
    reason: str


@dataclass(frozen=True, slots=True)
class Closure:
    """A closure that a bundle knows, with what it holds up now, in the order of filing."""

    code: str
    bundle: str
    change: Change
    stopped: tuple[Stopped, ...]


def plan_rows(cases: QuerySet[Case], by: Actor) -> tuple[PlanRow, ...]:
    """Of these cases the ones whose plan somebody may change, newest first."""
    since = timezone.now() - LIVE_AFTER_DECISION
    live = cases.filter(Q(state__in=CASE_OPEN) | Q(state=CaseState.CONCLUDED, closed_at__gte=since))
    found = list(live.order_by("-submitted_at")[:MOST])
    versions = PlanVersion.objects.filter(case__in=found).order_by("number")
    by_case: dict[UUID, list[PlanVersion]] = {}
    for one in versions:
        by_case.setdefault(one.case_id, []).append(one)
    rows = (_row(case, by, by_case.get(case.pk, [])) for case in found)
    return tuple(row for row in rows if row.changes)


def _row(case: Case, by: Actor, versions: list[PlanVersion]) -> PlanRow:
    spec = queries.version(case.bundle_version_id).spec
    known = spec.replan.triggers if spec.replan else ()
    return PlanRow(
        case_id=case.pk,
        number=case.number or "",
        title=spec.zh,
        applicant=masked_applicant(case),
        submitted_at=case.submitted_at,
        changes=tuple(one for one in known if one.act == "change" and may_propose(case, one, by)),
        versions=versions[-1].number if versions else 1,
        proposed=next((one.number for one in versions if one.state == PlanVersion.State.PROPOSED), None),
    )


def closures(codes: tuple[str, ...]) -> tuple[Closure, ...]:
    """The closures of these bundles. One query a closure."""
    specs = [(code, queries.published(code).spec) for code in codes]
    return tuple(
        Closure(code, spec.zh, change, _stopped(code, change))
        for code, spec in specs
        for change in (spec.replan.triggers if spec.replan else ())
        if change.act == CLOSES and change.moment
    )


def _stopped(code: str, change: Change) -> tuple[Stopped, ...]:
    still = Pause.objects.filter(kind=Pause.Kind.OUTSIDE, about=change.id, ended_at=None, sub__case__bundle_code=code)
    by_case: dict[UUID, list[Pause]] = {}
    for one in still.select_related("sub__case").order_by("sub__case__submitted_at", "sub__seq"):
        by_case.setdefault(one.sub.case_id, []).append(one)
    return tuple(_held_up(pauses) for pauses in by_case.values())


def _held_up(pauses: list[Pause]) -> Stopped:
    first = pauses[0]
    sub: SubApplication = first.sub
    return Stopped(
        case_id=sub.case_id,
        number=sub.case.number or "",
        applicant=masked_applicant(sub.case),
        items=len(pauses),
        since=first.began_at,
        until=first.expected_on,
        reason=first.reason,
    )
