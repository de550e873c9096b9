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
from cases.actions.applying import drafting
from cases.actions.registers import held_values
from cases.errors import CaseError, ChangedMeanwhile
from cases.queries.context import context_of
from cases.queries.left_open import cells_of, rest_of
from portal.accounts.access import applicants_only
from portal.citizen import clashes, kept_addresses, onward
from portal.citizen.clashes import USE, Collided, Merged, Typed
from portal.citizen.language import lang
from portal.citizen.own import OwnRequest, form_is_open, own_case, says_why
from portal.citizen.seen import CHANGED, marks, open_paths, save_unless_changed, stood_open
from portal.citizen.shown import arrivals
from portal.citizen.shown.fields import SectionDrawing, closed_by_path, messages_by_path

CHECK = "check"
NOT_ANSWERS = frozenset(
    {
        "csrfmiddlewaretoken",
        "version",
        "calm",
        "open",
        "rows",
        "base",
        "add",
        "remove",
        "next",
        "again",
        "take",
        "apart",
        "settle",
        "back",
        kept_addresses.POSTED,
    }
)


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
    typed = kept_addresses.put_in(request, typed_in(request), case)
    try:
        if "settle" in request.POST:
            typed = _settled(request, case, section_id, typed)
        saved = save_unless_changed(request, case.pk, section_id, typed)
    except Collided as collided:
        return _ask(request, case.pk, section_id, collided.merged)
    except ChangedMeanwhile as changed:
        messages.warning(request, changed.message)
        return _show(request, own_case(request, case.pk), section_id, typed=typed, status=409)
    if _acted(request, case.pk):
        return redirect("citizen:section", case_id=case.pk, section_id=section_id)
    if saved.errors:
        return _show(request, own_case(request, case.pk), section_id, typed=typed, errors=saved.errors, status=422)
    drafting.refresh_prefill(case.pk)
    return redirect(_next(request, case.pk, section_id))


def _acted(request: OwnRequest, case_id: UUID) -> bool:
    """A row more or less, a value held back taken over, a sensitive source agreed to: the page is shown again."""
    posted, actor = request.POST, request.user.actor
    if "add" in posted:
        drafting.add_row(case_id, posted["add"], by=actor)
    elif "remove" in posted:
        group, _dot, index = posted["remove"].rpartition(".")
        drafting.remove_row(case_id, group, int(index) if index.isdecimal() else -1, by=actor)
    elif "take" in posted:
        held_values.take_held(case_id, posted["take"], by=actor)
    elif "apart" in posted:
        held_values.agree_apart(case_id, by=actor)
    return bool({"add", "remove", "take", "apart", kept_addresses.POSTED} & posted.keys())


def _ask(request: OwnRequest, case_id: UUID, section_id: str, merged: Merged) -> HttpResponse:
    """Both answers side by side where two changed the same; what is not in question is carried along."""
    case = own_case(request, case_id)
    view = _view(case, section_id)
    shown = {
        "section": "cases",
        "case": case,
        **marks(case, section_id, open_paths(view)),
        "base": clashes.base_of(view),
        "title": view.title,
        "action": reverse("citizen:section", args=[case.pk, section_id]),
        "clashes": merged.clashes,
        "back": request.POST.get("back", ""),
        "carried": carried(merged.typed),
    }
    return render(request, "citizen/clash.html", shown, status=409)


def carried(typed: Typed) -> list[tuple[str, str]]:
    """Everything that was typed, as hidden inputs post it again."""
    return [(name, one) for name, value in typed.items() for one in (value if isinstance(value, list) else [value])]


def _settled(request: OwnRequest, case: Any, section_id: str, typed: Typed) -> Typed:
    """What was typed, after the person chose between the two answers; a choice that was not made stays open."""
    view = _view(case, section_id)
    chosen = {name.removeprefix(USE): request.POST[name] for name in request.POST if name.startswith(USE)}
    left = [path for path in request.POST["settle"].split(",") if path and path not in chosen]
    merged = clashes.settled(view, typed, chosen, left=left)
    if merged.clashes:
        raise Collided(CHANGED, merged)
    return merged.typed


def typed_in(request: OwnRequest) -> Typed:
    """What was posted, by field path; several values stay a list."""
    names = [name for name in request.POST if name not in NOT_ANSWERS and not name.startswith(USE)]
    lists = {name: request.POST.getlist(name) for name in names}
    return {name: values if len(values) > 1 else values[0] for name, values in lists.items()}


def _next(request: OwnRequest, case_id: UUID, section_id: str) -> str:
    """Back to the check where one came from there, else the next section that lacks something, else what is next."""
    if request.POST.get("back") == CHECK:
        return reverse("citizen:check", args=[case_id])
    case = own_case(request, case_id)
    rest = rest_of(case)
    left, order = {one.section_id for one in rest.sections}, rest.frame.selection.sections
    behind = order[order.index(section_id) + 1 :] if section_id in order else ()
    following = next((one for one in behind if one in left), None)
    if following:
        return reverse("citizen:section", args=[case_id, following])
    return onward.address(case, request.user.acting)


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
        "base": clashes.base_of(view),
        "found": arrivals.shown(case, section_id, view),
        "page": SectionDrawing(case.pk, arrivals.ages(case), lambda: kept_addresses.of(request)).draw(view),
        "back": CHECK if CHECK in (request.GET.get("back"), request.POST.get("back")) else "",
        "position": selection.sections.index(section_id) + 1,
        "total": len(selection.sections) + 1,
        "saved_at": case.saved_at if case.version else None,
    }
    return render(request, "citizen/section.html", shown, status=status)


def _view(case: Any, section_id: str) -> forms.SectionView:
    """A section as it stands."""
    context = context_of(case)
    return forms.section_view(context, forms.select(context), section_id, lang=lang())


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
    typed = typed_in(request)
    try:
        saved = save_unless_changed(request, case.pk, section_id, typed)
    except Collided:
        return JsonResponse({"saved": _("这一部分刚在别处改过，还没存"), "errors": {}, "clash": True})
    except CaseError as error:
        return JsonResponse({"saved": error.message, "errors": {}})
    errors = messages_by_path(saved.errors)
    word = _("已自动保存 %(time)s") % {"time": f"{timezone.localtime():%H:%M}"}
    now = marks(saved.case, section_id, stood_open(request, case.pk, section_id))
    kept = {"saved": word, "errors": errors, "version": now["mark"], "calm": now["calm"]}
    kept["closed"] = closed_by_path(cells_of(_view(saved.case, section_id)).values())
    merged: Merged | None = getattr(request, "merged", None)
    if merged is not None and merged.is_reshaped:
        return JsonResponse({**kept, "reload": True})
    base = clashes.base_after(request.POST.get("base", ""), merged.typed if merged else typed)
    return JsonResponse({**kept, "base": base, "taken": merged.taken if merged else {}})


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
