"""Keys of the proactive mode: whom a search looks for, how they are sorted, what happens to each (免申即享).

`match` is its small sister: which items somebody is entitled to, and a hint where that changes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from bundles.spec.items import Duration
from bundles.spec.reading import Node

ACTS = ("grant", "ask", "visit", "record")


@dataclass(frozen=True, kw_only=True)
class Population(Node):
    """Where the list of people comes from: an interface that lists, and its filter as expressions by name."""

    api: str
    filter: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Because(Node):
    """Why somebody is not entitled, said while `when` is true."""

    when: str
    zh: str
    en: str | None = None


@dataclass(frozen=True, kw_only=True)
class EntitledClass(Node):
    """A class of people. The first whose `when` is true takes a person; who fits none is visited, never refused.

    `act`: grant (no step by the person, opting out within `answer_within`), ask (one tap within `answer_within`, then
    a visit), visit, record (only the reason is kept). `guidance` holds answers that stand unless somebody says else.
    """

    id: str
    zh: str
    cond: Any = None
    then: Any = None
    when: str | None = None
    act: str | None = None
    answer_within: Duration | None = None
    guidance: Mapping[str, Any] | None = None
    because: tuple[Because, ...] = ()
    en: str | None = None

    parts: ClassVar[Mapping[str, Any]] = {"answer_within": Duration, "because": [Because]}


@dataclass(frozen=True, kw_only=True)
class Proactive(Node):
    """A nightly search. `population` None: nobody is searched for, the bundle is applied for by hand.

    `fields` names the form's system fields that the search fills: class, run. `refuse` is the guidance of somebody who
    does not want it, `object` of somebody who says the data is wrong.
    """

    classes: tuple[EntitledClass, ...] = ()
    detect: Any = None
    key: Any = None
    notify: tuple[Any, ...] = ()
    opt_out: Any = None
    population: Population | None = None
    party: str | None = None
    fields: Mapping[str, str] | None = None
    refuse: Mapping[str, Any] | None = None
    object: Mapping[str, Any] | None = None

    parts: ClassVar[Mapping[str, Any]] = {"classes": [EntitledClass], "population": Population}


@dataclass(frozen=True, kw_only=True)
class Match(Node):
    """Which items somebody is entitled to, worked out from data.

    `guidance` stands for answers that nobody has given yet; `again` (every month, day) looks anew and gives a hint.
    """

    run: str | None = None
    sources: tuple[str, ...] = ()
    show: Any = None
    proactive: Any = None
    party: str | None = None
    guidance: Mapping[str, Any] | None = None
    again: Any = None
