"""The daily e-mail (每日汇总): what is new, due today, overdue, waiting; for heads of the whole department."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from bundles import queries
from cases.actions.desk import staff_mail
from cases.actions.engine import daily, rounds
from cases.actions.engine.daily import OPENS_AT
from cases.models import DeskPost, Pause, StaffMail, SubApplication
from cases.queries.desk_people import covered_by
from cases.queries.reckoning import calendar_of
from cases.queries.wording import department_short
from cases.states import SUB_WITH_DEPARTMENT, SubState

PIECE = 50
LINES = 20
ON_THE_LIST = [*SUB_WITH_DEPARTMENT, SubState.SUPPLEMENT_REQUESTED]


@dataclass(frozen=True, slots=True)
class Line:
    item: str
    number: str
    sub: UUID


@dataclass(frozen=True, slots=True)
class Part:
    """A heading of the mail with its first lines; `count` is of all."""

    title: str
    count: int
    tasks: tuple[Line, ...]

    @property
    def more(self) -> int:
        return self.count - len(self.tasks)


def write_digests() -> int:
    """ON_SWEEP: go on with the mails of today."""
    return daily.go_on("digest", _piece)


def _piece(cursor: str, today: date) -> str | None:
    posts = DeskPost.objects.filter(wants_digest=True, email__isnull=False, account__is_active=True).order_by("pk")
    if cursor:
        posts = posts.filter(pk__gt=cursor)
    found = list(posts.exclude(away_from__lte=today, away_until__gte=today).select_related("account")[:PIECE])
    for post in found:
        rounds.one("desk.digests.write_digests", post.pk, partial(_write, post, today))
    return str(found[-1].pk) if len(found) == PIECE else None


def _write(post: DeskPost, today: date) -> None:
    """The mail of one person; nothing where nothing lies on the worklist."""
    account: Any = post.account
    mine = _tasks_of(post, account.department, today)
    total = mine.count()
    if not total or not account.department:
        return
    new, due, overdue, waiting = _parts(mine, today)
    words = {
        "department": department_short(account.department),
        "day": f"{today.month}月{today.day}日",
        "total": total,
        "new": new,
        "today": due,
        "overdue": overdue,
        "waiting": waiting,
        "parts": (overdue, due, new, waiting),
    }
    subject = f"{words['department']}今天：在办 {total} 件，超期 {overdue.count} 件"
    staff_mail.write([account.pk], StaffMail.Kind.DIGEST, f"digest:{today.isoformat()}", subject, words)


def _tasks_of(post: DeskPost, department: str, today: date) -> QuerySet[SubApplication]:
    tasks = SubApplication.objects.filter(connect="manual", department=department, state__in=ON_THE_LIST)
    if post.is_head:
        return tasks
    held = Q(assigned_to__in=[post.account_id, *covered_by(post.account_id, today)])
    return tasks.filter(held | Q(assigned_to=None))


def _parts(mine: QuerySet[SubApplication], today: date) -> tuple[Part, Part, Part, Part]:
    stopped = Exists(Pause.objects.filter(sub=OuterRef("pk"), ended_at=None, in_clock=False))
    waits = Q(state=SubState.SUPPLEMENT_REQUESTED) | Q(stopped)
    running = mine.exclude(waits)
    return (
        _part("新到", mine.filter(dispatched_at__gte=_last_opening(today))),
        _part("今天到期", running.filter(due_on=today)),
        _part("已超期", running.filter(due_on__lt=today)),
        _part("停表等待", mine.filter(waits)),
    )


def _part(title: str, tasks: QuerySet[SubApplication]) -> Part:
    first = tasks.order_by("due_on", "pk").values_list("pk", "number", "item_id", "case__bundle_version_id")[:LINES]
    lines = [Line(queries.version(version).spec.item(item).zh, number, pk) for pk, number, item, version in first]
    return Part(title, tasks.count() if len(lines) == LINES else len(lines), tuple(lines))


def _last_opening(today: date) -> datetime:
    """When the working day before this one began: what came since is new."""
    calendar, day = calendar_of(settings.REGION_CODE), today - timedelta(days=1)
    while not calendar.is_working_day(day):
        day -= timedelta(days=1)
    return timezone.make_aware(datetime.combine(day, OPENS_AT))
