"""What is left of a form on one page: every question that is still open or wrong, over all sections."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from bundles import forms
from cases.actions.applying import drafting
from cases.actions.registers import late
from cases.errors import CaseError, ChangedMeanwhile
from cases.queries.left_open import Rest, rest_of
from portal.accounts.access import applicants_only
from portal.citizen import clashes, kept_addresses, onward, rest_saving
from portal.citizen.clashes import Collided, Merged, Typed
from portal.citizen.own import OwnRequest, form_is_open, own_case, says_why
from portal.citizen.shown import arrivals, late_rest, resting
from portal.citizen.shown.fields import SectionDrawing, closed_by_path, dom_id, messages_by_path
from portal.citizen.views.sections import carried, typed_in

ALSO = "also"  # a question that is shown although it is filled in: an address was just put into it


@applicants_only
@never_cache
@require_http_methods(["GET", "POST"])
@says_why
def rest_page(request: OwnRequest, case_id: UUID) -> HttpResponse:
    """One form with what nobody has answered yet; what is filled in stands in its sections and at the check."""
    case = own_case(request, case_id)
    if not form_is_open(case):
        return redirect("citizen:case", case_id=case_id)
    if request.method == "POST":
        return _posted(request, case)
    rest = rest_of(case)
    paths = {*rest.paths, *request.GET.getlist(ALSO)[:1]}
    return _show(request, case, paths, rest=rest) if paths else _on(request, case)


def _posted(request: OwnRequest, case: Any) -> HttpResponse:
    typed = kept_addresses.put_in(request, typed_in(request), case)
    shown = clashes.marked(rest_saving.base_in(request, case.pk))
    try:
        if "settle" in request.POST:
            typed = rest_saving.settled(request, case, typed)
        saved = rest_saving.save(request, case.pk, typed)
    except Collided as collided:
        return _ask(request, case.pk, shown, collided.merged)
    except ChangedMeanwhile as changed:
        case = own_case(request, case.pk)
        messages.warning(request, changed.message)
        return _show(request, case, shown, typed=_where_empty(case, typed), status=409)
    if kept_addresses.POSTED in request.POST:
        return _shown_with(case, request.POST[kept_addresses.POSTED].rpartition(":")[0])
    if "again" in request.POST:
        return redirect("citizen:rest", case_id=case.pk)
    errors = [error for error in rest_of(saved.case).errors if error.path in {*shown, *typed}]
    if errors:
        return _show(request, own_case(request, case.pk), [*shown, *typed], typed=typed, errors=errors, status=422)
    return _saved(request, case.pk)


def _where_empty(case: Any, typed: Typed) -> Typed:
    """What was typed where nothing stands: what came there from elsewhere is shown, so that it is seen."""
    empty = (path for path, cell in rest_saving.cells_at(case, typed).items() if not cell.value and not cell.values)
    return {path: typed[path] for path in empty}


def _saved(request: OwnRequest, case_id: UUID) -> HttpResponse:
    """On to what is next; the page again where an answer has opened questions."""
    case = drafting.refresh_prefill(case_id)
    more = len(rest_of(case).paths)
    if not more:
        return _on(request, case)
    word = ngettext("照您填的，又多出 %(count)s 项", "照您填的，又多出 %(count)s 项", more) % {"count": more}
    messages.info(request, word)
    return redirect("citizen:rest", case_id=case_id)


def _on(request: OwnRequest, case: Any) -> HttpResponse:
    return redirect(onward.address(case, request.user.acting))


def _shown_with(case: Any, path: str) -> HttpResponse:
    """The page again, with the question that an address was just put into."""
    where = reverse("citizen:rest", args=[case.pk])
    return redirect(f"{where}?{urlencode({ALSO: path})}#{dom_id(path)}")


def _show(
    request: OwnRequest, case: Any, paths: Collection[str], *, typed: Typed | None = None,
    errors: Sequence[forms.FieldError] = (), status: int = 200, rest: Rest | None = None,
) -> HttpResponse:  # fmt: skip
    drawing = SectionDrawing(case.pk, arrivals.ages(case), lambda: kept_addresses.of(request))
    rest = rest or rest_of(case)
    page = resting.shown(rest, drawing, paths, typed=typed, errors=errors)
    shown = {
        "section": "cases",
        "case": case,
        "page": page,
        **_marks(case, page.cells),
        **_late(case, rest, page.cells),
        "saved_at": case.saved_at if case.version else None,
    }
    return render(request, "citizen/rest.html", shown, status=status)


def _late(case: Any, rest: Rest, cells: rest_saving.Cells) -> dict[str, Any]:
    """Who is asked still, where anybody is, and where the page asks for what comes."""
    if not late.is_awaited(case):
        return {}
    address = late_rest.address(case.pk, cells)
    return {"late": late_rest.news(case, rest, (), len(cells)), "late_address": address}


@applicants_only
@never_cache
@require_GET
def arrivals_of(request: OwnRequest, case_id: UUID) -> HttpResponse:
    """What came since the page was shown: asked for by the page itself while somebody is silent."""
    case = own_case(request, case_id)
    if not form_is_open(case):
        raise Http404
    paths, count = late_rest.asked_about(request.GET)
    news = late_rest.news(case, rest_of(case), paths, count)
    return render(request, "citizen/parts/late_rest.html", {"news": news})


def _marks(case: Any, cells: rest_saving.Cells) -> dict[str, str]:
    """What the page carries along: a mark of what stands in each question, and how many rows there are."""
    stored = rest_saving.cells_at(case, cells)
    base = rest_saving.signed(case.pk, clashes.base_of_cells(stored))
    return {"base": base, "rows": rest_saving.rows_mark(case, cells)}


def _ask(request: OwnRequest, case_id: UUID, shown_on: Sequence[str], merged: Merged) -> HttpResponse:
    """Both answers side by side where two changed the same; what is not in question is carried along."""
    case = own_case(request, case_id)
    shown = {
        "section": "cases",
        "case": case,
        **_marks(case, rest_saving.cells_at(case, shown_on)),
        "title": _("只差这几项"),
        "action": reverse("citizen:rest", args=[case.pk]),
        "clashes": merged.clashes,
        "carried": carried(merged.typed),
    }
    return render(request, "citizen/clash.html", shown, status=409)


@applicants_only
@never_cache
@require_POST
def autosave(request: OwnRequest, case_id: UUID) -> JsonResponse:
    """Keep what is typed so far; says when, and what is wrong with questions already left."""
    case = own_case(request, case_id)
    typed, base = typed_in(request), rest_saving.base_in(request, case.pk)
    try:
        saved = rest_saving.save(request, case.pk, typed)
    except Collided:
        return JsonResponse({"saved": _("这一部分刚在别处改过，还没存"), "errors": {}, "clash": True})
    except CaseError as error:
        return JsonResponse({"saved": error.message, "errors": {}})
    merged: Merged = request.merged
    shown = set(clashes.marked(base))
    left = [error for error in rest_of(saved.case).errors if error.path in shown]
    kept = {path: value for path, value in merged.typed.items() if path in shown}
    word = _("已自动保存 %(time)s") % {"time": f"{timezone.localtime():%H:%M}"}
    told = {
        "errors": messages_by_path(left),
        "taken": merged.taken,
        "base": rest_saving.signed(case.pk, clashes.base_after(base, kept)),
        "closed": closed_by_path(rest_saving.cells_at(saved.case, shown).values()),
    }
    return JsonResponse({"saved": word, **told})
