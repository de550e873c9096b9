"""Statements of the hot path, planned once a session instead of at every use.

Planning is most of what a statement over a few rows costs. PostgreSQL keeps the plan of what was prepared and makes it
anew when a table was analysed; every few minutes it is made anew in any case, because a table that was empty when a
plan was made may be large before anybody has analysed it. Not all of a session's at once: each has its own term.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import partial
from hashlib import sha256
from time import monotonic
from typing import Any
from weakref import WeakKeyDictionary

from django.db import DEFAULT_DB_ALIAS, connections

PLANS_LIVE_S = 300.0
TABLE = re.compile(r"\bcases_\w+")


class Prepared:
    """A statement with `$1`, `$2` … for its values, whose types are named, and called as a function."""

    def __init__(self, text: str, *types: str) -> None:
        self._text = text
        words = text.split()
        # The name begins with the verb and ends with what the text is: a docket and the server's log both read it.
        digest = sha256(text.encode())
        self._name = f"{words[0].lower()}_{digest.hexdigest()[:16]}"
        self._term = 0.5 + digest.digest()[0] / 512  # of PLANS_LIVE_S
        self._types = ", ".join(types)
        tables = " ".join(sorted(set(TABLE.findall(text))))
        self._call = f"EXECUTE {self._name}({', '.join(f'%s::{one}' for one in types)}) /* {tables} */"

    def __call__(self, *values: Any) -> list[tuple[Any, ...]]:
        """Execute it; the rows it returns, if it returns rows."""
        return together([(self, values)])

    def _make_ready(self, known: dict[str, float], execute: Callable[..., Any]) -> None:
        """Have a session plan it, where its plan is not known there or has served its term."""
        made = known.get(self._name)
        if made is None or made < monotonic() - PLANS_LIVE_S * self._term:
            if made is not None:  # in two steps: whichever fails, what is known of the session stays true
                execute(f"DEALLOCATE {self._name}")
                del known[self._name]
            execute(f"PREPARE {self._name} ({self._types}) AS {self._text}")
            known[self._name] = monotonic()


Call = tuple[Prepared, Sequence[Any]]


def together(calls: Sequence[Call]) -> list[tuple[Any, ...]]:
    """Execute statements in their order, in one message to the server; the rows of the last, if it returns rows.

    A way to the server and back costs about as much as a statement over a few rows.
    """
    session = connections[DEFAULT_DB_ALIAS]
    session.close_if_health_check_failed()
    if session.connection is None or session.queries_logged:
        with session.cursor() as cursor:  # connects where there is no session yet, tells whoever counts statements
            return _executed(session, cursor, cursor.execute, calls)
    session.validate_no_broken_transaction()
    with session.wrap_database_errors, session.create_cursor() as cursor:
        return _executed(session, cursor, _heard(session, cursor), calls)


def _executed(session: Any, cursor: Any, execute: Callable[..., Any], calls: Sequence[Call]) -> list[tuple[Any, ...]]:
    known = _plans(session.connection)
    for statement, _ in calls:
        statement._make_ready(known, execute)
    execute("; ".join([statement._call for statement, _ in calls]), [one for _, values in calls for one in values])
    return cursor.fetchall() if cursor.description else []


def _heard(session: Any, cursor: Any) -> Callable[..., Any]:
    """Executing on a bare cursor of the driver, heard by whoever stands before the statements of a session.

    Django's own cursor does the same and costs twice as much a statement as the statement itself.
    """
    if not session.execute_wrappers:
        return cursor.execute

    def bare(sql: str, params: Any, many: bool, context: Any) -> Any:
        return cursor.execute(sql, params)

    wrapped: Callable[..., Any] = bare
    for wrapper in reversed(session.execute_wrappers):
        wrapped = partial(wrapper, wrapped)
    return lambda sql, params=None: wrapped(sql, params, False, {"connection": session, "cursor": cursor})


_made: WeakKeyDictionary[Any, dict[str, float]] = WeakKeyDictionary()


def _plans(session: Any) -> dict[str, float]:
    """Which statements a session has prepared, and when."""
    return _made.setdefault(session, {})
