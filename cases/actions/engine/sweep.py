"""The sweep: finds what no nudge announced and what time has moved. It could run the whole product alone."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from functools import partial
from threading import Event
from time import monotonic
from uuid import UUID

import structlog
from django.conf import settings
from django.db import close_old_connections, connection, connections, transaction
from django.utils import timezone

from cases.actions.applying import handing_in
from cases.actions.deadlines import pauses
from cases.actions.delivery import dispatch
from cases.actions.desk import attention
from cases.actions.engine import due, holding, occasions, progress, rounds
from cases.actions.engine.locking import lock_case, lock_subs
from cases.models import Attention, Case, SubApplication
from cases.states import CASE_OPEN, SUB_FINAL, SUB_WITH_DEPARTMENT, CaseState

log = structlog.get_logger(__name__)

BATCH = 50
PUMPS_FOR_S = 5.0  # the nudges carry a rush; what else the sweep has to do does not wait for its end
SWEEP_LOCK = 7_310_001  # one sweep at a time in the whole installation
WHOLE_EVERY_S = 60.0
_whole_from = 0.0  # when this process sweeps everything again, by its own clock
_at_work: frozenset[str] = frozenset()  # rounds that did something the last time: there may be more of it


def sweep(only: Collection[str] | None = None) -> int:
    """One round of everything, or of the rounds that are named: carry, ask the silent, look again, all else."""
    global _at_work
    done = {path: rounds.whole(path, act) for path, act in _rounds().items() if only is None or path in only}
    _at_work = frozenset(path for path, steps in done.items() if steps)
    if _at_work:
        log.info("sweep.done", steps=sum(done.values()))
    return sum(done.values())


def _rounds() -> dict[str, Callable[[], int]]:
    carry = partial(dispatch.pump, PUMPS_FOR_S)
    own: dict[str, Callable[[], int]] = {due.PUMP: carry, due.ASK: ask_the_silent, due.LOOK: look_again}
    return {**own, **occasions.on_pump(), **occasions.on_sweep()}


def keep_sweeping(stop: Event) -> None:
    """Sweep every few seconds until told to stop: the product runs on even where no broker and no beat does."""
    while not stop.wait(settings.SWEEP_INTERVAL_S):
        try:
            close_old_connections()
            sweep_alone()
        except Exception as error:
            log.exception("sweep.failed", error=type(error).__name__)
            connections.close_all()
    connections.close_all()


def sweep_alone() -> int:
    """What is due, once a minute everything; nothing while another process is sweeping. An idle one is a statement."""
    global _whole_from
    is_whole = monotonic() >= _whole_from
    only = None if is_whole else due.rounds_due() | _at_work
    if only is not None and not only:
        return 0
    with _alone_in_the_installation() as is_mine:
        if not is_mine:
            return 0
        with rounds.to_its_end():
            done = sweep(None if only is None or due.EVERYTHING in only else only)
    if is_whole:
        _whole_from = monotonic() + WHOLE_EVERY_S
    return done


@contextmanager
def _alone_in_the_installation() -> Iterator[bool]:
    """Whether nobody else sweeps; until the end nobody else does."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [SWEEP_LOCK])
        is_mine = bool(cursor.fetchone()[0])
        try:
            yield is_mine
        finally:
            if is_mine:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [SWEEP_LOCK])


def ask_the_silent() -> int:
    """Ask departments that have not decided by their next query time; past the limit a person is told."""
    now = timezone.now()
    silent = SubApplication.objects.filter(state__in=SUB_WITH_DEPARTMENT, next_at__lte=now).exclude(connect="manual")
    found = list(silent.order_by("next_at")[:BATCH])
    for sub in found:
        SubApplication.objects.filter(pk=sub.pk).update(next_at=progress.next_query(sub, now))
    dispatch.ask_about(found)
    _tell_of_overdue(found)
    return len(found)


def _tell_of_overdue(asked: list[SubApplication]) -> None:
    today = timezone.localdate()
    overdue = [sub.case_id for sub in asked if sub.due_on and sub.due_on < today]
    for case_id in dict.fromkeys(overdue):
        rounds.one("engine.sweep.tell_of_overdue", case_id, partial(_tell_of_late, case_id), about=case_id)


@transaction.atomic
def _tell_of_late(case_id: UUID) -> None:
    case = lock_case(case_id)
    for sub in lock_subs(case):
        if sub.state in SUB_WITH_DEPARTMENT and _is_late(sub):
            attention.raise_attention(case, Attention.Reason.SILENT, sub=sub)


def look_again() -> int:
    """Advance open cases whose time to look has come, and push on everything of theirs that has no own clock."""
    now = timezone.now()
    open_cases = Case.objects.filter(state__in=CASE_OPEN, next_at__lte=now).order_by("next_at")
    done = rounds.each(due.LOOK, open_cases, _look_at, case="pk", limit=BATCH)
    subs = (
        SubApplication.objects.filter(next_at__lte=now).exclude(case__in=rounds.resting(due.LOOK)).order_by("next_at")
    )
    waiting = subs.exclude(state__in=SUB_FINAL | due.OWN_CLOCK)
    manual = subs.filter(state__in=SUB_WITH_DEPARTMENT, connect="manual")
    for found in (waiting, manual):
        cases = Case.objects.filter(pk__in=set(found.values_list("case_id", flat=True)[:BATCH])).order_by("pk")
        done += rounds.each(due.LOOK, cases, _look_at, case="pk", limit=BATCH)
    return done


def _look_at(case_id: UUID) -> None:
    if handing_in.look_at_waiting(case_id).state == CaseState.AWAITING_PARTIES:
        return
    now = timezone.now()
    with transaction.atomic():
        case = lock_case(case_id)
        subs = lock_subs(case)
        for sub in subs:
            if _is_ours(sub) and sub.next_at and sub.next_at <= now:
                _overdue_task(case, sub)
                sub.next_at = now + progress.RECHECK
                sub.save(update_fields=["next_at"])
        holding.release(case, subs)
        progress.advance(case, subs)
        if not subs:
            case.next_at = now + progress.RECHECK
            case.save(update_fields=["next_at"])


def _is_ours(sub: SubApplication) -> bool:
    on_a_worklist = sub.connect == "manual" and sub.state in SUB_WITH_DEPARTMENT
    return on_a_worklist or sub.state not in SUB_FINAL | due.OWN_CLOCK


def _overdue_task(case: Case, sub: SubApplication) -> None:
    if sub.connect == "manual" and sub.state in SUB_WITH_DEPARTMENT and _is_late(sub):
        attention.raise_attention(case, Attention.Reason.SILENT, sub=sub)


def _is_late(sub: SubApplication) -> bool:
    """Past its day while the clock ran; one that stands still is nobody's delay."""
    return sub.due_on is not None and sub.due_on < timezone.localdate() and not pauses.is_stopped(sub)
