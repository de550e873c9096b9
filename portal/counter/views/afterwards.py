"""After the decision, at the desk: promises to check, data to answer for, payments that repeat, results to mend."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cases import access
from cases.access import record_access
from cases.actions.deciding import afterwards
from cases.actions.papers import commitments
from cases.actions.proactive import recurring, recurring_rounds
from cases.actions.registers import disputes
from cases.errors import CaseError
from cases.queries.disputes import dispute_for, disputes_at
from cases.queries.mending import results_to_mend
from cases.queries.owed import check_for, checks_at
from cases.queries.recurring import entitlement_for, entitlements_at, payment_for
from portal.accounts.access import staff_only
from portal.counter.posted import results_in
from portal.counter.worker import worker


def _lang() -> str:
    return "en" if (get_language() or "").startswith("en") else "zh"


def _told(request: HttpRequest, act: Callable[[], Any], said: str) -> None:
    """Do it and say so; what cannot be done says why."""
    try:
        act()
    except CaseError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, said)


# ---- commitments --------------------------------------------------------------------------------------------


@staff_only
@never_cache
@require_GET
def checks(request: HttpRequest) -> HttpResponse:
    """Commitments to check, the next due day first; reading them leaves a trace."""
    found = checks_at(worker(request), _lang())
    for case_id in dict.fromkeys(one.case_id for one in found):
        record_access(case_id, by=worker(request).actor, what=_("告知承诺书"), purpose=_("事后核查"))
    return render(request, "counter/checks.html", {"section": "checks", "rows": found})


@staff_only
@never_cache
@require_POST
def check(request: HttpRequest, check_id: UUID) -> HttpResponse:
    """What the check found: true, untrue, or a broken promise made good."""
    if check_for(worker(request), check_id) is None:
        raise Http404
    by, finding = worker(request).actor, request.POST.get("finding", "")
    acts: dict[str, Callable[[], Any]] = {
        "pass": lambda: commitments.pass_check(check_id, finding, by=by),
        "fail": lambda: commitments.fail_check(check_id, finding, by=by),
        "repair": lambda: commitments.note_repair(check_id, by=by),
    }
    _told(request, _one_of(acts, request), _("核查结论已登记"))
    return redirect("counter:checks")


def _one_of(acts: dict[str, Callable[[], Any]], request: HttpRequest) -> Callable[[], Any]:
    act = acts.get(request.POST.get("act", ""))
    if act is None:
        raise Http404
    return act


# ---- disputed data ------------------------------------------------------------------------------------------


@staff_only
@never_cache
@require_GET
def data_disputes(request: HttpRequest) -> HttpResponse:
    """Data of this department's registers that an applicant says is wrong; reading it leaves a trace."""
    found = disputes_at(worker(request), _lang())
    for case_id in dict.fromkeys(one.case_id for one in found):
        record_access(case_id, by=worker(request).actor, what=_("数据异议"), purpose=_("核对数源数据"))
    return render(request, "counter/disputes.html", {"section": "disputes", "rows": found})


@staff_only
@never_cache
@require_POST
def answer_dispute(request: HttpRequest, dispute_id: UUID) -> HttpResponse:
    """Corrected as stated, or right as it is; the applicant is told."""
    if dispute_for(worker(request), dispute_id) is None:
        raise Http404
    by, text = worker(request).actor, request.POST.get("text", "")
    acts: dict[str, Callable[[], Any]] = {
        "uphold": lambda: disputes.uphold(dispute_id, text, by=by),
        "refuse": lambda: disputes.refuse(dispute_id, text, by=by),
    }
    _told(request, _one_of(acts, request), _("已答复，申请人会看到"))
    return redirect("counter:disputes")


# ---- payments that repeat -----------------------------------------------------------------------------------


@staff_only
@never_cache
@require_GET
def payouts(request: HttpRequest) -> HttpResponse:
    """What repeats and wants an act: suspended, or a period to report."""
    found = entitlements_at(worker(request), _lang())
    for case_id in dict.fromkeys(one.case_id for one in found):
        record_access(case_id, by=worker(request).actor, what=_("按月发放台账"), purpose=_("发放与核实"))
    return render(request, "counter/payouts.html", {"section": "payouts", "rows": found})


@staff_only
@never_cache
@require_POST
def change_payout(request: HttpRequest, entitlement_id: UUID) -> HttpResponse:
    """Looked into: it goes on, or it ends."""
    if entitlement_for(worker(request), entitlement_id) is None:
        raise Http404
    by, reason = worker(request).actor, request.POST.get("reason", "")
    acts: dict[str, Callable[[], Any]] = {
        "resume": lambda: recurring.resume_by_staff(entitlement_id, by=by),
        "stop": lambda: recurring.stop_by_staff(entitlement_id, reason, by=by),
    }
    _told(request, _one_of(acts, request), _("已登记，当事人会收到通知"))
    return redirect("counter:payouts")


@staff_only
@never_cache
@require_POST
def report_payment(request: HttpRequest, payment_id: UUID) -> HttpResponse:
    """What became of a period: paid, or returned by the bank."""
    if payment_for(worker(request), payment_id) is None:
        raise Http404
    by, note = worker(request).actor, request.POST.get("note", "")
    acts: dict[str, Callable[[], Any]] = {
        "paid": lambda: recurring_rounds.report_paid(payment_id, note, by=by),
        "returned": lambda: recurring_rounds.report_returned(payment_id, note, by=by),
    }
    _told(request, _one_of(acts, request), _("发放结果已登记"))
    return redirect("counter:payouts")


# ---- results ------------------------------------------------------------------------------------------------


@staff_only
@never_cache
@require_http_methods(["GET", "POST"])
def mend_results(request: HttpRequest, sub_id: UUID) -> HttpResponse:
    """Correct what was issued with a mistake, or take it back. 行政许可法 第六十九条."""
    sub = access.sub_for(worker(request), sub_id)
    if sub is None:
        raise Http404
    if request.method == "POST":
        _told(request, lambda: _mend(request, sub_id), _("已登记，申请人会收到文书和通知"))
        return redirect("counter:mend_results", sub_id=sub_id)
    record_access(sub.case_id, by=worker(request).actor, what=_("办理结果"), purpose=_("更正或撤销结果"))
    context = {"section": "desk", "sub": sub, "rows": results_to_mend(sub, _lang())}
    return render(request, "counter/mend_results.html", context)


def _mend(request: HttpRequest, sub_id: UUID) -> None:
    sub = access.sub_for(worker(request), sub_id)
    row = (
        next((one for one in results_to_mend(sub) if str(one.id) == request.POST.get("result")), None) if sub else None
    )
    if row is None:
        raise Http404
    by, reason = worker(request).actor, request.POST.get("reason", "")
    if request.POST.get("act") == "revoke":
        afterwards.revoke(row.id, reason, request.POST.get("article", ""), by=by)
        return
    wanted = [one.input for one in row.fields if request.POST.get(f"result.{one.input.name}")]
    values, faults = results_in(wanted, request.POST)
    if faults:
        raise CaseError("；".join(faults.values()))
    afterwards.correct(row.id, values, reason, by=by)
