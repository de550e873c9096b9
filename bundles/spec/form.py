"""Situation questions (情形) and the combined form (一表申请)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from bundles.spec.reading import Node

FIELD_TYPES = (
    "text longtext id_number uscc phone email date datetime address region enum multi bool integer number money "
    "bank_card plate file group list"
).split()


@dataclass(frozen=True, kw_only=True)
class Option(Node):
    """An answer to a situation question and what it switches on (`adds`) or off (`drops`, which beats `adds`)."""

    value: str
    zh: str
    en: str = ""
    adds: tuple[str, ...] = ()
    drops: tuple[str, ...] = ()
    stop: Any = None
    when: str | None = None
    note: Any = None


@dataclass(frozen=True, kw_only=True)
class Question(Node):
    """A situation question. `suggest` is worked out from registers: an expression, or one per option of several."""

    id: str
    zh: str
    en: str
    kind: str
    options: tuple[Option, ...]
    when: str | None = None
    asked_of: str | None = None
    suggest: str | Mapping[str, str] | None = None

    parts: ClassVar[Mapping[str, Any]] = {"options": [Option]}

    @property
    def suggesting(self) -> tuple[str, ...]:
        """The expressions of `suggest`, none where registers cannot answer the question."""
        if self.suggest is None:
            return ()
        return (self.suggest,) if isinstance(self.suggest, str) else tuple(self.suggest.values())


@dataclass(frozen=True, kw_only=True)
class Repeat(Node):
    min: int = 0
    max: int | None = None
    by: str | None = None


@dataclass(frozen=True, kw_only=True)
class Field(Node):
    """One question of the form. `items` names who needs it and therefore who sees it."""

    id: str
    zh: str
    en: str
    type: str
    required: bool
    items: Any = None  # "all", a tuple of item ids, or None inside a group (then the group's)
    options: Any = None  # "@code list" or a tuple of [value, zh, en]
    rule: Any = None  # a validator name, a mapping, or a tuple of these
    prefill: Any = None  # a source path or a tuple of them, first that has a value wins
    lock: bool = False
    system: bool = False
    default: Any = None
    when: str | None = None
    help: Any = None
    repeat: Repeat | None = None
    fields: tuple[Field, ...] = ()
    import_: Any = None

    @property
    def is_group(self) -> bool:
        return self.type == "group"

    @property
    def rules(self) -> tuple[Any, ...]:
        """Validator names and rule mappings, in order."""
        if self.rule is None:
            return ()
        return self.rule if isinstance(self.rule, tuple) else (self.rule,)

    @property
    def prefills(self) -> tuple[str, ...]:
        """Source paths, in order."""
        if self.prefill is None:
            return ()
        return self.prefill if isinstance(self.prefill, tuple) else (self.prefill,)


Field.parts = {"repeat": Repeat, "fields": [Field]}


@dataclass(frozen=True, kw_only=True)
class Section(Node):
    id: str
    zh: str
    en: str
    fields: tuple[Field, ...]
    repeat: Repeat | None = None
    when: str | None = None
    stage: str | None = None
    filled_by: str | None = None

    parts: ClassVar[Mapping[str, Any]] = {"fields": [Field], "repeat": Repeat}


@dataclass(frozen=True, kw_only=True)
class Form(Node):
    sections: tuple[Section, ...] = ()
    form_note: Any = None

    parts: ClassVar[Mapping[str, Any]] = {"sections": [Section]}


@dataclass(frozen=True, slots=True)
class Group:
    """A repeating block: a repeat section or a field of type group. `id` is the key of its rows in the answers."""

    id: str
    zh: str
    en: str
    section: str
    fields: tuple[Field, ...]
    min: int
    max: int | None
    field: Field | None = None  # the group field, where it is one
