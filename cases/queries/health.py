"""Whether anything waits for nobody, and the totals of the home page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef
from django.utils import timezone

from cases.models import Attention, Case, Delivery, SubApplication, Supplement
from cases.states import CASE_OPEN, SUB_FINAL, CaseState, DeliveryState, SubState

WAITING_NOTICES = (Supplement.State.COLLECTING, Supplement.State.OPEN)
GRACE = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class SilentRow:
    """A row that is not final, whose time to be looked at has passed, and that nobody was told about."""

    kind: str
    id: str
    state: str
    next_at: datetime | None


def silent_rows(limit: int = 100) -> tuple[SilentRow, ...]:
    """Must be empty: a health check, an alarm and a test."""
    before = timezone.now() - GRACE
    told = Attention.objects.filter(closed_at=None)
    cases = Case.objects.filter(state__in=[*CASE_OPEN], next_at__lt=before)
    cases = cases.exclude(Exists(told.filter(case=OuterRef("pk"))))
    subs = SubApplication.objects.exclude(state__in=[*SUB_FINAL]).filter(next_at__lt=before)
    subs = subs.exclude(Exists(told.filter(sub=OuterRef("pk"))))
    due = Delivery.objects.filter(state=DeliveryState.DUE, next_at__lt=before)
    due = due.exclude(Exists(told.filter(sub=OuterRef("sub_id"))))
    asked = Supplement.objects.filter(state__in=WAITING_NOTICES, next_at__lt=before)
    return (
        *(SilentRow("supplement", str(pk), state, at) for pk, state, at in _named(asked, limit)),
        *(SilentRow("case", str(pk), state, at) for pk, state, at in _named(cases, limit)),
        *(SilentRow("sub_application", str(pk), state, at) for pk, state, at in _named(subs, limit)),
        *(SilentRow("delivery", str(pk), state, at) for pk, state, at in _named(due, limit)),
    )


def _named(rows, limit: int):  # type: ignore[no-untyped-def]
    return rows.order_by("next_at").values_list("pk", "state", "next_at")[:limit]


@dataclass(frozen=True, slots=True)
class Totals:
    """Totals of the home page, from real data: cases filed and concluded, items done, items done today."""

    cases_filed: int
    cases_concluded: int
    items_done: int
    items_done_today: int


def home_totals() -> Totals:
    midnight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    done = SubApplication.objects.filter(state=SubState.APPROVED)
    return Totals(
        cases_filed=Case.objects.exclude(submitted_at=None).count(),
        cases_concluded=Case.objects.filter(state=CaseState.CONCLUDED).count(),
        items_done=done.count(),
        items_done_today=done.filter(closed_at__gte=midnight).count(),
    )
