"""What the parts of one page read of a case in common, read once for all of them.

Only inside `read_together()`, which nothing is written in: whoever acts reads anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any, ParamSpec, TypeVar
from uuid import UUID

from cases.models import Case, Result, SubApplication
from cases.statements import Reading

P = ParamSpec("P")
R = TypeVar("R")
_read: ContextVar[dict[tuple[str, UUID], Any] | None] = ContextVar("read_together", default=None)
_items = Reading(SubApplication, "t.case_id = %s ORDER BY t.seq")
_results = Reading(Result, "t.sub_id = ANY(%s) ORDER BY t.issued_at, t.result_id, t.version")


@contextmanager
def read_together() -> Iterator[None]:
    """Until the end of the block, the items and results of a case are read once."""
    if _read.get() is not None:
        yield
        return
    before = _read.set({})
    try:
        yield
    finally:
        _read.reset(before)


def reads_together(act: Callable[P, R]) -> Callable[P, R]:
    """The same for a function that only reads."""

    @wraps(act)
    def within(*args: P.args, **kwargs: P.kwargs) -> R:
        with read_together():
            return act(*args, **kwargs)

    return within


def items_of(case: Case) -> list[SubApplication]:
    """The sub-applications of a case in their order."""
    return once("items", case, lambda: _items(case.pk))


def results_of_items(case: Case) -> list[Result]:
    """All results of a case in all their versions, in the order they were issued, each with its sub-application."""
    return once("results", case, lambda: _with_items(case))


def _with_items(case: Case) -> list[Result]:
    items = {sub.pk: sub for sub in items_of(case)}
    rows = _results(list(items)) if items else []
    newer = {row.corrected_of_id: row for row in rows}
    corrected_by = Result._meta.get_field("corrected_by")
    for row in rows:
        row.sub = items[row.sub_id]
        if row.pk in newer:
            corrected_by.set_cached_value(row, newer[row.pk])
    return rows


def once(name: str, case: Case, read: Callable[[], list[Any]]) -> list[Any]:
    """What is read of a case under a name, kept until the end of `read_together()`."""
    held = _read.get()
    if held is None:
        return read()
    key = (name, case.pk)
    if key not in held:
        held[key] = read()
    return list(held[key])
