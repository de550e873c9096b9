"""The roster of a batch, for the organisation: import, what is wrong, correct one row, how far everybody is."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cases.actions.batches import rosters
from cases.errors import BadUpload
from cases.queries.context import context_of
from cases.queries.rosters import roster_view, rounds_of, rows_for_correction, takes_roster
from portal.accounts.access import applicants_only
from portal.citizen.language import lang
from portal.citizen.own import OwnRequest, own_case, says_why
from portal.citizen.shown import roster as shown
from portal.citizen.shown.parts import Crumb, trail

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _batch(request: OwnRequest, case_id: UUID) -> Any:
    case = own_case(request, case_id)
    if not takes_roster(case):
        raise Http404
    return case


@applicants_only
@never_cache
@require_http_methods(["GET", "POST"])
@says_why
def roster_page(request: OwnRequest, case_id: UUID) -> HttpResponse:
    """Import a roster and see its rows; after filing the same page shows how far everybody is."""
    case = _batch(request, case_id)
    if request.method == "POST":
        file = request.FILES.get("file")
        if file is None:
            return _page(request, case, error=_("请先选择名册文件"), status=422)
        try:
            counted = rosters.import_roster(case.pk, file, by=request.user.actor)
        except BadUpload as problem:
            return _page(request, case, error=problem.message, status=422)
        said = _("名册已导入：%(good)s 行可以办，%(bad)s 行要更正") % {"good": counted.good, "bad": counted.bad}
        messages.success(request, said)
        return redirect("citizen:roster", case_id=case_id)
    return _page(request, case)


def _page(request: OwnRequest, case: Any, *, error: str = "", status: int = 200) -> HttpResponse:
    asked = request.GET
    number = int(asked["page"]) if asked.get("page", "").isdecimal() else 1
    round_ = int(asked["round"]) if asked.get("round", "").isdecimal() else None
    view = roster_view(case, round_=round_, state=asked.get("state", ""), page=number)
    back = Crumb(_("您的申请"), reverse("citizen:tasks" if case.state == "draft" else "citizen:case", args=[case.pk]))
    context = {
        "section": "cases",
        "case": case,
        "roster": view,
        "rounds": rounds_of(case),
        "counts": shown.counts(view),
        "columns": shown.columns(case, lang()),
        "chosen": asked.get("state", ""),
        "is_draft": case.state == "draft",
        "error": error,
        "trail": trail(back, Crumb(_("名册"))),
    }
    return render(request, "citizen/roster.html", context, status=status)


@applicants_only
@never_cache
@require_GET
def template(request: OwnRequest, case_id: UUID) -> HttpResponse:
    """The empty table with the right headings; its cells are texts, so long numbers stay whole."""
    case = _batch(request, case_id)
    return _download(rosters.template_of(case), "roster-template.xlsx", XLSX)


@applicants_only
@never_cache
@require_GET
def faults(request: OwnRequest, case_id: UUID) -> HttpResponse:
    """The rows to be corrected as a table."""
    case = _batch(request, case_id)
    view = roster_view(case)
    if view is None:
        raise Http404
    return _download(rosters.faults_of(case), "roster-faults.csv", "text/csv; charset=utf-8")


def _download(content: bytes, name: str, media_type: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=media_type)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


@applicants_only
@never_cache
@require_http_methods(["GET", "POST"])
@says_why
def row_page(request: OwnRequest, case_id: UUID, row_id: UUID) -> HttpResponse:
    """Correct one row; it keeps its number."""
    case = _batch(request, case_id)
    row = rows_for_correction(case).filter(pk=row_id).first()
    if row is None:
        raise Http404
    if request.method == "POST":
        typed = {name: str(value) for name, value in request.POST.items()}
        row = rosters.correct_row(row.pk, typed, by=request.user.actor)
        if not row.faults:
            messages.success(request, _("第 %(number)s 行已更正") % {"number": row.number})
            return redirect("citizen:roster", case_id=case_id)
    context = {
        "section": "cases",
        "case": case,
        "row": row,
        "fields": shown.fields(row, lang()),
        "problems": shown.problems(row, lang()),
        "bundle_name": context_of(case).spec.zh,
    }
    return render(request, "citizen/roster_row.html", context, status=422 if request.method == "POST" else 200)


@applicants_only
@require_POST
@says_why
def remove(request: OwnRequest, case_id: UUID, row_id: UUID) -> HttpResponse:
    """Take a row out that nobody was asked about."""
    case = _batch(request, case_id)
    if not rows_for_correction(case).filter(pk=row_id).exists():
        raise Http404
    rosters.remove_row(row_id, by=request.user.actor)
    messages.success(request, _("这一行已经删除"))
    return redirect("citizen:roster", case_id=case_id)
