"""Visits: an appointment that an item needs, and departments that come together on the spot."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from bundles.spec.items import Duration
from bundles.spec.reading import Node


@dataclass(frozen=True, kw_only=True)
class Appointment(Node):
    """When one may come: `open` as "09:00-11:30,13:30-16:30", slots of so many minutes for so many people each."""

    slot_minutes: int
    per_slot: int
    open: str
    workdays: bool = True
    horizon_days: int = 15
    who: str | None = None
    bring: tuple[str, ...] = ()
    reschedule: int = 3
    no_show_days: int | None = None  # not come within so many days of the first offer: the item ends
    no_show: Any = None
    languages: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class JointVisit(Node):
    """Items that are inspected on the same occasion (联合踏勘), arranged by the department that leads."""

    items: tuple[str, ...]
    lead: str
    invite: Mapping[str, Any] | None = None
    fix_within: Duration | None = None
    checklist: Any = None
    fix: Any = None
    one_opinion: Any = None

    parts: ClassVar[Mapping[str, Any]] = {"fix_within": Duration}

    @property
    def invite_within(self) -> Duration | None:
        """How soon after filing the visit is to be arranged."""
        raw = (self.invite or {}).get("within")
        return Duration.read(raw, "joint_visit.invite.within") if raw else None
