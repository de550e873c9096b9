"""Accepting (受理): from here the limits of an item count."""

from __future__ import annotations

from django.utils import timezone

from cases import notices
from cases.actions.deadlines import limits
from cases.actions.deciding import documents
from cases.actions.engine.events import record
from cases.models import Case, SubApplication
from cases.ports import Actor
from cases.states import SubState

BEFORE_ACCEPTANCE = frozenset({SubState.DISPATCHED, SubState.RECEIVED})


def accept(case: Case, subs: list[SubApplication], sub: SubApplication, *, by: Actor) -> None:
    """Accepted, once, in writing: the limits count from here; after a supplement they run on.

    行政许可法 第三十二条第一款第五项, 第二款.
    """
    if sub.state not in BEFORE_ACCEPTANCE:
        return
    now = timezone.now()
    is_first = sub.accepted_at is None
    sub.accept(at=sub.accepted_at or now)
    sub.save(update_fields=["state", "received_at", "accepted_at"])
    _count_for_the_case(case, sub)
    limits.recompute(case, subs, by=by)
    record(case, "item.accepted", by=by, sub=sub, due_on=str(sub.due_on))
    if is_first:
        documents.issue(case, "acceptance", sub=sub, by=by)
        notices.item_accepted(case, sub)


def count_as_accepted(case: Case, sub: SubApplication) -> None:
    """A department that decides at once has also received and accepted."""
    now = timezone.now()
    sub.received_at, sub.accepted_at = sub.received_at or now, sub.accepted_at or now
    _count_for_the_case(case, sub)


def _count_for_the_case(case: Case, sub: SubApplication) -> None:
    if case.accepted_at is None:
        case.accepted_at = sub.accepted_at
        case.save(update_fields=["accepted_at"])
