"""Stuck cases (“办不成事”) as they stand: for the person who reported one, and at the desk that answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from bundles import queries
from cases.models import StuckAct, StuckCase
from cases.protection import blind_index
from cases.queries.people import Person, StaffPerson
from cases.queries.wording import department_short, named

MOST = 100
CLERK, STAFF, SUPERVISOR, OPERATOR = "clerk", "staff", "supervisor", "administrator"
State = StuckCase.State
OPEN = (State.REPORTED, State.ACCEPTED)
LOOKS = {State.REPORTED: "wait", State.ACCEPTED: "doing", State.ANSWERED: "you", State.CLOSED: "done"}


@dataclass(frozen=True, slots=True)
class ActView:
    at: datetime
    kind: str
    title: str
    text: str
    dept_code: str
    dept_short: str


@dataclass(frozen=True, slots=True)
class StuckView:
    """`due`: by when the next thing happens: taken on, then answered. `level`: 0 department, 1, 2 supervision."""

    id: UUID
    number: str
    state: str
    state_label: str
    look: str
    reason: str
    text: str
    about: str
    case_id: UUID | None
    case_number: str
    name: str
    phone: str
    dept_code: str
    dept_short: str
    level: int
    reported_at: datetime
    due: datetime
    is_late: bool
    answer: str
    answered_at: datetime | None
    rating: int
    is_solved: bool | None
    acts: tuple[ActView, ...]


def reason_choices() -> tuple[tuple[str, str], ...]:
    """What may be wrong, as (code, words)."""
    return tuple((one.value, str(one.label)) for one in StuckCase.Reason)


def reports_by(account: Person) -> tuple[StuckView, ...]:
    """One's own, the newest first."""
    rows = _read(StuckCase.objects.filter(account_id=account.pk)).order_by("-reported_at")[:MOST]
    return tuple(_view(row) for row in rows)


def report_by(account: Person, stuck_id: UUID) -> StuckView | None:
    row = _read(StuckCase.objects.filter(account_id=account.pk, pk=stuck_id)).first()
    return _view(row, with_acts=True) if row else None


def report_behind(stuck_id: UUID) -> StuckView | None:
    """One whose phone number was checked in this visit; the caller has made sure of that."""
    row = _read(StuckCase.objects.filter(pk=stuck_id)).first()
    return _view(row, with_acts=True) if row else None


def number_behind(stuck_id: UUID, phone: str) -> bool:
    """Whether a report was made with this phone number."""
    return StuckCase.objects.filter(pk=stuck_id, phone_index=blind_index(phone)).exclude(phone_index="").exists()


def with_number(number: str, phone: str) -> UUID | None:
    """The report with this number and this phone number, however the number was typed."""
    typed = "".join(sign for sign in number.upper() if sign.isalnum())
    found = StuckCase.objects.filter(number=typed, phone_index=blind_index(phone)).exclude(phone_index="")
    return found.values_list("pk", flat=True).first()


def desk_rows(account: StaffPerson) -> QuerySet[StuckCase]:
    """Whose desk: the department's own; the window's own and what has risen; everything for supervision."""
    rows = StuckCase.objects.all()
    if account.role in (SUPERVISOR, OPERATOR):
        return rows
    if account.role == STAFF and account.department:
        return rows.filter(department=account.department)
    return rows.filter(Q(department="") | Q(level__gte=1)) if account.role == CLERK else rows.none()


def at_desk(account: StaffPerson) -> tuple[StuckView, ...]:
    """What is open, what has risen first and what is due next; then what waits for the person's word."""
    rows = _read(desk_rows(account).exclude(state=State.CLOSED)).order_by("-level", "next_at")[:MOST]
    shown = [_view(row) for row in rows]
    return tuple(sorted(shown, key=lambda one: one.state not in OPEN))


def one_at_desk(account: StaffPerson, stuck_id: UUID) -> StuckView | None:
    row = _read(desk_rows(account).filter(pk=stuck_id)).first()
    return _view(row, with_acts=True) if row else None


def _read(rows: QuerySet[StuckCase]) -> QuerySet[StuckCase]:
    return rows.select_related("case", "account")


def _view(row: StuckCase, *, with_acts: bool = False) -> StuckView:
    due = row.accept_by if row.state == State.REPORTED else row.answer_by
    department = queries.registry().departments.get(row.department)
    return StuckView(
        id=row.pk,
        number=row.number,
        state=row.state,
        state_label=str(State(row.state).label),
        look=LOOKS[State(row.state)],
        reason=str(StuckCase.Reason(row.reason).label),
        text=row.text,
        about=_about(row.bundle_code),
        case_id=row.case_id,
        case_number=(row.case.number or "") if row.case else "",
        name=row.name or (row.account.name if row.account else ""),
        phone=row.phone or ((row.account.phone or "") if row.account else ""),
        dept_code=row.department,
        dept_short=department.short if department else "",
        level=row.level,
        reported_at=row.reported_at,
        due=due,
        is_late=row.state in OPEN and due < timezone.now(),
        answer=row.answer or "",
        answered_at=row.answered_at,
        rating=row.rating or 0,
        is_solved=row.is_solved,
        acts=tuple(_act(act) for act in row.acts.all()) if with_acts else (),
    )


def _act(act: StuckAct) -> ActView:
    kind: Any = StuckAct.Kind(act.kind)
    short = department_short(act.department) if act.department else ""
    return ActView(act.at, act.kind, str(kind.label), act.text or "", act.department, short)


def _about(bundle_code: str) -> str:
    found = (named(one.spec) for one in queries.published_all() if one.code == bundle_code)
    return next(found, "") if bundle_code else ""
