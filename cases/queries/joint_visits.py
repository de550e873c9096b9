"""Joint visits (联合踏勘) as the leading department and the others see them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from bundles import queries
from bundles.spec import JointVisit
from cases import clock
from cases.models import Case, Pause, SubApplication, Visit
from cases.queries.reckoning import calendar_of
from cases.queries.wording import department_short
from cases.queries.worklist import masked_applicant
from cases.states import CASE_OPEN, SUB_FINAL

FIX = "joint_visit_fix"
MOST = 100


@dataclass(frozen=True, slots=True)
class JointItem:
    """An item that is inspected. `fix_until`: it is being put right, by that day."""

    item_id: str
    title: str
    department: str
    verdict: str
    remark: str
    is_fixing: bool
    fix_until: date | None


@dataclass(frozen=True, slots=True)
class JointRow:
    """A case with a joint visit. `state`: to_arrange, booked, fixing or done; `visit_id` of the one booked."""

    case_id: UUID
    number: str
    title: str
    applicant: str
    state: str
    arrange_by: date | None
    is_late: bool
    items: tuple[JointItem, ...]
    visit_id: UUID | None
    visit_items: tuple[str, ...]
    begins_at: datetime | None
    ends_at: datetime | None
    place: str


def joint_rows(cases: QuerySet[Case]) -> tuple[JointRow, ...]:
    """Of these cases the open ones with something to inspect or to put right, those to be arranged first."""
    found = list(cases.filter(state__in=CASE_OPEN).order_by("submitted_at")[:MOST])
    subs, visits, fixing = _subs_of(found), _visits_of(found), _fixing(found)
    rows = [row for case in found if (row := _row(case, subs[case.pk], visits[case.pk], fixing)) is not None]
    order = {"to_arrange": 0, "booked": 1, "fixing": 2, "done": 3}
    return tuple(sorted((row for row in rows if row.state != "done"), key=lambda row: order[row.state]))


def joint_row(case: Case) -> JointRow | None:
    """One of them, whatever its state; None where nothing is or was to be inspected."""
    return _row(case, _subs_of([case])[case.pk], _visits_of([case])[case.pk], _fixing([case]))


def _subs_of(cases: list[Case]) -> dict[UUID, list[SubApplication]]:
    found: dict[UUID, list[SubApplication]] = defaultdict(list)
    for sub in SubApplication.objects.filter(case__in=cases).order_by("seq"):
        found[sub.case_id].append(sub)
    return found


def _visits_of(cases: list[Case]) -> dict[UUID, list[Visit]]:
    found: dict[UUID, list[Visit]] = defaultdict(list)
    kept = Visit.objects.filter(case__in=cases, sub=None, state__in=[Visit.State.BOOKED, Visit.State.DONE])
    for visit in kept.order_by("begins_at"):
        found[visit.case_id].append(visit)
    return found


def _fixing(cases: list[Case]) -> dict[UUID, Pause]:
    still = Pause.objects.filter(sub__case__in=cases, kind=Pause.Kind.VISIT, about=FIX, ended_at=None)
    return {one.sub_id: one for one in still}


def _row(case: Case, subs: list[SubApplication], visits: list[Visit], fixing: dict[UUID, Pause]) -> JointRow | None:
    rule = queries.version(case.bundle_version_id).spec.joint_visit
    if rule is None:
        return None
    booked = next((one for one in visits if one.state == Visit.State.BOOKED), None)
    seen = {item for one in visits if one.state == Visit.State.DONE for item in one.items}
    shown = [sub for sub in subs if sub.item_id in rule.items and sub.dispatched_at]
    waiting = [sub for sub in shown if sub.state not in SUB_FINAL and sub.item_id not in seen]
    if not shown or not (waiting or visits):
        return None
    arrange_by = _arrange_by(case, rule)
    state = _state(booked, waiting, [sub for sub in shown if sub.pk in fixing])
    return JointRow(
        case_id=case.pk,
        number=case.number or "",
        title=queries.version(case.bundle_version_id).spec.zh,
        applicant=masked_applicant(case),
        state=state,
        arrange_by=arrange_by,
        is_late=state == "to_arrange" and arrange_by is not None and arrange_by < timezone.localdate(),
        items=_items(case, shown, visits, fixing),
        visit_id=booked.pk if booked else None,
        visit_items=tuple(booked.items) if booked else (),
        begins_at=booked.begins_at if booked else None,
        ends_at=booked.ends_at if booked else None,
        place=booked.place if booked else "",
    )


def _state(booked: Visit | None, waiting: list[SubApplication], fixing: list[SubApplication]) -> str:
    if booked is not None:
        return "booked"
    if waiting:
        return "to_arrange"
    return "fixing" if fixing else "done"


def _arrange_by(case: Case, rule: JointVisit) -> date | None:
    """The day by which the occasion is to be set, counted from the filing. 民法典 第二百零一条."""
    if rule.invite_within is None or case.submitted_at is None:
        return None
    return clock.due(timezone.localtime(case.submitted_at), rule.invite_within, calendar_of(case.region)).on


def _items(
    case: Case, subs: Iterable[SubApplication], visits: list[Visit], fixing: dict[UUID, Pause]
) -> tuple[JointItem, ...]:
    spec = queries.version(case.bundle_version_id).spec
    said = {item: found for one in visits for item, found in (one.findings or {}).items()}
    return tuple(
        JointItem(
            item_id=sub.item_id,
            title=spec.item(sub.item_id).zh,
            department=department_short(sub.department),
            verdict=said.get(sub.item_id, ["", ""])[0],
            remark=said.get(sub.item_id, ["", ""])[1],
            is_fixing=sub.pk in fixing,
            fix_until=fixing[sub.pk].expected_on if sub.pk in fixing else None,
        )
        for sub in subs
    )
