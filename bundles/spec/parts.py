"""The smaller parts of a bundle: parties, clock, materials, results, reasons, stages."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from bundles.spec.items import Duration
from bundles.spec.reading import Node


@dataclass(frozen=True, kw_only=True)
class Text(Node):
    zh: str
    en: str = ""


@dataclass(frozen=True, kw_only=True)
class Applicant(Node):
    kind: str
    zh: str
    en: str | None = None
    cond: str | None = None
    src: str | None = None


@dataclass(frozen=True, kw_only=True)
class Agent(Node):
    """Whether somebody else may apply for a person (委托代理). `channels`: only there; `acts`: only these.

    Not written, both leave nothing out. What the law wants done in person cannot be delegated (民法典 第一百六十一条).
    """

    allowed: bool = False
    zh: str | None = None
    en: str | None = None
    material: str | None = None
    channels: tuple[str, ...] = ()
    acts: tuple[str, ...] = ()

    def may(self, act: str) -> bool:
        return self.allowed and (not self.acts or act in self.acts)

    def reaches(self, channel: str) -> bool:
        return self.allowed and (not self.channels or channel in self.channels)


@dataclass(frozen=True, kw_only=True)
class Party(Node):
    """Somebody concerned. `consent`: login, authorise, guardian, notice or none; `many` where there are several."""

    id: str
    zh: str
    kind: str
    role: str
    signs: bool = False
    consent: str = "none"
    many: bool = False
    en: str | None = None
    when: str | None = None
    identity: Mapping[str, str] | None = None  # {"name": field, "id_no": field, "phone": field}


@dataclass(frozen=True, kw_only=True)
class Clock(Node):
    committed: Duration | None = None
    statutory: Duration | None = None
    target: Any = None
    note: Any = None
    start: Any = None
    starts_with: str | None = None  # an item whose decision starts the promise, or "submission"; else acceptance
    deadline: Any = None
    src: str | None = None

    parts: ClassVar[Mapping[str, Any]] = {"committed": Duration, "statutory": Duration}


@dataclass(frozen=True, kw_only=True)
class Eligibility(Node):
    id: str
    expr: str
    zh: str = ""
    fail: Any = None
    src: str | None = None


@dataclass(frozen=True, kw_only=True)
class Material(Node):
    """A paper the items need; may be exempted, committed to, deferred or generated instead of uploaded."""

    id: str
    zh: str
    en: str
    form: str
    required: bool
    items: Any
    exempt_by: tuple[str, ...] = ()
    of: tuple[str, ...] = ()
    deferrable: Duration | None = None
    commitment: bool = False
    generated: bool = False
    signs: tuple[str, ...] = ()
    when: str | None = None
    per: str | None = None
    template: Any = None
    source: Any = None
    note: Any = None
    from_item: str | None = None
    original: Any = None
    max_mb: float | None = None
    deferrable_unless: str | None = None  # a condition on data under which it may not be deferred
    commitment_check: Duration | None = None  # how long after the decision a commitment is checked
    max_age: Duration | None = None  # how old the paper may be when it is handed in

    parts: ClassVar[Mapping[str, Any]] = {"deferrable": Duration, "commitment_check": Duration, "max_age": Duration}


@dataclass(frozen=True, kw_only=True)
class Result(Node):
    """What an item yields: a licence of the catalogue, or a document, payment, registration with own fields."""

    id: str
    item: str
    zh: str
    en: str
    kind: str
    delivery: tuple[str, ...]
    licence: str | None = None
    fields: tuple[Any, ...] = ()  # [name, zh, type] each
    supersedes: Any = None
    revokes: Any = None
    licence_from: str | None = None
    copies: Any = None
    older_of: str | None = None  # the party whose older licences `supersedes` and `revokes` mean
    older_match: Mapping[str, str] | None = None  # face of the older licence -> field of the form it must equal


@dataclass(frozen=True, kw_only=True)
class Reason(Node):
    code: str
    item: str
    zh: str
    en: str | None = None
    about: str | None = None
    basis: str | None = None  # of a refusal: the article of law it rests on
    remedy: str | None = None  # of a refusal: what can be done against it, where it is not the general remedy


@dataclass(frozen=True, kw_only=True)
class Reasons(Node):
    supplement: tuple[Reason, ...] = ()
    reject: tuple[Reason, ...] = ()

    parts: ClassVar[Mapping[str, Any]] = {"supplement": [Reason], "reject": [Reason]}


@dataclass(frozen=True, kw_only=True)
class Stage(Node):
    id: str
    zh: str
    en: str | None = None
    items: tuple[str, ...] = ()
    lead: str | None = None
    committed: Duration | None = None
    open_when: str | bool | None = None
    note: Any = None

    parts: ClassVar[Mapping[str, Any]] = {"committed": Duration}


@dataclass(frozen=True, kw_only=True)
class Variable(Node):
    """A named figure (`value`, configuration) or a named expression (`expr`)."""

    zh: str = ""
    value: Any = None
    expr: str | None = None
