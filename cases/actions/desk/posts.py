"""Posts (岗位): who works at a department, who heads it, who stands in for somebody who is away (代班)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.errors import NotReady
from cases.models import DeskPost
from cases.ports import Actor

STAFF, SUPERVISOR = "staff", "supervisor"


def people_of(department: str) -> list[UUID]:
    """Everybody who works at a department and may sign in."""
    found = get_user_model()._default_manager.filter(role=STAFF, department=department, is_active=True)
    return list(found.order_by("username").values_list("pk", flat=True))


def heads_of(department: str) -> list[UUID]:
    """Who heads a department; everybody of it where nobody is named."""
    named = DeskPost.objects.filter(is_head=True, account__department=department, account__is_active=True)
    return list(named.values_list("account_id", flat=True)) or people_of(department)


def supervisors() -> list[UUID]:
    """Those who watch over all departments (监督人员)."""
    found = get_user_model()._default_manager.filter(role=SUPERVISOR, is_active=True)
    return list(found.order_by("username").values_list("pk", flat=True))


def present(people: Iterable[UUID], day: date | None = None) -> list[UUID]:
    """The same people, with whoever stands in for somebody who is away that day in their place."""
    today, wanted = day or timezone.localdate(), list(people)
    away = dict(
        DeskPost.objects.filter(
            account_id__in=wanted, away_from__lte=today, away_until__gte=today, substitute__is_active=True
        ).values_list("account_id", "substitute_id")
    )
    return list(dict.fromkeys(away.get(one) or one for one in wanted))


@transaction.atomic
def go_away(*, by: Actor, since: date, until: date, substitute: UUID | None) -> DeskPost:
    """Be away from a day to another; a colleague of the same department stands in. Raises NotReady."""
    faults = []
    if until < since:
        faults.append(("away_until", "止日不能早于起日"))
    if until < timezone.localdate():
        faults.append(("away_until", "这段时间已经过去"))
    if substitute is not None and (str(substitute) == by.id or substitute not in people_of(by.department)):
        faults.append(("substitute", "请选择本部门的同事"))
    if faults:
        raise NotReady(faults[0][1], tuple(faults))
    post = _post_of(UUID(by.id))
    post.away_from, post.away_until, post.substitute_id = since, until, substitute
    post.save(update_fields=["away_from", "away_until", "substitute"])
    return post


@transaction.atomic
def come_back(*, by: Actor) -> DeskPost:
    """Be there again: nobody stands in any more."""
    post = _post_of(UUID(by.id))
    post.away_from = post.away_until = post.substitute_id = None
    post.save(update_fields=["away_from", "away_until", "substitute"])
    return post


@transaction.atomic
def reach_at(email: str, *, by: Actor, wants_digest: bool) -> DeskPost:
    """Where the daily e-mail goes, if it is wanted. Raises NotReady for what is no address."""
    if email and ("@" not in email[1:-1] or any(sign in email for sign in " \r\n,;<>")):
        raise NotReady(_("邮箱地址不对，例如 name@example.gov.cn"), (("email", _("请填写邮箱地址")),))
    post = _post_of(UUID(by.id))
    post.email, post.wants_digest = email or None, wants_digest
    post.save(update_fields=["email", "wants_digest"])
    return post


def _post_of(account_id: UUID) -> DeskPost:
    post, _is_new = DeskPost.objects.select_for_update().get_or_create(account_id=account_id)
    return post
