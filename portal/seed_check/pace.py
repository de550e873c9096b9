"""When departments decide: a machine at once, people on the last day they have promised."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from django.utils import timezone

from bundles.spec import BundleSpec, Item
from cases.queries.under_way import UnderWay

HELD_S = 10_000_000.0  # a step of the mock departments that waits to be woken
BY_THE_CLOCK = {"second": "seconds", "minute": "minutes", "hour": "hours"}
LATEST = time(16, 30)
WORKING_HOURS = 8
DECIDED = frozenset({"approved", "rejected", "not_accepted", "withdrawn", "cancelled", "lapsed"})
WITH_DEPARTMENT = frozenset({"dispatched", "received", "accepted", "special_procedure"})


def is_for_people(item: Item) -> bool:
    """Whether somebody at the department looks at it; a machine decides the others by rule."""
    return item.decision.kind != "auto"


def takes_time(item: Item) -> bool:
    """Whether people take the time they have promised: half a working day or more, or some hours."""
    return is_for_people(item) and item.committed.n > 0 and item.committed.unit not in ("second", "minute")


def decides_at(sub: UnderWay, spec: BundleSpec) -> datetime | None:
    """When the department will have decided; None where nothing is with it, or a machine decides at once."""
    item = spec.item(sub.item_id)
    if sub.state not in WITH_DEPARTMENT or not (takes_time(item) or sub.connect == "manual"):
        return None
    began = sub.accepted_at or sub.released_at or timezone.now()
    if item.committed.unit in BY_THE_CLOCK:
        return began + timedelta(**{BY_THE_CLOCK[item.committed.unit]: item.committed.n})
    if sub.due_on is None or item.committed.n == 0:
        return began
    if item.committed.unit == "workday" and item.committed.n < 1:
        return began + timedelta(hours=WORKING_HOURS * item.committed.n)
    return timezone.make_aware(datetime.combine(sub.due_on, LATEST))
