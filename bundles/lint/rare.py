"""Rare keys that the engine acts on have the shape it reads; what is wrong here would fail in the middle of a case."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bundles.errors import Fault
from bundles.lint import shape
from bundles.spec import (
    Allocation,
    Appointment,
    BundleSpec,
    Dedupe,
    JointVisit,
    PointsTable,
    Recurring,
    Remind,
    Retry,
    ScheduleStep,
    Variable,
)
from bundles.spec.batch import Batch, Confirmation
from bundles.spec.faq import Asked
from bundles.spec.proactive import Match, Proactive
from bundles.spec.reading import Node

BLOCKS: Mapping[str, type[Node]] = {
    "joint_visit": JointVisit,
    "dedupe": Dedupe,
    "unique": Dedupe,
    "points": PointsTable,
    "allocation": Allocation,
    "recurring": Recurring,
    "batch": Batch,
    "confirmation": Confirmation,
    "proactive": Proactive,
    "match": Match,
}


def faults(spec: BundleSpec) -> Iterator[Fault]:
    """What is missing or of the wrong kind; keys that nobody knows are prose for people and stay unnamed here."""
    for key, kind in (("variables", dict), ("instant", dict), ("reply", dict), ("schedule", list), ("faq", list)):
        if not isinstance(spec.extra.get(key) or kind(), kind):
            yield Fault(key, "应为列表" if kind is list else "应为键值对")
    for cls, raw, path in _blocks(spec):
        yield from (fault for fault in shape.node_faults(cls, raw, path) if fault.severity == "error")


def _asked(raw: Any) -> Iterator[tuple[type[Node], Any, str]]:
    for number, entry in enumerate(raw if isinstance(raw, list) else ()):
        yield Asked, entry, f"faq[{number}]"


def _blocks(spec: BundleSpec) -> Iterator[tuple[type[Node], Any, str]]:
    for key, cls in BLOCKS.items():
        if spec.extra.get(key):
            yield cls, spec.extra[key], key
    for name, raw in _mapping(spec, "variables").items():
        yield Variable, raw, f"variables.{name}"
    yield from _steps(spec.extra.get("schedule"))
    yield from _asked(spec.extra.get("faq"))
    for key, name, cls in (("instant", "retry", Retry), ("reply", "remind", Remind)):
        if raw := _mapping(spec, key).get(name):
            yield cls, raw, f"{key}.{name}"
    for item in spec.items:
        if item.appointment:
            yield Appointment, item.appointment, f"items[{item.id}].appointment"


def _steps(schedule: Any) -> Iterator[tuple[type[Node], Any, str]]:
    for number, raw in enumerate(schedule if isinstance(schedule, list) else ()):
        yield ScheduleStep, raw, f"schedule[{raw.get('id', number) if isinstance(raw, Mapping) else number}]"


def _mapping(spec: BundleSpec, key: str) -> Mapping[str, Any]:
    raw = spec.extra.get(key) or {}
    return raw if isinstance(raw, Mapping) else {}
