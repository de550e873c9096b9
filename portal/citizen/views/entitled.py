"""One question to somebody whom a search found: yes or no with one tap, without signing in; and what is known of me."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from cases.actions.proactive import entitled
from cases.ports import Actor
from cases.queries.candidates import candidate_view, candidates_of
from portal.accounts.access import applicants_only, public
from portal.citizen.language import lang
from portal.citizen.own import OwnRequest, says_why

ONE_TAP = Actor("party", "one_tap")


@public
@never_cache
@require_http_methods(["GET", "POST"])
@says_why
def one_tap(request: HttpRequest, token: str) -> HttpResponse:
    """The page behind the link of the message. Whoever holds the phone may answer: the elder or a child."""
    candidate = entitled.candidate_by_token(token)
    if candidate is None:
        raise Http404
    if request.method == "POST":
        if request.POST.get("answer") == "yes":
            entitled.accept(candidate.pk, by=ONE_TAP, token=token)
        elif request.POST.get("answer") == "no":
            entitled.refuse(candidate.pk, by=ONE_TAP)
        return redirect("citizen:one_tap", token=token)
    return render(request, "citizen/one_tap.html", {"one": candidate_view(candidate, lang())})


@applicants_only
@never_cache
@require_GET
def mine(request: OwnRequest) -> HttpResponse:
    """What searches found about me, with the reason where I am not entitled."""
    found: list[Any] = candidates_of(request.user, lang())
    return render(request, "citizen/entitlements.html", {"section": "me", "found": found})


@applicants_only
@require_POST
@says_why
def object_to(request: OwnRequest, candidate_id: UUID) -> HttpResponse:
    """Say that the reason is wrong; somebody looks."""
    if candidate_id not in {one.id for one in candidates_of(request.user, lang())}:
        raise Http404
    entitled.object_to(candidate_id, account=request.user, text=request.POST.get("text", ""))
    messages.success(request, _("异议已收到，会有人上门核实"))
    return redirect("citizen:entitlements")
