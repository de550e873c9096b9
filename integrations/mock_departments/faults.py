"""Faults of a department that is not well: errors, silence, cut and garbled answers."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Mapping
from typing import Any

from aiohttp import web

from .files import Answer

INNER_ADDRESS = "http://169.254.169.254/latest/meta-data/"
DEEP, BIG_BYTES = 100_000, 16 * 1024 * 1024


def refusing(faults: Mapping[str, Any]) -> Answer | None:
    """The error that a department gives instead of doing anything."""
    if "error500" in faults:
        return Answer(500, b"internal error", {"Content-Type": "text/plain"})
    for name, status in (("error503", 503), ("error429", 429)):
        if name in faults:
            return busy(status, faults[name])
    for status in (400, 401, 403, 413, 422):
        if f"error{status}" in faults:
            return Answer(status, {"message": "请求不被接受"})
    if "redirect" in faults:
        return Answer(307, b"", {"Location": _address(faults["redirect"])})
    return None


def busy(status: int, told: Any = True) -> Answer:
    """Not now; the number of seconds after which it may be tried again."""
    return Answer(status, {"message": "系统繁忙"}, {"Retry-After": str(_detail(told, "retry_after", 2))})


async def give(request: web.Request, answer: Answer, faults: Mapping[str, Any]) -> web.StreamResponse:
    """Give the answer of something that has been done, or what a fault makes of it."""
    if "slow_s" in faults:
        await asyncio.sleep(_seconds(faults["slow_s"], 2))
    if "exec_hang" in faults:
        await hang(request, _seconds(faults["exec_hang"], 30))
    if "exec_cut" in faults:
        return await _cut_in_the_middle(request, answer)
    for name in ("exec_drip", "slow_drip"):
        if name in faults:
            return await _drip(request, answer, _seconds(faults[name], 0.3))
    return plain(_garbled(answer, faults))


def plain(answer: Answer) -> web.Response:
    """An answer as it is."""
    return web.Response(
        status=answer.status, body=answer.raw, headers={"Content-Type": "application/json", **answer.headers}
    )


async def hang(request: web.Request, seconds: float) -> None:
    """Say nothing for a while, then break the connection."""
    await asyncio.sleep(seconds)
    cut(request)


def cut(request: web.Request) -> None:
    """Break the connection without an answer."""
    if request.transport is not None:
        request.transport.abort()
    raise asyncio.CancelledError


def _garbled(answer: Answer, faults: Mapping[str, Any]) -> Answer:
    """The answer with what a fault does to its content."""
    return next((garble(answer, faults[name]) for name, garble in _GARBLED.items() if name in faults), answer)


def _of_somebody_else(answer: Answer) -> Answer:
    body = json.loads(answer.raw)
    if not isinstance(body, dict):
        return answer
    other = {"receipt_no": "XX-99999999", "sub_application_id": "00000000-0000-4000-8000-000000000000"}
    return Answer(answer.status, body | other)


async def _cut_in_the_middle(request: web.Request, answer: Answer) -> web.StreamResponse:
    response = web.StreamResponse(status=answer.status, headers={"Content-Type": "application/json"})
    response.content_length = len(answer.raw)
    await response.prepare(request)
    await response.write(answer.raw[: len(answer.raw) // 2])
    cut(request)
    return response


async def _drip(request: web.Request, answer: Answer, pause_s: float) -> web.StreamResponse:
    response = web.StreamResponse(status=answer.status, headers={"Content-Type": "application/json"})
    response.content_length = len(answer.raw)
    await response.prepare(request)
    for byte in answer.raw:
        await response.write(bytes([byte]))
        await asyncio.sleep(pause_s)
    return response


def _detail(value: Any, name: str, otherwise: float) -> float:
    return value.get(name, otherwise) if isinstance(value, dict) else otherwise


def _seconds(value: Any, otherwise: float) -> float:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else otherwise


def _address(value: Any) -> str:
    return value if isinstance(value, str) else INNER_ADDRESS


_GARBLED: dict[str, Callable[[Answer, Any], Answer]] = {
    "exec_500": lambda _answer, _told: Answer(500, b"internal error", {"Content-Type": "text/plain"}),
    "exec_503": lambda _answer, told: busy(503, told),
    "exec_empty": lambda _answer, _told: Answer(200, b""),
    "exec_garbage": lambda _answer, _told: Answer(200, b"<html>login</html>\x00\xff", {"Content-Type": "text/html"}),
    "exec_wrong_type": lambda answer, _told: Answer(answer.status, answer.raw, {"Content-Type": "text/html"}),
    "exec_wrong_schema": lambda _answer, _told: Answer(200, {"hello": ["world"], "status": 7}),
    "exec_deep_json": lambda _answer, _told: Answer(200, b"[" * DEEP + b"]" * DEEP),
    "exec_big": lambda _answer, _told: Answer(200, b'{"status": "' + b"x" * BIG_BYTES + b'"}'),
    "exec_redirect": lambda _answer, told: Answer(307, b"", {"Location": _address(told)}),
    "exec_wrong_receipt": lambda answer, _told: _of_somebody_else(answer),
}
