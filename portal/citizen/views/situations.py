"""Situation questions before sign-in, and the personal list they lead to (一次性告知单)."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from bundles import forms
from bundles.spec import BundleSpec
from portal.accounts.access import public
from portal.citizen import situation_answers as answers
from portal.citizen.language import said
from portal.citizen.shown import notices, pictures, situations
from portal.citizen.views.catalogue import published_or_404


@public
@never_cache
@require_http_methods(["GET", "POST"])
def start(request: HttpRequest, code: str) -> HttpResponse:
    """One question a screen; the answers stay with the session."""
    spec = published_or_404(code).spec
    if request.method == "POST":
        return _answered(request, spec)
    context = answers.context_of(request, spec, answers.kept(request, code))
    selection = forms.select(context)
    question = request.GET.get("q", "")
    if question not in selection.questions:
        question = _first_open(context, selection)
    if not question:
        return redirect("citizen:list", code=code)
    return _show(request, context, selection, question)


def _answered(request: HttpRequest, spec: BundleSpec) -> HttpResponse:
    """Keep the answer, then the next question; an answer that ends the filing says so on its own screen."""
    question_id = request.POST.get("question", "")
    given = answers.kept(request, spec.code)
    context = answers.context_of(request, spec, given)
    if question_id not in forms.select(context).questions:
        return redirect("citizen:start", code=spec.code)
    value = answers.read_answer(spec.question(question_id), request.POST.getlist("answer"))
    if value is None and "skip" not in request.POST:
        error = _("请选一项；拿不准可以先跳过")
        return _show(request, context, forms.select(context), question_id, error=error, status=422)
    given = {**given, question_id: value} if value is not None else {k: v for k, v in given.items() if k != question_id}
    answers.keep(request, spec.code, given)
    context = answers.context_of(request, spec, given)
    selection = forms.select(context)
    if any(stop.question == question_id for stop in selection.stops):
        return _show(request, context, selection, question_id)
    return redirect(_after(spec.code, selection, question_id))


def _after(code: str, selection: forms.Selection, question_id: str) -> str:
    asked = list(selection.questions)
    position = asked.index(question_id) + 1 if question_id in asked else len(asked)
    if position < len(asked):
        return reverse("citizen:start", args=[code]) + "?" + urlencode({"q": asked[position]})
    return reverse("citizen:list", args=[code])


def _first_open(context: forms.Context, selection: forms.Selection) -> str:
    """The first question without an answer; choosing nothing of several is one."""
    return next((q for q in selection.questions if q not in context.answers["guidance"]), "")


def _show(
    request: HttpRequest, context: forms.Context, selection: forms.Selection, question: str, *,
    error: str = "", status: int = 200,
) -> HttpResponse:  # fmt: skip
    stop = next((stop.message for stop in selection.stops if stop.question == question), "")
    shown: dict[str, Any] = {
        "section": "catalogue",
        "spec": context.spec,
        "screen": situations.screen(context, selection, question),
        "tally": situations.tally(context, selection),
        "stop": stop,
        "error": error,
    }
    return render(request, "citizen/situation.html", shown, status=status)


@public
@never_cache
@require_GET
def personal_list(request: HttpRequest, code: str) -> HttpResponse:
    """What this person's situation needs: items, papers, people, days, fee."""
    bundle = published_or_404(code)
    context = answers.context_of(request, bundle.spec, answers.kept(request, code))
    selection = forms.select(context)
    address = request.build_absolute_uri(reverse("citizen:guide", args=[code]))
    shown = {
        "section": "catalogue",
        "spec": bundle.spec,
        "title": said(bundle.spec),
        "notice": notices.notice(bundle, context, selection, address),
        "picture": pictures.planned(bundle.spec, selection),
        "stops": [stop.message for stop in selection.stops],
        "unanswered": _first_open(context, selection),
        "first": selection.questions[0] if selection.questions else "",
    }
    return render(request, "citizen/list.html", shown)
