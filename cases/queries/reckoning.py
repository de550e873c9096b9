"""Deadlines as calendar, definition and ledger yield them: of every item, of the promise, of the longest way.

Nothing is typed and nothing is stored here: whoever asks again gets the same day, or a better one once more is known.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from bundles import queries
from bundles.spec import BundleSpec, Duration, Item
from cases import clock, critical_path, docket
from cases.models import Case, Extension, Pause, SubApplication
from cases.queries.upstream import needs_of
from cases.states import SUB_FINAL

SUBMISSION = "submission"


@dataclass(frozen=True, slots=True)
class Ledger:
    """What is on record of one item's clock. `is_open_ended`: it stands still, nobody knows how long."""

    pauses: tuple[clock.Stretch, ...] = ()
    extension_days: int = 0
    is_stopped: bool = False
    is_open_ended: bool = False


@dataclass(frozen=True, slots=True)
class ItemReckoning:
    """The limits of an item that runs: committed within the statutory one, both with pauses and extension."""

    start: datetime
    committed: clock.Due
    statutory: clock.Due | None
    ledger: Ledger

    @property
    def due(self) -> clock.Due:
        """The promise, never later than the law allows."""
        return self.statutory if self.statutory and self.statutory.on < self.committed.on else self.committed


@dataclass(frozen=True, slots=True)
class Reckoning:
    """A case as its clock stands. `expected`: the promise, or the end of the longest way where that is later.

    `drifts`: somebody is overdue or the clock stands still without a told end, so the day moves with today.
    """

    items: Mapping[UUID, ItemReckoning]
    projected: Mapping[UUID, critical_path.Projected]
    path: tuple[UUID, ...]
    promise_start: datetime | None
    promise: clock.Due | None
    statutory: clock.Due | None
    drifts: bool

    @property
    def path_end(self) -> datetime | None:
        return self.projected[self.path[-1]].end if self.path else None

    @property
    def expected(self) -> clock.Due | None:
        """The expected day of the whole case."""
        path_end, promise = self.path_end, self.promise
        if path_end is None or (promise is not None and promise.on >= path_end.date()):
            return promise
        last = self.projected[self.path[-1]].due
        return clock.Due(path_end.date(), None, bool(last and last.provisional))


def local(moment: datetime) -> datetime:
    """A moment by the clock of the offices, whatever zone somebody reads pages in."""
    return moment.astimezone(timezone.get_default_timezone())


def calendar_of(region: str) -> clock.WorkingCalendar:
    """The working calendar of a region, with regional holidays and closures."""
    known = queries.working_calendar(region)
    held = _calendars.get(region)
    if held is None or held[0] is not known:
        made = clock.WorkingCalendar(known.holidays, known.makeup, known.announced_years, known.names)
        held = _calendars[region] = (known, made)
    return held[1]


_calendars: dict[str, tuple[queries.CalendarData, clock.WorkingCalendar]] = {}


def ledgers_of(case: Case, now: datetime) -> Mapping[UUID, Ledger]:
    """The ledger of every item of a case that has one. Two queries."""
    if docket.has_none(Pause, case.pk) and docket.has_none(Extension, case.pk):
        return {}
    pauses: dict[UUID, list[Pause]] = defaultdict(list)
    for pause in Pause.objects.filter(sub__case=case, in_clock=False).order_by("began_at"):
        pauses[pause.sub_id].append(pause)
    days = dict(Extension.objects.filter(sub__case=case).values_list("sub_id", "working_days"))
    return {sub_id: _ledger(pauses[sub_id], days.get(sub_id, 0), now) for sub_id in {*pauses, *days}}


def _ledger(pauses: Sequence[Pause], extension_days: int, now: datetime) -> Ledger:
    still = [pause for pause in pauses if pause.ended_at is None]
    today = timezone.localdate(now)
    open_ended = any(pause.expected_on is None or pause.expected_on < today for pause in still)
    return Ledger(tuple(_stretch(pause, now) for pause in pauses), extension_days, bool(still), open_ended)


def _stretch(pause: Pause, now: datetime) -> clock.Stretch:
    """A stretch that is still open lasts as long as was told, and at least until now."""
    began = local(pause.began_at)
    ended = local(pause.ended_at or now)
    if pause.ended_at is None and pause.expected_on is not None and pause.expected_on > ended.date():
        ended = datetime.combine(pause.expected_on, critical_path.CLOSING, tzinfo=ended.tzinfo)
    return clock.Stretch(began, ended, f"{pause.kind}|{pause.reason}")


def committed_of(item: Item, sub: SubApplication) -> Duration:
    """The promise of an item: the longer one of its definition where people decide instead of the machine."""
    return item.by_hand if sub.by_person and item.by_hand else item.committed


def reckon_item(
    item: Item, sub: SubApplication, start: datetime, ledger: Ledger, calendar: clock.WorkingCalendar
) -> ItemReckoning:
    """Both limits of an item from `start`."""
    how = (calendar, ledger.pauses, ledger.extension_days)
    statutory = clock.due(start, item.statutory, *how) if item.statutory else None
    return ItemReckoning(start, clock.due(start, committed_of(item, sub), *how), statutory, ledger)


def start_of(sub: SubApplication) -> datetime | None:
    """Since when the limit of an item counts: its acceptance; before that, by way of forecast, since it was sent."""
    start = sub.accepted_at or sub.dispatched_at
    return local(start) if start else None


def reckon(case: Case, subs: Sequence[SubApplication], now: datetime | None = None) -> Reckoning:
    """All deadlines of a filed case as they stand. Three queries."""
    now = local(now or timezone.now())
    spec, calendar = queries.version(case.bundle_version_id).spec, calendar_of(case.region)
    ledgers = ledgers_of(case, now)
    items = {
        sub.pk: reckon_item(spec.item(sub.item_id), sub, start, ledgers.get(sub.pk, Ledger()), calendar)
        for sub in subs
        if (start := start_of(sub)) is not None
    }
    projected = critical_path.project(_steps(case, spec, subs, ledgers), calendar, now)
    path = critical_path.longest(projected)
    start = _promise_start(case, spec, subs, projected)
    everything = [stretch for ledger in ledgers.values() for stretch in ledger.pauses]
    return Reckoning(
        items=items,
        projected=projected,
        path=path,
        promise_start=start,
        promise=_whole(spec.clock.committed, start, calendar, everything),
        statutory=_whole(spec.clock.statutory, start, calendar, everything),
        drifts=_drifts(subs, items, now),
    )


def _whole(
    limit: Duration | None, start: datetime | None, calendar: clock.WorkingCalendar, pauses: Sequence[clock.Stretch]
) -> clock.Due | None:
    """A limit of the whole case: what stood still for any of its items does not count, and overlaps only once."""
    return clock.due(start, limit, calendar, sorted(pauses, key=lambda one: one.began)) if limit and start else None


def _drifts(subs: Sequence[SubApplication], items: Mapping[UUID, ItemReckoning], now: datetime) -> bool:
    running = [items[sub.pk] for sub in subs if sub.pk in items and sub.state not in SUB_FINAL]
    return any(one.ledger.is_open_ended or one.due.on < now.date() for one in running)


def _steps(
    case: Case, spec: BundleSpec, subs: Sequence[SubApplication], ledgers: Mapping[UUID, Ledger]
) -> list[critical_path.Step]:
    waits: dict[UUID, list[critical_path.Wait]] = defaultdict(list)
    for need in (one for one in needs_of(case) if not one.alternative_of):
        waits[need.sub_id].append(critical_path.Wait(need.upstream_id, need.need == "accepted"))
    return [_step(spec, sub, tuple(waits[sub.pk]), ledgers.get(sub.pk, Ledger())) for sub in subs]


def _step(
    spec: BundleSpec, sub: SubApplication, waits: tuple[critical_path.Wait, ...], ledger: Ledger
) -> critical_path.Step:
    ended = local(sub.closed_at) if sub.state in SUB_FINAL and sub.closed_at else None
    limit = committed_of(spec.item(sub.item_id), sub)
    return critical_path.Step(sub.pk, limit, waits, start_of(sub), ended, ledger.pauses, ledger.extension_days)


def _promise_start(
    case: Case, spec: BundleSpec, subs: Sequence[SubApplication], projected: Mapping[UUID, critical_path.Projected]
) -> datetime | None:
    """Since when the promise of the whole counts: acceptance, or what `clock.starts_with` or `clock.start` names."""
    first = spec.clock.starts_with or spec.clock.start
    named = [projected[sub.pk].end for sub in subs if sub.item_id == first]
    if named:
        return max(named)
    start = case.submitted_at if first == SUBMISSION else case.accepted_at or case.submitted_at
    return local(start) if start else None
