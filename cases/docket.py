"""The docket: cases that are worked on together in one transaction, their rows read once, their changes written once.

Without it every act of the engine reads and writes row by row. Under a docket the same acts find the locked cases and
items already in memory, `save(update_fields=…)` only marks what changed, new rows are collected, and a handful of
statements writes all of it. Nobody has to know: whatever statement touches a table with changes that wait has them
written first, and a table that was written to is read again.
"""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from typing import Any, TypeVar
from uuid import UUID

from django.db import connection, models, transaction
from django_fsm import FSMField

from cases import statements

Row = TypeVar("Row", bound=models.Model)
_held = threading.local()
READS_AND_WRITES_NOTHING = ("SAVEPOINT", "RELEASE", "ROLLBACK", "PREPARE", "DEALLOCATE")
READS = ("SELECT", "EXECUTE select")


def current() -> Docket | None:
    """The docket of this thread, None outside of one."""
    return getattr(_held, "docket", None)


@contextmanager
def opened() -> Iterator[Docket]:
    """A docket and its transaction; what waits is written before it commits."""
    if current() is not None:
        raise RuntimeError("a docket is open already")
    with transaction.atomic():
        docket = _held.docket = Docket()
        try:
            with connection.execute_wrapper(docket.watch):
                yield docket
                docket.finish()
        finally:
            _held.docket = None


def has_none(model: type[models.Model], case_id: UUID) -> bool:
    """Whether a case is known, by an open docket, to have no row of a model; False where that has to be asked."""
    docket = current()
    return docket is not None and docket.has_none(model, case_id)


def kept(model: type[Row], case_id: UUID) -> list[Row] | None:
    """The rows of a case that an open docket keeps; None where they have to be read."""
    docket = current()
    return docket.kept(model, case_id) if docket else None


def insert(row: models.Model) -> None:
    """Insert a row: together with others where a docket is open, at once where none is."""
    docket = current()
    if docket is None:
        row.save(force_insert=True)
    else:
        docket.add(row)


class Docketed(models.Model):
    """A row that a docket may keep: saving named fields of it waits for the others."""

    class Meta:
        abstract = True

    @classmethod
    @cache
    def fields_of_state(cls) -> tuple[FSMField, ...]:
        """The fields that hold states, found once a model; whoever is saved is asked for them."""
        return tuple(field for field in cls._meta.concrete_fields if isinstance(field, FSMField))

    def save(self, *args: Any, **kwargs: Any) -> None:
        docket = current()
        if docket is None or not docket.keeps(self):
            super().save(*args, **kwargs)
        elif fields := kwargs.get("update_fields"):
            docket.change(self, fields)
        else:
            docket.write()  # the whole row: what waits of it goes first
            super().save(*args, **kwargs)


class Docket:
    """Rows kept by key, the changes of theirs that wait, and the tables known to hold nothing about these cases."""

    def __init__(self) -> None:
        self._kept: dict[int, models.Model] = {}
        self._lists: dict[tuple[type[models.Model], UUID], list[Any]] = {}
        self._holders: dict[str, frozenset[UUID]] = {}
        self._changed: dict[int, dict[str, None]] = {}
        self._new: dict[type[models.Model], list[Any]] = defaultdict(list)
        self._stamps: dict[Any, str] = {}
        self._before_insert: dict[type[models.Model], Callable[[list[Any]], list[Any]]] = {}
        self._expressions: dict[type[models.Model], statements.Expressions] = {}
        self._at_end: list[Callable[[], None]] = []
        self._is_writing = False
        self._waiting: set[int] = set()
        self._waiting_tables: set[str] = set()

    # ---- what is kept

    def keep(self, model: type[Row], key: UUID, rows: list[Row]) -> None:
        """Keep rows of a case under (model, key): the list itself is handed out, later additions included."""
        self._lists[model, key] = rows
        self._kept.update({id(row): row for row in rows})

    def kept(self, model: type[Row], key: UUID) -> list[Row] | None:
        """The rows kept under (model, key); None where they have to be read."""
        return self._lists.get((model, key))

    def keeps(self, row: models.Model) -> bool:
        return self._kept.get(id(row)) is row

    def note_stamps(self, stamps: Mapping[Any, str]) -> None:
        """Which transaction wrote kept rows last, by their keys."""
        self._stamps |= stamps

    def stamp_of(self, row: models.Model) -> str | None:
        """Which transaction wrote a kept row last; None where it was written past this docket, or is new."""
        return self._stamps.get(row.pk)

    def note_holders(self, holders: Mapping[str, Collection[UUID]]) -> None:
        """Which cases have rows in which tables; a table that is not named is not known about."""
        self._holders.update({table: frozenset(cases) for table, cases in holders.items()})

    def has_none(self, model: type[models.Model], case_id: UUID) -> bool:
        """Whether a case is known to have no row of a model."""
        found = self._holders.get(model._meta.db_table)
        return found is not None and case_id not in found

    # ---- what waits

    def change(self, row: models.Model, fields: Iterable[str]) -> None:
        """Write these fields of a kept row later; their values are taken then, of a new row all of them."""
        if self.is_waiting(row):
            return
        self._changed.setdefault(id(row), {}).update(dict.fromkeys(fields))
        self._waiting_tables.add(row._meta.db_table)

    def add(self, row: models.Model) -> None:
        """Insert a row later, together with others of its model."""
        self._new[type(row)].append(row)
        self._waiting.add(id(row))
        self._waiting_tables.add(row._meta.db_table)

    def is_waiting(self, row: models.Model) -> bool:
        """Whether a new row is not written yet, so that nothing in the database can belong to it."""
        return id(row) in self._waiting

    def before_insert(
        self, model: type[Row], choose: Callable[[list[Row]], list[Row]], expressions: statements.Expressions = ()
    ) -> None:
        """Let `choose` say which of the waiting rows of a model are inserted, and SQL give some of their columns."""
        self._before_insert[model] = choose
        self._expressions[model] = expressions

    def at_end(self, act: Callable[[], None]) -> None:
        """Do something once all of it is done, still inside the transaction."""
        self._at_end.append(act)

    def finish(self) -> None:
        """Do what was left for the end and write everything."""
        while self._at_end:
            acts, self._at_end = self._at_end, []
            for act in acts:
                act()
        self.write()

    def watch(self, execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: Any) -> Any:
        """Stands before every statement: what waits and could be seen by it is written first."""
        if not self._is_writing:
            text = str(sql)
            if self._waiting_tables and _concerns(text, self._waiting_tables):
                self.write()
            self._forget_written(text)
        return execute(sql, params, many, context)

    def write(self) -> None:
        """Write everything that waits: changed rows first, then new ones, in the order their models came."""
        changed, self._changed = self._changed, {}
        new, self._new = self._new, defaultdict(list)
        self._waiting_tables.clear()
        self._is_writing = True
        try:
            groups = [(rows, fields) for (_, fields), rows in self._grouped(changed).items()]
            chosen = [(rows, self._expressions.get(model, ())) for model, rows in self._chosen(new) if rows]
            if groups or chosen:
                self._stamps |= statements.write(groups, chosen)
            for rows, _ in (*groups, *chosen):
                for row in rows:
                    statements.settle(row)
        finally:
            self._is_writing = False
            self._waiting.clear()

    def _chosen(self, new: Mapping[type[models.Model], list[Any]]) -> Iterator[tuple[type[models.Model], list[Any]]]:
        for model, rows in new.items():
            choose = self._before_insert.get(model)
            yield model, choose(rows) if choose else rows

    def _grouped(
        self, changed: Mapping[int, Mapping[str, None]]
    ) -> dict[tuple[type[models.Model], tuple[str, ...]], list[models.Model]]:
        groups: dict[tuple[type[models.Model], tuple[str, ...]], list[models.Model]] = defaultdict(list)
        for key, fields in changed.items():
            row = self._kept[key]
            groups[type(row), tuple(sorted(fields))].append(row)
        return groups

    def _forget_written(self, text: str) -> None:
        """A table that a statement writes to is not known any more."""
        if text.startswith(READS) or text.startswith(READS_AND_WRITES_NOTHING):
            return
        for table in [table for table in self._holders if table in text]:
            del self._holders[table]
        for key in [key for key in self._lists if key[0]._meta.db_table in text]:
            if issubclass(key[0], Docketed):  # locked rows stay: whoever changes them here holds the same objects
                self._stamps.clear()
            else:
                del self._lists[key]


def _concerns(text: str, tables: Iterable[str]) -> bool:
    return text.startswith(READS_AND_WRITES_NOTHING) or any(table in text for table in tables)
