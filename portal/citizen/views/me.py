"""What is mine: the way to my cases, licences and authorisations, and who read my data."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from cases.queries.authorisations import parties_seen_by
from cases.queries.my_cases import my_cases
from cases.queries.readings import readings_of
from portal.accounts.access import applicants_only, signed_in
from portal.citizen.own import OwnRequest


@signed_in
@never_cache
@require_GET
def me(request: OwnRequest) -> HttpResponse:
    """The account and the ways from here; sign-out."""
    account = request.user
    context = {
        "section": "me",
        "identity": account.identity,
        "is_applicant": account.role in ("citizen", "company"),
        "needs_me": sum(row.needs_me for row in my_cases(account)),
        "asked": sum(one.state == "asked" for one in parties_seen_by(account)),
    }
    return render(request, "citizen/me.html", context)


@applicants_only
@never_cache
@require_GET
def readings(request: OwnRequest) -> HttpResponse:
    """Every look at my data: by staff, by registers asked for me, by departments that received a case."""
    return render(request, "citizen/readings.html", {"section": "me", "readings": readings_of(request.user)})
