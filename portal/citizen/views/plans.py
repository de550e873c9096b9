"""Changing the plan of a live case (改计划): only what this change touches is asked, everybody else is told by us."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from bundles import forms
from bundles.spec import Change, Item
from cases.actions.scheduling import replanning
from cases.errors import NotReady
from cases.queries.context import context_of
from cases.queries.plans import plans_of
from cases.queries.titles import title_of_case
from portal.accounts.access import applicants_only
from portal.citizen.language import lang
from portal.citizen.own import OwnRequest, own_case, says_why
from portal.citizen.shown.fields import SectionDrawing, ShownPart, mistakes
from portal.citizen.shown.parts import Crumb, Mistake, trail
from portal.citizen.views.sections import Typed, typed_in


@applicants_only
@never_cache
@require_http_methods(["GET", "POST"])
@says_why
def change(request: OwnRequest, case_id: UUID, change_id: str) -> HttpResponse:
    """One change: its fields as they stand now, a reason, and who will hear of it."""
    case = own_case(request, case_id)
    plans = plans_of(case, request.user.actor)
    chosen = next((one for one in plans.changes if one.id == change_id), None) if plans else None
    if chosen is None:
        raise Http404
    if request.method == "GET":
        return _show(request, case, chosen)
    typed = typed_in(request)
    reason = request.POST.get("reason", "").strip()[:200]
    values = {path: typed[path] for path in chosen.changes if path in typed}
    try:
        replanning.change_plan(case.pk, chosen.id, values, by=request.user.actor, reason=reason)
    except NotReady as refusal:
        errors = [forms.FieldError(path, text, "", path.rpartition(".")[2]) for path, text in refusal.faults]
        return _show(request, case, chosen, typed=typed, errors=errors, status=422)
    messages.success(request, _("新计划已发给各方，都确认后生效；确认前仍按原计划"))
    return redirect("citizen:case", case_id=case_id)


def _show(
    request: OwnRequest, case: Any, chosen: Change, *,
    typed: Typed | None = None, errors: Sequence[forms.FieldError] = (), status: int = 200,
) -> HttpResponse:  # fmt: skip
    context = context_of(case)
    spec = context.spec
    filed = set(case.sub_applications.values_list("item_id", flat=True))
    crumbs = (
        Crumb(_("我的办件"), reverse("citizen:cases")),
        Crumb(title_of_case(case.title, spec, lang()), reverse("citizen:case", args=[case.pk])),
        Crumb(_("改计划")),
    )
    shown = {
        "section": "cases",
        "case": case,
        "change": chosen,
        "title": chosen.named(lang()),
        "parts": _fields(case, context, chosen, errors, typed or {}),
        "redo": [_named(spec.item(one)) for one in chosen.redo if one in filed],
        "keep": [_named(spec.item(one)) for one in chosen.keep if one in filed],
        "reason": request.POST.get("reason", ""),
        "errors": [*mistakes(errors), *(Mistake("#reason", e.message) for e in errors if e.path not in chosen.changes)],
        "trail": trail(*crumbs),
    }
    return render(request, "citizen/plan_change.html", shown, status=status)


def _named(item: Item) -> str:
    return item.en if lang() == "en" and item.en else item.zh


def _fields(
    case: Any, context: forms.Context, chosen: Change, errors: Sequence[forms.FieldError], typed: Typed
) -> list[ShownPart]:
    """The fields of the change, section by section, as the form draws them."""
    selection = forms.select(context)
    wanted = [name for name in chosen.changes if name in selection.fields]
    sections = dict.fromkeys(context.spec.section_of(name).id for name in wanted)
    found: list[ShownPart] = []
    for section in sections:
        view = forms.section_view(context, selection, section, errors=errors, raw=typed, lang=lang())
        drawn = SectionDrawing(case.pk).draw(view)
        found += [part for part in drawn.parts if part.field and part.field.name in wanted]
    return found
