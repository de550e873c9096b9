"""A draft: begun, its task list, what is done now and later, thrown away."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from bundles import forms
from cases.actions.applying import drafting, suggesting
from cases.actions.proactive import matching
from cases.actions.registers import late
from cases.queries.context import context_of
from cases.queries.matches import matches_of
from cases.queries.my_cases import my_cases
from cases.queries.task_list import task_list
from portal.accounts.access import applicants_only
from portal.accounts.terminal import door_of
from portal.citizen import situation_answers as kept_answers
from portal.citizen.language import lang, said
from portal.citizen.own import OwnRequest, form_is_open, own_case, says_why
from portal.citizen.shown import asked, beginnings, resuming, situations, tasks
from portal.citizen.shown.parts import Crumb, trail
from portal.citizen.views.catalogue import published_or_404


@applicants_only
@never_cache
@require_http_methods(["GET", "POST"])
@says_why
def begin(request: OwnRequest, code: str) -> HttpResponse:
    """Say what will be looked up and for what; the press is the consent and makes the draft."""
    spec = published_or_404(code).spec
    if request.method == "POST":
        guidance = kept_answers.kept(request, code)
        agreed = request.POST.get("sensitive") == "yes"
        case = drafting.start_draft(
            code, applicant=request.user, guidance=guidance, sensitive=agreed, **door_of(request)
        )
        kept_answers.forget(request, code)
        return _first_step(case, is_answered=bool(guidance))
    sources, acting = beginnings.sources(spec), request.user.acting
    drafts = [row for row in my_cases(request.user, states=("draft",)) if row.bundle_code == code]
    context = {
        "section": "catalogue",
        "spec": spec,
        "fits": beginnings.fits(spec, request.user.identity.kind),
        "sources": [one for one in sources if not one.sensitive],
        "apart": beginnings.apart(sources) if acting is None or acting.sensitive else [],
        "drafts": drafts,
        "trail": trail(Crumb(said(spec), reverse("citizen:guide", args=[code])), Crumb(_("开始"))),
    }
    return render(request, "citizen/begin.html", context)


def _first_step(case: Any, *, is_answered: bool) -> HttpResponse:
    """To the situation first, asking registers for that alone; what was answered before signing in counts."""
    if not is_answered and _lacking(context_of(case)):
        suggesting.look_up_situation(case.pk)
        return redirect("citizen:situations", case_id=case.pk)
    drafting.refresh_prefill(case.pk)
    return redirect("citizen:resume", case_id=case.pk)


@applicants_only
@never_cache
@require_http_methods(["GET", "POST"])
@says_why
def task_page(request: OwnRequest, case_id: UUID) -> HttpResponse:
    """What is done, what is wrong, what is missing; optional items now or later."""
    case = own_case(request, case_id)
    if not form_is_open(case):
        return redirect("citizen:case", case_id=case_id)
    if request.method == "POST":
        return _choose_items(request, case)
    matching.look_up(case.pk)
    page = task_list(case, lang(), acting=request.user.acting)
    shown = {**tasks.shown(case, page), "matches": matches_of(case, lang()), "is_awaited": late.is_awaited(case)}
    shown["ahead"] = None if page.is_ready else resuming.ahead(case, page)
    return render(request, "citizen/tasks.html", {"section": "cases", "case": case, "page": page, **shown})


@applicants_only
@never_cache
@require_GET
@says_why
def resume(request: OwnRequest, case_id: UUID) -> HttpResponse:
    """On at the part that was filled in last while it lacks something, else at the first that does: at its question."""
    case = own_case(request, case_id)
    if not form_is_open(case):
        return redirect("citizen:case", case_id=case_id)
    return redirect(resuming.place(case) or reverse("citizen:tasks", args=[case_id]))


def _choose_items(request: OwnRequest, case: Any) -> HttpResponse:
    """Now or later, item by item."""
    answers = case.answers or {}
    ticks, later = set(answers.get("ticks") or ()), set(answers.get("later") or ())
    for choice in tasks.choices(case, task_list(case)):
        is_later = request.POST.get(f"item-{choice.item_id}") == "later"
        kept = ticks if choice.is_optional else later
        (kept.add if is_later != choice.is_optional else kept.discard)(choice.item_id)
    drafting.save_guidance(case.pk, by=request.user.actor, guidance={}, ticks=ticks, later=later)
    messages.success(request, _("已按您的选择调整要办的事"))
    return redirect("citizen:tasks", case_id=case.pk)


@applicants_only
@never_cache
@require_http_methods(["GET", "POST"])
@says_why
def edit_situations(request: OwnRequest, case_id: UUID) -> HttpResponse:
    """The situation questions of a draft, all on one page."""
    case = own_case(request, case_id)
    if not form_is_open(case):
        return redirect("citizen:case", case_id=case_id)
    if request.method == "POST":
        return _save_situations(request, case)
    return _show_situations(request, case)


def _show_situations(request: OwnRequest, case: Any, lacking: Collection[str] = (), status: int = 200) -> HttpResponse:
    context = context_of(case)
    selection = forms.select(context)
    shown = {
        "section": "cases",
        "case": case,
        "spec": context.spec,
        "questions": asked.questions(context, selection, lacking),
        "is_first": any(forms.open_questions(context, selection)),
        "tally": situations.tally(context, selection),
        "stops": [stop.message for stop in selection.stops],
    }
    return render(request, "citizen/situations.html", shown, status=status)


def _save_situations(request: OwnRequest, case: Any) -> HttpResponse:
    """Keep what was pressed; then what still lacks an answer, a question that has come up, or on to the form."""
    context = context_of(case)
    selection = forms.select(context)
    mine = [question for q in selection.questions if forms.asks_me(context, question := context.spec.question(q))]
    read = {one.id: kept_answers.read_answer(one, request.POST.getlist(f"q-{one.id}")) for one in mine}
    guidance = {question: value for question, value in read.items() if value is not None}
    saved = drafting.save_guidance(case.pk, by=request.user.actor, guidance=guidance)
    after = context_of(saved)
    if forms.select(after).stops:
        return redirect("citizen:situations", case_id=case.pk)
    lacking = _lacking(after)
    if lacking & set(read):
        return _show_situations(request, saved, lacking & set(read), status=422)
    if lacking:
        suggesting.look_up_situation(case.pk)
        return redirect("citizen:situations", case_id=case.pk)
    drafting.refresh_prefill(case.pk)
    is_first = any(forms.open_questions(context, selection))
    return redirect("citizen:resume" if is_first else "citizen:tasks", case_id=case.pk)


def _lacking(context: forms.Context) -> set[str]:
    """The questions of one answer that have none; choosing nothing of several is an answer."""
    return {one.id for one in forms.open_questions(context, forms.select(context)) if one.kind != "multi"}


@applicants_only
@require_POST
@says_why
def discard(request: OwnRequest, case_id: UUID) -> HttpResponse:
    """Throw a draft away."""
    case = own_case(request, case_id)
    drafting.discard_draft(case.pk, by=request.user.actor)
    messages.success(request, _("草稿已删除，填过的内容和文件都没有了"))
    return redirect("citizen:cases")
