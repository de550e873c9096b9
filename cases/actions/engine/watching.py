"""Items that join a case by themselves once something outside is true (触发): watched for, reminded of, ended in time.

A bundle says so with `trigger: {event: a path into a register, within, remind}`. “No record yet” is no reason for
anything but looking again.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from bundles import forms, queries
from bundles.rules import UNKNOWN
from bundles.spec import Duration, Item
from cases import clock, notices
from cases.actions.engine import adding, progress, rounds
from cases.actions.engine.events import record
from cases.actions.engine.locking import lock_case, lock_subs
from cases.actions.registers import facts
from cases.models import Case, SubApplication, Watch
from cases.ports import SYSTEM
from cases.queries.context import context_of
from cases.states import CaseState

LOOK_EVERY = timedelta(days=1)
BATCH = 50
OVER = frozenset({CaseState.WITHDRAWN, CaseState.LAPSED})


def begin(case: Case, subs: list[SubApplication]) -> None:
    """Watch for the items of a filed case that may join it later (AFTER_FILING)."""
    filed = {sub.item_id for sub in subs}
    now = timezone.now()
    for item in queries.version(case.bundle_version_id).spec.items:
        if item.trigger is not None and item.id not in filed:
            Watch.objects.get_or_create(
                case=case, item_id=item.id, defaults={"until": _end(now, item.trigger.within), "next_at": now}
            )


def _end(start: datetime, within: Duration | None) -> datetime:
    """The moment the watch ends: a year where nothing is said."""
    if within is None:
        return start + timedelta(days=365)
    if within.unit in ("second", "minute", "hour"):
        return start + timedelta(**{f"{within.unit}s": within.n})
    local = timezone.localtime(start)
    months = int(within.n) * (12 if within.unit == "year" else 1)
    day = (
        clock.add_months(local.date(), months)
        if within.unit in ("month", "year")
        else local.date() + timedelta(days=int(within.n))
    )
    return local.replace(year=day.year, month=day.month, day=day.day)


def look_round() -> int:
    """Look at every watch whose time has come; what is true lets its item join (ON_SWEEP)."""
    due = Watch.objects.filter(state=Watch.State.OPEN, next_at__lte=timezone.now()).order_by("next_at")
    return rounds.each("engine.watching.look_round", due, _look_at, "case_id", "item_id", limit=BATCH)


def _look_at(watch_id: UUID, case_id: UUID, item_id: str) -> None:
    """Ask the register, then act in one transaction. A death in between is made good at the next look."""
    case = Case.objects.select_related("applicant").get(pk=case_id)
    item = queries.version(case.bundle_version_id).spec.item(item_id)
    is_true = case.state not in OVER and _has_come_true(case, item)
    with transaction.atomic():
        case = lock_case(case_id)
        watch = Watch.objects.select_for_update().get(pk=watch_id)
        if watch.state == Watch.State.OPEN:
            _settle(case, watch, item, is_true=is_true)


def _has_come_true(case: Case, item: Item) -> bool:
    if item.trigger is None:
        return False
    context = context_of(case)
    rows = _rows(context, item)
    lookups = [forms.lookup_for(context, item.trigger.event, row) for row in rows]
    facts.ask(case, [one for one in lookups if one is not None], purpose=item.zh)
    scope = forms.scope(context_of(case))
    said = [(scope.in_row(row) if row else scope).fact(item.trigger.event) for row in rows]
    return any(value is not None and value is not UNKNOWN and bool(value) for value in said)


def _rows(context: forms.Context, item: Item) -> list[forms.Row | None]:
    group = item.instances.group if item.instances else None
    count = len(forms.rows_of(context.answers, group)) if group else 0
    return [forms.Row(group, n) for n in range(count)] if group and count else [None]


def _settle(case: Case, watch: Watch, item: Item, *, is_true: bool) -> None:
    now = timezone.now()
    if is_true:
        watch.state, watch.next_at = Watch.State.MET, None
        _join(case, item)
    elif now >= watch.until or case.state in OVER:
        watch.state, watch.next_at = Watch.State.LAPSED, None
        record(case, "watch.lapsed", by=SYSTEM, item=item.id)
    else:
        watch.next_at = min(now + LOOK_EVERY, watch.until)
        _remind(case, watch, item, now)
    watch.save(update_fields=["state", "next_at", "reminded"])


def _join(case: Case, item: Item) -> None:
    subs = lock_subs(case)
    if case.state == CaseState.CONCLUDED:
        case.take_up_again(next_at=timezone.now() + progress.RECHECK)
        case.save(update_fields=["state", "outcome", "closed_at", "next_at"])
    record(case, "watch.met", by=SYSTEM, item=item.id)
    adding.add_item(case, subs, item.id)
    progress.advance(case, subs)


def _remind(case: Case, watch: Watch, item: Item, now: datetime) -> None:
    """So many days before the end, once each."""
    left = (watch.until - now).days
    due = [days for days in (item.trigger.remind if item.trigger else ()) if left <= days not in watch.reminded]
    if due:
        watch.reminded = [*watch.reminded, *due]
        notices.watch_ends(case, item.zh, timezone.localdate(watch.until))
