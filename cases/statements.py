"""Reading and writing many rows of a model in one prepared statement each, with the values a model would write itself.

What the model layer does per row for a few rows is done here once for all of them: the statement is made once a
process, planned once a session (cases.prepared), and takes its values as one array a column.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from enum import Enum
from functools import lru_cache
from typing import Any, TypeVar
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connections, models

from cases.prepared import Prepared

Row = TypeVar("Row", bound=models.Model)
Expressions = tuple[tuple[str, str], ...]


@lru_cache(maxsize=64)
def columns(model: type[models.Model], alias: str) -> str:
    """All columns of a model, as a SELECT or RETURNING names them."""
    return ", ".join(f'{alias}."{field.column}"' for field in model._meta.concrete_fields)


def built(model: type[Row], rows: Iterable[Sequence[Any]]) -> list[Row]:
    """Objects of rows that hold `columns` of a model, in their order."""
    names, converters = _reading(model)
    return [_built(model, names, converters, row) for row in rows]


def _built(model: type[Row], names: Sequence[str], converters: Sequence[tuple[int, Any]], row: Sequence[Any]) -> Row:
    values = list(row)
    for place, convert in converters:
        values[place] = convert(values[place], None, connections[DEFAULT_DB_ALIAS])
    return model.from_db(DEFAULT_DB_ALIAS, names, values)


@lru_cache(maxsize=64)
def _reading(model: type[models.Model]) -> tuple[list[str], list[tuple[int, Any]]]:
    fields = model._meta.concrete_fields
    converters = [
        (place, one)
        for place, field in enumerate(fields)
        for one in field.get_db_converters(connections[DEFAULT_DB_ALIAS])
    ]
    return [field.attname for field in fields], converters


def insert(rows: Sequence[models.Model], expressions: Expressions = ()) -> None:
    """Insert new rows of one model. `expressions` give columns by SQL over the row `v` instead of by their values."""
    model = type(rows[0])
    fields, statement = _inserting(model, expressions)
    for row in rows:
        if row.pk is None and model._meta.pk in fields:
            row.pk = model._meta.pk.get_pk_value_on_save(row)
    found = statement(*[_column(field, rows, add=True) for field in fields])
    if model._meta.auto_field:
        for row, (key,) in zip(rows, found, strict=True):
            row.pk = key
    for row in rows:
        row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS


@lru_cache(maxsize=128)
def _inserting(model: type[models.Model], expressions: Expressions) -> tuple[list[Any], Prepared]:
    given = dict(expressions)
    made_there = {model._meta.auto_field} if model._meta.auto_field else set()
    fields = [field for field in model._meta.concrete_fields if field not in made_there and field.column not in given]
    names = [f'"{field.column}"' for field in fields]
    target = ", ".join([*names, *(f'"{column}"' for column in given)])
    source = ", ".join([*(f"v.{name}" for name in names), *given.values()])
    text = f"INSERT INTO {model._meta.db_table} ({target}) SELECT {source} FROM {_unnested(names)}"
    keys = f' RETURNING "{model._meta.pk.column}"' if made_there else ""
    return fields, Prepared(f"{text}{keys}", *_arrays(fields))


def update(rows: Sequence[models.Model], names: Sequence[str]) -> dict[Any, str]:
    """Write the named fields of rows of one model; which transaction wrote each of them, by its key.

    Raises RuntimeError when one of them is not there.
    """
    model = type(rows[0])
    fields, statement = _updating(model, tuple(names))
    found = dict(statement(*[_column(field, rows, add=False) for field in fields]))
    if len(found) != len(rows):
        raise RuntimeError(f"{model._meta.label}: {len(found)} of {len(rows)} rows were there")
    return found


@lru_cache(maxsize=256)
def _updating(model: type[models.Model], names: tuple[str, ...]) -> tuple[list[Any], Prepared]:
    fields: list[Any] = [model._meta.pk, *(model._meta.get_field(name) for name in names)]
    key, *others = [f'"{field.column}"' for field in fields]
    changes = ", ".join(f"{one} = v.{one}" for one in others)
    text = f"UPDATE {model._meta.db_table} t SET {changes} FROM {_unnested([key, *others])} WHERE t.{key} = v.{key}"
    return fields, Prepared(f"{text} RETURNING t.{key}, t.xmin::text", *_arrays(fields))


def _column(field: Any, rows: Sequence[models.Model], *, add: bool) -> list[Any]:
    """The values of a field as the database takes them; plain ones as they are, whatever else as its field says."""
    plain = _PLAIN.get(type(field).__name__)
    if plain is None or getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False):
        session = connections[DEFAULT_DB_ALIAS]
        return [field.get_db_prep_save(field.pre_save(row, add), session) for row in rows]
    return [_as_it_is(field, row, plain, add) for row in rows]


def _as_it_is(field: Any, row: models.Model, plain: type, add: bool) -> Any:
    value = row.__dict__.get(field.attname, _ABSENT)
    kind = type(value)
    if kind is UUID:
        return value.hex
    if value is None or kind is plain:
        return value
    if plain is str and isinstance(value, Enum):
        return value.value
    return field.get_db_prep_save(field.pre_save(row, add), connections[DEFAULT_DB_ALIAS])


_ABSENT = object()
# Fields whose values of this very type the driver takes as they are.
_PLAIN: dict[str, type] = {
    "BigIntegerField": int, "BooleanField": bool, "CharField": str, "DateField": date, "DateTimeField": datetime,
    "FSMField": str, "ForeignKey": UUID, "IntegerField": int, "PositiveIntegerField": int,
    "PositiveSmallIntegerField": int, "TextField": str, "UUIDField": UUID,
}  # fmt: skip


def _unnested(names: Sequence[str]) -> str:
    places = ", ".join(f"${number}" for number in range(1, len(names) + 1))
    return f"unnest({places}) AS v ({', '.join(names)})"


def _arrays(fields: Iterable[Any]) -> list[str]:
    """Types without their lengths: a cast to varchar(5) would cut what is longer, the column itself refuses it."""
    session = connections[DEFAULT_DB_ALIAS]
    types = (field.rel_db_type(session) if field.primary_key else field.db_type(session) for field in fields)
    return [f"{one.partition('(')[0]}[]" for one in types]


def holding_any(questions: Mapping[str, str]) -> Prepared:
    """A statement over (cases, subs) that names (table, key) wherever a table holds rows for one of the keys.

    `questions` names for each table the column to look in: case_id or sub_id.
    """
    place = {"case_id": "$1", "sub_id": "$2"}
    asked = [
        f"SELECT '{table}', k.key FROM unnest({place[column]}) AS k (key) "
        f"WHERE EXISTS (SELECT 1 FROM {table} WHERE {column} = k.key)"
        for table, column in questions.items()
    ]
    return Prepared(" UNION ALL ".join(asked), "uuid[]", "uuid[]")
