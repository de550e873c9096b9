"""The departments' front door: every request is kept, checked, carried out and answered."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from aiohttp import web

from .application import UnreadableApplication
from .behaviours import ANSWER_FAULTS, CALLBACK_FAULTS, FAULTS, REQUEST_FAULTS, SCRIPTED, Behaviours, Occasion, Script
from .casework import Answer, Casework, refusal
from .faults import cut, give, hang, plain, refusing
from .library import Library
from .sharing import Sharing
from .signing import BadSignature, Keyring, verify
from .store import Store

LARGEST_BODY = 1024 * 1024
logger = logging.getLogger(__name__)


class Reception:
    """Takes in what the portal sends to any department."""

    def __init__(
        self,
        store: Store,
        library: Library,
        keyring: Keyring,
        behaviours: Behaviours,
        casework: Casework,
        sharing: Sharing,
        woken: asyncio.Event,
        *,
        enforce: bool,
    ) -> None:
        self._store = store
        self._library = library
        self._keyring = keyring
        self._behaviours = behaviours
        self._casework = casework
        self._sharing = sharing
        self._woken = woken
        self._enforce = enforce

    async def receive(self, request: web.Request) -> web.StreamResponse:
        """One request from the portal: kept before anything else, done at most once, answered as well as it goes."""
        dept, parts = request.match_info["dept"], _parts(request)
        outage = self._behaviours.outage_of(dept)
        if outage and outage[1] == "cut":
            cut(request)
        try:
            raw = await request.read()
        except web.HTTPRequestEntityTooLarge:
            return plain(refusal(413, "正文超过 1 MiB"))
        answer, faults = self._take_in(request, dept, parts, raw, away=outage is not None)
        if "hang_s" in faults:
            await hang(request, float(faults["hang_s"]))
        self._woken.set()
        return await give(request, answer, faults)

    def _take_in(
        self, request: web.Request, dept: str, parts: list[str], raw: bytes, *, away: bool
    ) -> tuple[Answer, Mapping[str, Any]]:
        """Keep the request, check it, carry it out and keep the answer: one transaction."""
        with self._store.transaction():
            request_id = self._keep_request(request, dept, raw)
            met = self._behaviours.meet(*_occasion(request.method, dept, parts, raw))
            faults = {name: value for name, value in met["faults"].items() if name not in CALLBACK_FAULTS}
            answer, note = (refusal(503, "系统维护中"), "outage") if away else (refusing(faults), ",".join(faults))
            if answer is None and "hang_s" not in faults:
                answer, refused = self._checked(request, dept, parts, raw, met)
                faults, note = ({}, refused) if refused else (faults, note)
            answer = answer or Answer(504, b"")
            self._store.run(
                "UPDATE requests SET status = ?, answer = ?, note = ? WHERE id = ?",
                answer.status,
                b"" if answer.raw[:4] == b"%PDF" else answer.raw,
                note,
                request_id,
            )
        return answer, faults

    def _checked(
        self, request: web.Request, dept: str, parts: list[str], raw: bytes, met: Mapping[str, Any]
    ) -> tuple[Answer, str]:
        """The answer to a request whose signature holds; else a refusal, and why."""
        if dept not in self._library.departments:
            return refusal(404, "没有这个部门"), "unknown department"
        try:
            self._check_signature(request, dept, parts, raw)
        except BadSignature as error:
            return refusal(401, str(error)), str(error)
        try:
            return self._carry_out(request, dept, parts, raw, met), ""
        except UnreadableApplication as error:
            return refusal(400, str(error)), str(error)

    def _check_signature(self, request: web.Request, dept: str, parts: list[str], raw: bytes) -> None:
        if not self._enforce:
            return
        if (
            len(parts) == 3
            and parts[2] == "file"
            and self._sharing.is_file_token(parts[1], request.query.get("token", ""))
        ):
            return
        verify(
            self._keyring,
            self._store,
            dept=dept,
            method=request.method,
            path=request.raw_path,
            headers=request.headers,
            body=raw,
        )

    def _carry_out(
        self, request: web.Request, dept: str, parts: list[str], raw: bytes, met: Mapping[str, Any]
    ) -> Answer:
        shape = (request.method, parts[0] if parts else "", len(parts))
        key = request.headers.get("Idempotency-Key", "")
        if shape == ("POST", "applications", 1):
            return self._casework.file(dept, key, raw, Script.of(met)) if key else refusal(400, "缺少 Idempotency-Key")
        if shape == ("GET", "applications", 2):
            return self._casework.status(dept, parts[1])
        if shape == ("POST", "applications", 3):
            return self._about_one(dept, parts[1], parts[2], key, raw)
        if shape == ("POST", "interfaces", 2):
            return self._sharing.interface(dept, parts[1], raw, met)
        if shape == ("POST", "interfaces", 3) and parts[2] == "list":
            return self._sharing.people(dept, parts[1], raw, met)
        if parts and parts[0] == "licences":
            return self._about_licences(request, dept, parts, raw)
        return refusal(404, "没有这个地址")

    def _about_one(self, dept: str, name: str, verb: str, key: str, raw: bytes) -> Answer:
        if verb == "supplements":
            return self._casework.supplement(dept, name, key, raw) if key else refusal(400, "缺少 Idempotency-Key")
        if verb == "withdraw":
            return self._casework.withdraw(dept, name, raw)
        if verb == "changes":
            return self._casework.change(dept, name, raw)
        return refusal(404, "没有这个地址")

    def _about_licences(self, request: web.Request, dept: str, parts: list[str], raw: bytes) -> Answer:
        method, origin = request.method, f"{request.scheme}://{request.host}"
        if method == "GET" and len(parts) == 3 and parts[2] == "file":
            return self._sharing.file(parts[1])
        if method == "POST" and len(parts) == 3 and parts[2] == "search":
            return self._sharing.search(dept, parts[1], raw, origin)
        if method == "POST" and len(parts) == 3 and parts[2] == "revoke":
            return self._sharing.revoke(dept, parts[1], raw, origin)
        if method == "POST" and len(parts) == 2:
            return self._sharing.issue(dept, parts[1], raw, origin)
        return refusal(404, "没有这个地址")

    def _keep_request(self, request: web.Request, dept: str, raw: bytes) -> int:
        return self._store.insert(
            "requests",
            {
                "at": time.time(),
                "dept": dept,
                "method": request.method,
                "path": request.rel_url.raw_path,
                "key": request.headers.get("Idempotency-Key"),
                "body": raw,
                "headers": json.dumps(list(request.headers.items()), ensure_ascii=False),
            },
        )


def _parts(request: web.Request) -> list[str]:
    """The path behind the department, decoded piece by piece."""
    return [unquote(part) for part in request.rel_url.raw_path.split("/")[3:] if part]


def _occasion(
    method: str, dept: str, parts: list[str], raw: bytes
) -> tuple[Occasion, tuple[str, ...], tuple[str, ...]]:
    """What kind of request this is, and which settings and faults can show themselves on it."""
    on, faults = parts[0] if parts else "", (*REQUEST_FAULTS, *ANSWER_FAULTS)
    if on == "interfaces":
        return Occasion(dept, on=on, interface=parts[1] if len(parts) > 1 else ""), ("empty", "mismatch"), faults
    if on != "applications":
        return Occasion(dept, on=on), (), faults
    if (method, len(parts)) != ("POST", 1):
        return Occasion(dept), (), faults
    return _filing(dept, raw), SCRIPTED, FAULTS


def _filing(dept: str, raw: bytes) -> Occasion:
    """The bundle, item and matter of a filing, as far as its body can be read."""
    try:
        body = json.loads(raw)
        item, bundle = body.get("item") or {}, body.get("bundle") or {}
        return Occasion(
            dept, bundle=str(bundle.get("code", "")), item=str(item.get("id", "")), matter=str(item.get("matter", ""))
        )
    except (AttributeError, UnicodeDecodeError, ValueError, RecursionError):
        return Occasion(dept)
