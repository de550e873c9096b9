"""Many cases from a few: every row of a case that really ran, poured again under new ids, numbers, people and days.

What is sealed is sealed anew for its own row, events are chained anew, bodies name their own sub-applications: pages,
audits and departments cannot tell such a case from one that ran. A row becomes a list of cells, most of which are the
same in every copy and are written out once.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

from django.apps import apps
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from stdnum.iso7064 import mod_37_36

from cases.protection import SealedField, seal


@dataclass(frozen=True)
class Person:
    """Whose case a copy is."""

    pk: UUID
    name: str
    id_no: str
    index: str


@dataclass(frozen=True)
class Pour:
    """What is new in one copy: texts for old texts (ids among them), how far back it lies, the hashes of its events."""

    texts: Mapping[str, str]
    back: timedelta
    hashes: dict[int, str] = field(default_factory=dict)


Cell = Callable[[Pour], str]
Value = Callable[[Pour], Any]


def rows_of(case: models.Model) -> list[models.Model]:
    """Everything of a case in the tables of the engine, what others point at first."""
    found: dict[tuple[str, Any], models.Model] = {(case._meta.label, case.pk): case}
    known = {type(case): {case.pk}}
    waiting = [model for model in apps.get_app_config("cases").get_models() if model is not type(case)]
    while True:
        grown = len(found)
        for model in waiting:
            for link in _links(model, known):
                wanted = {f"{link.name}__in": known[link.related_model]}
                for row in model._default_manager.filter(**wanted):
                    found[row._meta.label, row.pk] = row
                    known.setdefault(model, set()).add(row.pk)
        if len(found) == grown:
            return _in_order(list(found.values()))


def _links(model: type[models.Model], known: Mapping[Any, Any]) -> list[models.ForeignKey[Any, Any]]:
    return [
        field
        for field in model._meta.concrete_fields
        if isinstance(field, models.ForeignKey) and field.related_model in known
    ]


def _is_unique(column: models.Field[Any, Any]) -> bool:
    """Whether no two rows may hold the same value: by the column itself, or by a constraint over it alone."""
    alone = [one for one in column.model._meta.constraints if isinstance(one, models.UniqueConstraint)]
    return column.unique or any(tuple(one.fields) == (column.name,) for one in alone)


def _in_order(rows: list[models.Model]) -> list[models.Model]:
    """By model, each after those it points at, so that foreign keys hold at every statement."""
    kinds = list(dict.fromkeys(type(row) for row in rows))
    placed: list[type[models.Model]] = []
    while kinds:
        free = [kind for kind in kinds if not (set(_targets(kind)) & set(kinds) - {kind})]
        placed += free or kinds[:1]
        kinds = [kind for kind in kinds if kind not in placed]
    return sorted(rows, key=lambda row: (placed.index(type(row)), str(getattr(row, "seq", ""))))


def _targets(kind: type[models.Model]) -> list[Any]:
    return [field.related_model for field in kind._meta.concrete_fields if field.is_relation]


class Mould:
    """One case that ran, ready to be copied."""

    def __init__(self, case: Any) -> None:
        self.case = case
        self.rows = rows_of(case)
        self.tables = list(dict.fromkeys(row._meta.db_table for row in self.rows))
        self._ids = [str(one) for one in dict.fromkeys(self._uuids())]
        self._person = [
            str(case.applicant_id),
            str(case.applicant_name),
            str(case.applicant_id_no),
            case.applicant_index,
        ]
        self._others = [case.number, case.client_key]
        known = sorted({*self._ids, *self._person, *self._others}, key=len, reverse=True)
        self._old = re.compile("(" + "|".join(map(re.escape, known)) + ")")
        self._events = sorted(
            (row for row in self.rows if row._meta.object_name == "Event"),
            key=lambda row: int(row.seq),  # type: ignore[attr-defined]
        )
        self._told = [(id(event), *self._values(event)) for event in self._events]
        self._lines = [(row._meta.db_table, self._line(row)) for row in self.rows]

    def columns(self, table: str) -> list[str]:
        row = next(row for row in self.rows if row._meta.db_table == table)
        return [column.column for column in _fields(row)]

    def copy(self, serial: int, person: Person | None, back: timedelta) -> Iterator[tuple[str, str]]:
        """The rows of one more case as COPY reads them, each with its table; without a person it is the same one's."""
        texts = {old: str(uuid4()) for old in self._ids} | {old: old for old in self._person}
        if person is not None:
            texts |= zip(self._person, (str(person.pk), person.name, person.id_no, person.index), strict=True)
        numbers = (_number(self.case.number, self.case.submitted_at - back, serial), uuid4().hex)
        pour = Pour(texts | dict(zip(self._others, numbers, strict=True)), back)
        self._chain(pour)
        for table, pieces in self._lines:
            yield table, "".join([piece if isinstance(piece, str) else piece(pour) for piece in pieces])

    def _uuids(self) -> Iterator[UUID]:
        """Every id that the rows own: keys of rows and whatever else of theirs is a UUID and no reference elsewhere."""
        own = {type(row) for row in self.rows}
        for row in self.rows:
            for column in row._meta.concrete_fields:
                value = getattr(row, column.attname)
                if isinstance(value, UUID) and (not column.is_relation or column.related_model in own):
                    yield value

    def _chain(self, pour: Pour) -> None:
        """The hash of every event of the copy; the last one goes under the case."""
        from cases.actions.engine.events import link

        last = ""
        for key, fixed, renewed in self._told:
            values = fixed | {name: renew(pour) for name, renew in renewed}
            last = link(last, SimpleNamespace(**values))  # type: ignore[arg-type]
            pour.hashes[key] = last
        pour.hashes[id(self.case)] = last

    def _values(self, event: models.Model) -> tuple[dict[str, Any], list[tuple[str, Value]]]:
        """What is the same in every copy of an event, and how the rest is made."""
        held = {column.attname: getattr(event, column.attname) for column in _fields(event)}
        made = {name: renew for name, value in held.items() if (renew := self._renewed(value))}
        return {name: value for name, value in held.items() if name not in made}, list(made.items())

    def _renewed(self, held: Any) -> Value | None:
        if isinstance(held, datetime):
            return lambda pour: held - pour.back
        if isinstance(held, UUID) and len(self._parts(str(held))) > 1:
            return lambda pour: UUID(pour.texts[str(held)])
        text = json.dumps(held, ensure_ascii=False) if isinstance(held, dict) else held
        if not isinstance(text, str) or len(parts := self._parts(text)) == 1:
            return None
        if isinstance(held, dict):
            return lambda pour: json.loads(_joined(parts, pour))
        return lambda pour: _joined(parts, pour)

    def _parts(self, text: str) -> list[str]:
        """Fixed pieces, and at the odd places the old texts between them."""
        return self._old.split(text)

    def _line(self, row: models.Model) -> list[str | Cell]:
        """The pieces of a row's line: what is the same in every copy stands in one piece."""
        pieces: list[str | Cell] = []
        for place, column in enumerate(columns := _fields(row)):
            for piece in (self._cell(row, column), "\n" if place == len(columns) - 1 else "\t"):
                if pieces and isinstance(piece, str) and isinstance(last := pieces[-1], str):
                    pieces[-1] = last + piece
                else:
                    pieces.append(piece)
        return pieces

    def _cell(self, row: models.Model, column: models.Field[Any, Any]) -> str | Cell:
        """A cell, or what makes it where copies differ."""
        if isinstance(column, SealedField):
            return self._sealed(row, column)
        if column.attname in ("hash", "last_hash") and (row in self._events or row is self.case):
            return lambda pour: pour.hashes[id(row)]
        if column.attname == "body_sha256":
            parts = self._parts(_plain(row, "body") or "")
            return lambda pour: hashlib.sha256(_joined(parts, pour).encode()).hexdigest()
        held = getattr(row, column.attname)
        if isinstance(held, datetime | date):
            return lambda pour: (held - pour.back).isoformat()
        if isinstance(column, models.JSONField):
            held = json.dumps(held, cls=DjangoJSONEncoder, ensure_ascii=False)
        return self._text(held, column)

    def _text(self, held: Any, column: models.Field[Any, Any]) -> str | Cell:
        parts = self._parts(str(held)) if isinstance(held, str | UUID) else []
        if len(parts) > 1:
            return lambda pour: _encoded(_joined(parts, pour))
        if _is_unique(column) and isinstance(held, str) and held:
            left = min(column.max_length or 32, 32) - 10
            return lambda pour: _encoded(f"{held[:10]}{uuid4().hex[:left]}")
        return _encoded(held)

    def _sealed(self, row: models.Model, column: SealedField) -> str | Cell:
        plain = _plain(row, column.attname)
        if plain is None:
            return "\\N"
        parts, table, pk = self._parts(plain), row._meta.db_table, str(row.pk)

        def cell(pour: Pour) -> str:
            place = f"{table}|{column.column}|{pour.texts.get(pk, pk)}"
            return "\\\\x" + seal(_joined(parts, pour).encode(), place).hex()

        return cell


def _joined(parts: list[str], pour: Pour) -> str:
    if len(parts) == 1:
        return parts[0]
    renewed = list(parts)
    renewed[1::2] = [pour.texts[old] for old in parts[1::2]]
    return "".join(renewed)


def _fields(row: models.Model) -> list[models.Field[Any, Any]]:
    return [column for column in row._meta.concrete_fields if not isinstance(column, models.AutoField)]


def _plain(row: models.Model, name: str) -> str | None:
    """The opened text of a sealed column."""
    value, column = getattr(row, name), row._meta.get_field(name)
    assert isinstance(column, SealedField)
    return None if value is None else column.dumps(value).decode()


def _encoded(value: Any) -> str:
    """A cell as COPY reads it."""
    if value is None:
        return "\\N"
    if isinstance(value, bool):
        return "t" if value else "f"
    return str(value).replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")


def _number(number: str, day: datetime, serial: int) -> str:
    """A case number of that day with its check character."""
    region, code, *_ = number.split("-")
    plain = f"{region}-{code}-{day:%Y%m%d}-{serial:06d}"
    return f"{plain}-{mod_37_36.calc_check_digit(plain.replace('-', ''))}"
