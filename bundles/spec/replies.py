"""How departments answer a check (核查答复): the conclusions to choose from, when who has not answered is reminded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from bundles.spec.items import Duration
from bundles.spec.reading import Node


@dataclass(frozen=True, kw_only=True)
class Overdue(Node):
    """Who is late is reminded `every` so often; `to` names the steps upwards: contact, head, the leading department."""

    every: Duration
    to: tuple[str, ...] = ()

    parts: ClassVar[Mapping[str, Any]] = {"every": Duration}


@dataclass(frozen=True, kw_only=True)
class Remind(Node):
    """Reminders of what is on a worklist: `before` the due day, and once it is `overdue`."""

    before: Duration | None = None
    overdue: Overdue | None = None

    parts: ClassVar[Mapping[str, Any]] = {"before": Duration, "overdue": Overdue}


@dataclass(frozen=True)
class Reply:
    """`choices`: result field -> its answers to choose from as (value, label); `remind`: when to remind."""

    choices: Mapping[str, tuple[tuple[str, str], ...]]
    remind: Remind | None = None

    @classmethod
    def read(cls, raw: Mapping[str, Any], path: str) -> Reply:
        """A key that lists pairs is a result field with its choices, any other is prose. Raises MalformedDocument."""
        remind = raw.get("remind")
        return cls(
            {str(name): pairs for name, value in raw.items() if (pairs := _pairs(value))},
            Remind.read(remind, f"{path}.remind") if remind else None,
        )


def _pairs(value: Any) -> tuple[tuple[str, str], ...]:
    if not isinstance(value, list | tuple) or not value:
        return ()
    if not all(isinstance(one, list | tuple) and len(one) == 2 for one in value):
        return ()
    return tuple((str(code), str(label)) for code, label in value)
