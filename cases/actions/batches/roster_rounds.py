"""A filed roster on its way: people are asked, reminded, taken as not confirmed at the deadline; then it is closed.

Whoever does not answer has not agreed (禁止默认同意). Those rows go into a make-up round with their old numbers.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from bundles import forms
from bundles.spec import BundleSpec
from bundles.spec.batch import Confirmation
from cases import docket, notices
from cases.actions.batches.rosters import TO_CORRECT, version_spec
from cases.actions.engine import progress, rounds
from cases.actions.engine.events import record
from cases.actions.engine.locking import lock_case, lock_subs
from cases.models import Case, Roster, RosterRow, SubApplication
from cases.ports import SYSTEM
from cases.queries.context import context_of
from cases.states import CASE_FINAL, SUB_FINAL, SubState

ROUND = 20  # rosters a sweep looks at
CHUNK = 100  # people asked at once: registers and message channels are not flooded in the first week of term
AGAIN = timedelta(minutes=10)
SOON = timedelta(seconds=1)
State = RosterRow.State
OPEN = (Roster.State.CONFIRMING, Roster.State.RUNNING)


# ---- beginning and end as the case moves --------------------------------------------------------------------


def begin_when_checked(case: Case, subs: list[SubApplication], sub: SubApplication) -> None:
    """The items of the batch are through: people are asked now. Where one was refused nobody is asked."""
    if docket.has_none(Roster, case.pk):
        return
    roster = Roster.objects.filter(case=case, state=Roster.State.CHECKED).first()
    if roster is None or any(one.state not in SUB_FINAL for one in subs):
        return
    now = timezone.now()
    if any(one.state != SubState.APPROVED for one in subs):
        roster.state, roster.closed_at, roster.next_at = Roster.State.CLOSED, now, None
    else:
        roster.state, roster.opened_at, roster.next_at = Roster.State.CONFIRMING, now, now
        roster.confirm_by = _last_day(case, timezone.localdate(now))
    roster.save(update_fields=["state", "opened_at", "closed_at", "next_at", "confirm_by"])
    record(case, "roster.opened" if roster.opened_at else "roster.closed", by=SYSTEM, round=roster.round)


def _last_day(case: Case, today: date) -> date:
    """The organisation's day where the form asks for one that is still to come, else the bundle's own deadline."""
    spec = version_spec(case)
    confirmation = spec.confirmation
    usual = today + timedelta(days=int(confirmation.deadline.n) if confirmation else 10)
    if confirmation is None or confirmation.by is None:
        return usual
    said = forms.scope(context_of(case)).name(confirmation.by)
    return said if isinstance(said, date) and said > today else usual


def keeps_open(case: Case, subs: list[SubApplication]) -> bool:
    """A batch is not over before its last roster is."""
    if docket.has_none(Roster, case.pk):
        return False
    return Roster.objects.filter(case=case).exclude(state=Roster.State.CLOSED).exclude(opened_at=None).exists()


# ---- the round of the sweep ---------------------------------------------------------------------------------


def carry_on() -> int:
    """Look at the rosters whose time has come; returns how many."""
    due = Roster.objects.filter(state__in=OPEN, next_at__lte=timezone.now()).order_by("next_at")
    return rounds.each("batches.roster_rounds.carry_on", due, look_at, limit=ROUND)


@transaction.atomic
def look_at(roster_id: UUID) -> Roster:
    """Ask, remind, end: whatever is due for one roster."""
    case = lock_case(Roster.objects.values_list("case_id", flat=True).get(pk=roster_id))
    roster = Roster.objects.select_for_update().get(pk=roster_id)
    roster.case = case
    _note_concluded(roster)
    if roster.state == Roster.State.CONFIRMING:
        _confirming(case, roster)
    if roster.state == Roster.State.RUNNING:
        _running(case, roster)
    return roster


def _note_concluded(roster: Roster) -> None:
    """The case of a person is over: so is the row. One person's failure is nobody else's."""
    over = roster.rows.filter(state=State.FILED, case__state__in=CASE_FINAL)
    over.update(state=State.DONE)


def _confirming(case: Case, roster: Roster) -> None:
    today = timezone.localdate()
    assert roster.confirm_by is not None
    if today > roster.confirm_by:
        _end_confirming(case, roster)
        return
    asked = _ask_some(case, roster)
    _remind(case, roster, today)
    is_waited_for = roster.rows.filter(state__in=[State.READY, State.ASKED, *TO_CORRECT]).exists()
    if not is_waited_for:
        roster.state = Roster.State.RUNNING
    roster.next_at = timezone.now() + (SOON if asked == CHUNK else AGAIN)
    roster.save(update_fields=["state", "reminded", "next_at"])


def _ask_some(case: Case, roster: Roster) -> int:
    """Ask the next people; whoever was asked before in this season is told so in the row."""
    rows = list(roster.rows.filter(state=State.READY).select_for_update()[:CHUNK])
    for row in rows:
        row.roster = roster
        try:
            with transaction.atomic():
                ask(row)
        except IntegrityError:
            row.state = State.FAULTY
            row.faults = [{"field": "", "text": "这个人已在本年度的另一份名册里"}]
            row.link_digest, row.link_expires_at, row.asked_at = "", None, None
            row.save(update_fields=["state", "faults", "link_digest", "link_expires_at", "asked_at"])
    if rows:
        record(case, "roster.asked", by=SYSTEM, round=roster.round, people=len(rows))
    return len(rows)


def ask(row: RosterRow) -> str:
    """Send one person the link, anew where there was one; the one before is void. Returns the secret."""
    assert row.roster.confirm_by is not None
    token = secrets.token_urlsafe(32)
    row.state, row.asked_at = State.ASKED, timezone.now()
    row.link_digest, row.link_expires_at = digest_of(token), _end_of(row.roster.confirm_by)
    row.save(update_fields=["state", "asked_at", "link_digest", "link_expires_at"])
    phone = phone_of(version_spec(row.roster.case), row)
    if phone:
        notices.roster_asked(row.roster.case, phone, token, row.roster.confirm_by)
    return token


def digest_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _end_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))


def phone_of(spec: BundleSpec, row: RosterRow) -> str:
    """Where the message to the person goes."""
    field = spec.confirmation.phone if spec.confirmation else None
    return str(row.values.get(field or "") or "")


def _remind(case: Case, roster: Roster, today: date) -> None:
    """On the days the bundle names, counted from the first invitation; each reminder brings a new link."""
    confirmation = version_spec(case).confirmation
    days = (today - timezone.localdate(roster.opened_at)).days
    due = sum(day <= days for day in _remind_days(confirmation))
    if due <= roster.reminded:
        return
    roster.reminded = due
    waiting = list(roster.rows.filter(state=State.ASKED, asked_at__lt=timezone.now() - timedelta(hours=12)))
    for row in waiting:
        row.roster = roster
        ask(row)
    record(case, "roster.reminded", by=SYSTEM, round=roster.round, people=len(waiting))


def _remind_days(confirmation: Confirmation | None) -> tuple[int, ...]:
    return tuple(sorted(confirmation.remind)) if confirmation else ()


def _end_confirming(case: Case, roster: Roster) -> None:
    """The deadline has passed: silence is no yes. Nothing is filed, charged or made for those who did not answer."""
    silent = roster.rows.filter(state__in=[State.READY, State.ASKED])
    count = silent.update(state=State.UNCONFIRMED, link_digest="", link_expires_at=None)
    record(case, "roster.deadline_passed", by=SYSTEM, round=roster.round, people=count)
    if count:
        _make_up(case, roster)
        notices.roster_unconfirmed(case, count)
    roster.state, roster.next_at = Roster.State.RUNNING, timezone.now()
    roster.save(update_fields=["state", "next_at"])


def _make_up(case: Case, roster: Roster) -> None:
    """Those who did not answer go into the next round by themselves, with the numbers they have."""
    batch = version_spec(case).batch
    if batch is None or not batch.makeup_days or roster.round > batch.makeup_rounds:
        return
    now = timezone.now()
    following = Roster.objects.create(
        case=case,
        round=roster.round + 1,
        group=roster.group,
        state=Roster.State.CONFIRMING,
        confirm_by=timezone.localdate(now) + timedelta(days=batch.makeup_days),
        opened_at=now,
        next_at=now,
    )
    for old in roster.rows.filter(state=State.UNCONFIRMED):
        begun, old.case = old.case, None
        old.save(update_fields=["case"])
        RosterRow.objects.create(
            roster=following, number=old.number, values=old.values, id_index=old.id_index, season=old.season,
            state=State.READY, account=old.account, case=begun,
        )  # fmt: skip
    record(case, "roster.made_up", by=SYSTEM, round=following.round)


def _running(case: Case, roster: Roster) -> None:
    """Closed once every row has come to its end; the batch is concluded with its last roster."""
    if roster.rows.filter(state=State.FILED).exists():
        roster.next_at = timezone.now() + AGAIN
        roster.save(update_fields=["next_at"])
        return
    roster.state, roster.closed_at, roster.next_at = Roster.State.CLOSED, timezone.now(), None
    roster.save(update_fields=["state", "closed_at", "next_at"])
    counts = {str(state): roster.rows.filter(state=state).count() for state in State}
    record(case, "roster.closed", by=SYSTEM, round=roster.round, counts=counts)
    progress.settle(case, lock_subs(case))
