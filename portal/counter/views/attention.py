"""The attention desk: everything that needs a person, narrowed as wanted; many replayed at once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from uuid import UUID

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from cases import access
from cases.actions.mending import replay
from cases.queries import Chosen, attention_list, replayable
from cases.queries.line_desk import desk_lines
from portal.accounts.access import attention_desk
from portal.counter.shown import attentions
from portal.counter.shown.lines import line_rows
from portal.counter.worker import worker

HELD = ("mine", "free", "snoozed")
# One press carries so many; the page says how many are left and offers the next lot.
AT_ONCE = 100


@attention_desk
@never_cache
@require_GET
def attention(request: HttpRequest) -> HttpResponse:
    """Reason, since when, whose and the next step; the oldest first."""
    account, chosen = worker(request), chosen_in(request.GET)
    found = attention_list(access.attentions_for(account), account, chosen)
    rows = attentions.lines(found.rows, account.pk)
    context = {
        "section": "attention",
        "found": found,
        "chosen": chosen,
        "rows": rows,
        "columns": attentions.columns(),
        "figures": attentions.figures(found),
        "filters": attentions.held_filters(found, chosen),
        "reason_filters": attentions.reason_filters(found, chosen),
        "department_filters": attentions.department_filters(found, chosen),
        "has_ticks": any(row.tick for row in rows),
        "at_once": AT_ONCE,
        "lines": line_rows(desk_lines(account)),
        "is_narrowed": chosen != Chosen(),
    }
    return render(request, "counter/attention.html", context)


@attention_desk
@never_cache
@require_POST
def replay_many(request: HttpRequest) -> HttpResponse:
    """Send again those that were ticked, or all that were chosen by the filters, a lot at a time."""
    account, chosen = worker(request), chosen_in(request.POST)
    seen, every = access.attentions_for(account), request.POST.get("which") == "all"
    ids = _chosen_ids(request, every)
    done = replay.replay_many(ids, by=account.actor)
    last = ids[-1] if every and ids else None
    context = {
        "section": "attention",
        "done": done,
        "sent": sum(one.is_sent for one in done),
        "last": last if last and replayable(seen, account, chosen, 1, after=last) else "",
        "chosen": chosen,
        "back": attentions.address(chosen),
    }
    return render(request, "counter/attention_replayed.html", context)


def _chosen_ids(request: HttpRequest, every: bool) -> list[UUID]:
    """What was ticked, of what somebody may see; or the next lot of all that were chosen."""
    account, seen = worker(request), access.attentions_for(worker(request))
    if every:
        after = _uuids([request.POST.get("after", "")])
        return list(replayable(seen, account, chosen_in(request.POST), AT_ONCE, after=after[0] if after else None))
    ticked = _uuids(request.POST.getlist("attention"))[:AT_ONCE]
    return list(seen.filter(pk__in=ticked).values_list("pk", flat=True))


def chosen_in(given: QueryDict) -> Chosen:
    """The filters of an address or a form; a value that does not exist narrows nothing, or finds nothing."""
    held = given.get("held", "")
    return Chosen(
        reason=_code(given.get("reason", "")),
        department=_code(given.get("department", "")),
        held=held if held in HELD else "",
        since=_day(given.get("since", "")),
    )


def _code(text: str) -> str:
    return text if len(text) <= 32 and text.replace("_", "").isalnum() and text.isascii() else ""


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _uuids(given: Iterable[str]) -> list[UUID]:
    found = []
    for text in given:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found
