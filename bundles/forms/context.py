"""What a form is judged in: the definition, the answers so far, and what registers and departments have said."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Any, Final, Literal, Protocol

from bundles.rules import UNKNOWN
from bundles.spec import BundleSpec
from bundles.spec.registry import Registry

RECORDS: Final = "records"


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a repeating block, counted from 0."""

    group: str
    index: int


@dataclass(frozen=True, slots=True)
class Lookup:
    """One question to a register or to the licence library; whom it is about does not make it another question."""

    kind: Literal["api", "licence"]
    code: str
    inputs: tuple[tuple[str, str], ...]
    party: str = field(default="", compare=False)
    row: Row | None = field(default=None, compare=False)


class Facts(Protocol):
    """What registers and licences say."""

    def get(self, lookup: Lookup, field: str) -> object:
        """The value; None where there is no record; UNKNOWN where it could not or has not been asked.

        The field `records` gives all records as a sequence of mappings, where the register returned several.
        """
        ...


class Results(Protocol):
    """What items of the same case have yielded."""

    def get(self, item: str, field: str, row: Row | None) -> object:
        """A field of the item's result, of the instance of this row; UNKNOWN where there is none yet."""
        ...


class _NoFacts:
    def get(self, lookup: Lookup, field: str) -> object:
        return UNKNOWN


class _NoResults:
    def get(self, item: str, field: str, row: Row | None) -> object:
        return UNKNOWN


NO_FACTS: Final[Facts] = _NoFacts()
NO_RESULTS: Final[Results] = _NoResults()


def not_known_paid(item: str, row: Row | None = None) -> object:
    """No payment is known of."""
    return UNKNOWN


@dataclass(frozen=True)
class Context:
    """A form while it is filled in, or a case while it is judged.

    `account` holds the applicant's attributes as the `account:` paths name them, and `kind` (person or org).
    `shown` limits the answers that count to these fields; None lets all count. `scored` holds the points people gave
    by rule; None before filing, when the applicant's own word counts (自评). Answers, facts and results must not
    change while a context is in use: what follows from them is worked out once.
    """

    spec: BundleSpec
    registry: Registry
    answers: Mapping[str, Any]
    now: datetime
    channel: str = "online"
    by_agent: bool = False
    account: Mapping[str, str] = field(default_factory=dict)
    facts: Facts = NO_FACTS
    results: Results = NO_RESULTS
    paid: Callable[[str, Row | None], object] = not_known_paid
    case_no: str = ""
    shown: frozenset[str] | None = None
    scored: Mapping[str, Decimal] | None = None

    @cached_property
    def memo(self) -> dict[tuple[object, ...], Any]:
        """What has been worked out from this context already."""
        return {}
