"""The door for what the payment channel tells us: signed by it, stored once, 2xx only after commit."""

from __future__ import annotations

import structlog
from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from cases.actions.fees.payments import receive_notice
from integrations.incoming import Refusal, event_id_of, first_use_of_nonce, letter_of, verify
from integrations.payments.wire import NotInContract, notice_of

log = structlog.get_logger("security.payments")
STATUS_OF = {"stored": 200, "duplicate": 200, "unknown": 404}
MESSAGES = {
    200: "已收存。",
    400: "报文不符合对接规范。",
    401: "签名无效。",
    404: "没有这个支付单。",
    503: "暂时无法收存，请稍后重发。",
}


@csrf_exempt
@require_POST
def receive(request: HttpRequest) -> JsonResponse:
    """A message of the payment channel about one order."""
    try:
        status = _receive(request)
    except Refusal as refusal:
        log.warning("payment_notice.refused", reason=refusal.reason, status=refusal.status)
        status = refusal.status
    except (OperationalError, InterfaceError) as error:
        log.error("payment_notice.postponed", error=type(error).__name__)
        status = 503
    headers = {"Retry-After": "5"} if status == 503 else None
    return JsonResponse({"message": MESSAGES[status]}, status=status, headers=headers)


def _receive(request: HttpRequest) -> int:
    letter = letter_of(request)
    verify(letter, settings.PAYMENT_CHANNEL)
    try:
        notice = notice_of(letter.body, event_id=event_id_of(letter))
    except NotInContract as error:
        raise Refusal(400, str(error)) from error
    with transaction.atomic():
        if not first_use_of_nonce(settings.PAYMENT_CHANNEL, letter.headers["X-Nonce"]):
            raise Refusal(401, "nonce used before")
        return STATUS_OF[receive_notice(notice)]
