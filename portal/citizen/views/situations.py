"""Situation questions before sign-in, and the personal list they lead to (一次性告知单)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from bundles import forms
from bundles.queries import PublishedBundle
from bundles.spec import BundleSpec
from portal.accounts.access import public
from portal.citizen import situation_answers as answers
from portal.citizen.language import said
from portal.citizen.shown import notice_papers, notices, pictures, situations
from portal.citizen.views.catalogue import published_or_404
from portal.ui.papers import pdf_response


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


@dataclass(frozen=True, slots=True)
class Own:
    """The answers a list is made of, and the address that opens the same list anywhere."""

    bundle: PublishedBundle
    context: forms.Context
    selection: forms.Selection
    is_shared: bool
    query: str
    address: str


def _own(request: HttpRequest, code: str) -> Own:
    """Answers that came with the address go before those of the visit, which stay as they are."""
    bundle = published_or_404(code)
    shared = answers.in_query(bundle.spec, request.GET)
    given = answers.kept(request, code) if shared is None else shared
    context = answers.context_of(request, bundle.spec, given)
    query = answers.as_query(bundle.spec, given)
    address = request.build_absolute_uri(reverse("citizen:list", args=[code]) + (f"?{query}" if query else ""))
    is_foreign = shared is not None and shared != answers.kept(request, code)
    return Own(bundle, context, forms.select(context), is_foreign, query, address)


@public
@never_cache
@require_http_methods(["GET", "POST"])
def personal_list(request: HttpRequest, code: str) -> HttpResponse:
    """What a situation needs: items, papers, people, days, fee; shared by its address, taken over by a press."""
    own = _own(request, code)
    if request.method == "POST":
        answers.keep(request, code, own.context.answers["guidance"])
        return redirect("citizen:start" if "change" in request.POST else "citizen:begin", code=code)
    spec = own.bundle.spec
    shown = {
        "section": "catalogue",
        "spec": spec,
        "title": said(spec),
        "notice": notices.notice(own.bundle, own.context, own.selection, own.address),
        "picture": pictures.planned(spec, own.selection),
        "stops": [stop.message for stop in own.selection.stops],
        "unanswered": _first_open(own.context, own.selection),
        "first": own.selection.questions[0] if own.selection.questions else "",
        "is_shared": own.is_shared,
        "query": own.query,
    }
    return render(request, "citizen/list.html", shown)


@public
@never_cache
@require_GET
def list_paper(request: HttpRequest, code: str) -> HttpResponse:
    """The personal list as a file to print or to send on."""
    own = _own(request, code)
    page = reverse("citizen:list", args=[code]) + (f"?{own.query}" if own.query else "")
    return pdf_response(
        request,
        lambda: notice_papers.personal(notices.notice(own.bundle, own.context, own.selection, own.address)),
        filename=f"{said(own.bundle.spec)} {_('一次性告知单')}",
        otherwise=page,
    )
