"""Questions of other departments to ours (征求意见): read, and answered once before the deadline."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from cases import queries
from cases.actions.deciding import consulting
from cases.errors import CaseError, NotReady
from portal.accounts.access import staff_only
from portal.counter.shown.opinions import question_shown
from portal.counter.worker import worker

LONGEST = 2000
REFUSED = 422


@staff_only
@never_cache
@require_GET
def opinions(request: HttpRequest) -> HttpResponse:
    """What others want to know of us, the most urgent first."""
    return _show(request)


@staff_only
@never_cache
@require_POST
def answer(request: HttpRequest, question_id: UUID) -> HttpResponse:
    """Say what we think of it; after the deadline it counts as no opinion."""
    if not queries.consultations_for(worker(request)).filter(pk=question_id).exists():
        raise Http404
    text = request.POST.get("text", "").replace("\x00", "").strip()[:LONGEST]
    try:
        consulting.answer(question_id, request.POST.get("opinion", ""), text, by=worker(request).actor)
    except CaseError as error:
        faults = dict(error.faults) if isinstance(error, NotReady) else {}
        return _show(request, question_id, faults=faults, error=error.message)
    messages.success(request, _("意见已送出"))
    return redirect("counter:opinions")


def _show(
    request: HttpRequest, about: UUID | None = None, *, faults: dict[str, str] | None = None, error: str = ""
) -> HttpResponse:
    shown = [
        question_shown(one, request.POST if one.id == about else {}, faults if one.id == about else None)
        for one in queries.opinions_asked_of(worker(request))
    ]
    context = {"section": "opinions", "questions": shown, "error": error}
    return render(request, "counter/opinions.html", context, status=REFUSED if error else 200)
