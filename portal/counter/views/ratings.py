"""Ratings at the desk: bad ones to call back about, those called a mistake to judge, figures of a period."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from cases.access import record_access
from cases.actions.dialogue import rating
from cases.errors import CaseError
from cases.queries.ratings import RepairView, figures, finding_choices, repairs_for, way_choices
from portal.accounts.access import attention_desk
from portal.accounts.models import Role
from portal.counter.worker import worker

DAYS = 30


@attention_desk
@never_cache
@require_GET
def ratings(request: HttpRequest) -> HttpResponse:
    """What waits, then the figures; reading whose rating it is leaves a trace."""
    account = worker(request)
    rows = repairs_for(account)
    for case_id in dict.fromkeys(one.case_id for one in rows if one.case_id):
        record_access(case_id, by=account.actor, what=_("差评和联系方式"), purpose=_("差评回访"))
    since, until = _period(request)
    by = "bundle_code" if request.GET.get("by") == "bundle" else "department"
    context = {
        "section": "ratings",
        "open": [one for one in rows if one.state == "open"],
        "contested": [one for one in rows if one.state == "contested"],
        "figures": figures(account, since, until, by=by),
        "since": since,
        "until": until,
        "by": by,
        "findings": finding_choices(),
        "ways": way_choices(),
        "may_judge": account.role == Role.SUPERVISOR,
        "may_answer": account.role == Role.STAFF,
    }
    return render(request, "counter/ratings.html", context)


def _period(request: HttpRequest) -> tuple[date, date]:
    today = timezone.localdate()
    return _day(request.GET.get("since"), today - timedelta(days=DAYS)), _day(request.GET.get("until"), today)


def _day(typed: str | None, otherwise: date) -> date:
    try:
        return min(date.fromisoformat(typed or ""), otherwise + timedelta(days=366))
    except ValueError:
        return otherwise


@attention_desk
@require_POST
def answer(request: HttpRequest, repair_id: UUID) -> HttpResponse:
    """What the call-back came to; the person reads it and may rate again."""
    _one(request, repair_id, Role.STAFF)
    finding, text, way = (request.POST.get(name, "") for name in ("finding", "text", "way"))
    return _done(request, lambda by: rating.answer(repair_id, finding, text, way=way, by=by), _("已答复，本人会看到"))


@attention_desk
@require_POST
def judge(request: HttpRequest, repair_id: UUID) -> HttpResponse:
    """A mistake, or the department calls back all the same: supervision's word alone."""
    _one(request, repair_id, Role.SUPERVISOR)
    is_mistake = request.POST.get("act") == "mistake"
    return _done(request, lambda by: rating.judge(repair_id, is_mistake=is_mistake, by=by), _("复核结论已登记"))


def _one(request: HttpRequest, repair_id: UUID, role: str) -> RepairView:
    """One that waits at this desk. Raises Http404 for any other, and for whom the act is not."""
    found = repairs_for(worker(request), repair_id) if worker(request).role == role else ()
    if not found:
        raise Http404
    return found[0]


def _done(request: HttpRequest, act: Any, said: str) -> HttpResponse:
    try:
        act(worker(request).actor)
    except CaseError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, said)
    return redirect("counter:ratings")
