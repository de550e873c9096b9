"""What the departments' record says, for comparing it with what the portal says: whole or page by page."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from .store import Row, Store

COLUMNS = "dept key sub_id receipt_no bundle item matter status seq round step next_at filed_at".split()
ONCE = ("filed", "approved", "rejected", "not_accepted", "withdrawn")
MOST_REQUESTS, LARGEST_PAGE = 1000, 5000
# Departments and keys are handed to a query as one JSON list of pairs.
WANTED = "json_each(?) AS wanted"
MATCHES = "{0}.dept = json_extract(wanted.value, '$[0]') AND {0}.key = json_extract(wanted.value, '$[1]')"
Key = tuple[str, str]


class Ledger:
    """Reads the record; changes nothing."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def applications(self, dept: str = "", key: str = "") -> list[dict[str, Any]]:
        """Everything about the applications of a department, a key, an id or a receipt number; "" stands for all."""
        rows = self._store.all(
            "SELECT * FROM applications WHERE (? = '' OR dept = ?) AND (? = '' OR ? IN (key, sub_id, receipt_no))"
            " ORDER BY filed_at",
            *(dept, dept, key, key),
        )
        return self._told(rows, _whole)

    def page(self, after: str, limit: int, *, slim: bool) -> dict[str, Any]:
        """The applications that were filed after those of an earlier page; `next` asks for the page behind this one.

        A slim row leaves out the body, the findings and every single try, but for how many ended how.
        """
        filed_at, _, key = after.partition("~")
        rows = self._store.all(
            "SELECT * FROM applications WHERE (filed_at, key) > (?, ?) ORDER BY filed_at, key LIMIT ?",
            *(float(filed_at or 0), key, max(1, min(limit, LARGEST_PAGE))),
        )
        following = f"{rows[-1]['filed_at']!r}~{rows[-1]['key']}" if rows else None
        return {"applications": self._told(rows, _slim if slim else _whole), "next": following}

    def forgotten(self) -> list[dict[str, Any]]:
        """What departments were sent and do not know any more since a backup was restored."""
        return [dict(row) for row in self._store.all("SELECT * FROM forgotten ORDER BY id")]

    def requests(self, dept: str = "", key: str = "") -> list[dict[str, Any]]:
        """The last thousand requests, of a department or about a key; the oldest of them first."""
        rows = self._store.all(
            "SELECT * FROM requests WHERE (? = '' OR dept = ?) AND (? = '' OR key = ? OR path LIKE ?)"
            " ORDER BY id DESC LIMIT ?",
            *(dept, dept, key, key, f"%/{key}%", MOST_REQUESTS),
        )
        return [_request(row) for row in reversed(rows)]

    def tries(self) -> list[dict[str, Any]]:
        """For every filing key: how often it was sent, in how many different bodies, and the answers by status."""
        rows = self._store.all(
            "SELECT dept, key, count(*) AS n, min(at) AS first_at, max(at) AS last_at,"
            " count(DISTINCT body) AS bodies, group_concat(coalesce(status, 0)) AS statuses"
            " FROM requests WHERE key IS NOT NULL GROUP BY dept, key"
        )
        return [{**dict(row), "statuses": Counter(row["statuses"].split(","))} for row in rows]

    def duplicates(self) -> list[dict[str, Any]]:
        """Sub-applications that were filed or decided more than once: there must be none."""
        rows = self._store.all(
            f"SELECT dept, sub_id, effect, count(*) AS n FROM effects WHERE effect IN {ONCE}"
            " GROUP BY dept, sub_id, effect HAVING n > 1"
        )
        return [dict(row) for row in rows]

    def _told(self, rows: list[Row], tell: Any) -> list[dict[str, Any]]:
        names = json.dumps([(row["dept"], row["key"]) for row in rows])
        effects = _by_key(self._beside("effects", names))
        callbacks = _by_key(self._beside("callbacks", names))
        attempts: dict[str, list[Row]] = {}
        for row in self._store.all(
            f"SELECT attempts.* FROM {WANTED} JOIN callbacks ON {MATCHES.format('callbacks')}"
            " JOIN attempts ON attempts.event_id = callbacks.event_id ORDER BY attempts.id",
            names,
        ):
            attempts.setdefault(row["event_id"], []).append(row)
        told = []
        for row in rows:
            name = (row["dept"], row["key"])
            told.append(tell(row, effects.get(name, []), callbacks.get(name, []), attempts))
        return told

    def _beside(self, table: str, names: str) -> list[Row]:
        return self._store.all(
            f"SELECT {table}.* FROM {WANTED} JOIN {table} ON {MATCHES.format(table)} ORDER BY {table}.id", names
        )


def _by_key(rows: Iterable[Row]) -> dict[Key, list[Row]]:
    found: dict[Key, list[Row]] = {}
    for row in rows:
        found.setdefault((row["dept"], row["key"]), []).append(row)
    return found


def _whole(row: Row, effects: list[Row], callbacks: list[Row], attempts: Mapping[str, list[Row]]) -> dict[str, Any]:
    return {name: row[name] for name in COLUMNS} | {
        "result": json.loads(row["result"]),
        "reasons": json.loads(row["reasons"]),
        "findings": json.loads(row["findings"]),
        "body": json.loads(row["body"]),
        "effects": [{"at": e["at"], "effect": e["effect"], "detail": e["detail"]} for e in effects],
        "effect_counts": Counter(e["effect"] for e in effects),
        "callbacks": [_callback(one, attempts.get(one["event_id"], [])) for one in callbacks],
    }


def _callback(row: Row, attempts: list[Row]) -> dict[str, Any]:
    return {
        "event_id": row["event_id"],
        "status": row["status"],
        "seq": row["seq"],
        "state": row["state"],
        "url": row["url"],
        "body": json.loads(row["body"]),
        "attempts": [{name: one[name] for name in ("at", "kind", "status", "answer")} for one in attempts],
    }


def _slim(row: Row, effects: list[Row], callbacks: list[Row], attempts: Mapping[str, list[Row]]) -> dict[str, Any]:
    body = json.loads(row["body"])
    return {name: row[name] for name in COLUMNS} | {
        "case_no": body.get("case_no"),
        "instance": (body.get("item") or {}).get("instance"),
        "result": json.loads(row["result"]),
        "effect_counts": Counter(e["effect"] for e in effects),
        "callbacks": [
            {name: one[name] for name in ("event_id", "status", "seq", "state", "tries")}
            | {"attempts": Counter(f"{a['kind']} {a['status']}" for a in attempts.get(one["event_id"], []))}
            for one in callbacks
        ],
    }


def _request(row: Row) -> dict[str, Any]:
    return {
        "at": row["at"],
        "dept": row["dept"],
        "method": row["method"],
        "path": row["path"],
        "key": row["key"],
        "headers": json.loads(row["headers"]),
        "body": row["body"].decode("utf-8", "replace"),
        "status": row["status"],
        "answer": (row["answer"] or b"").decode("utf-8", "replace"),
        "note": row["note"],
    }
