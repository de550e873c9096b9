"""The departments' front door: every request is kept, checked, carried out and answered."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Mapping
from email.utils import formatdate
from typing import Any
from urllib.parse import unquote

from aiohttp import web

from .application import UnreadableApplication
from .behaviours import ANSWER_FAULTS, CALLBACK_FAULTS, FAULTS, REQUEST_FAULTS, Behaviours, Occasion
from .callbacks import Outbox
from .casework import Casework
from .conditions import Conditions
from .faults import busy, cut, give, hang, plain, refusing
from .files import Answer, refusal
from .library import Library
from .scripts import SCRIPTED, Script
from .sharing import Sharing
from .signing import BadSignature, Keyring, verify
from .store import Store

LARGEST_BODY = 1024 * 1024
LONGEST_HANG_S, TOLD_WITHIN_S, LOOK_EVERY_S = 60.0, 6.0, 0.01
# Faults of which nothing is done: no answer comes at all.
UNDONE = frozenset({"hang_s", "cut"})
VERBS = {"supplements": "supplement", "changes": "change"}
logger = logging.getLogger(__name__)


class Reception:
    """Takes in what the portal sends to any department."""

    def __init__(
        self,
        store: Store,
        library: Library,
        keyring: Keyring,
        behaviours: Behaviours,
        conditions: Conditions,
        casework: Casework,
        sharing: Sharing,
        outbox: Outbox,
        woken: asyncio.Event,
        *,
        enforce: bool,
    ) -> None:
        self._store = store
        self._library = library
        self._keyring = keyring
        self._behaviours = behaviours
        self._conditions = conditions
        self._casework = casework
        self._sharing = sharing
        self._outbox = outbox
        self._woken = woken
        self._enforce = enforce

    async def receive(self, request: web.Request) -> web.StreamResponse:
        """One request from the portal: kept before anything else, done at most once, answered as well as it goes."""
        dept, parts = request.match_info["dept"], _parts(request)
        outage = self._conditions.outage_of(dept)
        if outage and outage[1] in ("cut", "hang"):
            await hang(request, _left_s(outage) if outage[1] == "hang" else 0)
        try:
            raw = await request.read()
        except web.HTTPRequestEntityTooLarge:
            return plain(refusal(413, "正文超过 1 MiB"))
        answer, faults = self._take_in(request, dept, parts, raw)
        if "hang_s" in faults:
            await hang(request, float(faults["hang_s"]))
        if "cut" in faults:
            cut(request)
        self._woken.set()
        if "before_answer" in faults:
            await self._until_told(dept, request.headers.get("Idempotency-Key", ""))
        return self._dated(dept, await give(request, answer, faults))

    def _take_in(
        self, request: web.Request, dept: str, parts: list[str], raw: bytes
    ) -> tuple[Answer, Mapping[str, Any]]:
        """Keep the request, check it, carry it out and keep the answer: one transaction."""
        with self._store.transaction():
            met = self._behaviours.meet(*_occasion(request.method, dept, parts, raw))
            faults = {name: value for name, value in met["faults"].items() if name not in CALLBACK_FAULTS}
            answer, note = self._turned_away(dept) or (refusing(faults), ",".join(faults))
            if answer is None and not UNDONE.intersection(faults):
                answer, refused = self._checked(request, dept, parts, raw, met)
                faults, note = ({}, refused) if refused else (faults, note)
            answer = answer or Answer(504, b"")
            self._keep_request(request, dept, raw, answer, note)
        return answer, faults

    def _turned_away(self, dept: str) -> tuple[Answer, str] | None:
        """The answer of a department that is away but still answers, or that has too many callers."""
        outage = self._conditions.outage_of(dept)
        if outage:
            return (busy(503) if outage[1] == "503" else Answer(500, b"down", {"Content-Type": "text/plain"})), "outage"
        wait_s = self._conditions.wait_s(dept)
        return (busy(429, {"retry_after": wait_s}), "rate limit") if wait_s else None

    async def _until_told(self, dept: str, key: str) -> None:
        """Keep the answer back until everything that follows from the filing has been called back."""
        until = time.monotonic() + TOLD_WITHIN_S
        while time.monotonic() < until:
            waits = self._store.one("SELECT next_at FROM applications WHERE dept = ? AND key = ?", dept, key)
            if self._outbox.is_told(dept, key) and (waits is None or waits["next_at"] is None):
                return
            await asyncio.sleep(LOOK_EVERY_S)

    def _dated(self, dept: str, response: web.StreamResponse) -> web.StreamResponse:
        """The answer with the time of the department's own clock on it, where that goes wrong."""
        if self._conditions.of(dept).skew_s and not response.prepared:
            response.headers["Date"] = formatdate(self._conditions.time_at(dept), usegmt=True)
        return response

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
            at=self._conditions.time_at(dept),
        )

    def _carry_out(
        self, request: web.Request, dept: str, parts: list[str], raw: bytes, met: Mapping[str, Any]
    ) -> Answer:
        shape = (request.method, parts[0] if parts else "", len(parts))
        key = request.headers.get("Idempotency-Key", "")
        if shape == ("POST", "applications", 1):
            script = Script.of(met, CALLBACK_FAULTS)
            return self._casework.file(dept, key, raw, script) if key else refusal(400, "缺少 Idempotency-Key")
        if shape == ("GET", "applications", 2):
            can_be_asked = self._conditions.of(dept).query
            return self._casework.status(dept, parts[1]) if can_be_asked else refusal(405, "本部门不提供查询")
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

    def _keep_request(self, request: web.Request, dept: str, raw: bytes, answer: Answer, note: str) -> None:
        self._store.insert(
            "requests",
            {
                "at": time.time(),
                "dept": dept,
                "method": request.method,
                "path": request.rel_url.raw_path,
                "key": request.headers.get("Idempotency-Key"),
                "body": raw,
                "headers": json.dumps(list(request.headers.items()), ensure_ascii=False),
                "status": answer.status,
                "answer": b"" if answer.raw[:4] == b"%PDF" else answer.raw,
                "note": note,
            },
        )


def _left_s(outage: tuple[float, str]) -> float:
    return min(max(outage[0] - time.time(), 0), LONGEST_HANG_S)


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
        verb = parts[2] if len(parts) > 2 else "query"
        return Occasion(dept, verb=VERBS.get(verb, verb)), (), faults
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
