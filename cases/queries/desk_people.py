"""Colleagues at a desk: who works there, who is away, who stands in for whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.contrib.auth import get_user_model
from django.utils import timezone

from cases.models import DeskPost
from cases.queries.people import StaffPerson


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody of the same department; `away_until` where they are away today, and who stands in."""

    id: UUID
    name: str
    is_head: bool
    away_until: date | None
    substitute: str


@dataclass(frozen=True, slots=True)
class Post:
    """The own post, as its holder sees it."""

    email: str
    is_head: bool
    wants_digest: bool
    substitute_id: UUID | None
    away_from: date | None
    away_until: date | None
    is_away: bool


def covered_by(account_id: UUID, day: date | None = None) -> frozenset[UUID]:
    """For whom somebody stands in on a day, today where none is named."""
    today = day or timezone.localdate()
    away = DeskPost.objects.filter(substitute_id=account_id, away_from__lte=today, away_until__gte=today)
    return frozenset(away.values_list("account_id", flat=True))


def post_of(account: StaffPerson) -> Post:
    post = DeskPost.objects.filter(account_id=account.pk).first() or DeskPost(account_id=account.pk)
    return Post(
        email=post.email or "",
        is_head=post.is_head,
        wants_digest=post.wants_digest,
        substitute_id=post.substitute_id,
        away_from=post.away_from,
        away_until=post.away_until,
        is_away=_is_away(post, timezone.localdate()),
    )


def colleagues_of(account: StaffPerson) -> tuple[Colleague, ...]:
    """Everybody else of the department. Two queries."""
    accounts = get_user_model()._default_manager.filter(role="staff", department=account.department, is_active=True)
    people = {one.pk: one for one in accounts.order_by("username")}
    posts = {post.account_id: post for post in DeskPost.objects.filter(account__in=list(people))}
    today = timezone.localdate()
    found = []
    for pk, one in people.items():
        post = posts.get(pk, DeskPost(account_id=pk))
        stands_in = people.get(post.substitute_id) if post.substitute_id else None
        if pk != account.pk:
            away = post.away_until if _is_away(post, today) else None
            name = stands_in.get_short_name() if stands_in and away else ""
            found.append(Colleague(pk, one.get_short_name(), post.is_head, away, name))
    return tuple(found)


def _is_away(post: DeskPost, today: date) -> bool:
    return bool(post.away_from and post.away_until and post.away_from <= today <= post.away_until)
