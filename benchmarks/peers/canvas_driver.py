"""Starts canvases: a row for the case, then the chord.  python -m benchmarks.peers.canvas_driver"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from uuid import uuid4

from benchmarks.closed import Candidate, serve
from benchmarks.peers.canvas import canvas_of, connection


def draft(code: str, count: int) -> Iterable[str]:
    return [uuid4().hex for _ in range(count)]


def submit(case_no: str) -> str:
    """Committed before the first message goes out."""
    with connection() as session, session.cursor() as cursor:
        cursor.execute("INSERT INTO canvas_case (case_no) VALUES (%s)", (case_no,))
    canvas_of(case_no).apply_async()
    return case_no


def decided(waiting: Collection[str]) -> Iterable[str]:
    with connection() as session, session.cursor() as cursor:
        cursor.execute("SELECT case_no FROM canvas_case WHERE case_no = ANY(%s) AND state = 'done'", (list(waiting),))
        return [row[0] for row in cursor.fetchall()]


if __name__ == "__main__":
    serve(Candidate(draft, submit, decided))
