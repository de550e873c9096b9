"""Fees that a person of the department decides about: relief asked for, amounts that could not be worked out."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from cases.access import record_access
from cases.actions.fees import relief
from cases.errors import CaseError
from cases.queries.charges import ToDecide, charges_to_decide
from portal.accounts.access import staff_only
from portal.counter.worker import worker


@staff_only
@never_cache
@require_GET
def charges(request: HttpRequest) -> HttpResponse:
    """What waits for a decision, the oldest first; reading a reason leaves a trace."""
    found = _mine(request)
    for one in found:
        if one.reason:
            record_access(one.case_id, by=worker(request).actor, what=_("减免理由"), purpose=_("审核费用减免"))
    return render(request, "counter/charges.html", {"section": "charges", "rows": found})


@staff_only
@never_cache
@require_POST
def decide(request: HttpRequest, charge_id: UUID) -> HttpResponse:
    """Grant or refuse relief, or state an amount."""
    charge = next((one for one in _mine(request) if one.id == charge_id), None)
    if charge is None:
        raise Http404
    try:
        _act(request, charge)
    except CaseError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("已记下，申请人会看到"))
    return redirect("counter:charges")


def _act(request: HttpRequest, charge: ToDecide) -> None:
    act, by = request.POST.get("act", ""), worker(request).actor
    if charge.is_relief and act in ("grant", "refuse"):
        relief.decide_relief(charge.id, act == "grant", by=by)
    elif act == "amount" and not charge.is_relief:
        relief.state_amount(charge.id, _amount(request.POST.get("amount", "")), by=by)
    else:
        raise Http404


def _amount(text: str) -> Decimal:
    try:
        return Decimal(text.strip())
    except InvalidOperation:
        return Decimal(-1)


def _mine(request: HttpRequest) -> tuple[ToDecide, ...]:
    lang = "en" if (get_language() or "").startswith("en") else "zh"
    return charges_to_decide(worker(request).department, lang)
