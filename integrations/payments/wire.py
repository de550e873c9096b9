"""What the payment channel says, read strictly: an order's state, a notice about it, the page to pay on."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, cast
from urllib.parse import urlsplit

from cases.ports import Order, PaymentNotice, PaymentPage, PaymentState
from integrations.http import NotStrictJson, read_object

STATUSES = frozenset({"open", "paid", "failed", "closed"})
_AMOUNT = re.compile(r"\d{1,12}\.\d{2}", re.ASCII)
_REFERENCE = re.compile(r"[A-Za-z0-9_\-]{1,64}")


class NotInContract(Exception):
    """What the channel's contract does not allow; the message names the key, never its value."""


def order_body(order: Order) -> dict[str, Any]:
    """The body of POST /orders."""
    return {
        "key": order.key,
        "title": order.title,
        "amount": str(order.amount),
        "currency": order.currency,
        "lines": [{"label": line.label, "amount": str(line.amount)} for line in order.lines],
        "return_url": order.return_url,
        "callback_url": order.callback_url,
        "expires_at": order.expires_at.isoformat(),
    }


def page_of(body: bytes) -> PaymentPage:
    """Where to pay. Raises NotInContract."""
    document = _document(body)
    return PaymentPage(_url(document), _reference(document))


def state_of(body: bytes) -> PaymentState:
    """Where an order stands. Raises NotInContract."""
    return _state(_document(body))


def notice_of(body: bytes, *, event_id: str) -> PaymentNotice:
    """A message about an order; the event id stands in the signed body too. Raises NotInContract."""
    document = _document(body)
    if document.get("event_id") != event_id:
        raise NotInContract("event_id")
    return PaymentNotice(event_id, body, _state(document))


def reference_of_reply(body: bytes) -> str:
    """Which order an answer is about. Raises NotInContract."""
    return _reference(_document(body))


def _state(document: Mapping[str, Any]) -> PaymentState:
    status, key, currency = document.get("status"), document.get("key"), document.get("currency")
    if status not in STATUSES:
        raise NotInContract("status")
    if not isinstance(key, str) or not 0 < len(key) <= 64:
        raise NotInContract("key")
    if not isinstance(currency, str) or len(currency) != 3:
        raise NotInContract("currency")
    return PaymentState(key, _reference(document), cast(Any, status), _amount(document), currency)


def _reference(document: Mapping[str, Any]) -> str:
    reference = document.get("reference")
    if not isinstance(reference, str) or not _REFERENCE.fullmatch(reference):
        raise NotInContract("reference")
    return reference


def _amount(document: Mapping[str, Any]) -> Decimal:
    """Money comes as a text with two places, never as a binary number."""
    amount = document.get("amount")
    if not isinstance(amount, str) or not _AMOUNT.fullmatch(amount):
        raise NotInContract("amount")
    return Decimal(amount)


def _url(document: Mapping[str, Any]) -> str:
    url = document.get("page_url")
    if not isinstance(url, str) or len(url) > 500 or urlsplit(url).scheme not in ("http", "https"):
        raise NotInContract("page_url")
    return url


def _document(body: bytes) -> Mapping[str, Any]:
    try:
        return read_object(body)
    except NotStrictJson as error:
        raise NotInContract(str(error)) from error
