"""Whether the engine is well, in figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Count, F, Min, OuterRef, Subquery
from django.utils import timezone

from cases.models import Arrival, Attention, Case, Delivery, Event, Heartbeat, Outage, RoundFault
from cases.queries.silence import lines_at_rest, silent_rows
from cases.states import CASE_OPEN, DeliveryState

# How long a sign of life may be away, in seconds, before somebody has to look.
DUE_LATE_S, SWEEP_LATE_S, NUDGE_LATE_S = 90, 60, 120
# How long a line may be broken before somebody calls the department.
OUTAGE_LONG_S = 3600
FAULT_TRIED_WITHIN = timedelta(hours=1)
RECENT_EVENTS = 50


@dataclass(frozen=True, slots=True)
class Health:
    """Figures without ids or names; `alarms` names what has to be looked at, empty while all is well.

    Ages in seconds, None where there is nothing to be of an age. `arrivals` are callbacks still to be applied.
    `resting` counts lines to departments that carry nothing now; what waits for those is told apart from what is
    late. `outages` are lines that broke and are probed: each is listed on the attention desk, once for all that
    waits. `failing_rounds` counts what rounds of the sweep failed at by a fault of ours and still try; each stands in
    the administration, and on the attention desk where it belongs to a case. `audit_events` is the length of the event
    log, to be kept elsewhere: a shorter one later is a cut tail.
    """

    due_deliveries: int
    oldest_due_s: int
    arrivals: int
    oldest_arrival_s: int
    silent_rows: int
    sweep_age_s: int | None
    nudge_age_s: int | None
    resting: int
    outages: int
    oldest_outage_s: int
    failing_rounds: int
    attentions: Mapping[str, int]
    audit_events: int
    audit_head: str
    audit_age_s: int | None
    alarms: tuple[str, ...]


def health_now() -> Health:
    """Look at everything once; a handful of small queries, each on an index of what is open."""
    now = timezone.now()
    due = Delivery.objects.filter(state=DeliveryState.DUE, next_at__lte=now)
    resting = lines_at_rest()
    oldest = due.exclude(department__in=resting).order_by("next_at").values_list("next_at", flat=True).first()
    beats = dict(Heartbeat.objects.values_list("name", "at"))
    sweep_s = _age(beats.get("sweep"), now)
    nudge_s = _age(beats.get("nudge") or beats.get("rung"), now)
    last = Event.objects.order_by("-pk").values_list("pk", "hash", "at").first()
    broken = Outage.objects.filter(ended_at=None).aggregate(count=Count("pk"), oldest=Min("began_at"))
    figures = {
        "due_deliveries": due.count(),
        "oldest_due_s": _age(oldest, now) or 0,
        **_arrivals(now),
        "silent_rows": len(silent_rows()),
        "sweep_age_s": sweep_s,
        "nudge_age_s": nudge_s,
        "outages": broken["count"],
        "oldest_outage_s": _age(broken["oldest"], now) or 0,
        # What is still due is tried at least once an hour.
        "failing_rounds": RoundFault.objects.filter(rests_until__gt=now - 2 * FAULT_TRIED_WITHIN).count(),
    }
    return Health(
        **figures,
        resting=len(resting),
        attentions=_open_attentions(),
        audit_events=last[0] if last else 0,
        audit_head=last[1][:16] if last else "",
        audit_age_s=_age(last[2], now) if last else None,
        alarms=tuple(_alarms(figures)),
    )


def _arrivals(now: datetime) -> dict[str, int]:
    """Callbacks that are stored and not applied yet; one that was set apart has its attention and its day."""
    found = Arrival.objects.filter(next_at__lte=now).aggregate(count=Count("pk"), oldest=Min("received_at"))
    return {"arrivals": found["count"], "oldest_arrival_s": _age(found["oldest"], now) or 0}


def _alarms(figures: Mapping[str, int | None]) -> Iterator[str]:
    is_raised = {
        "silent_rows": bool(figures["silent_rows"]),
        "due_late": (figures["oldest_due_s"] or 0) > DUE_LATE_S,
        "arrivals_late": (figures["oldest_arrival_s"] or 0) > DUE_LATE_S,
        "sweep_late": _is_late(figures["sweep_age_s"], SWEEP_LATE_S),
        "nudge_late": settings.NUDGE_THROUGH_BROKER and (figures["nudge_age_s"] or 0) > NUDGE_LATE_S,
        "outage_long": (figures["oldest_outage_s"] or 0) > OUTAGE_LONG_S,
        "rounds_failing": bool(figures["failing_rounds"]),
        "audit_broken": not _history_is_whole(),
    }
    return (name for name, is_so in is_raised.items() if is_so)


def _is_late(age_s: int | None, limit_s: int) -> bool:
    """A sweep that was never seen is late once there is something to sweep."""
    if age_s is None:
        return Case.objects.filter(state__in=CASE_OPEN, next_at__lt=timezone.now()).exists()
    return age_s > limit_s


def _open_attentions() -> dict[str, int]:
    found = Attention.objects.filter(closed_at=None).order_by().values_list("reason").annotate(Count("pk"))
    return dict(found)


def _history_is_whole() -> bool:
    """Whether the cases that moved last still end with the event that their head names (D20); one snapshot."""
    recent = Event.objects.order_by("-pk").values_list("case_id", flat=True)[:RECENT_EVENTS]
    tail = Event.objects.filter(case=OuterRef("pk")).order_by("-seq").values("hash")[:1]
    cases = Case.objects.filter(pk__in=set(recent)).annotate(tail=Subquery(tail))
    return not cases.exclude(last_hash=F("tail")).exists()


def _age(moment: datetime | None, now: datetime) -> int | None:
    return max(0, int((now - moment).total_seconds())) if moment else None
