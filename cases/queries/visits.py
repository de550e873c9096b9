"""Visits of a case: what is to be booked, what is booked, when departments come together."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from bundles import queries
from bundles.spec import Appointment, Item
from cases.models import Case, SubApplication, Visit
from cases.queries.together import items_of
from cases.states import SUB_WITH_DEPARTMENT


@dataclass(frozen=True, slots=True)
class VisitView:
    """Somebody has to come, or departments come. `begins_at` is None while no time is booked."""

    sub_id: UUID | None
    visit_id: UUID | None
    title: str
    department: str
    begins_at: datetime | None
    ends_at: datetime | None
    place: str
    state: str
    bring: tuple[str, ...] = ()
    is_joint: bool = False


@dataclass(frozen=True, slots=True)
class Today:
    """A booking as the counter sees it."""

    visit_id: UUID
    number: str
    item: str
    person: str
    begins_at: datetime
    language: str
    state: str
    sub_id: UUID


def visits_of(case: Case, lang: str = "zh") -> tuple[VisitView, ...]:
    """What stands in the calendar of a case, and what has to be put there."""
    spec = queries.version(case.bundle_version_id).spec
    booked = {v.sub_id: v for v in Visit.objects.filter(case=case, state=Visit.State.BOOKED)}
    subs = [sub for sub in items_of(case) if sub.state in SUB_WITH_DEPARTMENT]
    found = [
        _own(sub, _named(spec.item(sub.item_id), lang), rule, booked.get(sub.pk))
        for sub in subs
        if (rule := spec.appointment(sub.item_id)) is not None and _is_open(sub)
    ]
    joint = booked.get(None)
    if joint is not None:
        names = _listed([_named(spec.item(item), lang) for item in joint.items], lang)
        found.append(_view(None, joint, names, joint.department, is_joint=True))
    return tuple(found)


def _named(item: Item, lang: str) -> str:
    return item.en if lang == "en" and item.en else item.zh


def _listed(names: list[str], lang: str) -> str:
    return (", " if lang == "en" else "、").join(names)


def _is_open(sub: SubApplication) -> bool:
    return not Visit.objects.filter(sub=sub, state=Visit.State.DONE).exists()


def _own(sub: SubApplication, title: str, rule: Appointment, visit: Visit | None) -> VisitView:
    if visit is None:
        return VisitView(sub.pk, None, title, sub.department, None, None, "", "", rule.bring)
    return _view(sub.pk, visit, title, sub.department, bring=rule.bring)


def _view(
    sub_id: UUID | None,
    visit: Visit,
    title: str,
    department: str,
    *,
    bring: tuple[str, ...] = (),
    is_joint: bool = False,
) -> VisitView:
    return VisitView(
        sub_id, visit.pk, title, department, visit.begins_at, visit.ends_at, visit.place, visit.state, bring, is_joint
    )


def todays_visits(department: str, day: date) -> tuple[Today, ...]:
    """Bookings of a day at the counter of a department, in order."""
    rows = Visit.objects.filter(department=department, sub__isnull=False, begins_at__date=day)
    rows = rows.exclude(state=Visit.State.CANCELLED).select_related("case", "sub").order_by("begins_at")
    return tuple(_today(visit, visit.sub) for visit in rows if visit.sub is not None)


def _today(visit: Visit, sub: SubApplication) -> Today:
    spec = queries.version(visit.case.bundle_version_id).spec
    return Today(
        visit.pk,
        sub.number,
        spec.item(sub.item_id).zh,
        visit.case.applicant_name,
        visit.begins_at,
        visit.language,
        visit.state,
        sub.pk,
    )
