"""The wallet (我的证照): what I hold, whom I let use it, copies with a watermark, own licences fetched."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from cases import access
from cases.actions.licences import fetching, granting, reading
from cases.queries.holding import Holding
from cases.queries.licence_copies import copy_page
from cases.queries.licences import grants_given, licence_page
from portal.accounts.access import applicants_only
from portal.citizen.language import lang
from portal.citizen.own import OwnRequest, says_why
from portal.citizen.shown import wallet as shown
from portal.ui import licences as words
from portal.ui.qr import qr_code

DAYS = (1, 7, 30, 90)


@applicants_only
@never_cache
@require_GET
def licences(request: OwnRequest) -> HttpResponse:
    """What I hold or speak for and what my cases have yielded, a page at a time; and what can be fetched."""
    wallet = Holding(request.user, lang())
    shelf = shown.Shelf(wallet.kinds(), request.GET, reverse("citizen:licences"))
    held = wallet.page(shelf.kinds, shelf.offset, shown.A_PAGE)
    context = {
        "section": "licences",
        "shelf": shelf,
        "groups": shown.groups(held),
        "kinds": shown.kinds(fetching.kinds_at_hand(request.user, shelf.codes)),
        "grants": [one for one in grants_given(request.user, lang()) if one.standing == "stands" and one.is_for_case],
    }
    return render(request, "citizen/licences.html", context)


@applicants_only
@require_POST
@says_why
def fetch(request: OwnRequest) -> HttpResponse:
    """Ask the department that issues one kind for mine."""
    found = fetching.fetch(request.POST.get("kind", ""), account=request.user)
    if found:
        said = ngettext("取到 %(count)s 份", "取到 %(count)s 份", found) % {"count": found}
        messages.success(request, said)
    else:
        messages.info(request, _("发证部门没有您的这类证照"))
    return redirect("citizen:licences")


@applicants_only
@never_cache
@require_GET
def licence(request: OwnRequest, licence_id: UUID) -> HttpResponse:
    """One licence in full: its face, who may use it, who used it, a copy for one purpose."""
    page = licence_page(request.user, licence_id, lang())
    if page is None:
        raise Http404
    context = {
        "section": "licences",
        "page": page,
        "term": words.term_of(page.card),
        "use": words.use_of(page.card),
        "look": words.look_of(page.card),
        "days": DAYS,
        "from_own_case": page.card.case_id is not None and access.case_for(request.user, page.card.case_id) is not None,
        "may_grant": page.card.role in ("own", "child") and page.card.is_in_force and not page.card.is_withheld,
    }
    return render(request, "citizen/licence.html", context)


@applicants_only
@require_POST
@says_why
def grant(request: OwnRequest, licence_id: UUID) -> HttpResponse:
    """Let one case use it for some days."""
    given = request.POST.get("days", "")
    days = int(given) if given.isdecimal() and len(given) < 4 else 0
    granting.grant(licence_id, request.POST.get("case", "")[:64], days=days, account=request.user)
    messages.success(request, _("已授权；可以随时撤回"))
    return redirect("citizen:licence", licence_id=licence_id)


@applicants_only
@never_cache
@require_POST
@says_why
def show(request: OwnRequest, licence_id: UUID) -> HttpResponse:
    """A code to show to whom I stand before; it works once, for ten minutes."""
    code = granting.show(licence_id, account=request.user)
    page = licence_page(request.user, licence_id, lang())
    address = request.build_absolute_uri(f"{reverse('counter:licences')}?shown={code}")
    context = {"section": "licences", "page": page, "code": f"{code[:4]} {code[4:]}", "qr": qr_code(address)}
    return render(request, "citizen/licence_shown.html", context)


@applicants_only
@require_POST
@says_why
def make_copy(request: OwnRequest, licence_id: UUID) -> HttpResponse:
    """A copy for one purpose, with that purpose written across it."""
    made = reading.copy_for_oneself(licence_id, request.POST.get("purpose", ""), account=request.user)
    return redirect("citizen:licence_copy", copy_id=made.pk)


@applicants_only
@never_cache
@require_GET
def copy(request: OwnRequest, copy_id: UUID) -> HttpResponse:
    """The copy to look at and to print."""
    page = copy_page(request.user, copy_id)
    if page is None:
        raise Http404
    address = request.build_absolute_uri(words.verify_path(page))
    context = {
        "section": "licences",
        "page": page,
        "issuer": words.issuer_name(page.issuer),
        "lines": words.watermark(page, _("持证人自制")),
        "qr": qr_code(address),
        "back": reverse("citizen:licence", args=[page.licence_id]),
    }
    return render(request, "citizen/licence_copy.html", context)


@applicants_only
@require_POST
@says_why
def revoke(request: OwnRequest, grant_id: UUID) -> HttpResponse:
    """Take a grant back."""
    if grant_id not in {one.id for one in grants_given(request.user)}:
        raise Http404
    taken = granting.revoke(grant_id, account=request.user)
    messages.success(request, _("授权已撤回，之后不会再调取"))
    return redirect("citizen:licence", licence_id=taken.licence_id)
