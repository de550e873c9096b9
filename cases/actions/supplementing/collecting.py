"""The window of the one notice: requests are collected, merged into numbered lines, and sent once.

行政许可法 第三十二条第一款第四项: what must be supplemented is told at once or within five days, all of it together.
The time of collecting is the authority's; the clock stands still from the day the notice is sent.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.utils import timezone
from django.utils.translation import override

from bundles import queries
from bundles.spec.one_notice import OneNotice
from cases import notices
from cases.actions.deadlines import limits
from cases.actions.deciding import documents
from cases.actions.deciding.document_words import day_in_full
from cases.actions.engine.events import record
from cases.models import Case, Pause, SubApplication, Supplement, SupplementPoint
from cases.ports import SYSTEM
from cases.queries.lines import line_key, lines_of
from cases.states import SubState

MORNING = time(9)
ABOUT_TO_SPEAK = timedelta(minutes=1)


def terms_of(case: Case) -> OneNotice:
    return queries.version(case.bundle_version_id).spec.one_notice


def collecting_notice(case: Case) -> Supplement | None:
    """The notice that still waits for other departments."""
    return Supplement.objects.filter(case=case, state=Supplement.State.COLLECTING).first()


def open_notice(case: Case) -> Supplement | None:
    """The notice the applicant has to answer now."""
    return Supplement.objects.filter(case=case, state=Supplement.State.OPEN).first()


def points_of(notice: Supplement) -> list[SupplementPoint]:
    """The points of a notice that still want an answer, in the order they were asked."""
    return list(SupplementPoint.objects.filter(supplement=notice, dropped_at=None))


def begin_or_join(case: Case, sub: SubApplication) -> Supplement:
    """The collecting notice of a locked case; the first request opens it."""
    notice, is_new = Supplement.objects.get_or_create(
        case=case,
        state=Supplement.State.COLLECTING,
        defaults={
            "round": Supplement.objects.filter(case=case).count() + 1,
            "began_at": timezone.now(),
            "next_at": window_closes(case, sub.dispatched_at or sub.released_at or timezone.now()),
        },
    )
    if is_new:
        record(case, "supplement.collecting", by=SYSTEM, round=notice.round)
    return notice


def window_closes(case: Case, received: datetime) -> datetime:
    """The morning of the last day on which the notice may be given, counted from the day the material came."""
    days = terms_of(case).collect
    return morning_of(working_day_after(case, timezone.localdate(received), days)) if days else timezone.now()


def send_if_all_spoke(case: Case, subs: list[SubApplication]) -> None:
    """Send the collecting notice of a locked case once nobody else reviews, or its window is over."""
    if not any(sub.state == SubState.SUPPLEMENT_REQUESTED for sub in subs):
        return
    notice = collecting_notice(case)
    if notice is not None and (has_closed(notice) or not any(map(is_reviewing, subs))):
        send(case, subs, notice)


def has_closed(notice: Supplement) -> bool:
    return notice.next_at is not None and notice.next_at <= timezone.now()


def is_reviewing(sub: SubApplication) -> bool:
    """Whether somebody may still find that something is missing: not accepted, not decided, nothing asked yet."""
    if sub.state in (SubState.DISPATCHED, SubState.RECEIVED):
        return True
    soon = timezone.now() + ABOUT_TO_SPEAK
    return sub.state == SubState.READY and sub.next_at is not None and sub.next_at <= soon


def send(case: Case, subs: Sequence[SubApplication], notice: Supplement) -> Supplement:
    """Give the notice: one message, one paper, one due day. What is open already takes the new lines in."""
    now = timezone.now()
    fresh = points_of(notice)
    before = open_notice(case)
    if before is not None:
        notice.state, notice.next_at = Supplement.State.JOINED, None
        notice.save(update_fields=["state", "next_at"])
    target = before or notice
    points = _numbered(target, fresh, now)
    target.state, target.sent_at = Supplement.State.OPEN, target.sent_at or now
    target.due_on = max(
        working_day_after(case, timezone.localdate(now), terms_of(case).answer), target.due_on or date.min
    )
    target.reminded_at = None
    target.next_at = next_look(case, target)
    _put_in_writing(case, target, points)
    target.save(update_fields=["state", "sent_at", "due_on", "reminded_at", "next_at", "document"])
    _stop_the_clock(case, subs, {point.sub_id for point in fresh}, target)
    asking = sorted({point.department for point in points})
    lines = len({point.line for point in points})
    record(case, "supplement.sent", by=SYSTEM, round=target.round, lines=lines, departments=asking)
    notices.supplement_requested(case, target.due_on)
    return target


def _numbered(notice: Supplement, fresh: Iterable[SupplementPoint], now: datetime) -> list[SupplementPoint]:
    """Give the points their lines: what is about the same thing shares one. Numbers that were told stay."""
    told = points_of(notice)
    known = {line_key(point.about, point.text): point.line for point in told if point.line is not None}
    last = max((line for line in known.values()), default=0)
    fresh = list(fresh)
    for point in fresh:
        key = line_key(point.about, point.text)
        if key not in known:
            known[key] = last = last + 1
        point.line, point.told_at, point.supplement = known[key], now, notice
        point.save(update_fields=["line", "told_at", "supplement"])
    seen = {point.pk for point in fresh}
    return [point for point in told if point.pk not in seen] + fresh


def _put_in_writing(case: Case, notice: Supplement, points: Sequence[SupplementPoint]) -> None:
    """一次性补正告知书: it lists everything that is open; the one before it no longer holds."""
    if notice.document is not None:
        documents.withdraw(case, notice.document)
    spec = queries.version(case.bundle_version_id).spec
    with override("zh-hans"):
        stated = lines_of(spec, queries.registry(), points)
    lines = [
        {
            "number": line.number,
            "title": line.title,
            "texts": list(line.texts),
            "departments": [asking.name for asking in line.asking],
            "kind": line.kind,
        }
        for line in stated
    ]
    values = {
        "round": notice.round,
        "lines": lines,
        "due_on": day_in_full(notice.due_on),
        "answer_days": terms_of(case).answer,
    }
    notice.document = documents.issue(case, documents.Kind.SUPPLEMENT, values=values)


def _stop_the_clock(case: Case, subs: Sequence[SubApplication], asked: set[UUID], notice: Supplement) -> None:
    for sub in subs:
        if sub.pk in asked and sub.state == SubState.SUPPLEMENT_REQUESTED:
            limits.pause(case, subs, sub, Pause.Kind.SUPPLEMENT, about=f"r{notice.round}")


def next_look(case: Case, notice: Supplement) -> datetime:
    """When to remind; once that is done, when the items end."""
    assert notice.due_on is not None
    remind = working_day_before(case, notice.due_on, terms_of(case).remind)
    if notice.reminded_at is None and morning_of(remind) > timezone.now():
        return morning_of(remind)
    return lapses_at(case, notice.due_on)


def lapses_at(case: Case, due_on: date) -> datetime:
    """The morning after the days of grace."""
    return morning_of(working_day_after(case, due_on, terms_of(case).grace) + timedelta(days=1))


def working_day_after(case: Case, day: date, count: int) -> date:
    return limits.calendar_of(case).add_working_days(day, count)


def working_day_before(case: Case, day: date, count: int) -> date:
    """The `count`-th working day before `day`."""
    calendar = limits.calendar_of(case)
    while count:
        day -= timedelta(days=1)
        count -= calendar.is_working_day(day)
    return day


def morning_of(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, MORNING))
