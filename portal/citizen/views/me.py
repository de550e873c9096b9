"""What is mine: the way to my cases, licences and authorisations, and who read my data."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from cases.actions.batches.roster_files import as_csv
from cases.queries.messages import unread_count
from cases.queries.readings import KINDS, MOST_EXPORTED, readings_of, readings_page
from portal.accounts.access import applicants_only, signed_in
from portal.accounts.acting import person_of
from portal.accounts.closing import pending
from portal.citizen.own import OwnRequest
from portal.citizen.shown.departments import short_of
from portal.citizen.shown.hub import hub
from portal.citizen.shown.paging import newest_first, number_of
from portal.ui.parts import Filter


@signed_in
@never_cache
@require_GET
def me(request: OwnRequest) -> HttpResponse:
    """The account: what waits for me, the ways from here with how much is there; sign-out."""
    account = request.user
    is_applicant = account.role in ("citizen", "company")
    context = {
        "section": "me",
        "identity": account.identity,
        "hub": hub(account, person_of(request), unread=unread_count(account)) if is_applicant else None,
        "closing": pending(account) if is_applicant and account.acting is None else None,
    }
    return render(request, "citizen/me.html", context)


@applicants_only
@never_cache
@require_GET
def readings(request: OwnRequest) -> HttpResponse:
    """The looks at my data, a page at a time: by staff, by registers asked, by departments that received a case."""
    kind = request.GET.get("kind", "")
    kind = kind if kind in KINDS else ""
    found = readings_page(request.user, kind, number_of(request.GET.get("page", "")))
    if found.number > 1 and not found.rows:
        return redirect("citizen:readings")
    kept = {"kind": kind} if kind else {}
    pages = newest_first(reverse("citizen:readings"), kept, found.number, has_more=found.has_more)
    shown = {"section": "me", "readings": found.rows, "kinds": _kinds(kind), "pages": pages}
    return render(request, "citizen/readings.html", shown)


def _kinds(chosen: str) -> Sequence[Filter]:
    words = {
        "": _("全部"),
        "staff": _("工作人员"),
        "lookup": _("平台查询"),
        "department": _("部门收到"),
        "consent": _("授权"),
    }
    return [Filter(title=word, href=f"?kind={kind}", on=kind == chosen) for kind, word in words.items()]


@applicants_only
@never_cache
@require_GET
def readings_file(request: OwnRequest) -> HttpResponse:
    """The same as a file, all of it: to keep or to show. 个人信息保护法 第四十五条."""
    heading = [
        _("时间"),
        _("谁"),
        _("部门"),
        _("看了什么"),
        _("为了"),
        _("依据"),
        _("结果"),
        _("一件事"),
        _("办件编号"),
    ]
    rows = (
        (f"{timezone.localtime(one.at):%Y-%m-%d %H:%M:%S}", one.who, short_of(one.dept_code) if one.dept_code else "",
         one.what, one.purpose, one.basis, one.outcome, one.bundle, one.number)
        for one in readings_of(request.user, most=MOST_EXPORTED)
    )  # fmt: skip
    response = HttpResponse(as_csv(heading, rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="readings.csv"'
    return response
