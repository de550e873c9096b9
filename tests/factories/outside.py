"""A real HTTP server on loopback that says what a test tells it to: the outside at its worst."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from integrations.models import DepartmentKey, DepartmentSystem

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
SECRET = "0123456789abcdef" * 4


@dataclass(frozen=True, slots=True)
class Seen:
    """A request as it arrived."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class Outside:
    """The server; `handler` answers every request, `seen` keeps them."""

    def __init__(self) -> None:
        self.seen: list[Seen] = []
        self.handler: Handler = _not_told
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.port: int = self._run(self._open())

    def _run(self, coroutine: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(10)

    async def _open(self) -> int:
        app = web.Application(client_max_size=32 * 1024 * 1024)
        app.router.add_route("*", "/{rest:.*}", self._take)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        return int(self._runner.addresses[0][1])

    async def _take(self, request: web.Request) -> web.StreamResponse:
        self.seen.append(Seen(request.method, request.raw_path, dict(request.headers), await request.read()))
        return await self.handler(request)

    def answer(self, status: int = 200, document: Any = None, **headers: str) -> None:
        """Answer every request so from now on."""

        async def handler(_: web.Request) -> web.StreamResponse:
            return web.json_response(document, status=status, headers=headers)

        self.handler = handler

    def answer_raw(self, body: bytes, status: int = 200, media_type: str = "application/json", **headers: str) -> None:
        """Answer with these very bytes."""

        async def handler(_: web.Request) -> web.StreamResponse:
            return web.Response(body=body, status=status, content_type=media_type, headers=headers)

        self.handler = handler

    def system(self, department: str = "GA", **more: Any) -> DepartmentSystem:
        """Configure a department whose system is this server, with one key."""
        base = f"http://127.0.0.1:{self.port}/departments/{department}"
        system = DepartmentSystem.objects.create(department=department, base_url=base, **more)
        DepartmentKey.objects.create(system=system, key_id=f"{department}-1", secret=SECRET)
        return system

    def close(self) -> None:
        if not self._thread.is_alive():
            return
        self._run(self._runner.cleanup())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)


async def _not_told(_: web.Request) -> web.StreamResponse:
    return web.Response(status=599)
