"""The door for what departments tell us: verify, parse, hand to the engine in one transaction, answer.

2xx only after commit. Whoever cannot sign is told nothing but 401. Nothing that comes in from outside may end in a
5xx except 503, which means: the database is away, try again.
"""

from __future__ import annotations

import structlog
from django.db import InterfaceError, OperationalError, transaction
from django.http import HttpRequest, JsonResponse
from django.http.request import UnreadablePostError
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from cases.actions.inbox import receive_callback
from cases.ports import Callback
from integrations.departments.nonces import first_use_of_nonce
from integrations.departments.wire import NotInContract, callback_of
from integrations.http import system_of
from integrations.http.signing import canonical, is_signed_by, is_timely

log = structlog.get_logger("security.callbacks")

MAX_BODY = 1024 * 1024
# Kept with the message: what is needed to check the signature again.
EVIDENCE = ("X-Dept-Id", "X-Event-Id", "X-Key-Id", "X-Timestamp", "X-Nonce", "X-Signature")
STATUS_OF = {"stored": 200, "duplicate": 200, "contradiction": 409, "unknown": 404}
MESSAGES = {
    200: "已收存。",
    400: "报文不符合对接规范。",
    401: "签名无效。",
    404: "没有这个办件。",
    409: "与已收存的决定不一致，已留存并转人工核对。",
    503: "暂时无法收存，请稍后重发。",
}


class Refusal(Exception):
    """A message that is not taken: the status for the sender, the reason for our log."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


@csrf_exempt
@require_POST
def receive(request: HttpRequest, department: str) -> JsonResponse:
    """A callback of one department (contract v1, department → portal)."""
    try:
        status = _receive(request, department)
    except Refusal as refusal:
        log.warning("callback.refused", department=department, reason=refusal.reason, status=refusal.status)
        status = refusal.status
    except (OperationalError, InterfaceError) as error:
        log.error("callback.postponed", department=department, error=type(error).__name__)
        status = 503
    return JsonResponse(
        {"message": MESSAGES[status]}, status=status, headers={"Retry-After": "5"} if status == 503 else None
    )


def _receive(request: HttpRequest, department: str) -> int:
    body = _body_of(request)
    _verify(request, department, body)
    callback = _parse(request, department, body)
    with transaction.atomic():
        if not first_use_of_nonce(department, request.headers["X-Nonce"]):
            raise Refusal(401, "nonce used before")
        return STATUS_OF[receive_callback(callback)]


def _body_of(request: HttpRequest) -> bytes:
    claimed = request.headers.get("Content-Length", "")
    if claimed and (not claimed.isdecimal() or len(claimed) > 9 or int(claimed) > MAX_BODY):
        raise Refusal(400, "length")
    try:
        body = request.body
    except UnreadablePostError as error:
        raise Refusal(400, "cut off") from error
    if len(body) > MAX_BODY:
        raise Refusal(400, "too large")
    return body


def _verify(request: HttpRequest, department: str, body: bytes) -> None:
    """Make sure that a valid key of the address's department has signed exactly this, now. Raises Refusal."""
    said = {name: request.headers.get(name, "") for name in EVIDENCE}
    if said["X-Dept-Id"] != department or not all(said[name] for name in ("X-Timestamp", "X-Nonce", "X-Signature")):
        raise Refusal(401, "headers")
    if not is_timely(said["X-Timestamp"]):
        raise Refusal(401, "timestamp")
    if len(said["X-Nonce"]) > 128 or not (said["X-Nonce"].isascii() and said["X-Nonce"].isprintable()):
        raise Refusal(401, "nonce")
    message = canonical("POST", _raw_path(request), said["X-Timestamp"], said["X-Nonce"], body)
    system = system_of(department)
    keys = [key for key in system.valid_keys() if said["X-Key-Id"] in {"", key.key_id}] if system else []
    if not any(is_signed_by(key, message, said["X-Signature"]) for key in keys):
        raise Refusal(401, "signature" if keys else "key")


def _raw_path(request: HttpRequest) -> str:
    """The path as signed. Department codes are plain letters and digits, so nothing in it is ever escaped."""
    return request.path


def _parse(request: HttpRequest, department: str, body: bytes) -> Callback:
    event_id = request.headers.get("X-Event-Id", "")
    if not 0 < len(event_id) <= 100 or not event_id.isprintable():
        raise Refusal(400, "event id")
    try:
        answer, key = callback_of(body, department=department, event_id=event_id)
    except NotInContract as error:
        raise Refusal(400, str(error)) from error
    headers = {name: request.headers.get(name, "") for name in EVIDENCE}
    return Callback(department=department, event_id=event_id, key=key, body=body, headers=headers, answer=answer)
