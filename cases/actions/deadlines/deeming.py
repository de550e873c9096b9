"""Deemed acceptance (视同受理): a department that says nothing for five working days has accepted.

行政许可法 第三十二条第一款第四项: 逾期不告知的，自收到申请材料之日起即为受理. The day of acceptance is backdated, and
the limits count from it.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import partial
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from cases import clock, notices
from cases.actions.deadlines import limits
from cases.actions.desk import attention
from cases.actions.engine import progress, rounds
from cases.actions.engine.events import record
from cases.actions.engine.locking import lock_case, lock_subs
from cases.models import Attention, Case, Delivery, Pause, SubApplication
from cases.ports import SYSTEM
from cases.queries import reckoning
from cases.states import DeliveryState, SubState

BATCH = 50
SILENT = [SubState.DISPATCHED, SubState.RECEIVED]


def accept_the_silent() -> int:
    """Accept what was received and not spoken of in time; how many were."""
    today = timezone.localdate()
    shortest = timezone.now() - timedelta(days=clock.ONE_TIME_NOTICE_DAYS)
    waiting = _silent().filter(dispatched_at__lt=shortest)
    regions = waiting.order_by().values_list("case__region", flat=True).distinct()
    return sum(_accept_in(region, today) for region in regions)


def _silent() -> QuerySet[SubApplication]:
    """Received by the department, never accepted, never asked about; what the wire still owes was not received."""
    of_sub = Delivery.objects.filter(sub=OuterRef("pk"))
    stopped = Pause.objects.filter(sub=OuterRef("pk"), in_clock=False, ended_at=None)
    subs = SubApplication.objects.filter(state__in=SILENT, accepted_at=None).exclude(Exists(stopped))
    arrived = Exists(of_sub.filter(state=DeliveryState.DONE)) & ~Exists(of_sub.filter(state=DeliveryState.DUE))
    return subs.filter(connect="manual") | subs.exclude(connect="manual").filter(arrived)


def _accept_in(region: str, today: date) -> int:
    last = _last_day_over(reckoning.calendar_of(region), today)
    before = timezone.make_aware(datetime.combine(last + timedelta(days=1), time.min))
    due = _silent().filter(case__region=region, dispatched_at__lt=before)
    name = f"deadlines.deeming.accept_the_silent:{region}"
    return rounds.each_in_turn(name, due, partial(_accept, today), "case_id", limit=BATCH)


def _last_day_over(calendar: clock.WorkingCalendar, today: date) -> date:
    """The last day on which something may have come in whose five working days are over."""
    day = today
    while clock.notice_deadline(day, calendar) >= today:
        day -= timedelta(days=1)
    return day


def _accept(today: date, sub_id: UUID, case_id: UUID) -> bool:
    with transaction.atomic():
        case = lock_case(case_id)
        subs = lock_subs(case)
        sub = next(one for one in subs if one.pk == sub_id)
        since = _since(sub)
        if since is None or _deadline(case, sub, since) >= today:
            return False
        _deem_accepted(case, sub, since)
        limits.recompute(case, subs)
        progress.advance(case, subs)
        return True


def _since(sub: SubApplication) -> datetime | None:
    """When it, or the answer to the last question, lay with the department: on its worklist, or in its system."""
    if sub.state not in SILENT or sub.accepted_at is not None or sub.dispatched_at is None:
        return None
    brought = Delivery.objects.filter(sub=sub, state=DeliveryState.DONE).exclude(purpose=Delivery.Purpose.WITHDRAW)
    arrived = brought.order_by("-created_at").values_list("closed_at", flat=True).first()
    return max(sub.dispatched_at, arrived or sub.dispatched_at)


def _deadline(case: Case, sub: SubApplication, since: datetime) -> date:
    """The fifth working day; days on which the applicant or a party was waited for do not count."""
    ledger = reckoning.ledgers_of(case, timezone.now()).get(sub.pk, reckoning.Ledger())
    calendar = limits.calendar_of(case)
    return clock.due(timezone.localtime(since), clock.ONE_TIME_NOTICE, calendar, ledger.pauses).on


def _deem_accepted(case: Case, sub: SubApplication, since: datetime) -> None:
    sub.accept(at=since)
    sub.next_at = timezone.now() + progress.RECHECK
    sub.save(update_fields=["state", "received_at", "accepted_at", "next_at"])
    if case.accepted_at is None or since < case.accepted_at:
        case.accepted_at = since
        case.save(update_fields=["accepted_at"])
    record(case, "item.deemed_accepted", by=SYSTEM, sub=sub, since=timezone.localdate(since).isoformat())
    attention.raise_attention(case, Attention.Reason.SILENT, sub=sub, detail="deemed_accepted")
    notices.item_deemed_accepted(case, sub, timezone.localdate(since))
