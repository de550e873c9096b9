"""Statements of the hot path, planned once a session instead of at every use.

Planning is most of what a statement over a few rows costs. PostgreSQL keeps the plan of what was prepared; it is made
anew every few seconds, because tables that were empty when a plan was made may be large by now.
"""

from __future__ import annotations

import re
from hashlib import sha256
from time import monotonic
from typing import Any
from weakref import WeakKeyDictionary

from django.db import DEFAULT_DB_ALIAS, connections

PLANS_LIVE_S = 60.0
TABLE = re.compile(r"\bcases_\w+")


class Prepared:
    """A statement with `$1`, `$2` … for its values, whose types are named, and called as a function."""

    def __init__(self, text: str, *types: str) -> None:
        self._text = text
        words = text.split()
        # The name begins with the verb and ends with what the text is: a docket and the server's log both read it.
        self._name = f"{words[0].lower()}_{sha256(text.encode()).hexdigest()[:16]}"
        self._types = ", ".join(types)
        tables = " ".join(sorted(set(TABLE.findall(text))))
        self._call = f"EXECUTE {self._name}({', '.join(f'%s::{one}' for one in types)}) /* {tables} */"

    def __call__(self, *values: Any) -> list[tuple[Any, ...]]:
        """Execute it; the rows it returns, if it returns rows."""
        session = connections[DEFAULT_DB_ALIAS]
        with session.cursor() as cursor:
            known = _plans(session.connection)
            made = known.get(self._name)
            if made is None or made < monotonic() - PLANS_LIVE_S:
                again = f"DEALLOCATE {self._name}; " if made is not None else ""
                cursor.execute(f"{again}PREPARE {self._name} ({self._types}) AS {self._text}")
                known[self._name] = monotonic()
            cursor.execute(self._call, values)
            return cursor.fetchall() if cursor.description else []


_made: WeakKeyDictionary[Any, dict[str, float]] = WeakKeyDictionary()


def _plans(session: Any) -> dict[str, float]:
    """Which statements a session has prepared, and when."""
    return _made.setdefault(session, {})
