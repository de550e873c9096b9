"""Somebody else's case that needs my yes: what it is about, what may be looked up, agree or decline."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from bundles import queries
from cases import access
from cases.actions.applying import parties, withdrawal
from cases.queries.authorisations import (
    authorisation,
    consents_standing,
    has_given,
    parties_answered,
    parties_asking,
)
from cases.queries.joint import joint_filings_of
from cases.queries.rosters import asked_of
from cases.queries.titles import title_of_case
from portal.accounts.access import applicants_only
from portal.accounts.link_limit import LinkLimit
from portal.citizen.language import lang
from portal.citizen.own import OwnRequest, says_why
from portal.citizen.shown.paging import Pages, newest_first, number_of

A_PAGE = 20


@applicants_only
@never_cache
@require_GET
def requests(request: OwnRequest) -> HttpResponse:
    """What waits for my authorisation, what I have answered, what I have given and may take back."""
    at = {name: number_of(request.GET.get(name, "")) for name in ("answered", "given")}
    answered, given = (
        read(request.user, offset=(at[name] - 1) * A_PAGE, limit=A_PAGE + 1)
        for name, read in (("answered", parties_answered), ("given", consents_standing))
    )
    joint = [(one, queries.version(one.bundle_version_id).spec) for one in joint_filings_of(request.user)]
    context = {
        "section": "me",
        "rosters": asked_of(request.user, lang()),
        "waiting": parties_asking(request.user),
        "answered": answered[:A_PAGE],
        "answered_pages": _pages(at, "answered", "#d", has_more=len(answered) > A_PAGE),
        "joint": [(one, title_of_case(one.title, spec, lang())) for one, spec in joint],
        "given": given[:A_PAGE],
        "given_pages": _pages(at, "given", "#g", has_more=len(given) > A_PAGE),
    }
    return render(request, "citizen/authorisations.html", context)


def _pages(at: Mapping[str, int], name: str, place: str, *, has_more: bool) -> Pages:
    """The pages of one of the two lists; the other one stays where it is."""
    kept = {other: str(number) for other, number in at.items() if other != name and number > 1}
    address = reverse("citizen:authorisations")
    return newest_first(address, kept, at[name], has_more=has_more, key=name, place=place)


@applicants_only
@never_cache
@require_http_methods(["GET", "POST"])
@says_why
def by_link(request: OwnRequest, token: str) -> HttpResponse:
    """The page behind the link of the message: for the person it was sent to, signed in.

    Links that are not one's own are counted: after a few nothing is answered for a while, right or wrong.
    """
    limit = LinkLimit(request.user.pk)
    party = None if limit.is_reached() else parties.party_by_token(token)
    if party is None or access.party_for(request.user, party.pk) is None:
        limit.count()
        raise Http404
    return _answer(request, party, token) if request.method == "POST" else _show(request, party)


@applicants_only
@never_cache
@require_http_methods(["GET", "POST"])
@says_why
def by_list(request: OwnRequest, party_id: UUID) -> HttpResponse:
    """The same request, found in the list."""
    party = access.party_for(request.user, party_id)
    if party is None:
        raise Http404
    return _answer(request, party, None) if request.method == "POST" else _show(request, party)


def _answer(request: OwnRequest, party: Any, token: str | None) -> HttpResponse:
    if request.POST.get("answer") == "yes":
        agreed_apart = request.POST.get("sensitive") == "yes"
        parties.agree(party.pk, account=request.user, token=token, sensitive=agreed_apart)
        messages.success(request, _("您已同意，我们会告诉申请人"))
    elif request.POST.get("answer") == "no":
        parties.decline(party.pk, account=request.user, token=token)
        messages.success(request, _("您没有同意，申请人会收到通知"))
    else:
        return _show(request, party, error=_("请选择同意或不同意"), status=422)
    return redirect("citizen:authorisations")


def _show(request: OwnRequest, party: Any, *, error: str = "", status: int = 200) -> HttpResponse:
    shown = {"section": "me", "one": authorisation(party), "error": error}
    return render(request, "citizen/authorise.html", shown, status=status)


@applicants_only
@require_POST
@says_why
def revoke(request: OwnRequest, consent_id: UUID) -> HttpResponse:
    """Take an authorisation back; nothing more is asked from then on."""
    if not has_given(request.user, consent_id):
        raise Http404
    parties.withdraw_consent(consent_id, account=request.user)
    messages.success(request, _("授权已撤回，之后不会再调取"))
    return redirect("citizen:authorisations")


@applicants_only
@require_POST
@says_why
def withdraw(request: OwnRequest, case_id: UUID) -> HttpResponse:
    """Take a joint filing back before the irreversible decision; the other side is told."""
    if case_id not in {case.pk for case in joint_filings_of(request.user)}:
        raise Http404
    reason = request.POST.get("reason", "").strip()[:200]
    withdrawal.withdraw_jointly(case_id, account=request.user, reason=reason)
    messages.success(request, _("共同申请已撤回，对方会收到通知"))
    return redirect("citizen:authorisations")
