"""A stay at a terminal: begun with the proof of who it is, ended with everything of it gone from the device."""

from __future__ import annotations

import time
from datetime import timedelta
from uuid import UUID

import structlog
from django.contrib.auth import login
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from cases import access
from cases.actions.applying import drafting
from cases.errors import CaseError
from portal.accounts.models import Account
from portal.accounts.terminal import AtTerminal
from portal.kiosk.models import PhotoLink, Stay, Terminal

log = structlog.get_logger(__name__)
BACKEND = "django.contrib.auth.backends.ModelBackend"
STAY, SEEN, ASKED, LONGER = "kiosk_stay", "kiosk_seen", "kiosk_asked", "kiosk_longer"
COUNTDOWN_S = 20  # WCAG 2.2.1: at least twenty seconds to say that one is still there
LONGER_FACTOR = 3
# A page without scripts cannot notice typing, so pages with a form are given this many times the idle time.
FORM_FACTOR = 5
SLACK_S = 30
NOTED_EVERY_S = 5
FORGOTTEN = timedelta(minutes=40)


def begin(request: HttpRequest, account: Account, terminal: AtTerminal, means: str) -> Stay:
    """Sign somebody in at a terminal; whoever stood there before is gone, with what was theirs."""
    with transaction.atomic():
        held = Terminal.objects.select_for_update().get(pk=terminal.id)
        for left in Stay.objects.filter(terminal=held, ended_at=None):
            end(left, Stay.End.NEXT)
        stay = Stay.objects.create(terminal=held, account=account, means=means)
    login(request, account, backend=BACKEND)
    request.session.set_expiry(0)
    request.session[STAY], request.session[SEEN] = str(stay.pk), int(time.time())
    return stay


def end(stay: Stay, how: str) -> None:
    """End a stay: drafts begun in it are thrown away unless they are to stay, links for photographs are closed."""
    now = timezone.now()
    if not Stay.objects.filter(pk=stay.pk, ended_at=None).update(ended_at=now, how=how):
        return
    PhotoLink.objects.filter(account=stay.account_id, made_at__gte=stay.began_at, closed_at=None).update(closed_at=now)
    if not Stay.objects.values_list("keeps_drafts", flat=True).get(pk=stay.pk):
        _throw_drafts_away(stay)


def drafts_of(stay: Stay) -> list[UUID]:
    """Drafts that were begun in this stay and are not handed in."""
    begun = access.cases_for(stay.account).filter(terminal=stay.terminal.code, created_at__gte=stay.began_at)
    return list(begun.filter(state="draft").values_list("pk", flat=True))


def _throw_drafts_away(stay: Stay) -> None:
    for case_id in drafts_of(stay):
        try:
            drafting.discard_draft(case_id, by=stay.account.actor)
        except CaseError as error:  # handed in at this very moment: then it is no draft, and stays
            log.info("kiosk.draft_not_discarded", case=str(case_id), reason=type(error).__name__)


def open_stay(request: HttpRequest, terminal: AtTerminal) -> Stay | None:
    """The stay this session belongs to, where it is still going on at this terminal."""
    key = request.session.get(STAY)
    if not key:
        return None
    found = Stay.objects.select_related("account", "terminal").filter(pk=key, terminal=terminal.id, ended_at=None)
    return found.first()


def idle_s(request: HttpRequest, terminal: AtTerminal) -> int:
    """Seconds without a touch after which the page asks; three times as many for whoever asked for more time."""
    return terminal.idle_s * (LONGER_FACTOR if request.session.get(LONGER) else 1)


def is_forgotten(request: HttpRequest, terminal: AtTerminal) -> bool:
    """Whether nobody can be there any more, whatever the page did: the device was off, or its scripts died."""
    seen = request.session.get(SEEN) or 0.0
    return seen > 0 and time.time() - seen > idle_s(request, terminal) * FORM_FACTOR + COUNTDOWN_S + SLACK_S


def note_touch(request: HttpRequest, stay: Stay | None) -> None:
    """Somebody is there: remembered in the session and, for a stay, in its row; a few seconds count as one."""
    now = int(time.time())
    if now - int(request.session.get(SEEN) or 0) < NOTED_EVERY_S:
        return
    request.session[SEEN] = now
    request.session.pop(ASKED, None)
    if stay is not None:
        Stay.objects.filter(pk=stay.pk, ended_at=None).update(seen_at=timezone.now())


def end_forgotten() -> int:
    """End stays whose terminal is silent (its plug was pulled); returns how many. For the hourly tidying."""
    left = Stay.objects.select_related("account", "terminal").filter(
        ended_at=None, seen_at__lt=timezone.now() - FORGOTTEN
    )
    ended = 0
    for stay in left:
        end(stay, Stay.End.IDLE)
        ended += 1
    return ended
