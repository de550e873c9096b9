"""Booking the one time one has to come: free slots by day, what to bring, moved as often as the rules allow."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from bundles import queries
from cases import access
from cases.actions.scheduling import appointments
from cases.actions.scheduling.appointments import Slot
from cases.queries.titles import title_of_case
from cases.queries.visits import visits_of
from portal.accounts.access import applicants_only
from portal.citizen.language import lang
from portal.citizen.own import OwnRequest, own_case, says_why
from portal.citizen.shown.parts import Crumb, trail
from portal.citizen.shown.visit_calendar import visit_entry

LANGUAGES = {"zh": "中文", "en": "English", "ja": "日本語", "ko": "한국어"}


@applicants_only
@never_cache
@require_http_methods(["GET", "POST"])
@says_why
def book(request: OwnRequest, case_id: UUID, sub_id: UUID) -> HttpResponse:
    """Choose a time; the place is kept until then."""
    case = own_case(request, case_id)
    sub = access.sub_for(request.user, sub_id)
    visit = next((one for one in visits_of(case, lang()) if one.sub_id == sub_id), None)
    rule = appointments.rule_of(sub) if sub is not None and sub.case_id == case.pk else None
    if sub is None or visit is None or rule is None:
        raise Http404
    if request.method == "POST":
        moment = parse_datetime(request.POST.get("slot", ""))
        if moment is None:
            messages.warning(request, _("请选一个时段"))
            return redirect("citizen:visit", case_id=case_id, sub_id=sub_id)
        appointments.book(sub_id, moment, by=request.user.actor, language=request.POST.get("language", ""))
        messages.success(request, _("约好了，到时请带齐原件"))
        return redirect("citizen:case", case_id=case_id)
    spec = queries.version(case.bundle_version_id).spec
    shown = {
        "section": "cases",
        "case": case,
        "visit": visit,
        "days": _by_day(appointments.offered(sub, rule)),
        "languages": [(code, LANGUAGES.get(code, code)) for code in rule.languages],
        "trail": trail(
            Crumb(_("我的办件"), reverse("citizen:cases")),
            Crumb(
                title_of_case(case.title, spec, lang()),
                reverse("citizen:case", args=[case.pk]),
            ),
            Crumb(_("预约")),
        ),
    }
    return render(request, "citizen/visit_book.html", shown)


@applicants_only
@never_cache
@require_GET
def calendar(request: OwnRequest, case_id: UUID, visit_id: UUID) -> HttpResponse:
    """A booked visit for one's own calendar."""
    case = own_case(request, case_id)
    visit = next((one for one in visits_of(case, lang()) if one.visit_id == visit_id and one.begins_at), None)
    if visit is None:
        raise Http404
    address = request.build_absolute_uri(reverse("citizen:case", args=[case_id]))
    response = HttpResponse(visit_entry(visit, address), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="visit.ics"'
    return response


def _by_day(slots: Sequence[Slot]) -> list[tuple[object, list[Slot]]]:
    return [(day, list(found)) for day, found in groupby(slots, key=lambda one: timezone.localdate(one.begins_at))]
