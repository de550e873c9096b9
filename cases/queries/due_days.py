"""Why the expected day is that day: of the case and of each of its items, counted or skipped day by day."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from bundles import queries
from bundles.spec import BundleSpec, Duration
from cases import clock
from cases.models import Case, Event, SubApplication
from cases.queries import reckoning
from cases.queries.due_words import reason_words, span_words, why_moved
from cases.queries.picture import duration_words
from cases.queries.together import items_of
from cases.queries.wording import day_words
from cases.states import SUB_FINAL

MOST_MOVES = 10


@dataclass(frozen=True, slots=True)
class ExplainedDay:
    """A line of the explanation: one day or some that follow each other; `is_last` ends on the due day itself.

    `kind`: start, counted, extended, rest, paused or moved; `number` of the last counted day.
    """

    first: date
    last: date
    kind: str
    words: str
    text: str
    number: int = 0
    is_last: bool = False


@dataclass(frozen=True, slots=True)
class WhyItem:
    """An item's own limit. `due_on` within `statutory_on`; `is_forecast`: not accepted yet, or waiting for another."""

    sub_id: UUID
    item_id: str
    title: str
    due_on: date
    statutory_on: date | None
    limit: str
    statutory_limit: str
    days: tuple[ExplainedDay, ...]
    is_forecast: bool
    is_provisional: bool
    is_paused: bool
    extension_days: int
    on_the_way: bool


@dataclass(frozen=True, slots=True)
class WhyStage:
    """A stage and its promise, counted from the first of its items."""

    stage_id: str
    title: str
    limit: str
    due_on: date | None
    is_over: bool


@dataclass(frozen=True, slots=True)
class Move:
    """The expected day was another before."""

    at: datetime
    old: date
    new: date
    text: str


@dataclass(frozen=True, slots=True)
class WhyDay:
    """The explanation of an expected day. `is_provisional`: the holidays of that year are not announced yet.

    `by_item`: the longest way through the items ends later than the promise, and decides.
    """

    due_on: date
    promise_on: date | None
    statutory_on: date | None
    limit: str
    days: tuple[ExplainedDay, ...]
    items: tuple[WhyItem, ...]
    stages: tuple[WhyStage, ...]
    moves: tuple[Move, ...]
    is_provisional: bool
    by_item: bool

    @property
    def way(self) -> tuple[WhyItem, ...]:
        """The items that decide the day, first to last."""
        return tuple(item for item in self.items if item.on_the_way)


def why_due(case: Case, lang: str = "zh") -> WhyDay | None:
    """How the expected day of a filed case was counted; None where there is no such day.

    Working days: 行政许可法 第八十二条; the first day is not counted: 民法典 第二百零一条.
    """
    if case.submitted_at is None or case.due_on is None:
        return None
    spec = queries.version(case.bundle_version_id).spec
    subs = items_of(case)
    found = reckoning.reckon(case, subs)
    expected = found.expected
    day = expected.on if expected and case.is_open else case.due_on
    return WhyDay(
        due_on=day,
        promise_on=found.promise.on if found.promise else None,
        statutory_on=found.statutory.on if found.statutory else None,
        limit=duration_words(spec.clock.committed),
        days=_promise_days(case, spec, subs, found),
        items=_items(spec, subs, found, lang),
        stages=_stages(case, spec, subs, found, lang),
        moves=_moves(case),
        is_provisional=bool(expected and expected.provisional),
        by_item=found.promise is None or day > found.promise.on,
    )


explain = why_due


def _promise_days(
    case: Case, spec: BundleSpec, subs: Sequence[SubApplication], found: reckoning.Reckoning
) -> tuple[ExplainedDay, ...]:
    first = spec.clock.starts_with or spec.clock.start
    if any(sub.item_id == first for sub in subs):
        start = _("“%(item)s”办好") % {"item": spec.item(str(first)).zh}
    elif case.accepted_at is None or first == reckoning.SUBMISSION:
        start = _("提交")
    else:
        start = _("受理")
    return told(found.promise, spec.clock.committed, found.promise_start, start)


def told(
    counted: clock.Due | None, limit: Duration | None, began: datetime | None, start: str
) -> tuple[ExplainedDay, ...]:
    """A count in words; `start` says what began it. A limit that runs by the clock has only a beginning and an end."""
    if counted is None or limit is None or began is None:
        return ()
    if counted.at is not None:
        return _by_the_clock(counted.at, limit, began, start)
    count = math.ceil(limit.n)
    numbers = [one.number for one in counted.days if one.kind == "counted"]
    base = numbers[-1] if numbers else count
    return tuple(
        ExplainedDay(
            first=span.first,
            last=span.last,
            kind=span.kind,
            words=span_words(span.first, span.last),
            text=reason_words(span, start=start, unit=limit.unit, counted=base),
            number=span.last_number,
            is_last=span.last == counted.on,
        )
        for span in clock.explain(counted)
    )


def _by_the_clock(end: datetime, limit: Duration, began: datetime, start: str) -> tuple[ExplainedDay, ...]:
    end = timezone.localtime(end)
    first, last = _("%(what)s，开始计时") % {"what": start}, _("%(limit)s到") % {"limit": duration_words(limit)}
    return (
        ExplainedDay(began.date(), began.date(), "start", _moment(began), first),
        ExplainedDay(end.date(), end.date(), "counted", _moment(end), last, is_last=True),
    )


def _moment(at: datetime) -> str:
    return f"{day_words(at.date())} {at:%H:%M:%S}"


def _items(
    spec: BundleSpec, subs: Sequence[SubApplication], found: reckoning.Reckoning, lang: str
) -> tuple[WhyItem, ...]:
    """Items that are not finished; those that wait for another as they are expected to run."""
    return tuple(_item(spec, sub, found, lang) for sub in subs if sub.state not in SUB_FINAL)


def _item(spec: BundleSpec, sub: SubApplication, found: reckoning.Reckoning, lang: str) -> WhyItem:
    item, running = spec.item(sub.item_id), found.items.get(sub.pk)
    projected, limit = found.projected[sub.pk], reckoning.committed_of(item, sub)
    due = running.due if running else projected.due or clock.Due(projected.end.date())
    by_law = running is not None and due is running.statutory
    title = item.en if lang == "en" and item.en else item.zh
    return WhyItem(
        sub_id=sub.pk,
        item_id=sub.item_id,
        title=f"{title}（{sub.instance_label}）" if sub.instance_label else title,
        due_on=due.on,
        statutory_on=running.statutory.on if running and running.statutory else None,
        limit=duration_words(limit),
        statutory_limit=duration_words(item.statutory),
        days=told(due, item.statutory if by_law else limit, projected.start, _started_by(sub)),
        is_forecast=sub.accepted_at is None,
        is_provisional=due.provisional,
        is_paused=bool(running and running.ledger.is_stopped),
        extension_days=running.ledger.extension_days if running else 0,
        on_the_way=sub.pk in found.path,
    )


def _started_by(sub: SubApplication) -> str:
    if sub.accepted_at is not None:
        return _("受理")
    return _("送到部门") if sub.dispatched_at is not None else _("预计前一件办好")


def _stages(
    case: Case, spec: BundleSpec, subs: Sequence[SubApplication], found: reckoning.Reckoning, lang: str
) -> tuple[WhyStage, ...]:
    """The promise of each stage that has begun or will, counted from its first item, without what stood still."""
    calendar = reckoning.calendar_of(case.region)
    shown = []
    for stage in spec.stages:
        mine = [sub for sub in subs if sub.item_id in stage.items]
        if not mine or stage.committed is None:
            continue
        start = min(found.projected[sub.pk].start for sub in mine)
        pauses = [one for sub in mine if sub.pk in found.items for one in found.items[sub.pk].ledger.pauses]
        due = clock.due(start, stage.committed, calendar, pauses)
        title = stage.en if lang == "en" and stage.en else stage.zh
        is_over = all(sub.state in SUB_FINAL for sub in mine)
        shown.append(WhyStage(stage.id, title, duration_words(stage.committed), due.on, is_over))
    return tuple(shown)


def _moves(case: Case) -> tuple[Move, ...]:
    events = Event.objects.filter(case=case, kind="case.due_moved").order_by("-seq")[:MOST_MOVES]
    return tuple(_move(event) for event in events)


def _move(event: Event) -> Move:
    old, new = date.fromisoformat(event.facts["old"]), date.fromisoformat(event.facts["new"])
    words = {"old": day_words(old), "new": day_words(new), "why": why_moved(event.facts)}
    return Move(event.at, old, new, _("%(why)s，由%(old)s改为%(new)s") % words)
