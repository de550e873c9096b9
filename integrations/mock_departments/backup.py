"""A department that was restored from a backup: it does not know any more what it was sent since."""

from __future__ import annotations

import time

from .store import Store

FORGOTTEN = "forgotten"


def restore_backup(store: Store, dept: str, since: float) -> list[str]:
    """Forget every application a department has got since a moment; the ids of the sub-applications.

    What had happened stands in the effects all the same, and in `forgotten`: this record shall show what took effect,
    not what the department still knows. Callbacks that were still to be sent are lost with the rest.
    """
    with store.transaction():
        rows = store.all("SELECT * FROM applications WHERE dept = ? AND filed_at >= ?", dept, since)
        for row in rows:
            kept = {name: row[name] for name in ("dept", "key", "sub_id", "receipt_no", "item", "status", "filed_at")}
            store.insert(FORGOTTEN, {"at": time.time(), **kept})
            store.effect(dept, row["key"], row["sub_id"], FORGOTTEN, row["status"])
            for table in ("applications", "answers"):
                store.run(f"DELETE FROM {table} WHERE dept = ? AND key = ?", dept, row["key"])
            store.run(
                "UPDATE callbacks SET state = 'forgotten' WHERE dept = ? AND key = ? AND state = 'due'",
                dept,
                row["key"],
            )
        return [row["sub_id"] for row in rows]
