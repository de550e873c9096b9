"""Nothing is silently stuck: every open row has its time, and whose time has passed somebody was told.

One line a table: which of its rows are open, and whose attention speaks for them. Other apps add their own tables with
`watch`. A test walks all models and fails on one with a `next_at` that stands nowhere here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.apps import apps
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from cases.models import Attention, Circuit, Delivery, Maintenance
from cases.models.charge import ORDER_OPEN
from cases.states import CASE_OPEN, SUB_FINAL, DeliveryState, SubState

GRACE = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class SilentRow:
    """A row that is not final, whose time to be looked at has passed, and that nobody was told about."""

    kind: str
    id: str
    state: str
    next_at: datetime | None


@dataclass(frozen=True, slots=True)
class Watched:
    """A table with a clock. `case`, `sub`: the column that names whose open attention speaks for a row; "" for none.

    `when` is the column that says when somebody looks next; `late` is how long after it a row is still nobody's fault.
    """

    label: str
    open: Q
    case: str = ""
    sub: str = ""
    when: str = "next_at"
    state: str = "state"
    late: timedelta = GRACE


_WATCHED: dict[str, Watched] = {}


def watch(*tables: Watched) -> None:
    """Add tables to the watch; a later word on the same table and column replaces the earlier."""
    for one in tables:
        _WATCHED[f"{one.label}.{one.when}"] = one


def watched() -> tuple[Watched, ...]:
    return tuple(_WATCHED.values())


def silent_rows(limit: int = 100) -> tuple[SilentRow, ...]:
    """Must be empty: a health check, an alarm and a test. The longest silent of each table first, `limit` a table."""
    before = timezone.now()
    found = [row for one in watched() for row in _silent(one, before, limit)]
    return (*found, *_dead_letters(limit))


def lines_at_rest() -> tuple[str, ...]:
    """Departments to whom nothing is carried now: their line is open-circuited, or they asked for silence."""
    now = timezone.now()
    resting = Circuit.objects.filter(line="applications").filter(Q(opened_at__isnull=False) | Q(quiet_until__gt=now))
    announced = Maintenance.objects.filter(starts_at__lte=now, ends_at__gt=now, lifted_at=None)
    return tuple({*resting.values_list("department", flat=True), *announced.values_list("department", flat=True)})


def late_rows(one: Watched, now: datetime) -> QuerySet[Any]:
    """The rows of a table whose time has passed and that no open attention speaks for."""
    rows = apps.get_model(one.label)._default_manager.filter(one.open, **{f"{one.when}__lt": _moment(one, now)})
    if one.label == "cases.Delivery":
        rows = rows.exclude(department__in=lines_at_rest())
    for key, column in (("case", one.case), ("sub", one.sub)):
        if column:
            rows = rows.exclude(Exists(Attention.objects.filter(closed_at=None, **{key: OuterRef(column)})))
    return rows


def _moment(one: Watched, now: datetime) -> Any:
    """The moment before which a row is late; for a column that holds a day, the day."""
    field = apps.get_model(one.label)._meta.get_field(one.when)
    moment = now - one.late
    return moment if field.get_internal_type() == "DateTimeField" else timezone.localdate(moment)


def _silent(one: Watched, now: datetime, limit: int) -> Iterator[SilentRow]:
    kind = apps.get_model(one.label)._meta.model_name or one.label
    columns = ["pk", one.when, *([one.state] if one.state else [])]
    for row in late_rows(one, now).order_by(one.when).values_list(*columns)[:limit]:
        at = row[1] if isinstance(row[1], datetime) else None
        yield SilentRow(KINDS.get(kind, kind), str(row[0]), str(row[2]) if one.state else "", at)


def _dead_letters(limit: int) -> Iterator[SilentRow]:
    """Items that wait for an answer to what their department refused, and of which nobody was told."""
    told = Attention.objects.filter(closed_at=None, sub=OuterRef("sub_id"))
    newer = Delivery.objects.filter(sub=OuterRef("sub_id"), round__gt=OuterRef("round"))
    refused = Delivery.objects.filter(state=DeliveryState.REFUSED, purpose=Delivery.Purpose.FILE)
    refused = refused.filter(sub__state=SubState.DISPATCHED).exclude(Exists(told)).exclude(Exists(newer))
    for pk, at in refused.order_by("closed_at").values_list("pk", "closed_at")[:limit]:
        yield SilentRow("dead_letter", str(pk), str(DeliveryState.REFUSED), at)


# What a row is called in the list, where that is not the name of its table.
KINDS = {"subapplication": "sub_application"}
DAY = timedelta(days=1)

watch(
    Watched("cases.Supplement", Q(state__in=["collecting", "open"])),
    Watched("cases.Case", Q(state__in=sorted(CASE_OPEN)), case="pk"),
    Watched("cases.SubApplication", ~Q(state__in=sorted(SUB_FINAL)), sub="pk"),
    Watched("cases.Delivery", Q(state=DeliveryState.DUE), sub="sub_id"),
    Watched("cases.Arrival", Q(), sub="sub_id", state="status"),
    Watched("cases.Attention", Q(closed_at=None), state="reason"),
    Watched("cases.RecurringEntitlement", ~Q(state="stopped"), sub="sub_id"),
    Watched("cases.Charge", Q(state__in=["pricing", "due"]), case="case_id"),
    Watched("cases.PaymentOrder", Q(state__in=ORDER_OPEN), case="case_id"),
    Watched("cases.Refund", Q(state="due"), case="order__case_id"),
    Watched("cases.OwedPaper", Q(state="owed"), case="case_id"),
    Watched("cases.Roster", Q(state__in=["confirming", "running"]), case="case_id"),
    Watched("cases.LicenceErrand", Q(state="due"), sub="result__sub_id"),
    Watched("cases.CommitmentCheck", Q(state="due"), sub="sub_id"),
    Watched("cases.Search", Q(finished_at=None), state="kind"),
    Watched("cases.Candidate", Q(state__in=["waiting", "asked"])),
    Watched("cases.DataDispute", Q(state="open"), case="case_id"),
    Watched("cases.Watch", Q(state="open"), case="case_id"),
    Watched("cases.PointsSheet", Q(next_at__isnull=False), case="case_id", state=""),
    Watched("cases.Visit", Q(state="booked", sub__isnull=False), sub="sub_id", when="ends_at", late=2 * DAY),
    Watched("cases.RatingRepair", ~Q(state="answered")),
    Watched("cases.StuckCase", ~Q(state="closed")),
    Watched("cases.StaffMail", Q(state="due")),
    Watched("cases.Notification", Q(state="due"), late=timedelta(minutes=5)),
    Watched("cases.Inquiry", Q(state="open"), case="case_id"),
    Watched("cases.LatePrefill", Q(), state=""),
    Watched("cases.Consultation", Q(state="open"), sub="sub_id", when="due_on", late=2 * DAY),
)
