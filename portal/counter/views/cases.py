"""Cases at the window: found by number, all sub-applications side by side, to read only."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from cases import access
from cases.queries import case_page, masked_applicant, sub_lines
from portal.accounts.access import clerks_only
from portal.counter.shown.overview import columns, overview
from portal.counter.views.desk import number_of
from portal.counter.worker import worker


@clerks_only
@never_cache
@require_GET
def cases(request: HttpRequest) -> HttpResponse:
    """The search box; a whole number opens its case."""
    number = number_of(request)
    found = access.filed_cases_for_window(worker(request)).filter(number=number).first() if number else None
    if found is not None:
        return redirect("counter:case", case_id=found.pk)
    context = {
        "section": "cases",
        "today": timezone.localdate(),
        "q": number,
        "attentions": access.attentions_for(worker(request)).filter(closed_at=None).count(),
    }
    return render(request, "counter/cases.html", context, status=404 if number else 200)


@clerks_only
@never_cache
@require_GET
def case(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """One case with the clock of every department. That it was read is recorded first."""
    found = access.filed_cases_for_window(worker(request)).filter(pk=case_id).first()
    if found is None:
        raise Http404
    access.record_access(found.pk, by=worker(request).actor, what=_("整件进度"), purpose=_("窗口查询"))
    shown = overview(case_page(found), sub_lines(found), applicant=masked_applicant(found))
    return render(
        request, "counter/case.html", {"section": "cases", "case": shown, "case_id": found.pk, "columns": columns()}
    )
