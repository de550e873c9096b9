"""A section of the form: shown, saved by itself, saved and gone on; rows; locked values disputed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from bundles import forms
from cases.actions import drafting, held_values
from cases.errors import CaseError, ChangedMeanwhile
from cases.queries.context import context_of
from portal.accounts.access import applicants_only
from portal.citizen.language import lang
from portal.citizen.own import OwnRequest, form_is_open, own_case, says_why
from portal.citizen.seen import marks, open_paths, save_unless_changed, stood_open
from portal.citizen.shown import arrivals
from portal.citizen.shown.fields import SectionDrawing

NOT_ANSWERS = frozenset({"csrfmiddlewaretoken", "version", "calm", "open", "add", "remove", "next", "take", "apart"})
Typed = dict[str, str | list[str]]


@applicants_only
@never_cache
@require_http_methods(["GET", "POST"])
@says_why
def section_page(request: OwnRequest, case_id: UUID, section_id: str) -> HttpResponse:
    """Five to twelve questions; what is wrong is listed on top and kept as typed."""
    case = own_case(request, case_id)
    if not form_is_open(case):
        return redirect("citizen:case", case_id=case_id)
    selection = forms.select(context_of(case))
    if section_id not in selection.sections:
        raise Http404
    if request.method == "POST":
        return _posted(request, case, section_id)
    return _show(request, case, section_id)


def _posted(request: OwnRequest, case: Any, section_id: str) -> HttpResponse:
    typed, actor = typed_in(request), request.user.actor
    try:
        saved = save_unless_changed(request, case.pk, section_id, typed)
    except ChangedMeanwhile as changed:
        messages.warning(request, changed.message)
        return _show(request, own_case(request, case.pk), section_id, typed=typed, status=409)
    if "add" in request.POST:
        drafting.add_row(case.pk, request.POST["add"], by=actor)
        return redirect("citizen:section", case_id=case.pk, section_id=section_id)
    if "remove" in request.POST:
        group, _dot, index = request.POST["remove"].rpartition(".")
        drafting.remove_row(case.pk, group, int(index) if index.isdecimal() else -1, by=actor)
        return redirect("citizen:section", case_id=case.pk, section_id=section_id)
    if "take" in request.POST:
        held_values.take_held(case.pk, request.POST["take"], by=actor)
        return redirect("citizen:section", case_id=case.pk, section_id=section_id)
    if "apart" in request.POST:
        held_values.agree_apart(case.pk, by=actor)
        return redirect("citizen:section", case_id=case.pk, section_id=section_id)
    if saved.errors:
        return _show(request, own_case(request, case.pk), section_id, typed=typed, errors=saved.errors, status=422)
    drafting.refresh_prefill(case.pk)
    return redirect(_next(request, case.pk, section_id))


def typed_in(request: OwnRequest) -> Typed:
    """What was posted, by field path; several values stay a list."""
    lists = {name: request.POST.getlist(name) for name in request.POST if name not in NOT_ANSWERS}
    return {name: values if len(values) > 1 else values[0] for name, values in lists.items()}


def _next(request: OwnRequest, case_id: UUID, section_id: str) -> str:
    """The next section that still lacks something, else the task list."""
    context = context_of(own_case(request, case_id))
    states = forms.missing(context, forms.select(context))
    names = [state.section_id for state in states]
    behind = states[names.index(section_id) + 1 :] if section_id in names else ()
    following = next((state.section_id for state in behind if not state.is_complete), None)
    if following:
        return reverse("citizen:section", args=[case_id, following])
    return reverse("citizen:tasks", args=[case_id])


def _show(
    request: OwnRequest, case: Any, section_id: str, *,
    typed: Typed | None = None, errors: Sequence[forms.FieldError] = (), status: int = 200,
) -> HttpResponse:  # fmt: skip
    context = context_of(case)
    selection = forms.select(context)
    view = forms.section_view(context, selection, section_id, errors=errors, raw=typed or {}, lang=lang())
    shown = {
        "section": "cases",
        "case": case,
        **marks(case, section_id, open_paths(view)),
        "found": arrivals.shown(case, section_id, view),
        "page": SectionDrawing(case.pk, as_of=arrivals.ages(case)).draw(view),
        "position": selection.sections.index(section_id) + 1,
        "total": len(selection.sections) + 1,
        "saved_at": case.saved_at if case.version else None,
    }
    return render(request, "citizen/section.html", shown, status=status)


@applicants_only
@never_cache
@require_GET
def arrivals_of(request: OwnRequest, case_id: UUID, section_id: str) -> HttpResponse:
    """The panel of looked-up data anew, with what came since: asked for by the page while somebody is silent."""
    case = own_case(request, case_id)
    context = context_of(case)
    selection = forms.select(context)
    if not form_is_open(case) or section_id not in selection.sections:
        raise Http404
    view = forms.section_view(context, selection, section_id, lang=lang())
    return render(request, "citizen/parts/arrivals.html", {"found": arrivals.shown(case, section_id, view)})


@applicants_only
@never_cache
@require_POST
def autosave(request: OwnRequest, case_id: UUID, section_id: str) -> JsonResponse:
    """Keep what is typed so far; says when, and what is wrong with fields already left."""
    case = own_case(request, case_id)
    try:
        saved = save_unless_changed(request, case.pk, section_id, typed_in(request))
    except CaseError as error:
        return JsonResponse({"saved": error.message, "errors": {}})
    english = lang() == "en"
    errors = {e.path: (e.message_en if english else "") or e.message for e in saved.errors}
    word = _("已自动保存 %(time)s") % {"time": f"{timezone.localtime():%H:%M}"}
    now = marks(saved.case, section_id, stood_open(request))
    return JsonResponse({"saved": word, "errors": errors, "version": now["mark"], "calm": now["calm"]})


@applicants_only
@never_cache
@require_http_methods(["GET", "POST"])
@says_why
def dispute(request: OwnRequest, case_id: UUID, section_id: str) -> HttpResponse:
    """Say that a locked value is wrong; it goes to the register it came from, nothing else waits."""
    case = own_case(request, case_id)
    path = request.POST.get("path") or request.GET.get("path", "")
    view = forms.section_view(context_of(case), forms.select(context_of(case)), section_id, lang=lang())
    fields = [*view.fields, *(field for row in view.rows for field in row.fields)]
    disputed = next((field for field in fields if field.path == path), None)
    if disputed is None:
        raise Http404
    error = _disputed(request, case, path) if request.method == "POST" else ""
    if request.method == "POST" and not error:
        messages.success(request, _("已经记下，转给数据来源的部门核对；别的事照常办"))
        return redirect("citizen:section", case_id=case.pk, section_id=section_id)
    shown = {"section": "cases", "case": case, "view": view, "field": disputed, "error": error, "typed": request.POST}
    return render(request, "citizen/dispute.html", shown, status=422 if error else 200)


def _disputed(request: OwnRequest, case: Any, path: str) -> str:
    """Record the dispute; returns the sentence of what is lacking."""
    try:
        right, reason = request.POST.get("right", ""), request.POST.get("reason", "")
        drafting.dispute(case.pk, path, right, reason, request.user.actor)
    except CaseError as lacking:
        return lacking.message
    return ""
