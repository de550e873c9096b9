"""What needs a person: the list of the desk with its counts, and the dead letters that can be replayed at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from bundles import queries
from cases.models import Attention
from cases.queries.attention_rules import RETRIABLE
from cases.queries.people import StaffPerson
from cases.queries.wording import STATE_WORDS, named

MOST = 200


@dataclass(frozen=True, slots=True)
class OpenAttention:
    """Reason, since when, whose, and the next step in plain words. `sub_id` where one item is meant.

    `level`: 0 the owner's, 1 the leading department watches, 2 supervision too. `held_by` is the account that took it.
    """

    id: UUID
    case_id: UUID
    sub_id: UUID | None
    number: str
    item_title: str
    bundle_title: str
    dept_code: str
    dept_short: str
    reason: str
    reason_code: str
    next_step: str
    detail: str
    since: datetime
    level: int
    held_by: UUID | None
    snoozed_until: datetime | None


@dataclass(frozen=True, slots=True)
class Chosen:
    """How the list is narrowed; what is empty narrows nothing. `held`: mine, free, snoozed."""

    reason: str = ""
    department: str = ""
    held: str = ""
    since: date | None = None


@dataclass(frozen=True, slots=True)
class AttentionList:
    """The oldest first, at most `MOST`; counts are of everything somebody may see, put-off ones apart."""

    rows: tuple[OpenAttention, ...]
    total: int
    open: int
    mine: int
    snoozed: int
    reasons: Mapping[str, int]
    departments: Mapping[str, int]


def attention_list(seen: QuerySet[Attention], account: StaffPerson, chosen: Chosen) -> AttentionList:
    """The open ones among those somebody may see (`access.attentions_for`), narrowed; four queries."""
    found = seen.filter(closed_at=None)
    awake = Q(snoozed_until=None)
    counts = found.order_by().aggregate(
        open=Count("pk", filter=awake),
        mine=Count("pk", filter=awake & Q(assigned_to=account.pk)),
        snoozed=Count("pk", filter=~awake),
    )
    narrowed = narrow(found, account, chosen)
    rows = narrowed.order_by("since", "pk").defer("case__answers", "sub__trace", "sub__reasons")[:MOST]
    by_reason = found.filter(awake).order_by().values_list("reason").annotate(Count("pk"))
    by_owner = found.filter(awake).order_by().values_list("owner").annotate(Count("pk"))
    return AttentionList(
        rows=tuple(opened(one) for one in rows),
        total=narrowed.count(),
        reasons=dict(by_reason),
        departments=dict(by_owner),
        **counts,
    )


def narrow(found: QuerySet[Attention], account: StaffPerson, chosen: Chosen) -> QuerySet[Attention]:
    """The attentions that were chosen; who put one off does not see it before its time unless asked for."""
    if chosen.reason:
        found = found.filter(reason=chosen.reason)
    if chosen.department:
        found = found.filter(owner=chosen.department)
    if chosen.since:
        found = found.filter(since__gte=timezone.make_aware(datetime.combine(chosen.since, time.min)))
    if chosen.held == "mine":
        found = found.filter(assigned_to=account.pk)
    elif chosen.held == "free":
        found = found.filter(assigned_to=None)
    return found.filter(snoozed_until__isnull=chosen.held != "snoozed")


def replayable(
    seen: QuerySet[Attention], account: StaffPerson, chosen: Chosen, limit: int, *, after: UUID | None = None
) -> Sequence[UUID]:
    """The chosen ones that may be sent again at once, the oldest first, from behind the one that was tried last."""
    found = narrow(seen.filter(closed_at=None, reason__in=RETRIABLE), account, chosen)
    last = seen.filter(pk=after).values_list("since", "pk").first() if after else None
    if last:
        found = found.filter(Q(since__gt=last[0]) | Q(since=last[0], pk__gt=last[1]))
    return list(found.order_by("since", "pk").values_list("pk", flat=True)[:limit])


def opened(one: Attention) -> OpenAttention:
    """An attention in the words of the desk."""
    spec, registry = queries.version(one.case.bundle_version_id).spec, queries.registry()
    department = registry.departments.get(one.owner)
    return OpenAttention(
        id=one.pk,
        case_id=one.case_id,
        sub_id=one.sub_id,
        number=one.sub.number if one.sub else one.case.number or "",
        item_title=named(spec.item(one.sub.item_id)) if one.sub else "",
        bundle_title=named(spec),
        dept_code=one.owner,
        dept_short=department.short if department else "",
        reason=str(Attention.Reason(one.reason).label),
        reason_code=one.reason,
        next_step=one.next_step,
        detail=_detail_words(one),
        since=one.since,
        level=one.level,
        held_by=one.assigned_to_id,
        snoozed_until=one.snoozed_until,
    )


def _detail_words(one: Attention) -> str:
    """The detail as people read it: of two answers that differ, what was decided and what came after."""
    words = one.detail.split("/") if one.reason == Attention.Reason.CONTRADICTION else []
    if len(words) == 2 and all(word in STATE_WORDS for word in words):
        return _("先“%(first)s”，后“%(then)s”") % {"first": STATE_WORDS[words[0]], "then": STATE_WORDS[words[1]]}
    return one.detail
