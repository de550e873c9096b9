"""Long worklists are counted beside the pages, every half minute: no page waits for a count."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, time, timedelta
from typing import Any

from django.db.models import BooleanField, Count, Exists, ExpressionWrapper, OuterRef, Q
from django.db.models.functions import TruncDate
from django.utils import timezone

from cases.models import DeskTally, Pause, SubApplication
from cases.queries.tally import ON_THE_LIST
from cases.queries.task_clock import Clocks
from cases.queries.worklist import LONG_LIST

EVERY = timedelta(seconds=30)


def count_long_lists() -> int:
    """ON_SWEEP: count each list that is too long for its page; forget the tally of one that no longer is."""
    now = timezone.now()
    if DeskTally.objects.filter(counted_at__gt=now - EVERY).exists():
        return 0
    tasks = SubApplication.objects.filter(connect="manual", state__in=ON_THE_LIST).order_by()
    sizes = tasks.values("department").annotate(size=Count("pk")).filter(size__gt=LONG_LIST)
    departments = [row["department"] for row in sizes]
    for department in departments:
        DeskTally.objects.update_or_create(
            department=department, defaults={"counts": _counted(tasks.filter(department=department)), "counted_at": now}
        )
    DeskTally.objects.exclude(department__in=departments).delete()
    return len(departments)


def _counted(tasks: Any) -> dict[str, Any]:
    """Tasks that look alike to the rules are counted together by the database; their colour is judged once."""
    free_ones = ExpressionWrapper(Q(assigned_to=None), output_field=BooleanField())
    stopped = Exists(Pause.objects.filter(sub=OuterRef("pk"), ended_at=None, in_clock=False))
    alike = tasks.annotate(
        accepted_on=TruncDate("accepted_at"), sent_on=TruncDate("dispatched_at"), is_stopped=stopped, is_free=free_ones
    ).values_list(
        "item_id", "case__bundle_code", "case__bundle_version_id", "state", "due_on", "statutory_due_on",
        "accepted_on", "sent_on", "case__region", "is_stopped", "is_free",
    ).annotate(size=Count("pk"))  # fmt: skip
    clocks, colours, items = Clocks(), Counter[str](), Counter[tuple[str, str, str]]()
    free = 0
    for item, code, version, state, due, law, accepted, sent, region, is_stopped, is_free, size in alike:
        clock = clocks.of(state, due, law, _noon(accepted), _noon(sent), region, stopped=is_stopped)
        colours[clock.colour] += size
        items[f"{code}.{item}", str(version), item] += size
        free += size if is_free else 0
    return {
        "total": sum(colours.values()),
        "free": free,
        "by_colour": dict(colours),
        "items": _by_key(items),
    }


def _by_key(items: Counter[tuple[str, str, str]]) -> list[list[Any]]:
    """One line an item, whichever version of its bundle the tasks come from."""
    found: dict[str, list[Any]] = {}
    for (key, version, item), size in items.most_common():
        line = found.setdefault(key, [key, version, item, 0])
        line[3] += size
    return sorted(found.values(), key=lambda line: -line[3])


def _noon(day: Any) -> datetime | None:
    return timezone.make_aware(datetime.combine(day, time(12))) if day else None
