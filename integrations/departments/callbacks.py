"""The door for what departments tell us: verify, parse, hand to the engine in one transaction, answer.

2xx only after commit. Whoever cannot sign is told nothing but 401. Nothing that comes in from outside may end in a
5xx except 503, which means: the database is away, try again.
"""

from __future__ import annotations

import structlog
from django.db import InterfaceError, OperationalError, transaction
from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from cases.actions.delivery.inbox import receive_callback
from cases.ports import Callback
from integrations.departments.wire import NotInContract, callback_of
from integrations.incoming import Refusal, body_of, event_id_of, evidence_of, first_use_of_nonce, verify

log = structlog.get_logger("security.callbacks")

STATUS_OF = {"stored": 200, "duplicate": 200, "contradiction": 409, "unknown": 404}
MESSAGES = {
    200: "已收存。",
    400: "报文不符合对接规范。",
    401: "签名无效。",
    404: "没有这个办件。",
    409: "与已收存的决定不一致，已留存并转人工核对。",
    503: "暂时无法收存，请稍后重发。",
}


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
    body = body_of(request)
    verify(request, department, body)
    callback = _parse(request, department, body)
    with transaction.atomic():
        if not first_use_of_nonce(department, request.headers["X-Nonce"]):
            raise Refusal(401, "nonce used before")
        return STATUS_OF[receive_callback(callback)]


def _parse(request: HttpRequest, department: str, body: bytes) -> Callback:
    event_id = event_id_of(request)
    try:
        answer, key = callback_of(body, department=department, event_id=event_id)
    except NotInContract as error:
        raise Refusal(400, str(error)) from error
    headers = evidence_of(request)
    return Callback(department=department, event_id=event_id, key=key, body=body, headers=headers, answer=answer)
