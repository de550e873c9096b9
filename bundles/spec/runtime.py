"""Keys of modes that shape a case while it runs: merged answers, questions asked again, changes of a live plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from bundles.spec.items import Duration
from bundles.spec.reading import Node


@dataclass(frozen=True, kw_only=True)
class Hint(Node):
    """A remark for the person who checks the merged report, shown while `when` is true."""

    zh: str
    when: str


@dataclass(frozen=True, kw_only=True)
class Merge(Node):
    """Many departments answer, one item merges (核查汇总).

    The merging item does not wait for answers that are overdue; `fields` says which of its result fields the portal
    fills: version, replied, pending, sections. An answer that comes later makes a new version.
    """

    item: str
    order: tuple[str, ...] = ()
    fields: Mapping[str, str] | None = None
    hints: tuple[Hint, ...] = ()
    partial: Any = None
    supplement: Any = None
    cross_checks: Any = None

    parts: ClassVar[Mapping[str, Any]] = {"hints": [Hint]}


@dataclass(frozen=True, kw_only=True)
class Change(Node):
    """A way a live plan may change: which fields, who may, which items decide anew, which are only told."""

    id: str
    zh: str
    en: str | None = None
    by: Any = None
    changes: tuple[str, ...] = ()
    redo: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()
    notice: Any = None
    state: Any = None
    effect: Any = None
    source: Any = None
    scope: Any = None
    act: str = "change"  # change, pause, withdraw
    moment: str | None = None  # the field with the planned time, where `act` is pause

    def named(self, lang: str) -> str:
        """What the change is called in a language."""
        return self.en if lang == "en" and self.en else self.zh


@dataclass(frozen=True, kw_only=True)
class Freeze(Node):
    """From so long before the moment in field `before` on, only a clerk may change the plan."""

    before: str
    n: float
    unit: str
    then: Any = None


@dataclass(frozen=True, kw_only=True)
class Replan(Node):
    """Changes of a live case (改计划): the new version holds once the items of `confirmed_by` have agreed to it."""

    triggers: tuple[Change, ...]
    version_field: str | None = None
    freeze: Freeze | None = None
    answer_within: Duration | None = None
    confirmed_by: tuple[str, ...] = ()
    notify: tuple[str, ...] = ()
    partial: Any = None
    order_rule: Any = None
    confirm: Any = None

    parts: ClassVar[Mapping[str, Any]] = {"triggers": [Change], "freeze": Freeze, "answer_within": Duration}


@dataclass(frozen=True, kw_only=True)
class Retry(Node):
    """Registers that did not answer are asked again `times` times `within` a time before a person is asked."""

    times: int
    within: Duration

    parts: ClassVar[Mapping[str, Any]] = {"within": Duration}
