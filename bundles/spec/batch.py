"""Keys of the batch mode: a roster for many people (`batch`), and the word of each of them (`confirmation`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from bundles.spec.items import Duration
from bundles.spec.reading import Node


@dataclass(frozen=True, kw_only=True)
class RowLimits(Node):
    """How many rows a roster may have."""

    min: int = 1
    max: int = 1000


@dataclass(frozen=True, kw_only=True)
class Upload(Node):
    """How a roster comes in. `partial`: good rows go on while bad ones are corrected."""

    format: tuple[str, ...] = ("xlsx", "csv")
    template: bool = True
    partial: bool = True
    zh: str = ""


@dataclass(frozen=True, kw_only=True)
class Batch(Node):
    """A roster of block `group`: items without instances over it belong to the batch, the others to each person.

    `material` is the paper that the checked roster itself is.
    """

    group: str
    row_key: str
    rows: RowLimits = RowLimits()
    upload: Upload = Upload()
    material: str | None = None
    freeze: Any = None
    states: tuple[str, ...] = ()
    close_when: Any = None
    makeup: Any = None
    makeup_days: int = 0  # how long a make-up round stays open for those who did not answer; 0: there is none
    makeup_rounds: int = 1

    parts: ClassVar[Mapping[str, Any]] = {"rows": RowLimits, "upload": Upload}


@dataclass(frozen=True, kw_only=True)
class Confirmation(Node):
    """The word of each person. Silence is never a yes: at the deadline the row counts as not confirmed.

    `by` is the form's field with the last day, `mark` the system field that says yes, `phone` where the message goes,
    `reason` the field that asks why not.
    """

    party: str
    channel: str = "mobile"
    identify: Any = None
    deadline: Duration
    remind: tuple[int, ...] = ()
    answers: tuple[str, ...] = ("confirm", "correct", "decline")
    editable: tuple[str, ...] = ()
    locked: tuple[str, ...] = ()
    on_timeout: Any = None
    by: str | None = None
    mark: str | None = None
    phone: str | None = None
    reason: str | None = None
    risk: Any = None

    parts: ClassVar[Mapping[str, Any]] = {"deadline": Duration}
