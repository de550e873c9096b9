"""The desk: the worklist of the department; a clerk at the window starts from the cases."""

from __future__ import annotations

import re

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from cases.queries import Worklist, found_tasks, worklist
from portal.accounts.access import desk_only
from portal.accounts.models import Role
from portal.counter.shown import rows
from portal.counter.worker import worker

LONGEST_NUMBER = 60
SHORTEST_NUMBER = 4


@desk_only
@never_cache
@require_GET
def desk(request: HttpRequest) -> HttpResponse:
    """What waits for the department, by urgency; one search box for numbers."""
    if worker(request).role == Role.CLERK:
        return redirect("counter:cases")
    if "q" in request.GET:
        return _search(request)
    chosen = _chosen(request)
    found = worklist(worker(request), **chosen, page=_page(request))
    before, after = rows.pages(found, chosen)
    shown = rows.groups(found.rows)
    context = {
        "section": "desk",
        "today": timezone.localdate(),
        "found": found,
        "groups": shown,
        "columns": rows.columns(),
        "filters": rows.filters(found, chosen),
        "item_filters": rows.item_filters(found, chosen),
        "figures": rows.figures(found),
        "is_filtered": any(chosen.values()),
        "before": before,
        "after": after,
        "rows_href": reverse("counter:answer_rows", args=[chosen["item"]]) if _has_rows(found, chosen) else "",
        "has_ticks": any(row.tick for group in shown for row in group.rows),
    }
    return render(request, "counter/desk.html", context)


def _chosen(request: HttpRequest) -> dict[str, str]:
    """The filters of the address; a value that does not exist narrows nothing."""
    colour, held = request.GET.get("colour", ""), request.GET.get("held", "")
    return {
        "colour": colour if colour in rows.COLOURS else "",
        "item": request.GET.get("item", "")[:100],
        "held": held if held in ("mine", "free") else "",
    }


def _has_rows(found: Worklist, chosen: dict[str, str]) -> bool:
    """Several tasks of one item in one's own hands can be answered on one page."""
    return bool(chosen["item"]) and sum(row.is_mine for row in found.rows) > 1


def _page(request: HttpRequest) -> int:
    given = request.GET.get("page", "")
    return int(given) if given.isdecimal() and len(given) < 4 else 1


def _search(request: HttpRequest) -> HttpResponse:
    """By a part of a number; a single find is opened at once."""
    number = number_of(request)
    found = found_tasks(worker(request), number) if len(number) >= SHORTEST_NUMBER else ()
    if len(found) == 1:
        return redirect("counter:task", sub_id=found[0].sub_id)
    context = {
        "section": "desk",
        "q": number,
        "too_short": len(number) < SHORTEST_NUMBER,
        "rows": [rows.row_shown(row) for row in found],
        "columns": rows.columns(),
    }
    return render(request, "counter/found.html", context)


def number_of(request: HttpRequest) -> str:
    """What was typed as a number: letters, digits and dashes of it, in capitals."""
    return re.sub(r"[^0-9A-Z-]", "", request.GET.get("q", "").upper())[:LONGEST_NUMBER]
