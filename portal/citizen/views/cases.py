"""My cases, and one of them: live picture, timeline, taking back, choosing, filing what was put off."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseNotModified
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from cases import access
from cases.actions.applying import filing, staging, withdrawal
from cases.errors import NotReady
from cases.queries.case_page import CasePage, case_page
from cases.queries.due_days import why_due
from cases.queries.my_cases import count_cases, my_cases
from cases.queries.plans import plans_of
from cases.queries.ratings import ratings_of
from cases.queries.together import reads_together
from cases.queries.visits import visits_of
from portal.accounts.access import applicants_only
from portal.citizen.language import lang
from portal.citizen.own import OwnRequest, own_case, says_why
from portal.citizen.pushing import let_pass, push_address
from portal.citizen.seen import history_mark
from portal.citizen.shown import case_rows, case_view, charges, outcomes, pictures, why_day
from portal.citizen.shown.afterwards import afterwards_of
from portal.citizen.shown.parts import Crumb, trail


@applicants_only
@never_cache
@require_GET
def cases(request: OwnRequest) -> HttpResponse:
    """Cases and drafts, those that wait for the person first."""
    shelf = case_rows.Shelf(count_cases(request.user), request.GET, reverse("citizen:cases"))
    mine = my_cases(request.user, case_rows.A_PAGE, lang(), offset=shelf.offset, states=shelf.states)
    context = {"section": "cases", "rows": [case_rows.shown(row) for row in mine], "shelf": shelf}
    return render(request, "citizen/cases.html", context)


@applicants_only
@never_cache
@require_GET
@reads_together
def case(request: OwnRequest, case_id: UUID) -> HttpResponse:
    """Where it is, what to do, by when; then the picture, what happened, whom to ask."""
    own = own_case(request, case_id)
    if own.state == "draft":
        return redirect("citizen:tasks", case_id=case_id)
    if own.state == "awaiting_parties":
        return redirect("citizen:parties", case_id=case_id)
    page = case_page(own, lang())
    context = {
        "section": "cases",
        "case": own,
        "mark": history_mark(own),
        "events": push_address(request, own.pk) if own.is_open else "",
        "plans": plans_of(own, request.user.actor, lang()),
        "withdrawable": [node for node in page.nodes if node.can_withdraw],
        "trail": trail(Crumb(_("我的办件"), reverse("citizen:cases")), Crumb(page.bundle_name)),
        **_live(own, page),
    }
    return let_pass(render(request, "citizen/case.html", context), context["events"])


def _live(own: Any, page: CasePage) -> dict[str, Any]:
    """The part that keeps itself fresh."""
    why = why_due(own, lang()) if page.is_open else None
    fees = charges.settled(page.charges)
    return {
        "page": page,
        "ratings": None if page.is_open else ratings_of(own),
        "answers": case_view.answers(page, why),
        "notice": case_view.notice(page),
        "picture": pictures.live(page),
        "story": case_view.story(page),
        "choices": [node for node in page.nodes if node.is_choice],
        "why": why,
        "why_shown": why_day.shown(why) if why else None,
        "contacts": case_view.contacts(page),
        "refused": [outcomes.refused(one) for one in page.refused],
        "charges": fees,
        "visits": visits_of(own, lang()),
        "pays_now": any(fee.look == "you" for fee in fees),
        "takes_more": staging.takes_more(own),
        **afterwards_of(own, page, lang()),
    }


@applicants_only
@never_cache
@require_GET
@reads_together
def live(request: OwnRequest, case_id: UUID) -> HttpResponse:
    """The fresh part of the page; 304 while nothing has happened, which costs one small query."""
    own = own_case(request, case_id)
    mark = history_mark(own)
    if request.headers.get("If-None-Match") == mark:
        return HttpResponseNotModified()
    if own.state in ("draft", "awaiting_parties"):
        return HttpResponse(status=204)  # nothing to draw yet; the page that asks goes on its own way
    response = render(request, "citizen/parts/case_live.html", {"case": own, **_live(own, case_page(own, lang()))})
    response["ETag"] = mark
    return response


@applicants_only
@require_POST
@says_why
def withdraw(request: OwnRequest, case_id: UUID) -> HttpResponse:
    """Take one item back, or all of it."""
    own = own_case(request, case_id)
    reason = request.POST.get("reason", "").strip()[:200]
    actor, item = request.user.actor, request.POST.get("item", "")
    if item == "all":
        withdrawal.withdraw_case(own.pk, by=actor, reason=reason)
        messages.success(request, _("已全部撤回；已经办好的不受影响"))
    else:
        withdrawal.withdraw_item(_own_sub(request, own, item), by=actor, reason=reason)
        messages.success(request, _("这件事已撤回，其他照常办"))
    return redirect("citizen:case", case_id=case_id)


@applicants_only
@require_POST
@says_why
def choose(request: OwnRequest, case_id: UUID) -> HttpResponse:
    """Go on another way, or stop, where the item before was refused."""
    own = own_case(request, case_id)
    sub_id = _own_sub(request, own, request.POST.get("item", ""))
    withdrawal.choose(sub_id, request.POST.get("go_on") == "yes", by=request.user.actor)
    return redirect("citizen:case", case_id=case_id)


@applicants_only
@require_POST
@says_why
def file_later(request: OwnRequest, case_id: UUID) -> HttpResponse:
    """File items that were put off, from the same case."""
    own = own_case(request, case_id)
    try:
        filing.file_later(own.pk, request.POST.getlist("item"), by=request.user.actor)
    except NotReady as lacking:
        messages.warning(request, lacking.message)
        return redirect("citizen:tasks", case_id=case_id)
    messages.success(request, _("已经接着办，时限从今天起算"))
    return redirect("citizen:case", case_id=case_id)


def _own_sub(request: OwnRequest, own: Any, posted: str) -> UUID:
    """The sub-application named in the form, if it is of this case."""
    try:
        sub = access.sub_for(request.user, UUID(posted))
    except ValueError:
        sub = None
    if sub is None or sub.case_id != own.pk:
        raise Http404
    return sub.pk
