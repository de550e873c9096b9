"""What needs a person: open attentions of the department, or at the window."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from cases.queries import open_attentions
from portal.accounts.access import desk_only
from portal.accounts.models import Role
from portal.counter.shown.attentions import columns, lines
from portal.counter.worker import worker


@desk_only
@never_cache
@require_GET
def attention(request: HttpRequest) -> HttpResponse:
    """Reason, since when, whose and the next step; the oldest first."""
    is_clerk = worker(request).role == Role.CLERK
    found = open_attentions(worker(request), of_nobody_too=is_clerk)
    context = {"section": "attention", "rows": lines(found, at_window=is_clerk), "columns": columns()}
    return render(request, "counter/attention.html", context)
