"""Items (事项) of a bundle: who decides, by which rules, after which other items, within which limits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar, Literal, Self

from bundles.spec.reading import Node

Need = Literal["approved", "finished", "accepted"]
IfRejected = Literal["cancel", "continue", "ask"]
UNITS = ("second", "minute", "hour", "day", "workday", "month", "year")


@dataclass(frozen=True, kw_only=True)
class Duration(Node):
    """A length of time: `n` of `unit`; `workday` counts by the calendar, `day` is a calendar day."""

    n: float
    unit: str
    src: str | None = None


@dataclass(frozen=True, kw_only=True)
class Rule(Node):
    """A condition of a decision. `fail` says what a false answer means; unknown always goes to a person."""

    id: str
    expr: str
    fail: str
    zh: str = ""
    en: str | None = None
    scope: str | None = None


@dataclass(frozen=True, kw_only=True)
class Special(Node):
    """A special procedure (特别程序); `in_clock: false` stops the clock. 行政许可法 第四十五条."""

    id: str
    zh: str = ""
    en: str | None = None
    max: Duration | None = None
    in_clock: bool = True
    when: str | None = None
    expr_days: str | None = None
    consult: Any = None

    parts: ClassVar[Mapping[str, Any]] = {"max": Duration}


@dataclass(frozen=True, kw_only=True)
class Decision(Node):
    kind: str
    rules: tuple[Rule, ...] = ()
    special: tuple[Special, ...] = ()
    why: str | None = None

    parts: ClassVar[Mapping[str, Any]] = {"rules": [Rule], "special": [Special]}


@dataclass(frozen=True, kw_only=True)
class Fee(Node):
    """What an item costs and when it is paid. `rows_by` names the answer whose values choose rows of the table;
    past `within`, counted from the day it is due, an item whose fee must come first ends.
    """

    kind: str
    when: str | None = None
    amount: float | None = None
    unit: str | None = None
    zh: str | None = None
    en: str | None = None
    expr: str | None = None
    rows: tuple[Any, ...] = ()
    rows_by: str | None = None
    within: Duration | None = None
    waive: str | None = None
    src: str | None = None

    parts: ClassVar[Mapping[str, Any]] = {"within": Duration}

    @classmethod
    def read(cls, raw: object, path: str) -> Self:
        """`fee: none` is written as a bare word."""
        if isinstance(raw, str):
            return cls(kind=raw)
        return super().read(raw, path)

    def write(self) -> Any:
        return super().write() if self.given else self.kind


@dataclass(frozen=True, kw_only=True)
class Alternative(Node):
    item: str
    flow: tuple[str, ...] = ()
    zh: str | None = None


@dataclass(frozen=True, kw_only=True)
class Dependency(Node):
    """An upstream item: what it must have reached, which result fields flow, what its refusal means here."""

    item: str
    need: Need
    if_rejected: IfRejected
    flow: tuple[str, ...] = ()
    when: str | None = None
    alternative: Alternative | None = None

    parts: ClassVar[Mapping[str, Any]] = {"alternative": Alternative}


@dataclass(frozen=True, kw_only=True)
class Instances(Node):
    """One sub-application per row of `group`, or per record that `from` returns at submission."""

    group: str | None = None
    from_: str | None = None
    by: str | None = None
    filter: str | None = None
    dept_by_licence: Mapping[str, str] | None = None
    dept_by_agency: Mapping[str, str] | None = None
    partial: Any = None


@dataclass(frozen=True, kw_only=True)
class Trigger(Node):
    """An item that joins the case by itself once `event` (a path into a register) is true, `within` a time."""

    event: str
    within: Duration | None = None
    remind: tuple[int, ...] = ()  # days before the end
    zh: str | None = None

    parts: ClassVar[Mapping[str, Any]] = {"within": Duration}


@dataclass(frozen=True, kw_only=True)
class Item(Node):
    """One item of the bundle, tied to a matter of the catalogue."""

    id: str
    matter: str
    zh: str
    en: str
    dept: str
    type: str
    committed: Duration
    select: str
    decision: Decision
    connect: str
    executor: str | None = None
    statutory: Duration | None = None
    fee: Fee = Fee(kind="none")
    depends_on: tuple[Dependency, ...] = ()
    instances: Instances | None = None
    when: str | None = None
    no_input: bool = False
    no_result: bool = False
    note: Any = None
    after_apply: Any = None
    bind: Any = None
    fallback: Any = None
    commit_mode: Any = None
    repeatable: Any = None
    not_eligible: Any = None
    steps: Any = None
    trigger: Trigger | None = None
    on_failure: Any = None
    appointment: Any = None

    parts: ClassVar[Mapping[str, Any]] = {
        "committed": Duration,
        "statutory": Duration,
        "fee": Fee,
        "decision": Decision,
        "depends_on": [Dependency],
        "instances": Instances,
        "trigger": Trigger,
    }

    @property
    def bound_to(self) -> str:
        """The item this one takes effect together with (`bind.with`), "" for none."""
        return str(self.bind.get("with") or "") if isinstance(self.bind, Mapping) else ""

    @cached_property
    def by_hand(self) -> Duration | None:
        """The promise once people decide instead of the machine (`fallback.committed`); None where it is the same."""
        stated = self.fallback.get("committed") if isinstance(self.fallback, Mapping) else None
        return Duration.read(stated, f"items[{self.id}].fallback.committed") if stated else None
