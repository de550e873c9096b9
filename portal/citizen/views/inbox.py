"""My messages: everything I was told, newest first; what has been on the page counts as read."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from cases import access
from cases.queries.messages import inbox, mark_read, message_for
from portal.accounts.access import applicants_only
from portal.citizen.language import lang
from portal.citizen.own import OwnRequest
from portal.citizen.shown.paging import newest_first, number_of


@applicants_only
@never_cache
@require_GET
def messages_page(request: OwnRequest) -> HttpResponse:
    """A page of messages, all of them or those about one case."""
    case = _case(request)
    found = inbox(request.user, lang(), case_id=case.pk if case else None, page=number_of(request.GET.get("page", "")))
    if found.page > 1 and not found.rows:
        return redirect("citizen:messages")
    fresh = [row.id for row in found.rows if row.is_new]
    if fresh:
        mark_read(request.user, fresh)
    left = found.unread - len(fresh)
    kept = {"case": str(case.pk)} if case else {}
    pages = newest_first(reverse("citizen:messages"), kept, found.page, has_more=found.has_more)
    context = {"section": "me", "inbox": found, "case": case, "left_unread": max(left, 0), "pages": pages}
    return render(request, "citizen/messages.html", context)


@applicants_only
@never_cache
@require_GET
def follow(request: OwnRequest, message_id: UUID) -> HttpResponse:
    """Read one message and go where it leads."""
    found = message_for(request.user, message_id, lang())
    if found is None:
        raise Http404
    mark_read(request.user, [message_id])
    is_ours = bool(found.href) and url_has_allowed_host_and_scheme(found.href, allowed_hosts=None)
    return redirect(found.href if is_ours else "citizen:messages")


@applicants_only
@never_cache
@require_POST
def read_all(request: OwnRequest) -> HttpResponse:
    """Nothing is new any more."""
    mark_read(request.user)
    messages.success(request, _("全部标为已读"))
    return redirect("citizen:messages")


def _case(request: OwnRequest) -> Any:
    """The case that the list is narrowed to; another person's does not exist."""
    named = request.GET.get("case", "")
    if not named:
        return None
    try:
        case = access.case_for(request.user, UUID(named))
    except ValueError:
        case = None
    if case is None:
        raise Http404
    return case
