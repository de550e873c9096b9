"""Allocation of a batch (派位): freeze the data, try, show points and ranks, publish; everything at the same moment.

A run can be replayed: its snapshot and its seed give the same seats again. Each step is kept with who did it and who
supervised. Until `published_at` nobody sees a seat; from that moment on everybody does, and the items follow.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from bundles import forms, queries
from bundles.forms.selection import holds
from bundles.spec import BundleSpec, Item
from cases import clock
from cases.actions.batches import freezing
from cases.actions.batches.freezing import GATE
from cases.actions.batches.seating import Seating, seat_all
from cases.actions.engine.occasions import Closed
from cases.actions.registers.facts import context_of
from cases.errors import CaseError, NotReady, WrongState
from cases.models import AllocationPlace, AllocationRun, AllocationStep, Case, Objection, SubApplication
from cases.ports import Actor
from cases.queries.reckoning import calendar_of

LOOK_AGAIN = timedelta(days=1)
State = AllocationRun.State
UNDER_WAY = (State.FROZEN, State.TRIED, State.PUBLICITY)


def gate(case: Case, sub: SubApplication, item: Item) -> Closed | None:
    """The item that a run decides waits for the run; those the bundle excepts go to their department."""
    spec = queries.version(case.bundle_version_id).spec
    allocation = spec.allocation
    if allocation is None or allocation.item != item.id or not allocation.groups:
        return None
    scope = forms.scope(context_of(case))
    if any(holds(one.expr, scope) for one in allocation.except_):
        return None
    return Closed(GATE, "等统一派位", timezone.now() + LOOK_AGAIN)


# ---- the steps of a run -------------------------------------------------------------------------------------


def freeze(bundle_code: str, batch: str, *, by: Actor, supervisor: str = "") -> AllocationRun:
    """Take the data of everybody who waits for this run; a run under way takes them anew. Not inside a transaction.

    Raises CaseError for a bundle without allocation, NotReady where nobody waits or no seats are entered.
    """
    published = queries.published(bundle_code)
    spec = _spec(published.spec)
    freezing.ask_for_points(spec, bundle_code)
    with transaction.atomic():
        snapshot = freezing.snapshot_of(spec, bundle_code, batch)
        _check_snapshot(snapshot, batch)
        run = _run_under_way(bundle_code, batch) or AllocationRun(
            bundle_code=bundle_code, batch=batch, department=spec.lead, seed=secrets.token_hex(16)
        )
        run.bundle_version_id = published.version_id
        run.snapshot, run.fingerprint = snapshot, freezing.fingerprint_of(snapshot)
        run.state, run.report = State.FROZEN, _counted(snapshot, freezing.not_ready(spec, bundle_code))
        _save_new(run)
        AllocationPlace.objects.filter(run=run).delete()
        _step(run, "frozen", by, supervisor)
        return run


def _spec(spec: BundleSpec) -> BundleSpec:
    try:
        freezing.wanted(spec)
    except LookupError as error:
        raise CaseError(_("这个一件事没有配置统一派位")) from error
    return spec


def _check_snapshot(snapshot: Mapping[str, Any], batch: str) -> None:
    if not snapshot["entries"] and not snapshot["held"]:
        raise NotReady(_("现在没有等派位的申请"))
    if not snapshot["seats"]:
        raise NotReady(_("还没有录入%(batch)s批次的名额") % {"batch": batch})


def _save_new(run: AllocationRun) -> None:
    try:
        with transaction.atomic():
            run.save()
    except IntegrityError as error:
        raise WrongState(_("这个批次的派位正由别人操作，请刷新页面")) from error


def _run_under_way(bundle_code: str, batch: str) -> AllocationRun | None:
    found = AllocationRun.objects.select_for_update().filter(bundle_code=bundle_code, batch=batch)
    return found.filter(state__in=UNDER_WAY).first()


@transaction.atomic
def try_out(run_id: UUID, *, by: Actor, supervisor: str = "") -> AllocationRun:
    """Give the seats out on the frozen data, for the report alone (试算). The same data and seed, the same report."""
    run = _locked(run_id, State.FROZEN, State.TRIED, State.PUBLICITY)
    seatings = seats_of(run)
    AllocationPlace.objects.filter(run=run).delete()
    AllocationPlace.objects.bulk_create(_place(run, one) for one in seatings)
    run.report = {**run.report, **_given(run, seatings)}
    run.tried_fingerprint = run.fingerprint
    run.state = run.state if run.state == State.PUBLICITY else State.TRIED
    run.save(update_fields=["report", "tried_fingerprint", "state"])
    _step(run, "tried", by, supervisor)
    return run


def seats_of(run: AllocationRun) -> list[Seating]:
    """What the frozen data and the seed come to: the whole computation, to be repeated by anybody."""
    snapshot = run.snapshot
    return seat_all(freezing.entries_from(snapshot), snapshot["groups"], snapshot["seats"], run.seed)


@transaction.atomic
def publicise(run_id: UUID, *, by: Actor, supervisor: str = "") -> AllocationRun:
    """Show points and ranks to everybody concerned, for as long as the bundle says; the sweep tells each of them."""
    run = _locked(run_id, State.TRIED)
    _check_tried(run)
    allocation = freezing.wanted(queries.version(run.bundle_version_id).spec)
    if allocation.publicity is None:
        raise WrongState(_("这个一件事没有公示期，可以直接公布"))
    until = clock.due(timezone.localtime(), allocation.publicity, calendar_of(settings.REGION_CODE)).on
    run.publicity_until, run.state = until, State.PUBLICITY
    run.save(update_fields=["publicity_until", "state"])
    _step(run, "publicity", by, supervisor)
    return run


@transaction.atomic
def publish(run_id: UUID, *, by: Actor, supervisor: str, leave_out: bool = False) -> AllocationRun:
    """Publish the seats of the whole batch in one act; from now on everybody sees the own one.

    Needs a supervisor (监督员), a trial on these very data, an ended publicity, and no open points or objections.
    `leave_out`: filings still with departments stay for the next run. Raises NotReady with what is lacking.
    """
    run = _locked(run_id, State.TRIED, State.PUBLICITY)
    lacking = list(lacks(run, supervisor=supervisor, leave_out=leave_out))
    if lacking:
        raise NotReady(lacking[0], tuple(("allocation", text) for text in lacking))
    run.published_at, run.state = timezone.now(), State.PUBLISHED
    run.save(update_fields=["published_at", "state"])
    _step(run, "published", by, supervisor)
    return run


def lacks(run: AllocationRun, *, supervisor: str, leave_out: bool = False) -> Sequence[str]:
    """What still stands in the way of publishing, in sentences for the person who runs it."""
    spec = queries.version(run.bundle_version_id).spec
    held, waiting = run.report.get("held", 0), run.report.get("not_ready", 0)
    objections = Objection.objects.filter(case__in=freezing.cases_in(run.snapshot), state=Objection.State.OPEN).count()
    found = {
        "请写明现场监督员": not supervisor.strip(),
        "数据有变化，请按现在冻结的数据再试算一次": run.tried_fingerprint != run.fingerprint,
        "还没有公示积分和排名": freezing.wanted(spec).publicity is not None and run.publicity_until is None,
        f"公示到{run.publicity_until}，期满后才能公布": _is_shown_still(run.publicity_until),
        f"还有 {objections} 个积分异议没有复核": objections > 0,
        f"还有 {held} 件积分或分组没有核定，不能参加排序": held > 0,
        f"还有 {waiting} 件在部门核验，请等办完或确认留到下一批": waiting > 0 and not leave_out,
    }
    return [text for text, is_so in found.items() if is_so]


def _is_shown_still(until: date | None) -> bool:
    return until is not None and timezone.localdate() <= until


@transaction.atomic
def abandon(run_id: UUID, *, by: Actor, supervisor: str = "") -> AllocationRun:
    """Give a run up before it is published; nobody has seen anything of its seats."""
    run = _locked(run_id, *UNDER_WAY)
    run.state = State.ABANDONED
    run.save(update_fields=["state"])
    AllocationPlace.objects.filter(run=run).delete()
    _step(run, "abandoned", by, supervisor)
    return run


def _locked(run_id: UUID, *states: str) -> AllocationRun:
    run = AllocationRun.objects.select_for_update().get(pk=run_id)
    if run.state not in states:
        raise WrongState(_("这次派位%(state)s，不能再做这一步") % {"state": run.get_state_display()})
    return run


def _check_tried(run: AllocationRun) -> None:
    if run.tried_fingerprint != run.fingerprint:
        raise NotReady(_("请先按现在冻结的数据试算"))


def _step(run: AllocationRun, kind: str, by: Actor, supervisor: str) -> None:
    AllocationStep.objects.create(
        run=run, kind=kind, done_by=by.id or by.kind, supervisor=supervisor.strip()[:60],
        fingerprint=run.fingerprint, report=run.report, at=timezone.now(),
    )  # fmt: skip


def _place(run: AllocationRun, one: Seating) -> AllocationPlace:
    return AllocationPlace(
        run=run, sub_id=UUID(one.key), group=one.group, rank=one.rank, choice=one.choice, number=one.number
    )


def _counted(snapshot: Mapping[str, Any], waiting: int) -> dict[str, Any]:
    """How many take part, by group; how many cannot, and why. No personal values."""
    return {
        "entries": len(snapshot["entries"]),
        "by_group": dict(Counter(entry["group"] for entry in snapshot["entries"])),
        "held": len(snapshot["held"]),
        "held_why": dict(Counter(one["why"] for one in snapshot["held"])),
        "not_ready": waiting,
        "seats": sum(snapshot["seats"].values()),
        "unknown_ties": sum(None in entry["ties"] for entry in snapshot["entries"]),
    }


def _given(run: AllocationRun, seatings: Sequence[Seating]) -> dict[str, Any]:
    """What a trial came to, by group and by choice."""
    placed = [one for one in seatings if one.number is not None]
    seats = run.snapshot["seats"]
    by_choice = Counter(one.choice for one in placed)
    unknown = {choice for entry in run.snapshot["entries"] for choice in entry["choices"]} - set(seats)
    return {
        "placed": len(placed),
        "not_placed": len(seatings) - len(placed),
        "adjusted": sum(one.number == 0 for one in placed),
        "placed_by_group": dict(Counter(one.group for one in placed)),
        "choices": {choice: [by_choice[choice], seats[choice]] for choice in sorted(seats)},
        "unknown_choices": sorted(unknown)[:50],
    }
