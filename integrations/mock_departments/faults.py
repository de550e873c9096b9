"""Faults of a department that is not well: errors, silence, cut and garbled answers."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from typing import Any

from aiohttp import web

from .casework import Answer

INNER_ADDRESS = "http://169.254.169.254/latest/meta-data/"
DEEP, BIG_BYTES = 100_000, 16 * 1024 * 1024


def refusing(faults: Mapping[str, Any]) -> Answer | None:
    """The error that a department gives instead of doing anything."""
    if "error500" in faults:
        return Answer(500, b"internal error", {"Content-Type": "text/plain"})
    for name, status in (("error503", 503), ("error429", 429)):
        if name in faults:
            return Answer(
                status, {"message": "系统繁忙"}, {"Retry-After": str(_detail(faults[name], "retry_after", 2))}
            )
    for name, status in (("error400", 400), ("error401", 401)):
        if name in faults:
            return Answer(status, {"message": "请求不被接受"})
    if "redirect" in faults:
        return Answer(307, b"", {"Location": _address(faults["redirect"])})
    return None


async def give(request: web.Request, answer: Answer, faults: Mapping[str, Any]) -> web.StreamResponse:
    """Give the answer of something that has been done, or what a fault makes of it."""
    if "slow_s" in faults:
        await asyncio.sleep(float(faults["slow_s"]))
    if "exec_hang" in faults:
        await hang(request, _seconds(faults["exec_hang"], 30))
    if "exec_cut" in faults:
        return await _cut_in_the_middle(request, answer)
    if "slow_drip" in faults:
        return await _drip(request, answer, _seconds(faults["slow_drip"], 0.3))
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
    if "exec_500" in faults:
        return Answer(500, b"internal error", {"Content-Type": "text/plain"})
    if "exec_garbage" in faults:
        return Answer(200, b"<html>login</html>\x00\xff", {"Content-Type": "text/html"})
    if "exec_wrong_schema" in faults:
        return Answer(200, {"hello": ["world"], "status": 7})
    if "exec_deep_json" in faults:
        return Answer(200, b"[" * DEEP + b"]" * DEEP)
    if "exec_big" in faults:
        return Answer(200, b'{"status": "' + b"x" * BIG_BYTES + b'"}')
    if "exec_redirect" in faults:
        return Answer(307, b"", {"Location": _address(faults["exec_redirect"])})
    if "exec_wrong_receipt" in faults:
        return _of_somebody_else(answer)
    return answer


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
