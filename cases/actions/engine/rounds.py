"""Rounds of the sweep: every row by itself, every round by itself. What fails rests and is told of; the rest goes on.

A fault of ours in one case (a definition nobody foresaw, a value that cannot be read) must never stop the clocks of
all others. So a row that raises is logged, kept (`RoundFault`), put before a person, and looked at again later and
later; rows that are well take its place meanwhile. It is forgotten, and its attention closed, once it succeeds.

A row that ends the whole process cannot be logged by it. A sweep therefore says when it begins and when it is over;
after one that was never over, the next ones announce each row before they touch it, so that it is known by its row.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

import structlog
from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from cases.actions.desk import attention
from cases.actions.engine.locking import lock_case
from cases.models import Attention, Case, Heartbeat, RoundFault

log = structlog.get_logger(__name__)

BATCH = 50
FIRST_REST, LONGEST_REST = timedelta(minutes=1), timedelta(hours=1)
KEPT = timedelta(days=7)
DIED = "Died"  # the error of a row that ended its process
SWEEPING = "sweeping"
_came_to: dict[str, Any] = {}  # where the last turn of a round that goes round by keys ended, in this process
_is_careful = False
_went_well: set[str] = set()  # rounds that succeeded in this process when they were last tried


def each(
    name: str, due: QuerySet[Any], act: Callable[..., object], *columns: str, case: str = "case_id", limit: int = BATCH
) -> int:
    """Act on the rows that are due, each by itself; returns how many steps that were.

    `due` is ordered; `act` is called with the key of a row and its `columns`, opens transactions of its own, and may
    answer how many steps it did (nothing said is one). `case` is the column that names the case which a person is
    told about: "pk" where the row is the case, "" where there is none. Raises only where the database is gone.
    """
    wanted = ("pk", *columns, *([case] if case not in ("", "pk", *columns) else []))
    found = list(due.values_list(*wanted)[:limit])
    if not found:
        return 0
    failed = _failed(name)
    if left_out := _at_rest(failed):
        found = list(due.exclude(pk__in=left_out).values_list(*wanted)[:limit])
    done = 0
    for row in found:
        about = row[wanted.index(case)] if case else None
        done += _alone(name, str(row[0]), partial(act, *row[: 1 + len(columns)]), about, failed) or 0
    return done


def each_in_turn(
    name: str, due: QuerySet[Any], act: Callable[..., object], *columns: str, case: str = "case_id", limit: int = BATCH
) -> int:
    """`each` for rows that may stay as they are: goes round by their keys, so that those in front hide nobody."""
    ordered = due.order_by("pk")
    ahead = ordered.filter(pk__gt=_came_to[name]) if name in _came_to else ordered
    keys = list(ahead.values_list("pk", flat=True)[:limit])
    if len(keys) < limit:
        _came_to.pop(name, None)
    else:
        _came_to[name] = keys[-1]
    return each(name, ordered.filter(pk__in=keys), act, *columns, case=case, limit=limit) if keys else 0


def one(name: str, row: object, act: Callable[[], object], *, about: UUID | None = None) -> int:
    """A single piece by itself, named by `row`; its steps, 0 where it failed."""
    return _alone(name, str(row), act, about, _failed(name, [str(row)])) or 0


def whole(name: str, act: Callable[[], int]) -> int:
    """A round that stops no other one, whatever it raises; 0 where it failed. Health names what goes on failing."""
    done = _alone(name, "", act, None, () if name in _went_well else {""})
    if done is None:
        _went_well.discard(name)
    else:
        _went_well.add(name)
    return done or 0


def failing(name: str) -> list[str]:
    """All rows of a round that failed last time, at rest or not: for rounds that otherwise take many together."""
    return [row for row in _failed(name) if row]


def failed_before(name: str) -> list[str]:
    """Rows of a round that failed and have rested: for rounds that would not come past them again by themselves."""
    failed = _failed(name)
    left_out = _at_rest(failed)
    return [row for row in failed if row and row not in left_out][:BATCH]


def resting(name: str) -> Collection[str]:
    """Rows of a round that are not to be touched now: for rounds that take their rows from another table."""
    return _at_rest(_failed(name))


@contextmanager
def to_its_end() -> Iterator[None]:
    """Around one sweep, of which there is one at a time: whether it came to its end decides how careful the next is."""
    global _is_careful
    _row, is_first = Heartbeat.objects.get_or_create(name=SWEEPING, defaults={"at": timezone.now()})
    _is_careful = not is_first
    if _is_careful:
        log.error("round.careful")
        _tell_of_deaths()
    try:
        yield
    finally:
        _is_careful = False
        Heartbeat.objects.filter(name=SWEEPING).delete()


def _tell_of_deaths() -> None:
    for fault in RoundFault.objects.filter(error=DIED):
        if fault.case_id is not None:
            _tell(fault.round, fault.row, fault.case_id)


def forget_old() -> int:
    """TIDY_UP: rows that were due no more before they could succeed; whatever is due is tried every hour."""
    return RoundFault.objects.filter(rests_until__lt=timezone.now() - KEPT).delete()[0]


def _alone(name: str, row: str, act: Callable[[], object], about: UUID | None, failed: Collection[str]) -> int | None:
    """Keep a fault to its row: its steps, None where it failed. `failed`: rows that may have failed the last time."""
    is_announced = _is_careful or (row != "" and row in failed)
    if is_announced:
        _rest_longer(name, row, about, DIED)
    try:
        said = act()
    except (OperationalError, InterfaceError) as error:
        if not connection.is_usable():
            raise
        # Held by somebody for long, or chosen to end a deadlock: time mends it.
        log.warning("round.postponed", round=name, row=row, error=type(error).__name__)
        RoundFault.objects.filter(round=name, row=row, error=DIED).update(error=type(error).__name__)
        return None
    except Exception as error:
        log.exception("round.failed", round=name, row=row, case=str(about or ""), error=type(error).__name__)
        _keep(name, row, about, type(error).__name__, is_announced=is_announced)
        return None
    if is_announced or row in failed:
        _forget(name, row, about)
    return int(said) if isinstance(said, int) else 1


def _at_rest(failed: Mapping[str, datetime]) -> set[str]:
    now = timezone.now()
    return {row for row, until in failed.items() if row and until > now}


def _failed(name: str, rows: Iterable[str] | None = None) -> Mapping[str, datetime]:
    """Rows of a round that failed last time, and until when they rest."""
    found = RoundFault.objects.filter(round=name)
    return dict((found if rows is None else found.filter(row__in=rows)).values_list("row", "rests_until"))


def _keep(name: str, row: str, about: UUID | None, error: str, *, is_announced: bool) -> None:
    """The rest first, then the person: of a case that cannot even be read nobody can be told but by health."""
    try:
        if is_announced:
            RoundFault.objects.filter(round=name, row=row).update(error=error)
        else:
            _rest_longer(name, row, about, error)
    except DatabaseError as busy:  # not kept this time; it will fail again
        log.warning("round.not_kept", round=name, row=row, error=type(busy).__name__)
    if about is not None:
        _tell(name, row, about)


def _tell(name: str, row: str, about: UUID) -> None:
    try:
        with transaction.atomic():
            attention.raise_attention(lock_case(about), Attention.Reason.FAULT, detail=_said(name))
    except Exception as error:
        log.warning("round.nobody_told", round=name, row=row, error=type(error).__name__)


@transaction.atomic
def _rest_longer(name: str, row: str, about: UUID | None, error: str) -> None:
    now = timezone.now()
    case_id = about if about is not None and Case.objects.filter(pk=about).exists() else None
    rows = RoundFault.objects.select_for_update()
    fault, is_new = rows.get_or_create(
        round=name,
        row=row,
        defaults={"case_id": case_id, "error": error, "first_at": now, "rests_until": now + FIRST_REST},
    )
    if not is_new:
        rest = min(FIRST_REST * 2 ** min(fault.tries, 10), LONGEST_REST)
        rows.filter(pk=fault.pk).update(tries=F("tries") + 1, error=error, rests_until=now + rest)


@transaction.atomic
def _forget(name: str, row: str, about: UUID | None) -> None:
    """It has succeeded: nothing rests any more, and what a person was told of is closed by the fact."""
    if not RoundFault.objects.filter(round=name, row=row).delete()[0]:
        return
    raised = Attention.objects.filter(case=about, sub=None, reason=Attention.Reason.FAULT, closed_at=None)
    if about is not None and raised.filter(detail=_said(name)).exists():
        attention.close(lock_case(about), Attention.Reason.FAULT, sub=None)


def _said(name: str) -> str:
    return f"定时处理失败：{name}"
