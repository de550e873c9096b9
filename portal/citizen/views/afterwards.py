"""What goes on after filing and after the decision: papers owed, data disputed, payments that repeat."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from cases.actions.papers import deferrals, materials
from cases.actions.proactive import recurring
from cases.actions.registers import disputes
from cases.errors import BadUpload, NotReady, WrongState
from cases.queries.disputes import disputes_of
from cases.queries.owed import owed_papers
from cases.queries.recurring import entitlements_of, own_entitlement
from portal.accounts.access import applicants_only
from portal.citizen.language import lang
from portal.citizen.own import OwnRequest, own_case, says_why

ACTS = {"pause": recurring.opt_out, "resume": recurring.opt_in}


@applicants_only
@never_cache
@require_http_methods(["GET", "POST"])
@says_why
def owed(request: OwnRequest, case_id: UUID) -> HttpResponse:
    """Papers promised for later: until when, what waits for them; uploaded page by page, then sent once."""
    case = own_case(request, case_id)
    if request.method == "GET":
        return _owed(request, case)
    slot = request.POST.get("slot", "")
    try:
        for file in request.FILES.getlist("files"):
            materials.upload(case.pk, slot, file, by=request.user.actor)
        if "send" in request.POST:
            deferrals.hand_in(case.pk, slot, by=request.user.actor)
            messages.success(request, _("已补交，部门收到就出结果"))
    except (BadUpload, NotReady) as lacking:
        return _owed(request, case, errors={slot: lacking.message}, status=422)
    return redirect("citizen:owed", case_id=case_id)


def _owed(request: OwnRequest, case: Any, *, errors: dict[str, str] | None = None, status: int = 200) -> HttpResponse:
    context = {"section": "cases", "case": case, "papers": owed_papers(case, lang()), "errors": errors or {}}
    return render(request, "citizen/owed.html", context, status=status)


@applicants_only
@never_cache
@require_http_methods(["GET", "POST"])
@says_why
def own_disputes(request: OwnRequest, case_id: UUID) -> HttpResponse:
    """What was said to be wrong, how it stands, what was answered; evidence may be laid beside an open one."""
    case = own_case(request, case_id)
    rows, error = disputes_of(case, lang()), ""
    if request.method == "POST":
        chosen = next((row for row in rows if str(row.id) == request.POST.get("dispute") and row.is_open), None)
        file = request.FILES.get("file")
        if chosen is None:
            raise Http404
        if request.POST.get("act") == "withdraw":
            return _withdrawn(request, case_id, chosen.id)
        try:
            error = _("还没有选文件") if file is None else ""
            if file is not None:
                disputes.add_evidence(case.pk, chosen.path, file, by=request.user.actor)
        except BadUpload as refused:
            error = refused.message
        if not error:
            messages.success(request, _("证明已交给核对的部门"))
            return redirect("citizen:disputes", case_id=case_id)
    context = {"section": "cases", "case": case, "rows": rows, "error": error}
    return render(request, "citizen/disputes.html", context, status=422 if error else 200)


def _withdrawn(request: OwnRequest, case_id: UUID, dispute_id: UUID) -> HttpResponse:
    """The dispute taken back; answered meanwhile, the page shows how."""
    try:
        disputes.withdraw(dispute_id, by=request.user.actor)
    except WrongState as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("异议已撤回，以记录的内容为准"))
    return redirect("citizen:disputes", case_id=case_id)


@applicants_only
@never_cache
@require_http_methods(["GET"])
def payouts(request: OwnRequest, case_id: UUID) -> HttpResponse:
    """The ledger: every month, what was paid, what is planned, why it does not run."""
    case = own_case(request, case_id)
    found = entitlements_of(case, lang())
    if not found:
        raise Http404
    return render(request, "citizen/payouts.html", {"section": "cases", "case": case, "entitlements": found})


@applicants_only
@require_POST
@says_why
def choose_payout(request: OwnRequest, case_id: UUID, entitlement_id: UUID) -> HttpResponse:
    """Pause it at one's own wish, or take it up again (拒领留痕，可随时恢复)."""
    case = own_case(request, case_id)
    act = ACTS.get(request.POST.get("act", ""))
    if act is None or own_entitlement(case, entitlement_id) is None:
        raise Http404
    act(entitlement_id, by=request.user.actor)
    messages.success(request, _("已记下，随时可以改"))
    return redirect("citizen:payouts", case_id=case_id)
