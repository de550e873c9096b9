"""The departments' durable record: a SQLite file that survives a kill, and what is read from and written to it."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path

SCHEMA = Path(__file__).with_name("schema.sql")
NONCE_KEPT_S = 24 * 3600
WORKING_TABLES = (
    "requests answers applications effects callbacks attempts behaviours outages conditions forgotten",
    "registers licences holders licence_references revocations numbers",
    "pay_orders pay_refunds",
    "messages message_numbers",
)
Row = sqlite3.Row
# What is committed survives a kill of the process; the file is brought up to date in large steps, not every few rows.
EFFECT = "INSERT INTO effects (at, dept, key, sub_id, effect, detail) VALUES (?, ?, ?, ?, ?, ?)"
SETTINGS = (
    "journal_mode=WAL",
    "synchronous=NORMAL",
    "wal_autocheckpoint=16384",
    "cache_size=-65536",
    "temp_store=MEMORY",
)


class Store:
    """One connection, one thread. Whatever happens inside ``transaction()`` is kept whole or not at all."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(folder / "mock.sqlite3", isolation_level=None)
        self._db.row_factory = sqlite3.Row
        for setting in SETTINGS:
            self._db.execute(f"PRAGMA {setting}")
        self._db.executescript(SCHEMA.read_text("utf-8"))
        self._db.execute("DELETE FROM nonces WHERE at < ?", (time.time() - NONCE_KEPT_S,))

    def close(self) -> None:
        """Let go of the file."""
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Everything in here at once; joins the transaction that is already open, if one is."""
        if self._db.in_transaction:
            yield
            return
        self._db.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK")
            raise
        self._db.execute("COMMIT")

    @contextmanager
    def step(self) -> Iterator[None]:
        """One part of an open transaction, whole or not at all, whatever becomes of the other parts."""
        self._db.execute("SAVEPOINT step")
        try:
            yield
        except BaseException:
            self._db.execute("ROLLBACK TO step")
            raise
        finally:
            self._db.execute("RELEASE step")

    # -- plain statements -------------------------------------------------------------------------------------------
    def all(self, sql: str, *values: object) -> list[Row]:
        """Every row of a query."""
        return self._db.execute(sql, values).fetchall()

    def one(self, sql: str, *values: object) -> Row | None:
        """The first row of a query, if there is one."""
        return self._db.execute(sql, values).fetchone()

    def run(self, sql: str, *values: object) -> int:
        """Carry out a statement; the number of the row it inserted."""
        return self._db.execute(sql, values).lastrowid or 0

    def insert(self, table: str, row: Mapping[str, object]) -> int:
        """Add a row of named columns."""
        return self.run(_insertion(table, tuple(row)), *row.values())

    def insert_and_read(self, table: str, row: Mapping[str, object]) -> Row:
        """Add a row of named columns, and have it with everything the table fills in."""
        made = self.one(f"{_insertion(table, tuple(row))} RETURNING *", *row.values())
        assert made is not None
        return made

    # -- small registers --------------------------------------------------------------------------------------------
    def meta(self, name: str) -> str | None:
        """A remembered setting."""
        row = self.one("SELECT value FROM meta WHERE name = ?", name)
        return row["value"] if row else None

    def remember(self, name: str, value: str) -> None:
        """Keep a setting over restarts."""
        self.run("INSERT INTO meta VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value", name, value)

    def next_number(self, name: str) -> int:
        """The next number of a series, counted from 1, never given twice."""
        row = self.one(
            "INSERT INTO numbers VALUES (?, 1) ON CONFLICT (name) DO UPDATE SET last = last + 1 RETURNING last", name
        )
        assert row is not None
        return int(row["last"])

    def first_use_of_nonce(self, key_id: str, nonce: str) -> bool:
        """Remember a nonce; false if this key has used it in the last 24 hours."""
        row = self.one(
            "INSERT INTO nonces VALUES (?, ?, ?) ON CONFLICT DO NOTHING RETURNING at", key_id, nonce, time.time()
        )
        return row is not None

    def record(self, code: str, subject: str) -> dict[str, object]:
        """What cases and the control interface have written into a register about a subject."""
        row = self.one("SELECT record FROM registers WHERE code = ? AND subject = ?", code, subject)
        return json.loads(row["record"]) if row else {}

    def update_record(self, code: str, subject: str, changes: Mapping[str, object]) -> None:
        """Write changed values over what a register says about a subject."""
        record = self.record(code, subject) | dict(changes)
        self.run(
            "INSERT INTO registers VALUES (?, ?, ?) ON CONFLICT (code, subject) DO UPDATE SET record = excluded.record",
            code,
            subject,
            json.dumps(record, ensure_ascii=False),
        )

    def effect(self, dept: str, key: str, sub_id: str, effect: str, detail: str = "") -> None:
        """Note that something really happened at the department: filed, accepted, approved, withdrawn …"""
        self._db.execute(EFFECT, (time.time(), dept, key, sub_id, effect, detail))

    def wipe(self) -> None:
        """Forget every case, effect, licence and changed register; nonces stay, so that nothing can be replayed."""
        with self.transaction():
            for table in " ".join(WORKING_TABLES).split():
                self.run(f"DELETE FROM {table}")


@lru_cache(maxsize=128)
def _insertion(table: str, columns: tuple[str, ...]) -> str:
    return f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})"
