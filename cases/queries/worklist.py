"""The worklist of a department that people handle (人工协同): what waits, how urgent it is, who has it.

A page reads what it shows and no more: of a long list its counts are taken from the tally that is kept beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from bundles import queries
from cases.models import Case, Need, Pause, SubApplication
from cases.queries.alarms import BLUE, GREEN, PAUSED, RED, YELLOW
from cases.queries.desk_people import covered_by
from cases.queries.people import StaffPerson
from cases.queries.tally import Counts, counts_of, is_tallied, kept_counts
from cases.queries.task_clock import Clocks, TaskClock
from cases.queries.urging import urged_at
from cases.queries.wording import named
from cases.states import SUB_WITH_DEPARTMENT, SubState

PAGE = 50
LAST_PAGE = 50
LONG_LIST = 1000
LOOK_THROUGH = 2000
MOST_FOUND = 50
ON_THE_LIST = SUB_WITH_DEPARTMENT | {SubState.SUPPLEMENT_REQUESTED}
READ = (
    "pk", "item_id", "state", "due_on", "statutory_due_on", "accepted_at", "dispatched_at", "assigned_to_id",
    "case__bundle_code", "case__bundle_version_id", "case__region", "stopped",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Stopped:
    """Why the clock of a task stands still: the kind of the stretch, in words, since when, until when at a guess."""

    kind: str
    text: str
    since: datetime
    expected_on: date | None


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A task on the worklist. `upstream`: items whose results have come for it; `held_for`: a colleague who is away.

    `urged`: the applicant asked to hurry and waits for a word.
    """

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
    held_for: bool = False
    stopped: Stopped | None = None
    upstream: tuple[str, ...] = ()
    urged: bool = False

    @property
    def colour(self) -> str:
        return self.clock.colour


@dataclass(frozen=True, slots=True)
class Worklist:
    """The tasks that were asked for, the most urgent first; those whose clock stands still come last.

    `is_long`: only so much of it was looked through that the page is full; the counts are of `counts.counted_at`.
    """

    rows: tuple[TaskRow, ...]
    counts: Counts
    left_out: int = 0
    page: int = 1
    has_more: bool = False
    is_long: bool = False

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


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody wants to see of the list. `held`: mine, free or everybody's."""

    colour: str = ""
    item: str = ""
    held: str = ""
    hands: frozenset[UUID] = field(default_factory=frozenset)

    def admits(self, task: _Slim) -> bool:
        if self.colour and task.clock.colour != self.colour:
            return False
        if self.item and task.item_key != self.item:
            return False
        return {"mine": task.holder in self.hands, "free": task.holder is None}.get(self.held, True)


def worklist(account: StaffPerson, *, colour: str = "", item: str = "", held: str = "", page: int = 1) -> Worklist:
    """A page of the tasks of the department of this member of staff, whoever stands in for a colleague included."""
    hands = frozenset({account.pk, *covered_by(account.pk)})
    wanted = Wanted(colour, item, held, hands)
    page = max(1, min(page, LAST_PAGE))
    if is_tallied(account):
        return _long(account, wanted, page)
    found = _slim(_open_tasks(account).order_by("due_on", "pk"), LONG_LIST + 1)
    if len(found) > LONG_LIST:
        return _long(account, wanted, page)
    urged = urged_at(account)
    chosen = sorted(
        (task for task in found if wanted.admits(task)), key=lambda one: (one.pk not in urged, *_urgency(one))
    )
    shown = chosen[(page - 1) * PAGE : page * PAGE]
    left = len(chosen) - page * PAGE
    counts = counts_of(
        account, ((t.item_key, t.version_id, t.item_id, t.holder, t.clock.colour, 1) for t in found), hands
    )
    return Worklist(_rows([task.pk for task in shown], account, hands, urged), counts, max(left, 0), page, left > 0)


def found_tasks(account: StaffPerson, number: str) -> tuple[TaskRow, ...]:
    """Tasks of the department, decided ones too, by a part of their number."""
    subs = _of_department(account).exclude(dispatched_at=None).filter(number__icontains=number)
    found = list(subs.order_by("-dispatched_at").values_list("pk", flat=True)[:MOST_FOUND])
    return _rows(found, account, frozenset({account.pk}))


def task_row(
    sub: SubApplication,
    account: StaffPerson | None,
    clocks: Clocks | None = None,
    *,
    hands: frozenset[UUID] | None = None,
    stopped: Stopped | None = None,
    upstream: tuple[str, ...] = (),
) -> TaskRow:
    """One task as the worklist shows it; `clocks` are shared by the rows of one page."""
    spec = queries.version(sub.case.bundle_version_id).spec
    mine = hands if hands is not None else frozenset({account.pk}) if account is not None else frozenset()
    return TaskRow(
        sub_id=sub.pk,
        number=sub.number,
        item_key=_key(sub.case.bundle_code, sub.item_id),
        item_title=named(spec.item(sub.item_id)),
        instance=sub.instance_label or "",
        bundle_title=named(spec),
        applicant=masked_applicant(sub.case),
        channel=sub.case.channel,
        state=sub.state,
        state_label=str(SubState(sub.state).label),
        version=sub.version,
        received_at=sub.received_at,
        dispatched_at=sub.dispatched_at,
        due_on=sub.due_on,
        clock=(clocks or Clocks()).of_sub(sub, sub.case.region, stopped=stopped is not None),
        is_taken=sub.assigned_to_id is not None,
        is_mine=sub.assigned_to_id in mine,
        held_for=account is not None and sub.assigned_to_id in mine - {account.pk},
        stopped=stopped,
        upstream=upstream,
    )


def one_task_row(sub: SubApplication, account: StaffPerson | None) -> TaskRow:
    """The row of one task with everything around it, for its own page."""
    hands = frozenset({account.pk, *covered_by(account.pk)}) if account is not None else frozenset()
    return task_row(sub, account, hands=hands, stopped=stopped_tasks([sub.pk]).get(sub.pk))


def stopped_tasks(sub_ids: Iterable[UUID]) -> Mapping[UUID, Stopped]:
    """The tasks whose clock stands still, with the reason of the stretch that began first. One query."""
    open_ones = Pause.objects.filter(sub__in=list(sub_ids), ended_at=None, in_clock=False).order_by("-began_at")
    return {
        one.sub_id: Stopped(one.kind, one.reason or str(Pause.Kind(one.kind).label), one.began_at, one.expected_on)
        for one in open_ones
    }


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


def _open_tasks(account: StaffPerson) -> QuerySet[SubApplication]:
    return _of_department(account).filter(state__in=sorted(ON_THE_LIST))


def _slim(tasks: QuerySet[SubApplication], limit: int, offset: int = 0) -> list[_Slim]:
    clocks = Clocks()
    standing = Exists(Pause.objects.filter(sub=OuterRef("pk"), ended_at=None, in_clock=False))
    rows = tasks.annotate(stopped=standing).values_list(*READ)[offset : offset + limit]
    return [
        _Slim(
            pk, _key(code, item), version, item, holder, clocks.of(state, due, law, took, sent, region, stopped=stopped)
        )
        for pk, item, state, due, law, took, sent, holder, code, version, region, stopped in rows
    ]


def _long(account: StaffPerson, wanted: Wanted, page: int) -> Worklist:
    """A list too long to be read whole: in the order of the index, until the page is full."""
    tasks = _narrowed(_open_tasks(account), wanted).order_by("due_on", "pk")
    found: list[_Slim] = []
    needed, offset = page * PAGE + 1, 0
    while len(found) < needed and offset < LOOK_THROUGH:
        step = _slim(tasks, 2 * PAGE, offset)
        found += [task for task in step if wanted.admits(task)]
        offset += 2 * PAGE
        if len(step) < 2 * PAGE:
            break
    shown = sorted(found[(page - 1) * PAGE : page * PAGE], key=_urgency)
    counts = kept_counts(account, wanted.hands)
    rows = _rows([task.pk for task in shown], account, wanted.hands, urged_at(account))
    return Worklist(rows, counts, 0, page, len(found) >= needed, is_long=True)


def _narrowed(tasks: QuerySet[SubApplication], wanted: Wanted) -> QuerySet[SubApplication]:
    """What the database can leave out by itself; the colour is judged by the rules afterwards."""
    if wanted.item:
        tasks = tasks.filter(item_id=wanted.item.partition(".")[2])
    held: Mapping[str, Any] = {"mine": {"assigned_to__in": wanted.hands}, "free": {"assigned_to": None}}
    tasks = tasks.filter(**held.get(wanted.held, {}))
    today = timezone.localdate()
    if wanted.colour == PAUSED:
        open_ones = Pause.objects.filter(ended_at=None, in_clock=False, sub__in=tasks.order_by())
        standing = list(open_ones.values_list("sub_id", flat=True)[:LOOK_THROUGH])
        return tasks.filter(Q(state=SubState.SUPPLEMENT_REQUESTED) | Q(pk__in=standing))
    if wanted.colour == GREEN:
        return tasks.filter(due_on__gt=today)
    return tasks.filter(due_on__gte=today - timedelta(days=1)) if wanted.colour == BLUE else tasks


def _urgency(task: _Slim) -> tuple[bool, date]:
    return (task.clock.colour == PAUSED, task.clock.due_on or date.max)


def _rows(
    ids: list[UUID], account: StaffPerson, hands: frozenset[UUID], urged: frozenset[UUID] = frozenset()
) -> tuple[TaskRow, ...]:
    subs = SubApplication.objects.filter(pk__in=ids).select_related("case").defer("case__answers", "trace", "reasons")
    clocks, by_id = Clocks(), {sub.pk: sub for sub in subs}
    stopped, upstream = stopped_tasks(ids), _upstream([sub for sub in by_id.values() if sub.assigned_to_id is None])
    rows = (
        task_row(by_id[pk], account, clocks, hands=hands, stopped=stopped.get(pk), upstream=upstream.get(pk, ()))
        for pk in ids
        if pk in by_id
    )
    return tuple(replace(row, urged=True) if row.sub_id in urged else row for row in rows)


def _upstream(fresh: list[SubApplication]) -> Mapping[UUID, tuple[str, ...]]:
    """Of tasks that nobody has taken: the items before them that are done. One query."""
    done = Need.objects.filter(sub__in=fresh, upstream__state=SubState.APPROVED).order_by("upstream__seq")
    specs = {sub.pk: queries.version(sub.case.bundle_version_id).spec for sub in fresh}
    found: dict[UUID, dict[str, str]] = {}
    for sub_id, item_id in done.values_list("sub_id", "upstream__item_id"):
        found.setdefault(sub_id, {})[item_id] = named(specs[sub_id].item(item_id))
    return {sub_id: tuple(titles.values()) for sub_id, titles in found.items()}


def _key(bundle_code: str, item_id: str) -> str:
    return f"{bundle_code}.{item_id}"
