"""Answering a supplement notice: each point opens just its field or paper; all of it is sent once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from bundles import forms
from cases.actions.supplementing import notice_terms, supplements
from cases.errors import NotReady
from cases.queries.case_page import CasePage, Point, case_page
from cases.queries.context import context_of
from cases.queries.slots import slots_of
from portal.accounts.access import applicants_only
from portal.citizen.language import lang
from portal.citizen.own import OwnRequest, own_case, says_why
from portal.citizen.shown import slots
from portal.citizen.shown.fields import SectionDrawing, ShownPart, mistakes
from portal.citizen.shown.parts import Mistake
from portal.citizen.views.sections import Typed, typed_in

FORM = "answers"  # the fields of all points are sent by one form, whose buttons stand after the last of them


@dataclass(frozen=True, slots=True)
class OpenPoint:
    """A point with what it opens: fields of the form, papers, or nothing one can do here."""

    point: Point
    parts: Sequence[ShownPart]
    slots: Sequence[slots.ShownSlot]


@applicants_only
@never_cache
@require_http_methods(["GET", "POST"])
@says_why
def correct(request: OwnRequest, case_id: UUID) -> HttpResponse:
    """One notice, numbered; answers are kept one by one and sent once."""
    case = own_case(request, case_id)
    page = case_page(case, lang())
    if page.notice is None:
        return redirect("citizen:case", case_id=case_id)
    if request.method == "GET":
        return _show(request, case, page)
    typed = typed_in(request)
    typed.pop("send", None)
    errors = supplements.correct(case.pk, typed, by=request.user.actor) if typed else ()
    if errors:
        return _show(request, own_case(request, case_id), page, typed=typed, errors=errors, status=422)
    if "send" not in request.POST:
        messages.success(request, _("已保存，还没有交；都补好了再一次交"))
        return redirect("citizen:correct", case_id=case_id)
    return _send(request, case, page)


@applicants_only
@require_POST
@says_why
def extend(request: OwnRequest, case_id: UUID) -> HttpResponse:
    """More time for the answer, once."""
    case = own_case(request, case_id)
    notice_terms.extend(case.pk, by=request.user.actor, reason=request.POST.get("reason", "")[:200])
    messages.success(request, _("补正时间延长了，新的日子在通知里"))
    return redirect("citizen:correct", case_id=case_id)


def _send(request: OwnRequest, case: Any, page: CasePage) -> HttpResponse:
    try:
        supplements.answer(case.pk, by=request.user.actor)
    except NotReady as lacking:
        missing = tuple(Mistake(_anchor(page, path), text) for path, text in lacking.faults)
        return _show(request, own_case(request, case.pk), page, missing=missing, status=422)
    messages.success(request, _("补正已交，部门收到就接着办"))
    return redirect("citizen:case", case_id=case.pk)


def _anchor(page: CasePage, path: str) -> str:
    points = page.notice.points if page.notice else ()
    names = (path, path.rpartition(".")[2])
    number = next((p.number for p in points if p.about in names), points[0].number if points else 1)
    return f"#p-{number}"


def _show(
    request: OwnRequest, case: Any, page: CasePage, *,
    typed: Typed | None = None, errors: Sequence[forms.FieldError] = (), missing: Sequence[Mistake] = (),
    status: int = 200,
) -> HttpResponse:  # fmt: skip
    context = context_of(case)
    selection = forms.select(context)
    papers = slots_of(case, context)
    opened = [
        OpenPoint(
            point,
            _fields_of(case, context, selection, point.about, errors, typed or {}),
            [slots.asked_again(case, one) for one in papers if point.about in (one.slot, one.material_id)],
        )
        for point in (page.notice.points if page.notice else ())
    ]
    shown = {
        "section": "cases",
        "case": case,
        "page": page,
        "points": opened,
        "left": max((page.notice.due_on - timezone.localdate()).days, 0) if page.notice else 0,
        "errors": [*mistakes(errors), *missing],
    }
    return render(request, "citizen/correct.html", shown, status=status)


def _fields_of(
    case: Any, context: forms.Context, selection: forms.Selection, about: str,
    errors: Sequence[forms.FieldError], typed: Typed,
) -> list[ShownPart]:  # fmt: skip
    """The fields a point opens: one, or one a row of a repeating block."""
    name = about.rpartition(".")[2]
    if not context.spec.has_field(name) or name not in selection.fields:
        return []
    section = context.spec.section_of(name).id
    view = forms.section_view(context, selection, section, errors=errors, raw=typed, lang=lang())
    shown = SectionDrawing(case.pk).draw(view)
    parts = [part for one in shown.parts for part in ([one] if one.field else _inner(one))]
    fields = [part.field for part in parts if part.field]
    return [ShownPart(replace(one, form=FORM)) for one in fields if about in (one.name, one.name.rpartition(".")[2])]


def _inner(part: ShownPart) -> list[ShownPart]:
    return [inner for row in (part.block.rows if part.block else ()) for inner in row.parts]
