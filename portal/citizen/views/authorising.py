"""Somebody else's case that needs my yes: what it is about, what may be looked up, agree or decline."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from bundles import queries
from cases import access
from cases.actions.applying import parties, withdrawal
from cases.queries.authorisations import authorisation, consents_given, parties_seen_by
from cases.queries.joint import joint_filings_of
from cases.queries.rosters import asked_of
from cases.queries.titles import title_of_case
from portal.accounts.access import applicants_only
from portal.accounts.link_limit import LinkLimit
from portal.citizen.language import lang
from portal.citizen.own import OwnRequest, says_why


@applicants_only
@never_cache
@require_GET
def requests(request: OwnRequest) -> HttpResponse:
    """What waits for my authorisation, what I have answered, what I have given and may take back."""
    seen = parties_seen_by(request.user)
    joint = [(one, queries.version(one.bundle_version_id).spec) for one in joint_filings_of(request.user)]
    context = {
        "section": "me",
        "rosters": asked_of(request.user, lang()),
        "waiting": [one for one in seen if one.state == "asked"],
        "answered": [one for one in seen if one.state in ("agreed", "declined")],
        "joint": [(one, title_of_case(one.title, spec, lang())) for one, spec in joint],
        "given": [one for one in consents_given(request.user) if one.revoked_at is None],
    }
    return render(request, "citizen/authorisations.html", context)


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
    if consent_id not in {one.id for one in consents_given(request.user)}:
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
