"""What people ask of our department: questions and urgings, the most urgent first, each answered once."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from cases.access import record_access
from cases.actions.dialogue import inquiring
from cases.errors import CaseError
from cases.queries.inquiries import inquiries_for, open_inquiries, saved_answers
from portal.accounts.access import staff_only
from portal.counter.worker import worker

REFUSED = 422


@staff_only
@never_cache
@require_GET
def inquiries(request: HttpRequest) -> HttpResponse:
    """What waits for our answer; reading it leaves a trace."""
    return _show(request)


@staff_only
@never_cache
@require_POST
def answer(request: HttpRequest, inquiry_id: UUID) -> HttpResponse:
    """Answer one, by own words or by words that are kept; the person is told."""
    if not inquiries_for(worker(request)).filter(pk=inquiry_id).exists():
        raise Http404
    text = request.POST.get("text", "").replace("\x00", "")
    text = text if text.strip() else dict(saved_answers(worker(request))).get(request.POST.get("saved", ""), "")
    try:
        inquiring.answer(inquiry_id, text, by=worker(request).actor, save_as=request.POST.get("save_as", ""))
    except CaseError as problem:
        return _show(request, str(inquiry_id), text, problem.message)
    messages.success(request, _("已回复，申请人会收到通知"))
    return redirect("counter:inquiries")


def _show(request: HttpRequest, about: str = "", text: str = "", error: str = "") -> HttpResponse:
    rows = open_inquiries(worker(request))
    for case_id in dict.fromkeys(row.case_id for row in rows):
        record_access(case_id, by=worker(request).actor, what=_("提问与催办"), purpose=_("答复申请人"))
    context = {
        "section": "inquiries",
        "rows": rows,
        "saved": saved_answers(worker(request)),
        "about": about,
        "typed": text,
        "error": error,
        "question_days": settings.QUESTION_ANSWER_DAYS,
        "urge_days": settings.URGE_ANSWER_DAYS,
    }
    return render(request, "counter/inquiries.html", context, status=REFUSED if error else 200)
