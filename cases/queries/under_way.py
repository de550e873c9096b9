"""A case as those see it who drive time on: what is with whom, until when, and which moment matters next."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.utils import timezone

from cases.models import Attention, Case, Delivery, HeldAnswer, SubApplication
from cases.states import DeliveryState


@dataclass(frozen=True, slots=True)
class UnderWay:
    """One sub-application. `connect`: manual, api-sync or api-callback; `choice` as the applicant was asked.

    `held_by`: the closed gate before it is sent, or why an approval that has come waits.
    """

    sub_id: UUID
    item_id: str
    instance: str
    department: str
    connect: str
    state: str
    choice: str
    held_by: str
    version: int
    due_on: date | None
    released_at: datetime | None
    accepted_at: datetime | None
    closed_at: datetime | None
    next_at: datetime | None
    reasons: tuple[str, ...]


def items_under_way(case: Case) -> tuple[UnderWay, ...]:
    """Every sub-application of a case, in the order of the case."""
    held = dict(HeldAnswer.objects.filter(sub__case=case, released_at=None).values_list("sub_id", "reason"))
    subs = SubApplication.objects.filter(case=case).order_by("seq")
    return tuple(_of(sub, held.get(sub.pk, "")) for sub in subs)


def next_try(case: Case) -> datetime | None:
    """When the next promise to a department is carried, None where none is open."""
    due = Delivery.objects.filter(sub__case=case, state=DeliveryState.DUE)
    return min(_known(due.values_list("next_at", flat=True)), default=None)


def next_look(case: Case) -> datetime | None:
    """The next moment at which something looks at the case or one of its items again."""
    now = timezone.now()
    found: list[datetime | None] = [Case.objects.values_list("next_at", flat=True).get(pk=case.pk)]
    found += SubApplication.objects.filter(case=case).values_list("next_at", flat=True)
    return min((at for at in _known(found) if at > now), default=None)


def _known(moments: Iterable[datetime | None]) -> Iterable[datetime]:
    return (at for at in moments if at is not None)


def _of(sub: SubApplication, held: str) -> UnderWay:
    return UnderWay(
        sub_id=sub.pk,
        item_id=sub.item_id,
        instance=sub.instance_key,
        department=sub.department,
        connect=sub.connect,
        state=sub.state,
        choice=sub.choice,
        held_by=sub.held_by or held,
        version=sub.version,
        due_on=sub.due_on,
        released_at=sub.released_at,
        accepted_at=sub.accepted_at,
        closed_at=sub.closed_at,
        next_at=sub.next_at,
        reasons=tuple(str(reason.get("text", "")) for reason in sub.reasons or ()),
    )


def open_concerns(case: Case) -> tuple[tuple[str, str], ...]:
    """Reason and detail of every attention that is open."""
    return tuple(Attention.objects.filter(case=case, closed_at=None).values_list("reason", "detail"))
