"""The city's message gateway over HTTP: signed like a department's system, configured among them (MESSAGE_GATEWAY).

The contract is in docs/message-gateway.md. Whatever is no clear yes or no is tried again under the same key.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence

from django.conf import settings

from cases.ports import Message, Sending
from integrations.http import Call, Failure, NotStrictJson, Reply, System, call_all, read_object, system_of

DEADLINE_S = 6.0
BATCH_S = 20.0
TAKEN = frozenset({200, 201, 202})
REFUSED_FOR_GOOD = frozenset({400, 409, 410, 422})
MAX_RETRY_AFTER_S = 3600.0
# Why a gateway refuses a message for good, in words for staff.
WHY = {
    "bad_number": "号码有误",
    "no_such_number": "空号或停机",
    "blocked": "号码被运营商限制",
    "opted_out": "本人退订了短信",
    "bad_content": "内容被网关拒收",
}


class HttpNotifier:
    """Sends a batch of messages side by side; what the gateway has under its key already it takes once."""

    is_local = False

    def send(self, messages: Sequence[Message]) -> Sequence[Sending]:
        system = system_of(settings.MESSAGE_GATEWAY)
        if system is None or not system.enabled:
            return [Sending("later", "短信网关没有接通")] * len(messages)
        ended = call_all([_call(system, message) for message in messages], budget_s=BATCH_S)
        return [_sending(one) for one in ended]


def _call(system: System, message: Message) -> Call:
    body = {"key": message.key, "to": message.to, "title": message.title, "text": message.body}
    return Call(
        system=system,
        method="POST",
        path="/messages",
        route="messages.send",
        body=json.dumps(body | {"template": message.template}, ensure_ascii=False).encode(),
        headers={"Content-Type": "application/json", "Idempotency-Key": message.key},
        reference=message.key,
        deadline_s=DEADLINE_S,
    )


def _sending(ended: Reply | Failure) -> Sending:
    if isinstance(ended, Failure):
        return Sending("later", f"短信网关不通：{ended.kind}")
    if ended.status in TAKEN:
        return Sending("sent")
    if ended.status in REFUSED_FOR_GOOD:
        return Sending("refused", WHY.get(_code(ended), "短信网关拒收"))
    return Sending("later", f"短信网关暂不接收：HTTP {ended.status}", _retry_after_s(ended))


def _code(reply: Reply) -> str:
    try:
        return str(read_object(reply.body).get("code", ""))
    except NotStrictJson:
        return ""


def _retry_after_s(reply: Reply) -> float | None:
    try:
        seconds = float(reply.retry_after)
    except ValueError:
        return None
    return min(max(seconds, 1.0), MAX_RETRY_AFTER_S) if math.isfinite(seconds) else None
