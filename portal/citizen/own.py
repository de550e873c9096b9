"""What is one's own: the case behind an address, and the answer where an act is refused."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from cases import access
from cases.actions.applying import staging
from cases.errors import CaseError, ChangedMeanwhile, WrongState
from cases.queries.task_list import can_be_edited
from portal.accounts.models import Account
from portal.citizen.mandated import check_reach

View = Callable[..., HttpResponse]


class OwnRequest(HttpRequest):
    """A request of somebody signed in, as the access decorators leave it."""

    user: Account
    merged: Any  # what `seen.save_unless_changed` put together from two sides, where there were two


CONFLICT, REFUSED = 409, 422


def own_case(request: OwnRequest, case_id: UUID) -> Any:
    """The account's own case. Raises Http404 for anybody else's, as for one that does not exist.

    Raises NotMandated where whoever acts for the applicant may not do this act in this bundle.
    """
    case = access.case_for(request.user, case_id)
    if case is None:
        raise Http404
    check_reach(request, case.bundle_code)
    return case


def form_is_open(case: Any) -> bool:
    """Whether there is something to fill in: before filing, or for what a staged bundle put off."""
    return can_be_edited(case) or staging.takes_more(case)


def says_why(view: View) -> View:
    """Answer a refused act with its own sentence: 409 where the case has moved on, 422 otherwise."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except CaseError as error:
            return refused(request, error)

    return answered


def refused(request: HttpRequest, error: CaseError) -> HttpResponse:
    """The sentence alone for scripts, a page with the way back for people."""
    status = CONFLICT if isinstance(error, WrongState | ChangedMeanwhile) else REFUSED
    if request.headers.get("HX-Request"):
        return HttpResponse(error.message, status=status, content_type="text/plain; charset=utf-8")
    back = request.META.get("HTTP_REFERER", "") if _is_ours(request) else ""
    return render(request, "citizen/refused.html", {"reason": error.message, "back": back}, status=status)


def _is_ours(request: HttpRequest) -> bool:
    return urlsplit(request.META.get("HTTP_REFERER", "")).netloc == request.get_host()
