"""The one HTTP client: pools, deadlines, signatures, limits, a masked log. It never retries: that is the outbox's."""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import aiohttp
import structlog
from yarl import URL

from integrations.http.addresses import AddressRefused, open_socket
from integrations.http.loop import Job, as_they_end, current_loop
from integrations.http.signing import signed_headers
from integrations.http.systems import SigningKey, System, note_use

log = structlog.get_logger(__name__)

CONNECT_DEADLINE_S = 2.0
DEPARTMENT_DEADLINE_S = 8.0
REGISTER_DEADLINE_S = 2.0
ANSWER_LIMIT = 1024 * 1024
CONNECTIONS = 256
_TIMEOUT = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_DEADLINE_S)  # the deadline is ours, see `_send`


@dataclass(frozen=True, slots=True)
class Call:
    """One request to a department's system. `path` is below the system's base; `route` names it in the log."""

    system: System
    method: Literal["GET", "POST"]
    path: str
    route: str
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    reference: str = ""  # id for the log
    deadline_s: float | None = None  # None: as the system has it
    answer_limit: int = ANSWER_LIMIT
    whole_path: bool = False  # `path` counts from the root of the host (addresses a department handed out)

    def url(self) -> URL:
        base = URL(self.system.base_url, encoded=True)
        return URL(f"{base.origin() if self.whole_path else base}{self.path}", encoded=True)


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back, whatever its status; the whole body, never more than the limit."""

    status: int
    body: bytes
    media_type: str
    retry_after: str
    elapsed_ms: int
    date: str = ""  # the other side's clock, as it says
    tls: str = ""  # the version in use; "" in the clear


@dataclass(frozen=True, slots=True)
class Failure:
    """No reply. `was_sent` is False only when it is sure that nothing left."""

    kind: Literal["no_key", "queue", "deadline", "address", "connection", "tls", "too_large", "encoding"]
    was_sent: bool
    elapsed_ms: int


@dataclass(frozen=True, slots=True)
class Budget:
    """Bounds of a batch of calls in time of the loop: none begins after `begin_by`, none goes on after `until`."""

    begin_by: float
    until: float


def lasting(budget_s: float, *, begin_within_s: float | None = None) -> Budget:
    """A budget that starts now. Loop time is the monotonic clock, so any thread may make one."""
    now = time.monotonic()
    return Budget(now + (budget_s if begin_within_s is None else begin_within_s), now + budget_s)


class _Broken(Exception):
    def __init__(self, kind: Literal["too_large", "encoding"]) -> None:
        super().__init__(kind)
        self.kind = kind


class Client:
    """The pool of one event loop: connections kept alive per host, parallel calls limited per department."""

    def __init__(self) -> None:
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=CONNECTIONS, keepalive_timeout=30, socket_factory=open_socket, ttl_dns_cache=10
            ),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            trust_env=False,
            headers={"User-Agent": "one-thing-portal", "Accept-Encoding": "identity"},
        )
        # aiohttp would repeat a GET on a cut connection, with a nonce that was used already.
        self._session._retry_connection = False
        self._doors: dict[tuple[str, int], asyncio.Semaphore] = {}

    async def call(self, call: Call, *, budget: Budget) -> Reply | Failure:
        """Make one call; it waits for its turn until `begin_by` and ends by `until`, whatever the other side does."""
        started = time.perf_counter()
        door = self._door(call.system)
        try:
            async with asyncio.timeout_at(budget.begin_by) if door.locked() else contextlib.nullcontext():
                await door.acquire()
        except TimeoutError:
            return _reported(call, Failure("queue", False, _ms_since(started)))
        try:
            return _reported(call, await self._send(call, budget))
        finally:
            door.release()

    async def close(self) -> None:
        await self._session.close()

    def _door(self, system: System) -> asyncio.Semaphore:
        return self._doors.setdefault((system.department, system.quota), asyncio.Semaphore(system.quota))

    async def _send(self, call: Call, budget: Budget) -> Reply | Failure:
        """Sign by the youngest key; who does not know it yet (401: nothing was done) is asked again by the older."""
        if not call.system.is_listed:
            return Failure("address", False, 0)
        end = min(asyncio.get_running_loop().time() + (call.deadline_s or call.system.deadline_s), budget.until)
        ended: Reply | Failure = Failure("no_key", False, 0)
        for key in call.system.signing_keys():
            ended = await self._send_signed(call, key, end)
            if not (isinstance(ended, Reply) and ended.status == 401):
                note_use(key.key_id)
                return ended
        return ended

    async def _send_signed(self, call: Call, key: SigningKey, end: float) -> Reply | Failure:
        url, started = call.url(), time.perf_counter()
        headers = {**call.headers, **signed_headers(key, call.method, url.raw_path_qs, call.body)}
        try:
            async with asyncio.timeout_at(end):
                return await self._exchange(call, url, headers, started)
        except _Broken as broken:
            return Failure(broken.kind, True, _ms_since(started))
        except aiohttp.ClientSSLError:
            return Failure("tls", False, _ms_since(started))
        except aiohttp.ClientConnectorError as error:
            refused = isinstance(error.__cause__, AddressRefused)
            return Failure("address" if refused else "connection", False, _ms_since(started))
        except aiohttp.ConnectionTimeoutError:
            return Failure("connection", False, _ms_since(started))
        except TimeoutError:
            return Failure("deadline", True, _ms_since(started))
        except (aiohttp.ClientError, OSError, ValueError):
            return Failure("connection", True, _ms_since(started))

    async def _exchange(self, call: Call, url: URL, headers: Mapping[str, str], started: float) -> Reply:
        async with self._session.request(
            call.method, url, data=call.body or None, headers=headers, allow_redirects=False, timeout=_TIMEOUT
        ) as response:
            if response.headers.get("Content-Encoding", "identity").lower() != "identity":
                raise _Broken("encoding")
            tls = _tls_of(response)
            body = await _read_within(response.content, call.answer_limit)
            retry_after, date = (response.headers.get(name, "") for name in ("Retry-After", "Date"))
            return Reply(response.status, body, response.content_type, retry_after, _ms_since(started), date, tls)


def _tls_of(response: aiohttp.ClientResponse) -> str:
    """The TLS version of the connection an answer comes over; read before its end gives the connection back."""
    transport = response.connection.transport if response.connection else None
    secured = transport.get_extra_info("ssl_object") if transport else None
    return str(secured.version() or "") if secured else ""


async def _read_within(stream: aiohttp.StreamReader, limit: int) -> bytes:
    parts, size = [], 0
    async for part in stream.iter_any():
        size += len(part)
        if size > limit:
            raise _Broken("too_large")
        parts.append(part)
    return b"".join(parts)


def _ms_since(started: float) -> int:
    return round((time.perf_counter() - started) * 1000)


def _reported(call: Call, ended: Reply | Failure) -> Reply | Failure:
    """Log how a call ended: ids, status and time; never an address with values in it, never a body."""
    seen = {"department": call.system.department, "route": call.route, "ref": call.reference, "ms": ended.elapsed_ms}
    if isinstance(ended, Failure):
        log.warning("outbound.failed", kind=ended.kind, **seen)
    elif ended.status >= 300 and ended.status != 404:
        log.warning("outbound.answered", status=ended.status, **seen)
    elif logging.getLogger(__name__).isEnabledFor(logging.DEBUG):
        log.debug("outbound.answered", status=ended.status, **seen)
    return ended


# A client belongs to its loop. Those of a parent process stay referenced, so that a forked child never closes
# connections which the parent still uses.
_clients: dict[asyncio.AbstractEventLoop, Client] = {}


def client() -> Client:
    """The client of the running loop."""
    loop = asyncio.get_running_loop()
    if loop not in _clients:
        _clients[loop] = Client()
    return _clients[loop]


@atexit.register
def _hang_up() -> None:
    """Close the connections of this process when it ends in order."""
    for loop, held in _clients.items():
        if loop is current_loop():
            asyncio.run_coroutine_threadsafe(held.close(), loop).result(timeout=2)


def call_all(calls: Sequence[Call], *, budget_s: float) -> list[Reply | Failure]:
    """Make all calls at once and wait for them, `budget_s` at most; results in the order of the calls."""
    results: list[Reply | Failure | None] = [None] * len(calls)
    until = lasting(budget_s)

    def job(place: int, call: Call) -> Job[tuple[int, Reply | Failure]]:
        async def run() -> tuple[int, Reply | Failure]:
            return place, await client().call(call, budget=until)

        return run

    for place, ended in as_they_end([job(place, call) for place, call in enumerate(calls)]):
        results[place] = ended
    return [ended for ended in results if ended is not None]
