"""The payment channel over HTTP: signed like a department's system, configured among them (PAYMENT_CHANNEL)."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any, Literal, TypeVar

from django.conf import settings

from cases.ports import GatewayError, Order, PaymentPage, PaymentState
from integrations.http import Call, Failure, Reply, System, call_all, system_of
from integrations.payments import wire

DEADLINE_S = 6.0
REFUSED_FOR_GOOD = frozenset({400, 401, 403, 404, 409, 413, 422})
T = TypeVar("T")


class HttpPaymentGateway:
    """Opens, asks about, closes and pays back orders; repeating a call with its key has no second effect."""

    def open(self, order: Order) -> PaymentPage:
        return self._call("POST", "/orders", "orders", wire.order_body(order), order.key, wire.page_of)

    def ask(self, reference: str) -> PaymentState:
        return _about(reference, self._call("GET", f"/orders/{reference}", "order", None, reference, wire.state_of))

    def close(self, reference: str) -> PaymentState:
        path = f"/orders/{reference}/close"
        return _about(reference, self._call("POST", path, "order.close", {}, reference, wire.state_of))

    def refund(self, reference: str, amount: Decimal, key: str) -> None:
        body = {"key": key, "amount": str(amount)}
        path = f"/orders/{reference}/refunds"
        self._call("POST", path, "order.refund", body, key, wire.reference_of_reply)

    def _call(
        self,
        method: Literal["GET", "POST"],
        path: str,
        route: str,
        body: dict[str, Any] | None,
        key: str,
        read: Callable[[bytes], T],
    ) -> T:
        """One call and the reading of its answer. Raises GatewayError: for good where the channel says no."""
        call = Call(
            system=_channel(),
            method=method,
            path=path,
            route=f"payments.{route}",
            body=b"" if body is None else json.dumps(body, ensure_ascii=False).encode(),
            headers={"Content-Type": "application/json", "Idempotency-Key": key},
            reference=key,
            deadline_s=DEADLINE_S,
        )
        (ended,) = call_all([call], budget_s=DEADLINE_S)
        return _read(ended, read)


def _channel() -> System:
    system = system_of(settings.PAYMENT_CHANNEL)
    if system is None or not system.enabled:
        raise GatewayError("没有配置支付渠道", permanent=False)
    return system


def _read(ended: Reply | Failure, read: Callable[[bytes], T]) -> T:
    if isinstance(ended, Failure):
        raise GatewayError(f"支付渠道没有答复：{ended.kind}", permanent=False)
    if ended.status != 200:
        permanent = ended.status in REFUSED_FOR_GOOD
        raise GatewayError(f"支付渠道答复 {ended.status}", permanent=permanent, status=ended.status)
    try:
        return read(ended.body)
    except wire.NotInContract as error:
        raise GatewayError(f"支付渠道的答复不合规范：{error}", permanent=False) from error


def _about(reference: str, state: PaymentState) -> PaymentState:
    if state.reference != reference:
        raise GatewayError("支付渠道答的是另一个支付单", permanent=False)
    return state
