"""The push process: GET /push/cases/<id>/ is a stream that says when to ask again, never what has happened."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from uuid import UUID

from aiohttp import web
from django.conf import settings
from django.db import connections

from cases.queries.marks import marks_of
from portal.push import door
from portal.push.board import Board, Full

HEARTBEAT_S = 15.0
LASTS_S = 120.0  # then the browser opens it again, and is looked at again: who signed out listens no longer
RETRY_MS = 2000
BOARD: web.AppKey[Board] = web.AppKey("board", Board)


def make_app(
    *, lasts_s: float = LASTS_S, heartbeat_s: float = HEARTBEAT_S, board: Board | None = None
) -> web.Application:
    """The application; one task looks for news while it runs, over one connection that all questions share."""
    app = web.Application()
    app[BOARD] = board or Board(door.fresh(marks_of))
    app.cleanup_ctx.append(_looking)

    async def listen(request: web.Request) -> web.StreamResponse:
        return await _listen(request, lasts_s * random.uniform(0.8, 1.2), heartbeat_s)

    app.router.add_get("/push/cases/{case_id}/", listen)
    app.router.add_get("/push/healthz", _health)
    return app


async def _looking(app: web.Application) -> AsyncIterator[None]:
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(1))
    task = asyncio.create_task(app[BOARD].keep_looking())
    yield
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    await asyncio.to_thread(connections.close_all)


async def _health(request: web.Request) -> web.Response:
    return web.json_response({"streams": len(request.app[BOARD])})


async def _listen(request: web.Request, lasts_s: float, heartbeat_s: float) -> web.StreamResponse:
    """Admit once, then hold the line for a while. A refusal is a status: the page goes back to asking by itself."""
    origin = request.headers.get("Origin", "")
    if not door.is_ours(origin, request.host):
        raise web.HTTPForbidden
    case_id = _case_id(request)
    person = await asyncio.to_thread(
        door.fresh(door.admitted), request.cookies.get(settings.SESSION_COOKIE_NAME, ""), case_id
    )
    if person is None:
        raise web.HTTPNotFound(headers=_shared(origin))
    board = request.app[BOARD]
    try:
        stream = board.open(case_id, person)
    except Full:
        raise web.HTTPTooManyRequests(headers=_shared(origin)) from None
    try:
        return await _hold(request, stream, origin, lasts_s, heartbeat_s)
    finally:
        board.close(case_id, person, stream)


def _case_id(request: web.Request) -> UUID:
    try:
        return UUID(request.match_info["case_id"])
    except ValueError:
        raise web.HTTPNotFound from None


def _shared(origin: str) -> dict[str, str]:
    """In development the stream has a port of its own; the browser asks whether the page may read it."""
    if not origin:
        return {}
    return {"Access-Control-Allow-Origin": origin, "Access-Control-Allow-Credentials": "true", "Vary": "Origin"}


async def _hold(
    request: web.Request, stream: asyncio.Queue[str], origin: str, lasts_s: float, heartbeat_s: float
) -> web.StreamResponse:
    answer = web.StreamResponse(headers={
        "Content-Type": "text/event-stream",
        "Cache-Control": "no-store",
        "X-Accel-Buffering": "no",
        **_shared(origin),
    })  # fmt: skip
    await answer.prepare(request)
    seen, ends_at = request.headers.get("Last-Event-ID", ""), asyncio.get_running_loop().time() + lasts_s
    with suppress(ConnectionResetError):
        await answer.write(f"retry: {RETRY_MS}\n\n".encode())
        while (left := ends_at - asyncio.get_running_loop().time()) > 0:
            try:
                mark = await asyncio.wait_for(stream.get(), min(heartbeat_s, left))
            except TimeoutError:
                await answer.write(b":\n\n")
                continue
            if mark != seen:
                await answer.write(f"id: {mark}\ndata: changed\n\n".encode())
                seen = mark
    return answer
