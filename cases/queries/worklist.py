"""The worklist of a department that people handle (人工协同): what waits, how urgent it is, who has it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from bundles import queries
from cases import clock
from cases.models import Case, SubApplication
from cases.queries.alarms import PAUSED, RED, YELLOW, Deadline, colour_of, days_left, received_on
from cases.queries.people import StaffPerson
from cases.queries.reckoning import calendar_of
from cases.states import SUB_FINAL, SUB_WITH_DEPARTMENT, SubState

WORKLIST_LENGTH = 200
MOST_COUNTED = 5000
MOST_FOUND = 50
ON_THE_LIST = SUB_WITH_DEPARTMENT | {SubState.SUPPLEMENT_REQUESTED}


@dataclass(frozen=True, slots=True)
class TaskClock:
    """How much time is left. `colour`: red, yellow, blue by the rules of supervision, green otherwise, paused.

    `kind` says which limit runs: the promised one, or, before acceptance and where they end earlier, the five
    working days for telling the applicant what is missing. `days_left` counts working days, below zero how late it is.
    """

    colour: str
    kind: Literal["promise", "notice"]
    due_on: date | None
    days_left: int
    percent: int


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A task on the worklist."""

    sub_id: UUID
    number: str
    item_key: str
    item_title: str
    instance: str
    bundle_title: str
    applicant: str
    channel: str
    state: str
    state_label: str
    version: int
    received_at: datetime | None
    dispatched_at: datetime | None
    due_on: date | None
    clock: TaskClock
    is_taken: bool
    is_mine: bool

    @property
    def colour(self) -> str:
        return self.clock.colour


@dataclass(frozen=True, slots=True)
class ItemCount:
    """An item with tasks on the list; `key` names the bundle and the item in it."""

    key: str
    title: str
    count: int


@dataclass(frozen=True, slots=True)
class Counts:
    """How many there are of each, over everything on the list and not only what is shown."""

    total: int
    mine: int
    free: int
    by_colour: dict[str, int]
    items: tuple[ItemCount, ...]
    done_today: int


@dataclass(frozen=True, slots=True)
class Worklist:
    """The tasks that were asked for, the most urgent first; those that wait for the applicant come last."""

    rows: tuple[TaskRow, ...]
    counts: Counts
    left_out: int = 0

    @property
    def waiting(self) -> tuple[TaskRow, ...]:
        """Tasks that nobody has taken."""
        return tuple(row for row in self.rows if not row.is_taken)

    @property
    def mine(self) -> tuple[TaskRow, ...]:
        return tuple(row for row in self.rows if row.is_mine)

    @property
    def others(self) -> tuple[TaskRow, ...]:
        return tuple(row for row in self.rows if row.is_taken and not row.is_mine)

    @property
    def overdue(self) -> int:
        return self.counts.by_colour.get(RED, 0) + self.counts.by_colour.get(YELLOW, 0)


@dataclass(frozen=True, slots=True)
class _Slim:
    """What sorting and counting need of a task; nothing sealed is opened for it."""

    pk: UUID
    item_key: str
    version_id: UUID
    item_id: str
    holder: UUID | None
    clock: TaskClock


def worklist(account: StaffPerson, *, colour: str = "", item: str = "", held: str = "") -> Worklist:
    """The tasks of the department of this member of staff. `held`: mine, free or everybody's. Three queries."""
    found = _slim(account)
    chosen = [task for task in found if _is_wanted(task, account, colour, item, held)]
    chosen.sort(key=lambda task: (task.clock.colour == PAUSED, task.clock.due_on or date.max))
    shown = [task.pk for task in chosen[:WORKLIST_LENGTH]]
    return Worklist(_rows(shown, account), _counts(found, account), len(chosen) - len(shown))


def found_tasks(account: StaffPerson, number: str) -> tuple[TaskRow, ...]:
    """Tasks of the department, decided ones too, by a part of their number."""
    subs = _of_department(account).exclude(dispatched_at=None).filter(number__icontains=number)
    return _rows(list(subs.order_by("-dispatched_at").values_list("pk", flat=True)[:MOST_FOUND]), account)


def task_row(sub: SubApplication, account: StaffPerson | None, clocks: Clocks | None = None) -> TaskRow:
    """One task as the worklist shows it; `clocks` are shared by the rows of one page."""
    spec = queries.version(sub.case.bundle_version_id).spec
    return TaskRow(
        sub_id=sub.pk,
        number=sub.number,
        item_key=_key(sub.case.bundle_code, sub.item_id),
        item_title=spec.item(sub.item_id).zh,
        instance=sub.instance_label or "",
        bundle_title=spec.zh,
        applicant=masked_applicant(sub.case),
        channel=sub.case.channel,
        state=sub.state,
        state_label=str(SubState(sub.state).label),
        version=sub.version,
        received_at=sub.received_at,
        dispatched_at=sub.dispatched_at,
        due_on=sub.due_on,
        clock=(clocks or Clocks()).of_sub(sub, sub.case.region),
        is_taken=sub.assigned_to_id is not None,
        is_mine=account is not None and sub.assigned_to_id == account.pk,
    )


def clock_of(sub: SubApplication, region: str) -> TaskClock:
    """The clock of a sub-application; a decided one stands still and is green."""
    return Clocks().of_sub(sub, region)


def due_colour(sub: SubApplication, region: str) -> str:
    """Local rules of electronic supervision are configurable; this is the common reading of them."""
    return clock_of(sub, region).colour


def masked_name(name: str) -> str:
    """林晓岚 as 林**: enough to tell cases apart, not to know who it is."""
    return name[:1] + "*" * min(len(name) - 1, 3) if name else ""


def masked_applicant(case: Case) -> str:
    """A person masked, a company by its name: that is public."""
    return case.applicant_name if case.applicant_kind == "org" else masked_name(case.applicant_name)


def _of_department(account: StaffPerson) -> QuerySet[SubApplication]:
    return SubApplication.objects.filter(department=account.department or "-", connect="manual")


def _slim(account: StaffPerson) -> list[_Slim]:
    clocks = Clocks()
    rows = _of_department(account).filter(state__in=[*ON_THE_LIST]).order_by("dispatched_at")
    names = ("pk", "item_id", "state", "due_on", "statutory_due_on", "accepted_at", "dispatched_at", "assigned_to_id")
    of_case = ("case__bundle_code", "case__bundle_version_id", "case__region")
    return [
        _Slim(pk, _key(code, item_id), version, item_id, holder, clocks.of(state, due, law, accepted, sent, region))
        for pk, item_id, state, due, law, accepted, sent, holder, code, version, region in rows.values_list(
            *names, *of_case
        )[:MOST_COUNTED]
    ]


def _is_wanted(task: _Slim, account: StaffPerson, colour: str, item: str, held: str) -> bool:
    if colour and task.clock.colour != colour:
        return False
    if item and task.item_key != item:
        return False
    return {"mine": task.holder == account.pk, "free": task.holder is None}.get(held, True)


def _rows(ids: list[UUID], account: StaffPerson) -> tuple[TaskRow, ...]:
    subs = SubApplication.objects.filter(pk__in=ids).select_related("case").defer("case__answers", "trace", "reasons")
    clocks, by_id = Clocks(), {sub.pk: sub for sub in subs}
    return tuple(task_row(by_id[pk], account, clocks) for pk in ids if pk in by_id)


def _counts(found: Iterable[_Slim], account: StaffPerson) -> Counts:
    tasks = list(found)
    named = {task.item_key: queries.version(task.version_id).spec.item(task.item_id).zh for task in tasks}
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    return Counts(
        total=len(tasks),
        mine=sum(task.holder == account.pk for task in tasks),
        free=sum(task.holder is None for task in tasks),
        by_colour=dict(Counter(task.clock.colour for task in tasks)),
        items=tuple(ItemCount(k, named[k], n) for k, n in Counter(task.item_key for task in tasks).most_common()),
        done_today=_of_department(account).filter(closed_at__gte=midnight, state__in=[*SUB_FINAL]).count(),
    )


def _key(bundle_code: str, item_id: str) -> str:
    return f"{bundle_code}.{item_id}"


class Clocks:
    """Clocks of many tasks on one day: each calendar is read once, equal tasks are counted once."""

    def __init__(self) -> None:
        self._today = timezone.localdate()
        self._calendars: dict[str, clock.WorkingCalendar] = {}
        self._counted: dict[tuple[object, ...], TaskClock] = {}

    def of_sub(self, sub: SubApplication, region: str) -> TaskClock:
        return self.of(sub.state, sub.due_on, sub.statutory_due_on, sub.accepted_at, sub.dispatched_at, region)

    def of(
        self,
        state: str,
        due_on: date | None,
        statutory_due_on: date | None,
        accepted: datetime | None,
        sent: datetime | None,
        region: str,
    ) -> TaskClock:
        """The clock of a task by its state, its days by promise and law, and when it was accepted and sent."""
        began = accepted or sent
        start = timezone.localdate(began) if began else self._today
        deadline = Deadline(
            self._today, start, due_on, statutory_due_on, received_on(state, sent, accepted), self._calendar(region)
        )
        key = (state, due_on, statutory_due_on, start, deadline.received, region)
        if key not in self._counted:
            self._counted[key] = self._count(state, deadline)
        return self._counted[key]

    def _count(self, state: str, deadline: Deadline) -> TaskClock:
        due, kind = deadline.due_on, "promise"
        if deadline.received is not None:
            notice = clock.notice_deadline(deadline.received, deadline.calendar)
            due, kind = (notice, "notice") if due is None or notice < due else (due, kind)
        left = days_left(self._today, due, deadline.calendar) if due else 0
        colour = colour_of(state, replace(deadline, due_on=due))
        return TaskClock(colour, kind, due, left, _percent(deadline.start, due, self._today))  # type: ignore[arg-type]

    def _calendar(self, region: str) -> clock.WorkingCalendar:
        if region not in self._calendars:
            self._calendars[region] = calendar_of(region)
        return self._calendars[region]


def _percent(start: date, due: date | None, today: date) -> int:
    """How much of the time has been used, 0 to 100."""
    if due is None:
        return 0
    whole = max((due - start).days, 1)
    return max(4, min(100, round(100 * ((today - start).days + 0.5) / (whole + 0.5))))
