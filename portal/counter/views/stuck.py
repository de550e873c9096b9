"""“办不成事” at the desk: what came in, by when it is due; taken on, passed on, answered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from bundles import queries
from cases.access import record_access
from cases.actions.dialogue import stuck
from cases.errors import CaseError
from cases.queries.stuck import at_desk, one_at_desk
from portal.accounts.access import attention_desk
from portal.counter.worker import worker


@attention_desk
@never_cache
@require_GET
def stuck_cases(request: HttpRequest) -> HttpResponse:
    """What is open, what has risen first; what people wrote stands on the page of each."""
    return render(request, "counter/stuck.html", {"section": "stuck", "rows": at_desk(worker(request))})


@attention_desk
@never_cache
@require_http_methods(["GET", "POST"])
def stuck_case(request: HttpRequest, stuck_id: UUID) -> HttpResponse:
    """One of them with what may be done; reading it leaves a trace with its case."""
    one = one_at_desk(worker(request), stuck_id)
    if one is None:
        raise Http404
    if request.method == "POST":
        is_done = _act(request, stuck_id)
        still_here = one_at_desk(worker(request), stuck_id) is not None
        return redirect("counter:stuck_case", stuck_id) if still_here or not is_done else redirect("counter:stuck")
    if one.case_id:
        record_access(one.case_id, by=worker(request).actor, what=_("办不成事反映"), purpose=_("答复本人"))
    departments = sorted(queries.registry().departments.values(), key=lambda dept: dept.code)
    context = {"section": "stuck", "one": one, "departments": departments, "is_open": one.state in stuck.OPEN}
    return render(request, "counter/stuck_case.html", context)


def _act(request: HttpRequest, stuck_id: UUID) -> bool:
    by, text = worker(request).actor, request.POST.get("text", "")
    acts: dict[str, Callable[[], Any]] = {
        "accept": lambda: stuck.accept(stuck_id, by=by),
        "note": lambda: stuck.note(stuck_id, text, by=by),
        "answer": lambda: stuck.answer(stuck_id, text, by=by),
        "pass_on": lambda: stuck.pass_on(stuck_id, request.POST.get("department", ""), text, by=by),
    }
    act = acts.get(request.POST.get("act", ""))
    if act is None:
        raise Http404
    try:
        act()
    except CaseError as error:
        messages.error(request, error.message)
        return False
    messages.success(request, _("已登记，本人会看到"))
    return True
