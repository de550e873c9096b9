"""Asking a department about a case, and urging it: beside the procedure, nothing stops and nothing is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from bundles import queries
from cases.actions.dialogue import inquiring
from cases.errors import BadUpload, CaseError
from cases.queries.inquiries import askable_of, inquiries_of, takes_questions
from cases.queries.titles import title_of_case
from cases.queries.urging import urge_choices
from portal.accounts.access import applicants_only
from portal.citizen.language import lang
from portal.citizen.own import OwnRequest, own_case, says_why
from portal.citizen.shown.parts import Crumb, trail
from portal.ui.words import day_in_words

REFUSED = 422


@applicants_only
@never_cache
@require_http_methods(["GET", "POST"])
def ask(request: OwnRequest, case_id: UUID) -> HttpResponse:
    """Write a question; what was asked before stands beneath it with the answers."""
    case = own_case(request, case_id)
    if not takes_questions(case):
        raise Http404
    if request.method == "GET":
        return _asking(request, case, {"item": request.GET.get("item", "")})
    typed = {"item": request.POST.get("item", ""), "text": request.POST.get("text", "").replace("\x00", "")}
    try:
        inquiring.ask(
            case.pk, typed["text"], by=request.user.actor, sub_id=_uuid(typed["item"]), file=request.FILES.get("file")
        )
    except BadUpload as problem:
        return _asking(request, case, typed, {"file": problem.message})
    except CaseError as problem:
        faults = dict(getattr(problem, "faults", ()) or {"text": problem.message})
        return _asking(request, case, typed, faults)
    messages.success(request, _("已转给部门，回复了会通知您"))
    return redirect(f"{reverse('citizen:case', args=[case_id])}#ask")


def _asking(
    request: OwnRequest, case: Any, typed: Mapping[str, str], faults: Mapping[str, str] | None = None
) -> HttpResponse:
    context = {
        "section": "cases",
        "case": case,
        "choices": askable_of(case),
        "typed": typed,
        "faults": faults or {},
        "thread": inquiries_of(case),
        "days": settings.QUESTION_ANSWER_DAYS,
        "trail": _trail(case, _("问部门")),
    }
    return render(request, "citizen/ask.html", context, status=REFUSED if faults else 200)


@applicants_only
@never_cache
@require_http_methods(["GET", "POST"])
@says_why
def urge(request: OwnRequest, case_id: UUID) -> HttpResponse:
    """Which items may be urged now, and from when the others."""
    case = own_case(request, case_id)
    choices = urge_choices(case)
    if request.method == "GET":
        days, where = settings.URGE_ANSWER_DAYS, _trail(case, _("催办"))
        context = {"section": "cases", "case": case, "choices": choices, "days": days, "trail": where}
        return render(request, "citizen/urge.html", context)
    chosen = next((one for one in choices if str(one.sub_id) == request.POST.get("item")), None)
    if chosen is None:
        raise Http404
    asked = inquiring.urge(chosen.sub_id, by=request.user.actor)
    day = {"dept": chosen.dept_short, "day": day_in_words(asked.due_on)}
    messages.success(request, _("已催办，%(dept)s最晚%(day)s说明情况") % day)
    return redirect(f"{reverse('citizen:case', args=[case_id])}#ask")


def _trail(case: Any, title: str) -> Any:
    title_of = title_of_case(case.title, queries.version(case.bundle_version_id).spec, lang())
    here = Crumb(title_of, reverse("citizen:case", args=[case.pk]))
    return trail(Crumb(_("我的办件"), reverse("citizen:cases")), here, Crumb(title))


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
