"""Reading and writing many rows of a model in one prepared statement each, with the values a model would write itself.

What the model layer does per row for a few rows is done here once for all of them: the statement is made once a
process, planned once a session (cases.prepared), and takes its values as one array a column. Objects are made without
`Model.__init__`, which asks every field of every row for what is the same in all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from enum import Enum
from functools import cached_property, lru_cache
from types import NoneType
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connections, models
from django.db.models.base import ModelState

from cases.prepared import Call, Prepared, together

Row = TypeVar("Row", bound=models.Model)
Expressions = tuple[tuple[str, str], ...]


@lru_cache(maxsize=64)
def columns(model: type[models.Model], alias: str) -> str:
    """All columns of a model, as a SELECT or RETURNING names them."""
    return ", ".join(f'{alias}."{field.column}"' for field in model._meta.concrete_fields)


class Reading(Generic[Row]):
    """The rows of a model by a condition over `t`, whose text is made once and not, as by a query set, at every use."""

    def __init__(self, model: type[Row], condition: str) -> None:
        self._model, self._condition = model, condition

    def __call__(self, *values: Any) -> list[Row]:
        with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
            cursor.execute(self._text, values)
            return built(self._model, cursor.fetchall())

    @cached_property
    def _text(self) -> str:
        return f"SELECT {columns(self._model, 't')} FROM {self._model._meta.db_table} t WHERE {self._condition}"


def built(model: type[Row], rows: Iterable[Sequence[Any]]) -> list[Row]:
    """Objects of rows that hold `columns` of a model, in their order."""
    names, converters = _reading(model)
    session = connections[DEFAULT_DB_ALIAS]
    found = []
    for row in rows:
        one = _bare(model)
        one._state.adding, one._state.db = False, DEFAULT_DB_ALIAS
        one.__dict__.update(zip(names, row, strict=True))
        for name, convert in converters:
            one.__dict__[name] = convert(one.__dict__[name], None, session)
        settle(one)
        found.append(one)
    return found


def made(model: type[Row], **values: Any) -> Row:
    """A new row, as `model(**values)` makes it; relations are given as objects. Raises TypeError for unknown names."""
    given, made_anew, relations = _beginnings(model)
    one = _bare(model)
    held = one.__dict__
    held.update(given)
    for name, value in values.items():
        attname = relations.get(name)
        if attname is not None:
            held[attname], one._state.fields_cache[name] = (None if value is None else value.pk), value
        elif name in held:
            held[name] = value
        else:
            raise TypeError(f"{model._meta.label} has no field {name}")
    for name, make in made_anew:
        if name not in values:
            held[name] = make()
    settle(one)
    return one


def _bare(model: type[Row]) -> Row:
    one = model.__new__(model)
    one._state = ModelState()
    return one


def settle(row: models.Model) -> None:
    """What a row holds now, made, read or written, is what django_fsm compares its next save with."""
    note = getattr(row, "_update_initial_state", None)
    if note is not None:
        note()


@lru_cache(maxsize=64)
def _beginnings(model: type[models.Model]) -> tuple[dict[str, Any], list[tuple[str, Any]], dict[str, str]]:
    """Of a new row: the values every one begins with, what is made anew for each, and the relations."""
    fields = model._meta.concrete_fields
    anew = {field for field in fields if field.has_default() and callable(field.default)}
    made_anew = [(field.attname, field.get_default) for field in fields if field in anew]
    given = {field.attname: None if field in anew else field.get_default() for field in fields}
    return given, made_anew, {field.name: field.attname for field in fields if field.is_relation}


@lru_cache(maxsize=64)
def _reading(model: type[models.Model]) -> tuple[list[str], list[tuple[str, Any]]]:
    fields = model._meta.concrete_fields
    session = connections[DEFAULT_DB_ALIAS]
    converters = [(field.attname, one) for field in fields for one in field.get_db_converters(session)]
    return [field.attname for field in fields], converters


def write(
    changed: Iterable[tuple[Sequence[models.Model], Sequence[str]]],
    new: Iterable[tuple[Sequence[models.Model], Expressions]] = (),
) -> dict[Any, str]:
    """Write named fields of rows, then insert new rows, each time of one model; all in one way to the server and back.

    `Expressions` give columns of new rows by SQL over the row `v` instead of by their values. New rows whose keys the
    database draws learn them, which takes another way, unless their model says that nobody asks for them
    (`keys_are_for_the_database`). Returns which transaction wrote each changed row, by its key. Raises RuntimeError
    when one of those is not there.
    """
    stamped: dict[type[models.Model], list[models.Model]] = {}
    calls: list[Call] = []
    for rows, names in changed:
        calls.append(_change(rows, tuple(names)))
        stamped.setdefault(type(rows[0]), []).extend(rows)
    added = [(rows, _insertion(rows, expressions)) for rows, expressions in new]
    calls += [call for rows, call in added if not _draws_keys(type(rows[0]))]
    found = _stamped(calls, stamped)
    for rows, (statement, values) in added:
        if _draws_keys(type(rows[0])):
            for row, (key,) in zip(rows, statement(*values), strict=True):
                row.pk = key
    return found


def _stamped(calls: list[Call], stamped: Mapping[type[models.Model], list[models.Model]]) -> dict[Any, str]:
    """Execute, and at the end of the same way ask which transaction wrote the changed rows."""
    if not stamped:
        if calls:
            together(calls)
        return {}
    keys = [[row.pk.hex for row in rows] for rows in stamped.values()]
    found = dict(together([*calls, (_stamps(tuple(stamped)), keys)]))
    for model, rows in stamped.items():
        there = sum(row.pk in found for row in rows)
        if there != len(rows):
            raise RuntimeError(f"{model._meta.label}: {there} of {len(rows)} rows were there")
    return found


def _change(rows: Sequence[models.Model], names: tuple[str, ...]) -> Call:
    fields, statement = _updating(type(rows[0]), names)
    return statement, [_column(field, rows, add=False) for field in fields]


def _insertion(rows: Sequence[models.Model], expressions: Expressions) -> Call:
    model = type(rows[0])
    fields, statement = _inserting(model, expressions)
    for row in rows:
        if row.pk is None and model._meta.pk in fields:
            row.pk = model._meta.pk.get_pk_value_on_save(row)
    call = statement, [_column(field, rows, add=True) for field in fields]
    for row in rows:
        row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS
    return call


def _draws_keys(model: type[models.Model]) -> bool:
    return model._meta.auto_field is not None and not getattr(model, "keys_are_for_the_database", False)


@lru_cache(maxsize=128)
def _inserting(model: type[models.Model], expressions: Expressions) -> tuple[list[Any], Prepared]:
    given = dict(expressions)
    made_there = {model._meta.auto_field} if model._meta.auto_field else set()
    fields = [field for field in model._meta.concrete_fields if field not in made_there and field.column not in given]
    names = [f'"{field.column}"' for field in fields]
    target = ", ".join([*names, *(f'"{column}"' for column in given)])
    source = ", ".join([*(f"v.{name}" for name in names), *given.values()])
    text = f"INSERT INTO {model._meta.db_table} ({target}) SELECT {source} FROM {_unnested(names)}"
    keys = f' RETURNING "{model._meta.pk.column}"' if _draws_keys(model) else ""
    return fields, Prepared(f"{text}{keys}", *_arrays(fields))


@lru_cache(maxsize=256)
def _updating(model: type[models.Model], names: tuple[str, ...]) -> tuple[list[Any], Prepared]:
    fields: list[Any] = [model._meta.pk, *(model._meta.get_field(name) for name in names)]
    key, *others = [f'"{field.column}"' for field in fields]
    changes = ", ".join(f"{one} = v.{one}" for one in others)
    text = f"UPDATE {model._meta.db_table} t SET {changes} FROM {_unnested([key, *others])} WHERE t.{key} = v.{key}"
    return fields, Prepared(text, *_arrays(fields))


@lru_cache(maxsize=16)
def _stamps(written: tuple[type[models.Model], ...]) -> Prepared:
    """Which transaction wrote rows last, of each model those with the keys given for it."""
    parts = [
        f'SELECT "{model._meta.pk.column}", xmin::text FROM {model._meta.db_table} '
        f'WHERE "{model._meta.pk.column}" = ANY(${place})'
        for place, model in enumerate(written, start=1)
    ]
    return Prepared(" UNION ALL ".join(parts), *(["uuid[]"] * len(parts)))


def _column(field: Any, rows: Sequence[models.Model], *, add: bool) -> list[Any]:
    """The values of a field as the database takes them; plain ones as they are, whatever else as its field says."""
    plain = _PLAIN.get(type(field).__name__)
    session = connections[DEFAULT_DB_ALIAS]
    if plain is None or getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False):
        return [field.get_db_prep_save(field.pre_save(row, add), session) for row in rows]
    name = field.attname
    values = [row.__dict__[name] if name in row.__dict__ else getattr(row, name) for row in rows]
    if plain is UUID:
        return [one.hex if type(one) is UUID else field.get_db_prep_save(one, session) for one in values]
    if {*map(type, values)} <= {plain, NoneType}:
        return values
    return [_as_it_is(field, one, plain) for one in values]


def _as_it_is(field: Any, value: Any, plain: type) -> Any:
    if value is None or type(value) is plain:
        return value
    if plain is str and isinstance(value, Enum):
        return value.value
    return field.get_db_prep_save(value, connections[DEFAULT_DB_ALIAS])


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
