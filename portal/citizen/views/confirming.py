"""The own row of a roster: look at it, say yes, say that something is wrong, or say no. Behind a link and a sign-in."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from bundles import queries
from cases.actions.batches import confirming
from cases.errors import CaseError, WrongState
from cases.queries.people import indexes_of
from cases.queries.rosters import cells_of, rows_asked_of
from portal.accounts.access import applicants_only
from portal.citizen.language import lang
from portal.citizen.own import OwnRequest, says_why


@applicants_only
@never_cache
@require_http_methods(["GET", "POST"])
@says_why
def confirm(request: OwnRequest, token: str) -> HttpResponse:
    """What the organisation says of me, and my answer; nobody else's link opens here."""
    row = confirming.row_by_token(token)
    if row is None or row.id_index not in indexes_of(request.user):
        raise Http404
    return _read_or_answer(request, row)


@applicants_only
@never_cache
@require_http_methods(["GET", "POST"])
@says_why
def confirm_listed(request: OwnRequest, row_id: UUID) -> HttpResponse:
    """The same, found in the list of what waits for me: a lost message loses nobody the chance to answer."""
    row = rows_asked_of(request.user).filter(pk=row_id).first()
    if row is None:
        raise Http404
    return _read_or_answer(request, row)


def _read_or_answer(request: OwnRequest, row: Any) -> HttpResponse:
    if request.method == "POST":
        try:
            return _answer(request, row)
        except WrongState:
            raise
        except CaseError as problem:
            return _show(request, row, error=problem.message, status=422)
    return _show(request, row)


def _answer(request: OwnRequest, row: Any) -> HttpResponse:
    answer = request.POST.get("answer")
    if answer == "confirm":
        case = confirming.begin(row.pk, account=request.user)
        return redirect("citizen:situations", case_id=case.pk)
    if answer == "decline":
        reason, read = request.POST.get("reason", ""), request.POST.get("risk") == "on"
        confirming.decline(row.pk, account=request.user, reason=reason, has_read_risk=read)
        messages.success(request, _("已记下：您不办。单位只知道您不办，看不到原因"))
        return redirect("citizen:home")
    if answer == "wrong":
        named = {name: "on" for name in request.POST.getlist("field")}
        confirming.send_back(row.pk, account=request.user, fields=named, note=request.POST.get("note", ""))
        messages.success(request, _("已退回单位更正，改好后会再通知您"))
        return redirect("citizen:home")
    return _show(request, row, error=_("请选择一个答复"), status=422)


def _show(request: OwnRequest, row: Any, *, error: str = "", status: int = 200) -> HttpResponse:
    batch = row.roster.case
    spec = queries.version(batch.bundle_version_id).spec
    cells = [cell for cell in cells_of(row, lang()) if cell.text]
    context = {
        "section": "me",
        "row": row,
        "bundle_name": spec.en if lang() == "en" and spec.en else spec.zh,
        "organisation": batch.applicant_name,
        "locked": [cell for cell in cells if not cell.is_open],
        "open": [cell for cell in cells if cell.is_open],
        "reasons": confirming.reasons_to_decline(spec, lang()),
        "risk": spec.confirmation.risk if spec.confirmation else "",
        "until": row.roster.confirm_by,
        "is_begun": row.case is not None,
        "error": error,
    }
    return render(request, "citizen/confirm.html", context, status=status)
