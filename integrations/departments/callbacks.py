"""The door for what departments tell us: verify, parse, hand to the engine in one transaction, answer.

2xx only after commit. Whoever cannot sign is told nothing but 401. Nothing that comes in from outside may end in a
5xx except 503, which means: the database is away, try again. What comes at the same moment is committed together.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog
from django.db import InterfaceError, OperationalError, transaction
from django.http import HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from cases.actions.delivery.inbox import receive_callbacks
from cases.ports import Callback
from integrations.departments.gathering import Gathering
from integrations.departments.wire import NotInContract, callback_of
from integrations.incoming import Letter, Refusal, event_id_of, first_uses_of_nonces, letter_of, verify

log = structlog.get_logger("security.callbacks")

STATUS_OF = {"stored": 200, "duplicate": 200, "contradiction": 409, "unknown": 404}
REPLAYED = 0  # told from a signature that never was valid by our log alone
MESSAGES = {
    200: "已收存。",
    400: "报文不符合对接规范。",
    401: "签名无效。",
    404: "没有这个办件。",
    409: "与已收存的决定不一致，已留存并转人工核对。",
    503: "暂时无法收存，请稍后重发。",
}
RETRY_AFTER_S = "5"


@csrf_exempt
@require_POST
def receive(request: HttpRequest, department: str) -> JsonResponse:
    """A callback of one department (contract v1, department → portal), as it comes through Django.

    Under a WSGI server it does not come this far: `door` takes it before.
    """
    status = status_for(department, lambda: letter_of(request))
    headers = {"Retry-After": RETRY_AFTER_S} if status == 503 else None
    return JsonResponse({"message": MESSAGES[status]}, status=status, headers=headers)


def status_for(department: str, read: Callable[[], Letter]) -> int:
    """Read, verify and store a message to one department's address; what it is answered. Never raises."""
    try:
        return _taken(department, read())
    except Refusal as refusal:
        log.warning("callback.refused", department=department, reason=refusal.reason, status=refusal.status)
        return refusal.status
    except (OperationalError, InterfaceError) as error:
        log.error("callback.postponed", department=department, error=type(error).__name__)
    except Exception as error:
        log.exception("callback.failed", department=department, error=type(error).__name__)
    return 503


def _taken(department: str, letter: Letter) -> int:
    verify(letter, department)
    status = _gathering.store(_Verified(letter.headers["X-Nonce"], _parse(department, letter)))
    if status == REPLAYED:
        raise Refusal(401, "nonce used before")
    return status


def _parse(department: str, letter: Letter) -> Callback:
    event_id = event_id_of(letter)
    try:
        answer, key = callback_of(letter.body, department=department, event_id=event_id)
    except NotInContract as error:
        raise Refusal(400, str(error)) from error
    return Callback(
        department=department, event_id=event_id, key=key, body=letter.body, headers=letter.headers, answer=answer
    )


@dataclass(frozen=True, slots=True)
class _Verified:
    """A callback that its department signed, and the nonce under which it did."""

    nonce: str
    callback: Callback


def _store(group: Sequence[_Verified]) -> list[int]:
    """Store callbacks in one transaction: what each is answered, or REPLAYED."""
    with transaction.atomic():
        are_first = first_uses_of_nonces([(one.callback.department, one.nonce) for one in group])
        new = [one.callback for one, is_first in zip(group, are_first, strict=True) if is_first]
        verdicts = iter(receive_callbacks(new) if new else ())
        return [STATUS_OF[next(verdicts)] if is_first else REPLAYED for is_first in are_first]


_gathering = Gathering(_store)


def waiting() -> int:
    """How many callbacks of this process wait until somebody stores them with others."""
    return _gathering.waiting
