"""The peer on plain Celery: a case is a canvas of chords, a task an item; Redis carries messages and results.

Three waves (A B C, then D E F, then G): the edges of fanout-7 need no more, and a chord has no other shape. Every task
calls the department over a kept-alive connection and commits its item's row before it ends. Where departments call
back, the task leaves its own end open; whoever takes the callback commits the row and ends the task in the backend.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Mapping, Sequence
from http.client import HTTPConnection
from typing import Any

import psycopg2
from celery import Celery, chord
from celery.app.task import Context, Task
from celery.exceptions import Ignore

from benchmarks.work import DEPARTMENT_OF, ITEMS, compact, filing, flows_on

app = Celery("canvas", broker=os.environ["REDIS_URL"], backend=os.environ["REDIS_URL"])
app.conf.update(
    task_serializer="json", result_serializer="json", accept_content=["json"], worker_prefetch_multiplier=4,
    result_expires=600, broker_connection_retry_on_startup=True, task_acks_late=False, worker_hijack_root_logger=False,
)  # fmt: skip
_mine = threading.local()


def connection() -> Any:
    """One connection a thread or process, kept."""
    if not hasattr(_mine, "connection"):
        _mine.connection = psycopg2.connect(os.environ["CANVAS_DSN"])
    return _mine.connection


def post(department: str, key: str, body: bytes) -> tuple[int, bytes]:
    """Over one kept-alive connection a thread or process: the leanest client that Python has."""
    if not hasattr(_mine, "http"):
        _mine.http = HTTPConnection(os.environ["CANVAS_DEPARTMENTS"].removeprefix("http://"))
    headers = {"Content-Type": "application/json", "Idempotency-Key": key}
    _mine.http.request("POST", f"/departments/{department}/applications", body=body, headers=headers)
    reply = _mine.http.getresponse()
    return reply.status, reply.read()


def canvas_of(case_no: str) -> Any:
    """A, B and C; then with their results D, E and F; then G."""
    waves = [[ask.s(case_no, item) for item in wave] for wave in (ITEMS[:3], ITEMS[3:6])]
    closing = chord(waves[1], finish.s(case_no))
    return chord(waves[0], closing)


@app.task(name="canvas.ask", bind=True)
def ask(self: Task, *given: Any) -> dict[str, Any]:
    """Ask one department; the outcome is committed before the task ends. `given`: earlier results, case, item."""
    *before, case_no, item = given
    upstream = {name: result for found in (before[0] if before else ()) for name, result in found.items()}
    return carry(self.request, case_no, item, upstream)


@app.task(name="canvas.finish", bind=True)
def finish(self: Task, before: Sequence[Mapping[str, Any]], case_no: str) -> dict[str, Any]:
    """G, and with it the case."""
    upstream = {name: result for found in before for name, result in found.items()}
    return carry(self.request, case_no, "G", upstream)


def carry(request: Context, case_no: str, item: str, upstream: Mapping[str, Any]) -> dict[str, Any]:
    """Call the department. Decided at once, or left open for the callback."""
    if os.environ["CANVAS_CALLBACK_URL"]:
        _remember(request, case_no, item)
    url = os.environ["CANVAS_CALLBACK_URL"] + f"/{DEPARTMENT_OF[item]}"
    body = filing(item, case_no=case_no, sub_application_id=f"{case_no}:{item}", upstream=upstream, callback_url=url)
    status, answer = post(DEPARTMENT_OF[item], f"{case_no}:{item}", compact(body))
    if status == 202:
        raise Ignore
    return decide(case_no, item, json.loads(answer))


def _remember(request: Context, case_no: str, item: str) -> None:
    """What the backend needs to end this task later."""
    kept = {"id": request.id, "group": request.group, "group_index": request.group_index, "chord": request.chord}
    with connection() as session, session.cursor() as cursor:
        cursor.execute(
            "INSERT INTO canvas_item (case_no, item, state, request) VALUES (%s, %s, 'asked', %s)",
            (case_no, item, json.dumps(kept)),
        )


def decide(case_no: str, item: str, answer: Mapping[str, Any]) -> dict[str, Any]:
    """Commit an outcome, and the case with the last one; the result that goes on to later items."""
    with connection() as session, session.cursor() as cursor:
        cursor.execute(
            "INSERT INTO canvas_item (case_no, item, state, receipt_no, result) VALUES (%s, %s, %s, %s, %s)"
            " ON CONFLICT (case_no, item) DO UPDATE SET state = EXCLUDED.state, receipt_no = EXCLUDED.receipt_no,"
            " result = EXCLUDED.result",
            (case_no, item, answer["status"], answer["receipt_no"], json.dumps(answer["result"])),
        )
        if item == ITEMS[-1]:
            cursor.execute("UPDATE canvas_case SET state = 'done' WHERE case_no = %s", (case_no,))
    return flows_on(item, answer["result"])


def take_in(body: bytes) -> None:
    """A callback: commit, then end the task that was left open, which lets the chord go on."""
    answer = json.loads(body)
    case_no, _, item = answer["sub_application_id"].rpartition(":")
    result = decide(case_no, item, answer)
    with connection() as session, session.cursor() as cursor:
        cursor.execute("SELECT request FROM canvas_item WHERE case_no = %s AND item = %s", (case_no, item))
        request = Context(cursor.fetchone()[0])
    app.backend.mark_as_done(request.id, result, request=request)


def ingest(environ: Mapping[str, Any], start_response: Any) -> list[bytes]:
    """Bare WSGI: the thinnest door that gunicorn can have."""
    take_in(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))
    start_response("200 OK", [("Content-Type", "application/json"), ("Content-Length", "2")])
    return [b"{}"]
