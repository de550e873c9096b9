"""The departments' own durable record, read from their file: what reached them, what they did, what they told.

Read past their program, so that a program which forgets or is slow to tell changes nothing about what is compared.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

AT_ONCE = 400  # values in one statement
Json = dict[str, Any]


class Record:
    """The file under a folder of the departments' process."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "mock.sqlite3"

    def count(self) -> int:
        """How many applications there are at all."""
        (row,) = self._all("SELECT count(*) AS n FROM applications", ())
        return int(row["n"])

    def applications(self, sub_ids: Iterable[str]) -> list[Json]:
        """Everything about the applications of these sub-applications, as the control interface shows it."""
        found = list(self._among("SELECT * FROM applications WHERE sub_id IN ({})", sub_ids))
        keys = [row["key"] for row in found]
        effects = _by_key(self._among("SELECT * FROM effects WHERE key IN ({}) ORDER BY id", keys))
        told = _by_key(self._among("SELECT * FROM callbacks WHERE key IN ({}) ORDER BY id", keys))
        events = [row["event_id"] for rows in told.values() for row in rows]
        tries = _by_key(self._among("SELECT * FROM attempts WHERE event_id IN ({}) ORDER BY id", events), "event_id")
        return [_application(row, effects.get(row["key"], []), told.get(row["key"], []), tries) for row in found]

    def requests(self, keys: Iterable[str]) -> list[Json]:
        """Every request that carried one of the keys."""
        rows = self._among("SELECT method, path, key, body, status, note, at FROM requests WHERE key IN ({})", keys)
        return [row | {"body": row["body"].decode("utf-8", "replace")} for row in rows]

    def first_arrivals(self) -> list[tuple[str, str, float]]:
        """Department, sub-application and moment of every filing that was carried out."""
        rows = self._all("SELECT dept, sub_id, filed_at FROM applications", ())
        return [(row["dept"], row["sub_id"], float(row["filed_at"])) for row in rows]

    def waiting_callbacks(self) -> int:
        (row,) = self._all("SELECT count(*) AS n FROM callbacks WHERE state = 'due'", ())
        return int(row["n"])

    def _among(self, statement: str, values: Iterable[str]) -> Iterator[Json]:
        for some in _some(values):
            yield from self._all(statement.format(", ".join("?" * len(some))), some)

    def _all(self, statement: str, values: tuple[str, ...]) -> list[Json]:
        with self._open() as database:
            return [dict(row) for row in database.execute(statement, values)]

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        with closing(sqlite3.connect(f"file:{self._file}?mode=ro", uri=True, timeout=30)) as database:
            database.row_factory = sqlite3.Row
            yield database


def _some(values: Iterable[str]) -> Iterator[tuple[str, ...]]:
    whole = tuple(values)
    return (whole[at : at + AT_ONCE] for at in range(0, len(whole), AT_ONCE))


def _by_key(rows: Iterable[Json], name: str = "key") -> dict[str, list[Json]]:
    found: dict[str, list[Json]] = {}
    for row in rows:
        found.setdefault(row[name], []).append(row)
    return found


def _application(row: Json, effects: list[Json], told: list[Json], tries: dict[str, list[Json]]) -> Json:
    counts: dict[str, int] = {}
    for effect in effects:
        counts[effect["effect"]] = counts.get(effect["effect"], 0) + 1
    return row | {
        "result": json.loads(row["result"]),
        "body": json.loads(row["body"]),
        "effects": effects,
        "effect_counts": counts,
        "callbacks": [one | {"attempts": tries.get(one["event_id"], [])} for one in told],
    }
