"""What needs a person: the open attentions of a department, or of the whole portal's cases for the window."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from bundles import queries
from cases.models import Attention
from cases.queries.people import StaffPerson

MOST = 200


@dataclass(frozen=True, slots=True)
class OpenAttention:
    """Reason, since when, whose, and the next step in plain words. `sub_id` where one item is meant."""

    id: UUID
    case_id: UUID
    sub_id: UUID | None
    number: str
    item_title: str
    bundle_title: str
    dept_code: str
    dept_short: str
    reason: str
    next_step: str
    detail: str
    since: datetime


def open_attentions(account: StaffPerson, *, of_nobody_too: bool = False) -> tuple[OpenAttention, ...]:
    """Those whose owner is the department, the oldest first; `of_nobody_too` adds what belongs to no department."""
    mine = Q(owner=account.department or "-")
    if of_nobody_too:
        mine |= Q(owner="")
    found = Attention.objects.filter(mine, closed_at=None).select_related("case", "sub").order_by("since")
    return tuple(_open(one) for one in found.defer("case__answers", "sub__trace", "sub__reasons")[:MOST])


def _open(one: Attention) -> OpenAttention:
    spec, registry = queries.version(one.case.bundle_version_id).spec, queries.registry()
    department = registry.departments.get(one.owner)
    return OpenAttention(
        id=one.pk,
        case_id=one.case_id,
        sub_id=one.sub_id,
        number=one.sub.number if one.sub else one.case.number or "",
        item_title=spec.item(one.sub.item_id).zh if one.sub else "",
        bundle_title=spec.zh,
        dept_code=one.owner,
        dept_short=department.short if department else "",
        reason=str(Attention.Reason(one.reason).label),
        next_step=one.next_step,
        detail=one.detail,
        since=one.since,
    )
