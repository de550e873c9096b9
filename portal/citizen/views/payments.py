"""Fees: what is to be paid, one payment for all of it, back from the channel, asking for relief."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cases.actions.fees import payments, prepaying
from cases.actions.fees.relief import ask_relief
from cases.queries.charges import ChargeView, pay_page
from portal.accounts.access import applicants_only
from portal.citizen.language import lang
from portal.citizen.own import OwnRequest, own_case, says_why
from portal.citizen.shown.charges import lines, settled


@applicants_only
@never_cache
@require_http_methods(["GET", "POST"])
@says_why
def pay(request: OwnRequest, case_id: UUID) -> HttpResponse:
    """Every fee of the case; pressing the button opens one order for all that is due."""
    own = own_case(request, case_id)
    if request.method == "POST":
        payments.begin(own.pk, by=request.user.actor)
        return redirect("citizen:pay", case_id=case_id)
    if own.submitted_at is None:
        prepaying.prepare(own.pk)
    page = pay_page(own, lang())
    context = {
        "section": "cases",
        "case": own,
        "page": page,
        "due": lines([one for one in page.charges if one.is_due]),
        "rest": settled([one for one in page.charges if not one.is_due]),
        "back": "citizen:check" if own.submitted_at is None else "citizen:case",
    }
    return render(request, "citizen/pay.html", context)


@applicants_only
@never_cache
@require_GET
@says_why
def come_back(request: OwnRequest, case_id: UUID) -> HttpResponse:
    """Back from the channel: it is asked; what the address says counts for nothing."""
    own = own_case(request, case_id)
    said = payments.settle_open(own.pk)
    _tell(request, said)
    if said != "paid" or pay_page(own, lang()).total_due > Decimal(0):
        return redirect("citizen:pay", case_id=case_id)
    return redirect("citizen:check" if own.submitted_at is None else "citizen:case", case_id=case_id)


def _tell(request: OwnRequest, said: str) -> None:
    if said == "paid":
        messages.success(request, _("已收到您的付款"))
    elif said == "open":
        messages.info(request, _("还没有收到付款。付好了的话，过一会儿会自动更新"))
    elif said:
        messages.warning(request, _("这次没有付成，没有扣款，可以再付一次"))


@applicants_only
@require_POST
@says_why
def relief(request: OwnRequest, case_id: UUID, charge_id: UUID) -> HttpResponse:
    """Ask not to have to pay, where the data could not tell."""
    own = own_case(request, case_id)
    charge = _own_charge(own, charge_id)
    ask_relief(charge.id, request.POST.get("reason", ""), by=request.user.actor)
    messages.success(request, _("减免申请已交给部门，审核前不用缴"))
    return redirect("citizen:pay", case_id=case_id)


def _own_charge(own: Any, charge_id: UUID) -> ChargeView:
    found = next((one for one in pay_page(own, lang()).charges if one.id == charge_id), None)
    if found is None:
        raise Http404
    return found
