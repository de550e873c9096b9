"""Answers that come after the page: slow registers are asked on in the background, and fill in when they answer.

A page waits two seconds. Whoever has not answered by then is asked again with more patience: at once by a thread of
this process, and by the sweep of any worker should this process end. After half an hour it is given up; the person
fills in by hand meanwhile, and what is typed stays.
"""

from __future__ import annotations

import random
from datetime import timedelta
from functools import partial
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from cases.actions.engine import rounds
from cases.actions.engine.background import Background
from cases.actions.registers.facts import Key
from cases.models import Case, LatePrefill, Lookup

BUDGETS_S = (4.0, 8.0, 15.0)  # of the first try, the second, and all after
LEASE = timedelta(seconds=45)
LASTS = timedelta(minutes=30)
OVERDUE = timedelta(seconds=10)
SLOWEST_S = 120
BATCH = 8
# Silences that patience cures. A switched-off system or a refusal is not asked again until the person comes back.
PASSING = frozenset({"slow", "down", "failed", "garbled", "circuit", "quota"})


def under_way(case: Case) -> frozenset[Key]:
    """The questions that the background is putting for this case: a page does not wait for them again.

    Where nobody has come round for a while, the page asks for itself.
    """
    now = timezone.now()
    if not LatePrefill.objects.filter(case=case, until__gt=now, next_at__gt=now - OVERDUE).exists():
        return frozenset()
    return frozenset(_silent(case).values_list("kind", "code", "digest"))


def is_awaited(case: Case) -> bool:
    """Whether answers may still come by themselves."""
    return LatePrefill.objects.filter(case=case, until__gt=timezone.now()).exists()


def _silent(case: Case) -> QuerySet[Lookup]:
    return Lookup.objects.filter(case=case, outcome=Lookup.Outcome.UNAVAILABLE, reason__in=PASSING)


@transaction.atomic
def note(case: Case, *, is_complete: bool) -> None:
    """After a round of asking: go on in the background while somebody was silent or the time ran out, else stop."""
    now = timezone.now()
    row = LatePrefill.objects.select_for_update().filter(case=case).first()
    if is_complete and not _silent(case).exists():
        if row is not None:
            row.delete()
    elif row is None:
        LatePrefill.objects.get_or_create(case=case, defaults={"since": now, "until": now + LASTS, "next_at": now})
        transaction.on_commit(wake)
    elif now >= row.until:
        row.delete()
    elif row.tries:
        row.next_at = now + _pause(row.tries)
        row.save(update_fields=["next_at"])


def _pause(tries: int) -> timedelta:
    """Doubling from two seconds with jitter, so that many drafts do not come back at once."""
    return timedelta(seconds=min(SLOWEST_S, 2.0**tries) * random.uniform(0.5, 1.0))


def carry_on() -> int:
    """Ask on for the drafts whose time has come; how many were looked at. Slow: not for the sweep's own thread."""
    due = _claim()
    for case_id, tries in due:
        rounds.one("registers.late.carry_on", case_id, partial(_carry, case_id, tries))
    return len(due)


def _claim() -> list[tuple[UUID, int]]:
    """Take due drafts for as long as asking can take; another process sees them again should this one end."""
    now = timezone.now()
    with transaction.atomic():
        rows = list(
            LatePrefill.objects.select_for_update(skip_locked=True).filter(next_at__lte=now).order_by("next_at")[:BATCH]
        )
        for row in rows:
            row.tries, row.next_at = row.tries + 1, now + LEASE
            row.save(update_fields=["tries", "next_at"])
    return [(row.pk, row.tries) for row in rows]


def _carry(case_id: UUID, tries: int) -> None:
    from cases.actions.applying import drafting

    budget_s = BUDGETS_S[min(tries, len(BUDGETS_S)) - 1]
    case = drafting.prefill(case_id, budget_s=budget_s, leave_out=_nothing, silent_after_s=0)
    if not drafting.is_filled_in(case):
        LatePrefill.objects.filter(pk=case_id).delete()


def _nothing(case: Case) -> frozenset[Key]:
    return frozenset()


# ---- the thread ---------------------------------------------------------------------------------------------


_helper = Background("late-prefill", carry_on)


def wake() -> None:
    """Let the thread look what is due. Where the engine is run by hand, so is this."""
    if settings.NUDGE_THROUGH_BROKER:
        _helper.wake()


def look_round() -> int:
    """ON_SWEEP: wake the thread where something is due; never waits for a register."""
    due = LatePrefill.objects.filter(next_at__lte=timezone.now()).count()
    if due:
        wake()
    return 0
