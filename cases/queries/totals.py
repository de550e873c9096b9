"""Totals of the home page, from real cases, both ways of counting: a case (一件事) is one, its items are many.

While there are few cases the page counts them itself, every minute at most; once that would take long they are counted
beside the pages (`HomeTally`), and the page says as of when.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.core.cache import cache
from django.db import connection
from django.db.models import Count, Q
from django.utils import timezone

from cases.models import Case, HomeTally, Material, SubApplication
from cases.states import CaseState, SubState

KEY, KEPT_S = "home_totals", 60
USED_WITHIN = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Totals:
    """`month_…`: since the first of this month. Shares in per cent, None where there is nothing to have a share of.

    `month_median_h`: half of the cases concluded this month took no longer, in hours. `month_on_time`: items decided
    by their promised day. `month_spared`: papers that nobody had to hand in. `by_bundle`: cases filed in 90 days.
    """

    cases_filed: int = 0
    cases_concluded: int = 0
    items_done: int = 0
    items_done_today: int = 0
    month_cases: int = 0
    month_items: int = 0
    month_on_time: float | None = None
    month_median_h: float | None = None
    month_spared: float | None = None
    by_bundle: Mapping[str, int] = field(default_factory=dict)
    counted_at: datetime | None = None


def home_totals() -> Totals:
    """As of the last minute, or as counted beside the pages."""
    known: Totals | None = cache.get(KEY)
    if known is None:
        tally = HomeTally.objects.first()
        known = Totals(**tally.counts, counted_at=tally.counted_at) if tally else count_totals()
        cache.set(KEY, known, KEPT_S)
    return known


def count_totals() -> Totals:
    """Count everything anew."""
    now = timezone.localtime()
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    month = midnight.replace(day=1)
    return Totals(
        **_cases(month),
        **_items(midnight, month),
        month_spared=_spared(month),
        by_bundle=_by_bundle(now - USED_WITHIN),
        counted_at=now,
    )


def _cases(month: datetime) -> dict[str, Any]:
    table = connection.ops.quote_name(Case._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(submitted_at), count(*) FILTER (WHERE state = %(done)s), "
            "count(*) FILTER (WHERE state = %(done)s AND closed_at >= %(month)s), "
            "percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM closed_at - submitted_at)) "
            f"FILTER (WHERE state = %(done)s AND closed_at >= %(month)s) FROM {table}",
            {"done": CaseState.CONCLUDED, "month": month},
        )
        filed, concluded, lately, median_s = cursor.fetchone()
    hours = None if median_s is None else float(median_s) / 3600
    return {"cases_filed": filed, "cases_concluded": concluded, "month_cases": lately, "month_median_h": hours}


def _items(midnight: datetime, month: datetime) -> dict[str, Any]:
    done = Q(state=SubState.APPROVED)
    decided = Q(state__in=(SubState.APPROVED, SubState.REJECTED), closed_at__gte=month, due_on__isnull=False)
    table = SubApplication._meta.db_table
    late = f"{connection.ops.quote_name(table)}.closed_at::date > due_on"
    found = SubApplication.objects.aggregate(
        items_done=Count("pk", filter=done),
        items_done_today=Count("pk", filter=done & Q(closed_at__gte=midnight)),
        month_items=Count("pk", filter=done & Q(closed_at__gte=month)),
        promised=Count("pk", filter=decided),
    )
    promised = found.pop("promised")
    overdue = SubApplication.objects.filter(decided).extra(where=[late]).count() if promised else 0
    return {**found, "month_on_time": _share(promised - overdue, promised)}


def _spared(month: datetime) -> float | None:
    """Papers that a licence or the platform stood in for, of all papers of cases of this month."""
    rows = Material.objects.filter(created_at__gte=month)
    spared = Q(source__in=(Material.Source.LICENCE, Material.Source.GENERATED))
    found = rows.aggregate(every=Count("pk"), spared=Count("pk", filter=spared))
    return _share(found["spared"], found["every"])


def _by_bundle(since: datetime) -> dict[str, int]:
    rows = Case.objects.filter(submitted_at__gte=since).order_by().values_list("bundle_code").annotate(Count("pk"))
    return dict(rows)


def _share(part: int, whole: int) -> float | None:
    return round(100 * part / whole, 1) if whole else None
