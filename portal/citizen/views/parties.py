"""Those who have to agree, seen by the applicant: state of each, ask again, change something."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from cases.actions.applying import parties, uninviting
from cases.queries.context import context_of
from cases.queries.task_list import parties_of
from portal.accounts.access import applicants_only
from portal.citizen.language import lang
from portal.citizen.own import OwnRequest, form_is_open, own_case, says_why
from portal.citizen.seen import history_mark
from portal.citizen.shown import people


@applicants_only
@never_cache
@require_GET
def parties_page(request: OwnRequest, case_id: UUID) -> HttpResponse:
    """Who must confirm, and how far that is."""
    case = own_case(request, case_id)
    if not form_is_open(case):
        return redirect("citizen:case", case_id=case_id)
    concerned = parties_of(case, context_of(case), lang(), acting=request.user.acting)
    views = [party for party in concerned if party.must_agree]
    waiting = [party for party in views if party.state != "agreed"]
    if case.submitted_at and not waiting:
        return redirect("citizen:case", case_id=case_id)
    context = {
        "section": "cases",
        "case": case,
        "parties": [people.shown(party) for party in views],
        "waiting": "、".join(dict.fromkeys(party.name or party.label for party in waiting)),
        "is_handed_in": case.state == "awaiting_parties",
        "mark": history_mark(case),
    }
    return render(request, "citizen/parties.html", context)


@applicants_only
@never_cache
@require_POST
@says_why
def invite(request: OwnRequest, case_id: UUID, party_id: UUID) -> HttpResponse:
    """Send the link, early or again."""
    _own_party(request, case_id, party_id)
    parties.invite(party_id, by=request.user.actor)
    messages.success(request, _("短信已发出，之前的链接不再有效"))
    return redirect("citizen:parties", case_id=case_id)


@applicants_only
@never_cache
@require_POST
@says_why
def uninvite(request: OwnRequest, case_id: UUID, party_id: UUID) -> HttpResponse:
    """Ask somebody no longer; a case handed in is a draft again."""
    _own_party(request, case_id, party_id)
    uninviting.uninvite(party_id, by=request.user.actor)
    messages.success(request, _("已撤回，发出去的链接打不开了"))
    return redirect("citizen:parties", case_id=case_id)


def _own_party(request: OwnRequest, case_id: UUID, party_id: UUID) -> None:
    """Raises Http404 for somebody who is no party of an own case."""
    case = own_case(request, case_id)
    if party_id not in {party.id for party in parties_of(case, context_of(case))}:
        raise Http404
