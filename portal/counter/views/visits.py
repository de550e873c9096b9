"""Bookings at the counter of the department: who comes today, who came."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from cases import access
from cases.actions.scheduling import appointments
from cases.errors import CaseError
from cases.queries.visits import todays_visits
from portal.accounts.access import staff_only
from portal.counter.worker import worker


@staff_only
@never_cache
@require_GET
def visits(request: HttpRequest) -> HttpResponse:
    """The bookings of a day, today where none is named."""
    day = _day(request)
    context = {
        "section": "visits",
        "day": day,
        "is_today": day == timezone.localdate(),
        "before": day - timedelta(days=1),
        "after": day + timedelta(days=1),
        "rows": todays_visits(worker(request).department, day),
        "now": timezone.now(),
    }
    return render(request, "counter/visits.html", context)


@staff_only
@never_cache
@require_POST
def arrival(request: HttpRequest, visit_id: UUID) -> HttpResponse:
    """The person came, and the clock runs on; or did not, and may book anew."""
    visit = access.visits_for(worker(request)).filter(pk=visit_id).first()
    if visit is None or request.POST.get("came") not in ("yes", "no"):
        raise Http404
    came = request.POST["came"] == "yes"
    try:
        appointments.note_arrival(visit.pk, came, by=worker(request).actor)
        messages.success(request, _("已登记到场，继续计时") if came else _("已登记未到，已请申请人重新预约"))
    except CaseError as error:
        messages.warning(request, error.message)
    day = timezone.localdate(visit.begins_at)
    return redirect(f"{reverse('counter:visits')}?day={day.isoformat()}")


def _day(request: HttpRequest) -> date:
    try:
        return parse_date(request.GET.get("day", "")) or timezone.localdate()
    except ValueError:
        return timezone.localdate()
