"""The peer on DBOS Transact: a case is a workflow, an item a step; every step's outcome is committed by the engine.

    python -m benchmarks.peers.durable    (with the packages of requirements-bench.lock)

Steps of one wave run at once; the waves make their order the same at every replay, which the engine asks for. Where
departments call back, the workflow waits for a message that the ingest, in the same process, sends it.
"""

from __future__ import annotations

import asyncio
import json
import os
import threading
from collections.abc import Collection, Iterable
from typing import Any
from uuid import uuid4

import aiohttp
import psycopg
from aiohttp import web
from dbos import DBOS, DBOSConfig, SetWorkflowID

from benchmarks.closed import Candidate, serve
from benchmarks.work import DEPARTMENT_OF, ITEMS, compact, filing, flows_on

WAVES = (ITEMS[:3], ITEMS[3:6], ITEMS[6:])
PATIENCE_S = 60
CALLBACK_PORT = int(os.environ["DURABLE_CALLBACK_PORT"])
_held: dict[asyncio.AbstractEventLoop, aiohttp.ClientSession] = {}
_mine = threading.local()


def session() -> aiohttp.ClientSession:
    """Kept-alive connections of the running loop."""
    loop = asyncio.get_running_loop()
    if loop not in _held:
        _held[loop] = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
    return _held[loop]


@DBOS.step()
async def ask(case_no: str, item: str, upstream: dict[str, Any]) -> dict[str, Any]:
    """One POST to the department; DBOS commits what it returns."""
    url = f"http://127.0.0.1:{CALLBACK_PORT}/callbacks/{DEPARTMENT_OF[item]}"
    body = filing(item, case_no=case_no, sub_application_id=f"{case_no}:{item}", upstream=upstream, callback_url=url)
    async with session().post(
        f"{os.environ['DURABLE_DEPARTMENTS']}/departments/{DEPARTMENT_OF[item]}/applications",
        data=compact(body), headers={"Content-Type": "application/json", "Idempotency-Key": f"{case_no}:{item}"},
    ) as reply:  # fmt: skip
        answer: dict[str, Any] = await reply.json()
        return answer


@DBOS.workflow()
async def case(case_no: str) -> str:
    """Wave by wave; the workflow's own success is the end of the case."""
    upstream: dict[str, Any] = {}
    for wave in WAVES:
        answers = await asyncio.gather(*(ask(case_no, item, upstream) for item in wave))
        for item, answer in zip(wave, answers, strict=True):
            if answer["status"] != "approved":
                answer = await DBOS.recv_async(item, timeout_seconds=PATIENCE_S)
            upstream |= flows_on(item, answer["result"])
    return "done"


async def take_in(request: web.Request) -> web.Response:
    """A callback becomes a message to the workflow, committed before the answer."""
    answer = json.loads(await request.read())
    case_no, _, item = answer["sub_application_id"].rpartition(":")
    await DBOS.send_async(case_no, answer, topic=item, idempotency_key=request.headers["X-Event-Id"])
    return web.Response(body=b"{}", content_type="application/json")


def listen() -> None:
    """The ingest, on a loop and thread of its own."""

    async def run() -> None:
        door = web.Application()
        door.router.add_post("/callbacks/{department}", take_in)
        runner = web.AppRunner(door, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", CALLBACK_PORT, backlog=1024).start()
        await asyncio.Event().wait()

    asyncio.run(run())


def draft(code: str, count: int) -> Iterable[str]:
    return [uuid4().hex for _ in range(count)]


def submit(case_no: str) -> str:
    """The workflow is committed when this returns."""
    with SetWorkflowID(case_no):
        DBOS.start_workflow(case, case_no)
    return case_no


def decided(waiting: Collection[str]) -> Iterable[str]:
    if not hasattr(_mine, "connection"):
        _mine.connection = psycopg.connect(os.environ["DURABLE_URL"], autocommit=True)
    rows = _mine.connection.execute(
        "SELECT workflow_uuid FROM dbos.workflow_status WHERE workflow_uuid = ANY(%s) AND status = 'SUCCESS'",
        (list(waiting),),
    )
    return [row[0] for row in rows]


if __name__ == "__main__":
    config: DBOSConfig = {
        "name": "fanout7",
        "system_database_url": os.environ["DURABLE_URL"],
        "log_level": "WARNING",
    }
    DBOS(config=config)
    DBOS.launch()
    threading.Thread(target=listen, daemon=True).start()
    serve(Candidate(draft, submit, decided))
