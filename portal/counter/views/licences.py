"""The desk looks a licence up: by holder or number for a purpose, or by the code its holder shows."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from bundles import queries
from cases.actions.licences import granting, originals, reading
from cases.errors import CaseError
from cases.queries.licence_copies import copy_page
from portal.accounts.access import clerks_only, desk_only
from portal.accounts.link_limit import LinkLimit
from portal.counter.worker import worker
from portal.ui import licences as words
from portal.ui.qr import qr_code

TYPED = ("number", "code", "purpose", "case", "shown", "days", "evidence")
REFUSED = 422
DAYS = 1


@desk_only
@never_cache
@require_http_methods(["GET", "POST"])
def licences(request: HttpRequest) -> HttpResponse:
    """The form, and what was found: kinds, numbers and standing; the face only on a copy made for a purpose."""
    if request.method == "GET":
        return _page(request, {})
    sought = reading.Sought(*(request.POST.get(name, "")[:200] for name in ("number", "purpose", "code", "case")))
    try:
        found = reading.look_up(sought, by=worker(request))
    except CaseError as error:
        return _page(request, {"error": error.message}, status=REFUSED)
    rows = [(one, words.look_of(one.licence), words.term_of(one.licence), _ground(one.basis)) for one in found]
    return _page(request, {"rows": rows, "asked": True})


def _ground(basis: str) -> str:
    return _("本部门颁发") if basis == reading.DUTY else _("持证人授权")


@desk_only
@require_POST
def open_one(request: HttpRequest, licence_id: UUID) -> HttpResponse:
    """Read one: a copy with the purpose across it."""
    try:
        purpose, case = request.POST.get("purpose", ""), request.POST.get("case", "")
        made = reading.open_copy(licence_id, purpose, case, by=worker(request))
    except CaseError as error:
        return _page(request, {"error": error.message}, status=REFUSED)
    return redirect("counter:licence_copy", copy_id=made.pk)


@desk_only
@require_POST
def shown(request: HttpRequest) -> HttpResponse:
    """The holder shows a code (亮证); wrong ones are counted."""
    limit = LinkLimit(worker(request).pk)
    try:
        if limit.is_reached():
            raise CaseError(_("错得太多次了，请过一会儿再试"))
        made = reading.open_shown(request.POST.get("shown", ""), request.POST.get("purpose", ""), by=worker(request))
    except CaseError as error:
        limit.count()
        return _page(request, {"error": error.message}, status=REFUSED)
    return redirect("counter:licence_copy", copy_id=made.pk)


@clerks_only
@require_POST
def grant(request: HttpRequest) -> HttpResponse:
    """The holder stands at the window and agrees; the clerk writes down how."""
    post = request.POST
    try:
        licence_id = granting.held_at_window(post.get("code", ""), post.get("number", ""))
        evidence, case = post.get("evidence", ""), post.get("case", "")
        granting.grant_at_window(licence_id, case, days=DAYS, evidence=evidence, clerk=worker(request))
    except CaseError as error:
        return _page(request, {"error": error.message}, status=REFUSED)
    messages.success(request, _("已登记授权，今天内可以查看；持证人能看到，也能撤回"))
    return redirect("counter:licences")


@desk_only
@never_cache
@require_GET
def copy(request: HttpRequest, copy_id: UUID) -> HttpResponse:
    """The copy to look at and to print, for half an hour."""
    page = copy_page(worker(request), copy_id)
    if page is None:
        raise Http404
    who = f"{words.issuer_name(page.department) if page.department else _('综合窗口')} {worker(request).name}"
    context = {
        "section": "licences",
        "page": page,
        "issuer": words.issuer_name(page.issuer),
        "lines": words.watermark(page, who),
        "qr": qr_code(request.build_absolute_uri(words.verify_path(page))),
    }
    return render(request, "counter/licence_copy.html", context)


@desk_only
@require_POST
def original_seen(request: HttpRequest, material_id: UUID) -> HttpResponse:
    """The original was compared with the copy in the licence library (核原件)."""
    try:
        originals.note_seen(material_id, by=worker(request))
    except CaseError as error:
        messages.error(request, error.message)
    else:
        messages.success(request, _("已登记：核对过原件"))
    return redirect(_back(request))


def _back(request: HttpRequest) -> str:
    """The page of the task or case it was pressed on, named by its path."""
    back = request.POST.get("back", "")
    return back if back.startswith("/desk/") and "//" not in back else "/desk/"


def _page(request: HttpRequest, more: dict[str, Any], *, status: int = 200) -> HttpResponse:
    kinds = sorted((kind.code, words.kind_name(kind)) for kind in queries.registry().licences.values())
    context = {"section": "licences", "kinds": kinds, "typed": _typed(request), **more}
    return render(request, "counter/licences.html", context, status=status)


def _typed(request: HttpRequest) -> dict[str, str]:
    """What was typed; of a code that was scanned (亮证), the code."""
    typed = {name: request.POST.get(name, "") for name in TYPED}
    scanned = request.GET.get("shown", "")
    return {**typed, "shown": typed["shown"] or (scanned if scanned.isdecimal() and len(scanned) < 12 else "")}
