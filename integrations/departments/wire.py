"""What departments say, contract v1, turned into our words: `Answer`. Strict in what counts, deaf to the rest.

Keys that v1 does not know are ignored, so that a department may run ahead of us. Everything kept has a bound.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils import timezone

from cases.ports import Answer, Reason, StatedFee
from integrations.http import NotStrictJson, read_object

STATUSES = frozenset(
    {
        "received",
        "accepted",
        "special_procedure",
        "special_procedure_ended",
        "supplement",
        "approved",
        "rejected",
        "not_accepted",
        "withdrawn",
        "result_corrected",
        "result_revoked",
    }
)
# Without points there is nothing to supplement. A refusal without reasons is a fault of the department too, but a
# decision once made is never dropped: the engine asks for the reasons.
WITH_REASONS = frozenset({"supplement"})

MAX_REASONS, MAX_RESULT_FIELDS = 50, 200
MAX_SEQ = 2**31 - 1
CLOCKS_DIFFER = timedelta(hours=1)
_NAME = re.compile(r"[A-Za-z0-9_.\-]{1,64}")
_MONEY = re.compile(r"\d{1,12}(\.\d{1,2})?", re.ASCII)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


class NotInContract(Exception):
    """An answer that contract v1 does not allow; the message names the key, never its value."""


class ForeignAnswer(NotInContract):
    """An answer about somebody else's sub-application."""


def read_answer(body: bytes, *, about: UUID) -> Answer:
    """The answer to a request about one sub-application. Raises NotInContract or ForeignAnswer."""
    answer = answer_of(_document(body))
    if answer.sub_application_id != about:
        raise ForeignAnswer("sub_application_id")
    return answer


def answer_of(document: Mapping[str, Any]) -> Answer:
    """The answer in a document, judged key by key. Raises NotInContract."""
    status = _text(document, "status", 32)
    if status not in STATUSES:
        raise NotInContract("status")
    reasons = _reasons(document.get("reasons"))
    if status in WITH_REASONS and not reasons:
        raise NotInContract("reasons")
    return Answer(
        sub_application_id=_uuid(document, "sub_application_id"),
        status=status,
        receipt_no=_text(document, "receipt_no", 64),
        due=_day(document, "due"),
        result=_result(document.get("result")),
        reasons=reasons,
        procedure=_text(document, "procedure", 64, needed=status == "special_procedure"),
        expected_days=_integer(document, "expected_days", 3660),
        in_clock=_typed(document, "in_clock", bool),
        why_again=_text(document, "why_again", 500),
        remedy=_text(document, "remedy", 500),
        apply_to=_text(document, "apply_to", 200),
        occurred_at=_moment(document, "occurred_at"),
        seq=_integer(document, "seq", MAX_SEQ),
        fee=_fee(_typed(document, "fee", dict)),
        result_id=_text(document, "result_id", 64),
    )


def callback_of(body: bytes, *, department: str, event_id: str) -> tuple[Answer, str]:
    """The answer in a callback and the idempotency key it quotes. Raises NotInContract.

    `dept` and `event_id` stand in the signed body too, and must be those of the address and the header.
    """
    document = _document(body)
    if _text(document, "dept", 16, needed=True) != department:
        raise NotInContract("dept")
    if _text(document, "event_id", 100, needed=True) != event_id:
        raise NotInContract("event_id")
    return answer_of(document), _text(document, "idempotency_key", 128)


def _document(body: bytes) -> dict[str, Any]:
    try:
        return read_object(body)
    except NotStrictJson as error:
        raise NotInContract(str(error)) from error


def _typed(document: Mapping[str, Any], key: str, kind: type) -> Any:
    """The value at a key if it is of that very type; None when absent or null."""
    value = document.get(key)
    if value is not None and type(value) is not kind:
        raise NotInContract(key)
    return value


def _text(document: Mapping[str, Any], key: str, limit: int, *, needed: bool = False) -> str:
    value = _typed(document, key, str) or ""
    if len(value) > limit or (needed and not value):
        raise NotInContract(key)
    return str(value)


def _integer(document: Mapping[str, Any], key: str, limit: int) -> int | None:
    value: int | None = _typed(document, key, int)
    if value is not None and not 0 <= value <= limit:
        raise NotInContract(key)
    return value


def _read(document: Mapping[str, Any], key: str, read: Callable[[str], Any]) -> Any:
    text = _typed(document, key, str)
    try:
        return None if text is None else read(text)
    except ValueError as error:
        raise NotInContract(key) from error


def _uuid(document: Mapping[str, Any], key: str) -> UUID:
    value = _read(document, key, UUID)
    if value is None:
        raise NotInContract(key)
    return UUID(int=value.int)


def _day(document: Mapping[str, Any], key: str) -> date | None:
    day: date | None = _read(document, key, _plain_day)
    return day


def _plain_day(text: str) -> date:
    if not _DAY.fullmatch(text):
        raise ValueError("not a day")
    day = date.fromisoformat(text)
    if not 2000 <= day.year <= 2200:
        raise ValueError("not of our time")
    return day


def _moment(document: Mapping[str, Any], key: str) -> datetime | None:
    moment: datetime | None = _read(document, key, datetime.fromisoformat)
    if moment is not None and not _is_plausible(moment):
        raise NotInContract(key)
    return moment


def _is_plausible(moment: datetime) -> bool:
    """With an offset, of this century, and not later than clocks may differ."""
    return moment.tzinfo is not None and moment.year >= 2000 and moment <= timezone.now() + CLOCKS_DIFFER


def _fee(value: Mapping[str, Any] | None) -> StatedFee | None:
    """A fee: `amount` in yuan with two places at most, a number or a text of digits; `label` says what for."""
    if value is None:
        return None
    return StatedFee(_amount(value.get("amount")), _text(value, "label", 200))


def _amount(value: Any) -> Decimal | None:
    if value is None:
        return None
    if type(value) not in (int, float, str) or not _MONEY.fullmatch(str(value)):
        raise NotInContract("fee")
    return Decimal(str(value)).quantize(Decimal("0.01"))


def _result(value: Any) -> Mapping[str, Any]:
    """Values of result fields; whether they are the item's declared ones, the engine judges."""
    if value is None:
        return {}
    if not isinstance(value, dict) or len(value) > MAX_RESULT_FIELDS:
        raise NotInContract("result")
    if not all(_NAME.fullmatch(name) for name in value):
        raise NotInContract("result")
    return value


def _reasons(value: Any) -> tuple[Reason, ...]:
    if value is None:
        return ()
    if not isinstance(value, list) or len(value) > MAX_REASONS:
        raise NotInContract("reasons")
    return tuple(_reason(item) for item in value)


def _reason(value: Any) -> Reason:
    if not isinstance(value, dict):
        raise NotInContract("reasons")
    article = _text(value, "article", 200)
    return Reason(_text(value, "code", 64), _text(value, "about", 128), _text(value, "text", 2000), article)
