"""The allocation desk of a lead department: seats, freeze, trial, publicity, publication; each step with counts."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from cases import access
from cases.actions.batches import allocation, seats
from cases.errors import CaseError, NotReady
from cases.queries.allocation import allocation_desk
from portal.accounts.access import staff_only
from portal.counter.worker import worker

LONGEST_BATCH, LONGEST_TEXT, REFUSED = 16, 200_000, 422


@staff_only
@never_cache
@require_GET
def allocations(request: HttpRequest) -> HttpResponse:
    """The bundles this department gives seats out for."""
    codes = access.allocations_for(worker(request))
    if len(codes) == 1:
        return redirect("counter:allocation", code=codes[0])
    return render(request, "counter/allocations.html", {"section": "allocation", "codes": codes})


@staff_only
@never_cache
@require_GET
def allocation_page(request: HttpRequest, code: str) -> HttpResponse:
    """One batch: its seats, the run under way, what was done."""
    return _show(request, code)


@staff_only
@never_cache
@require_POST
def act(request: HttpRequest, code: str) -> HttpResponse:
    """One step of the run, or new seats."""
    _check(request, code)
    step = request.POST.get("step", "")
    if step not in STEPS:
        raise Http404
    try:
        STEPS[step](request, code)
    except CaseError as error:
        faults = [text for _place, text in error.faults] if isinstance(error, NotReady) else []
        return _show(request, code, faults=faults or [error.message])
    return redirect(reverse("counter:allocation", args=[code]) + f"?batch={_batch(request)}")


def _seats(request: HttpRequest, code: str) -> None:
    count = seats.enter(code, _batch(request), request.POST.get("seats", "")[:LONGEST_TEXT])
    messages.success(
        request, ngettext("已录入 %(count)s 个志愿的名额", "已录入 %(count)s 个志愿的名额", count) % {"count": count}
    )


def _freeze(request: HttpRequest, code: str) -> None:
    allocation.freeze(code, _batch(request), by=worker(request).actor, supervisor=_supervisor(request))
    messages.success(request, _("数据已冻结，可以试算"))


def _try(request: HttpRequest, code: str) -> None:
    allocation.try_out(_run(request, code), by=worker(request).actor, supervisor=_supervisor(request))
    messages.success(request, _("试算完成，结果只在这里看得到"))


def _publicise(request: HttpRequest, code: str) -> None:
    allocation.publicise(_run(request, code), by=worker(request).actor, supervisor=_supervisor(request))
    messages.success(request, _("积分和排名开始公示，正在通知家庭"))


def _publish(request: HttpRequest, code: str) -> None:
    leave_out = request.POST.get("leave_out") == "1"
    allocation.publish(
        _run(request, code), by=worker(request).actor, supervisor=_supervisor(request), leave_out=leave_out
    )
    messages.success(request, _("派位结果已全部公布"))


def _abandon(request: HttpRequest, code: str) -> None:
    allocation.abandon(_run(request, code), by=worker(request).actor, supervisor=_supervisor(request))
    messages.success(request, _("这次派位已作废"))


STEPS = {
    "seats": _seats, "freeze": _freeze, "try": _try, "publicise": _publicise, "publish": _publish, "abandon": _abandon,
}  # fmt: skip


def _run(request: HttpRequest, code: str) -> UUID:
    """The run named in the form, if it is of this bundle and this department."""
    try:
        run_id = UUID(request.POST.get("run", ""))
    except ValueError as error:
        raise Http404 from error
    if not access.allocation_runs_for(worker(request)).filter(pk=run_id, bundle_code=code).exists():
        raise Http404
    return run_id


def _check(request: HttpRequest, code: str) -> None:
    if code not in access.allocations_for(worker(request)):
        raise Http404


def _batch(request: HttpRequest) -> str:
    asked = request.POST.get("batch") or request.GET.get("batch") or str(timezone.localdate().year)
    return "".join(sign for sign in asked if sign.isalnum() or sign == "-")[:LONGEST_BATCH]


def _supervisor(request: HttpRequest) -> str:
    return request.POST.get("supervisor", "").strip()[:60]


def _show(request: HttpRequest, code: str, *, faults: list[str] | None = None) -> HttpResponse:
    _check(request, code)
    context = {
        "section": "allocation",
        "desk": allocation_desk(code, _batch(request)),
        "faults": faults or [],
        "typed": request.POST if faults else {},
    }
    return render(request, "counter/allocation.html", context, status=REFUSED if faults else 200)
