"""Ratings (好差评): one tap, then why if wished; added to once, and once more after the department's call-back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from cases.actions.dialogue import rating
from cases.queries.ratings import case_behind, rating_for, ratings_of
from portal.accounts.access import applicants_only, public
from portal.citizen.own import OwnRequest, own_case, says_why
from portal.citizen.shown import ratings as shown

WHOLE = "all"


@applicants_only
@require_POST
@says_why
def rate(request: OwnRequest, case_id: UUID) -> HttpResponse:
    """One tap on a level: it counts from now; the next page asks why, and may be left."""
    case = own_case(request, case_id)
    given = rating.rate(case.pk, _item(request), _level(request), by=request.user.actor)
    return redirect("citizen:rated", case_id=case_id, rating_id=given.pk)


@applicants_only
@never_cache
@require_http_methods(["GET", "POST"])
@says_why
def rated(request: OwnRequest, case_id: UUID, rating_id: UUID) -> HttpResponse:
    """Thanks, and why: words of one tap, own words, with or without the name; later words; the second rating."""
    case = own_case(request, case_id)
    given = rating_for(case, rating_id)
    if given is None:
        raise Http404
    if request.method == "GET":
        back = reverse("citizen:results", args=[case_id])
        return render(request, "citizen/rated.html", {"section": "cases", "back": back, **shown.why(given)})
    _change(request, given.pk, request.user.actor)
    return redirect(reverse("citizen:results", args=[case_id]) + "#rate")


def _change(request: HttpRequest, rating_id: UUID, by: Any) -> None:
    act = request.POST.get("act", "")
    text = request.POST.get("text", "")
    if act == "why":
        is_anonymous = request.POST.get("anonymous") == "yes"
        rating.explain(rating_id, request.POST.getlist("tag"), text, is_anonymous=is_anonymous, by=by)
        messages.success(request, _("谢谢，部门会看到"))
    elif act == "add":
        rating.add_to(rating_id, text, by=by)
        messages.success(request, _("追评已记下"))
    elif act == "again":
        rating.rate_again(rating_id, _level(request), by=by)
        messages.success(request, _("谢谢，第二次评价已记下"))
    else:
        raise Http404


@public
@never_cache
@require_http_methods(["GET", "POST"])
@says_why
def by_link(request: HttpRequest, token: str) -> HttpResponse:
    """The page behind the link of the message: five buttons and nothing of the case but its name; no sign-in."""
    case = case_behind(rating.digest_of(token))
    if case is None:
        raise Http404
    if request.method == "POST":
        _answer(request, case)
        return redirect("citizen:rate_by_link", token=token)
    overall = ratings_of(case).overall
    given = rating_for(case, overall.given.id) if overall and overall.given else None
    context = {"overall": overall, "back": reverse("citizen:home")}
    return render(request, "citizen/rate_by_link.html", context | (shown.why(given) if given else {}))


def _answer(request: HttpRequest, case: Any) -> None:
    """Who holds the link speaks for the applicant, about this one thing."""
    overall = ratings_of(case).overall
    if overall is not None and overall.given is not None:
        _change(request, overall.given.id, case.applicant.actor)
    else:
        rating.rate(case.pk, None, _level(request), by=case.applicant.actor)


def _level(request: HttpRequest) -> int:
    posted = request.POST.get("level", "")
    return int(posted) if posted.isdecimal() and len(posted) == 1 else 0


def _item(request: HttpRequest) -> UUID | None:
    posted = request.POST.get("item", WHOLE)
    try:
        return None if posted == WHOLE else UUID(posted)
    except ValueError:
        raise Http404 from None
