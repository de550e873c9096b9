"""What stands around a task besides its answers: procedures, extension, opinions of others, whose it could be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from bundles import queries
from cases.models import Case, Consultation, Extension, HeldAnswer, Pause, Reassignment, SubApplication
from cases.queries.people import StaffPerson
from cases.queries.picture import duration_words
from cases.queries.wording import HELD, HELD_OTHERWISE, department_short
from cases.states import SUB_FINAL

MOST_SHOWN = 100
MOVABLE = frozenset({"dispatched", "received", "accepted"})
RUNNING = frozenset({"accepted", "special_procedure"})


@dataclass(frozen=True, slots=True)
class DeclaredProcedure:
    """A special procedure that the item declares: how long at most, and whether the clock runs on."""

    id: str
    name: str
    takes: str
    in_clock: bool


@dataclass(frozen=True, slots=True)
class Opinion:
    """A question to another department and what came of it; the words of answer and question are sealed at rest."""

    id: UUID
    sub_id: UUID
    number: str
    item_title: str
    asked_by: str
    department: str
    question: str
    asked_at: datetime
    due_on: date
    state: str
    state_label: str
    opinion: str
    opinion_label: str
    answer: str
    closed_at: datetime | None
    is_late: bool

    @property
    def is_open(self) -> bool:
        return self.state == Consultation.State.OPEN


@dataclass(frozen=True, slots=True)
class HandedOn:
    """One handing-on of the item; `reason` is for those who work on it."""

    at: datetime
    before: str
    after: str
    reason: str


@dataclass(frozen=True, slots=True)
class Extended:
    """The one extension the item has had."""

    working_days: int
    approver: str
    reason: str


@dataclass(frozen=True, slots=True)
class Proceedings:
    """What a member of staff may see and do around the decision. `targets`: (code, short name) to hand it to."""

    declared: tuple[DeclaredProcedure, ...]
    running: str
    running_until: date | None
    opinions: tuple[Opinion, ...]
    handed_on: tuple[HandedOn, ...]
    extended: Extended | None
    targets: tuple[tuple[str, str], ...]
    departments: tuple[tuple[str, str], ...]
    held: str
    can_begin: bool
    can_extend: bool
    can_move: bool


def proceedings_of(sub: SubApplication) -> Proceedings:
    """Everything of one task; five small queries."""
    item = queries.version(sub.case.bundle_version_id).spec.item(sub.item_id)
    running = Pause.objects.filter(
        sub=sub, kind__in=[Pause.Kind.PROCEDURE, Pause.Kind.PUBLICITY], ended_at=None
    ).first()
    extension = Extension.objects.filter(sub=sub).first()
    held = HeldAnswer.objects.filter(sub=sub, released_at=None).first()
    return Proceedings(
        declared=tuple(
            DeclaredProcedure(one.id, one.zh or one.id, duration_words(one.max), one.in_clock)
            for one in item.decision.special
        ),
        running=sub.procedure,
        running_until=running.expected_on if running else None,
        opinions=tuple(_opinion(one) for one in Consultation.objects.filter(sub=sub).select_related("sub__case")),
        handed_on=tuple(_handed_on(one) for one in Reassignment.objects.filter(sub=sub)),
        extended=Extended(extension.working_days, extension.approver, extension.reason) if extension else None,
        targets=tuple((code, department_short(code)) for code in targets_of(sub.case, sub)),
        departments=_others(sub),
        held=str(HELD.get(held.reason, HELD_OTHERWISE)) if held else "",
        can_begin=sub.state in ("received", "accepted") and held is None,
        can_extend=sub.state in RUNNING and extension is None and held is None,
        can_move=sub.state in MOVABLE and held is None,
    )


def lead_of(case: Case) -> str:
    """The department that answers for the whole bundle (牵头部门)."""
    return queries.version(case.bundle_version_id).spec.lead


def targets_of(case: Case, sub: SubApplication) -> tuple[str, ...]:
    """Whom an item can be handed to: by the lead to anybody, those of the bundle first; by others back to the lead."""
    lead = lead_of(case)
    if sub.department != lead:
        return (lead,)
    spec = queries.version(case.bundle_version_id).spec
    near = dict.fromkeys(item.dept for item in spec.items)
    every = {**near, **dict.fromkeys(sorted(queries.registry().departments))}
    return tuple(code for code in every if code != lead)


def consultations_for(account: StaffPerson) -> QuerySet[Consultation]:
    """Questions to the department of this member of staff; nothing for anybody else."""
    if account.role != "staff" or not account.department:
        return Consultation.objects.none()
    return Consultation.objects.filter(department=account.department).exclude(state=Consultation.State.CANCELLED)


def opinions_asked_of(account: StaffPerson) -> tuple[Opinion, ...]:
    """The questions to a department, those that wait first, the most urgent on top."""
    found = consultations_for(account).select_related("sub__case")
    waiting = found.filter(state=Consultation.State.OPEN).order_by("due_on")[:MOST_SHOWN]
    closed = found.exclude(state=Consultation.State.OPEN).order_by("-closed_at")[:MOST_SHOWN]
    return tuple(_opinion(one) for one in (*waiting, *closed))


def open_questions(account: StaffPerson) -> int:
    """How many questions wait for this department."""
    return consultations_for(account).filter(state=Consultation.State.OPEN).count()


def _others(sub: SubApplication) -> tuple[tuple[str, str], ...]:
    if sub.state in SUB_FINAL:
        return ()
    known = queries.registry().departments
    return tuple((code, known[code].short) for code in sorted(known) if code != sub.department)


def _opinion(one: Consultation) -> Opinion:
    item = queries.version(one.sub.case.bundle_version_id).spec.item(one.sub.item_id)
    return Opinion(
        id=one.pk,
        sub_id=one.sub_id,
        number=one.sub.number,
        item_title=item.zh,
        asked_by=department_short(one.sub.department),
        department=department_short(one.department),
        question=one.question,
        asked_at=one.asked_at,
        due_on=one.due_on,
        state=one.state,
        state_label=str(Consultation.State(one.state).label),
        opinion=one.opinion,
        opinion_label=str(Consultation.Opinion(one.opinion).label) if one.opinion else "",
        answer=one.answer or "",
        closed_at=one.closed_at,
        is_late=one.state == Consultation.State.OPEN and one.due_on < timezone.localdate(),
    )


def _handed_on(one: Reassignment) -> HandedOn:
    return HandedOn(one.at, department_short(one.from_department), department_short(one.to_department), one.reason)
