"""The frozen data of an allocation (冻结数据): all a run depends on, taken once and never read again from the cases."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any
from uuid import UUID

from bundles import forms
from bundles.forms.answers import Place, stored
from bundles.rules import UNKNOWN, evaluate, judge
from bundles.spec import Allocation, BundleSpec
from cases.actions.batches import scoring
from cases.actions.batches.seating import Entry
from cases.actions.registers.facts import context_of
from cases.models import AllocationPlace, AllocationSeat, Case, PointsSheet, SubApplication
from cases.states import SUB_FINAL, SubState

GATE = "allocation"
POINTS = "points()"
GIVEN_BACK = (SubState.WITHDRAWN, SubState.CANCELLED, SubState.LAPSED)


@dataclass(frozen=True, slots=True)
class Held:
    """A filing that cannot be ranked yet, and why: its points are open, or it fits no group."""

    key: str
    number: str
    why: str


def snapshot_of(spec: BundleSpec, bundle_code: str, batch: str) -> dict[str, Any]:
    """Everything one run reads, as plain JSON: entries, those that are held up, seats left, groups in order."""
    allocation = wanted(spec)
    entries: list[dict[str, Any]] = []
    held: list[dict[str, Any]] = []
    for sub in waiting_for_run(spec, bundle_code):
        found = _entry_of(allocation, spec, sub)
        if isinstance(found, Held):
            held.append(asdict(found))
        else:
            entries.append(_plain(found))
    return {
        "batch": batch,
        "groups": [group.id for group in allocation.groups],
        "seats": seats_left(bundle_code, batch),
        "entries": sorted(entries, key=lambda entry: str(entry["key"])),
        "held": sorted(held, key=lambda one: str(one["key"])),
    }


def wanted(spec: BundleSpec) -> Allocation:
    """The allocation of a bundle that has the keys to run one. Raises LookupError for any other."""
    allocation = spec.allocation
    if allocation is None or not allocation.item or not allocation.groups or not allocation.choice_fields:
        raise LookupError(spec.code)
    return allocation


def waiting_for_run(spec: BundleSpec, bundle_code: str) -> Iterable[SubApplication]:
    """The filings whose item has everything it needs and waits for nothing but the run."""
    found = SubApplication.objects.filter(
        case__bundle_code=bundle_code, item_id=wanted(spec).item, state=SubState.WAITING, held_by=GATE
    )
    return found.select_related("case", "case__applicant").order_by("pk").iterator(chunk_size=200)


def not_ready(spec: BundleSpec, bundle_code: str) -> int:
    """How many filings are still with departments and so not in the run."""
    item = wanted(spec).item
    undecided = SubApplication.objects.filter(case__bundle_code=bundle_code, item_id=item, state=SubState.WAITING)
    return undecided.exclude(held_by=GATE).exclude(state__in=SUB_FINAL).count()


def seats_left(bundle_code: str, batch: str) -> dict[str, int]:
    """The capacity of each choice less what published runs of the same batch have given and nobody has given back."""
    given = Counter(
        AllocationPlace.objects.filter(run__bundle_code=bundle_code, run__batch=batch, run__published_at__isnull=False)
        .exclude(choice="")
        .exclude(sub__state__in=GIVEN_BACK)
        .values_list("choice", flat=True)
    )
    seats = AllocationSeat.objects.filter(bundle_code=bundle_code, batch=batch)
    return {seat.choice: max(seat.capacity - given[seat.choice], 0) for seat in seats}


def ask_for_points(spec: BundleSpec, bundle_code: str) -> int:
    """Bring the points of everybody in the run up to date, before the data are frozen; not inside a transaction."""
    ids = [sub.case_id for sub in waiting_for_run(spec, bundle_code)]
    sheets = set(PointsSheet.objects.filter(pk__in=ids).values_list("pk", flat=True))
    for case_id in ids:
        if case_id in sheets:
            scoring.compute(case_id)
        else:
            scoring.ask_registers(case_id)
    return len(ids)


def _entry_of(allocation: Allocation, spec: BundleSpec, sub: SubApplication) -> Entry | Held:
    context = context_of(sub.case)
    scope = forms.scope(context)
    group = next((group for group in allocation.groups if judge(group.expr, scope) is True), None)
    if group is None:
        return Held(str(sub.pk), sub.number, "group")
    points = _rank(group.rank, sub.case_id, scope)
    if points is None:
        return Held(str(sub.pk), sub.number, "points")
    choices = [str(stored(context.answers, Place(field)) or "") for field in allocation.choice_fields]
    adjusts = bool(allocation.adjust_field) and stored(context.answers, Place(allocation.adjust_field or "")) is True
    ties = tuple(_number(tie.expr, tie.order, scope) for tie in (spec.points.tie_break if spec.points else ()))
    return Entry(str(sub.pk), group.id, points, ties, tuple(dict.fromkeys(filter(None, choices))), adjusts)


def _rank(text: str | None, case_id: UUID, scope: forms.FormScope) -> Decimal | None:
    """What a person is ranked by: the settled points, or another figure; None while it is not known."""
    if not text:
        return Decimal(0)
    return _points(case_id) if text.strip() == POINTS else _number(text, "desc", scope)


def _points(case_id: UUID) -> Decimal | None:
    """The total of a sheet on which nothing is open and no objection waits."""
    sheet = PointsSheet.objects.filter(pk=case_id).first()
    return None if sheet is None or sheet.is_open or sheet.total is None else Decimal(str(sheet.total))


def _number(text: str, order: str, scope: forms.FormScope) -> Decimal | None:
    """A tie-break as a figure of which more comes first; None where it is not known."""
    value = evaluate(text, scope)
    if isinstance(value, datetime | date):
        value = value.toordinal()
    if value is UNKNOWN or isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    return Decimal(value) if order == "desc" else -Decimal(value)


def _plain(entry: Entry) -> dict[str, Any]:
    figures = {
        "points": None if entry.points is None else str(entry.points),
        "ties": [None if tie is None else str(tie) for tie in entry.ties],
    }
    return {**asdict(entry), **figures, "choices": list(entry.choices)}


def entries_from(snapshot: Mapping[str, Any]) -> list[Entry]:
    """The entries as they were frozen."""
    return [
        Entry(
            one["key"], one["group"], _decimal(one["points"]), tuple(map(_decimal, one["ties"])),
            tuple(one["choices"]), one["adjusts"],
        )
        for one in snapshot["entries"]
    ]  # fmt: skip


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def fingerprint_of(snapshot: Mapping[str, Any]) -> str:
    """Stands for the frozen data: changed data, another fingerprint."""
    canonical = json.dumps(snapshot, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return sha256(canonical.encode()).hexdigest()


def cases_in(snapshot: Mapping[str, Any]) -> Sequence[UUID]:
    """The cases behind the entries."""
    subs = SubApplication.objects.filter(pk__in=[entry["key"] for entry in snapshot["entries"]])
    return list(Case.objects.filter(sub_applications__in=subs).values_list("pk", flat=True))
