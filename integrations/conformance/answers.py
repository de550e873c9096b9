"""What a department says, judged key by key: every fault with the key it is about."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

DECIDED = frozenset({"approved", "rejected", "not_accepted", "withdrawn"})
UNDECIDED = frozenset({"received", "accepted", "special_procedure", "special_procedure_ended", "supplement"})
AFTERWARDS = frozenset({"result_corrected", "result_revoked"})
STATUSES = DECIDED | UNDECIDED | AFTERWARDS
TEXTS = {"receipt_no": 64, "procedure": 64, "why_again": 500, "remedy": 500, "apply_to": 200, "result_id": 64}
NUMBERS = {"expected_days": 3660, "seq": 2**31 - 1}
REASON_TEXTS = {"code": 64, "about": 128, "text": 2000, "article": 200}
_NAME = re.compile(r"[A-Za-z0-9_.\-]{1,64}")
_MONEY = re.compile(r"\d{1,12}(\.\d{1,2})?", re.ASCII)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def faults_of(document: Any, *, about: str | None = None) -> list[str]:
    """What is wrong with an answer or the answer in a callback; `about` is the sub-application it must speak of."""
    if not isinstance(document, dict):
        return ["the answer is not a JSON object"]
    return [fault for judge in _JUDGES for fault in judge(document)] + _foreign(document, about)


def callback_faults(document: Any, *, dept: str, event_id: str) -> list[str]:
    """What is wrong with the body of a callback."""
    if not isinstance(document, dict):
        return ["the body is not a JSON object"]
    faults = faults_of(document)
    if document.get("dept") != dept:
        faults.append("dept: not the department of the address")
    if not isinstance(document.get("event_id"), str) or document["event_id"] != event_id:
        faults.append("event_id: not equal to X-Event-Id")
    return faults + list(_text(document, "idempotency_key", 128))


def _foreign(document: Mapping[str, Any], about: str | None) -> list[str]:
    said = document.get("sub_application_id")
    if about is None or not isinstance(said, str) or said.lower() == about:
        return []
    return ["sub_application_id: about another sub-application"]


def _status(document: Mapping[str, Any]) -> Iterator[str]:
    status = document.get("status")
    if not isinstance(status, str) or status not in STATUSES:
        yield f"status: {str(status)[:40]!r} is not a status of the contract"
    if status == "supplement" and not document.get("reasons"):
        yield "reasons: a supplement needs at least one"
    if status == "special_procedure" and not document.get("procedure"):
        yield "procedure: a special procedure needs its id or a name"


def _subject(document: Mapping[str, Any]) -> Iterator[str]:
    yield from _read(document, "sub_application_id", UUID, needed=True)


def _texts(document: Mapping[str, Any]) -> Iterator[str]:
    for name, limit in TEXTS.items():
        yield from _text(document, name, limit)


def _text(document: Mapping[str, Any], name: str, limit: int) -> Iterator[str]:
    value = document.get(name)
    if value is not None and (not isinstance(value, str) or len(value) > limit):
        yield f"{name}: not a text of at most {limit} characters"


def _numbers(document: Mapping[str, Any]) -> Iterator[str]:
    for name, limit in NUMBERS.items():
        value = document.get(name)
        if value is not None and (type(value) is not int or not 0 <= value <= limit):
            yield f"{name}: not a whole number from 0 to {limit}"
    if document.get("in_clock") is not None and type(document["in_clock"]) is not bool:
        yield "in_clock: not true or false"


def _times(document: Mapping[str, Any]) -> Iterator[str]:
    yield from _read(document, "due", _day)
    yield from _read(document, "occurred_at", _moment)


def _read(
    document: Mapping[str, Any], name: str, read: Callable[[str], object], *, needed: bool = False
) -> Iterator[str]:
    value = document.get(name)
    if value is None and not needed:
        return
    try:
        if not isinstance(value, str):
            raise ValueError("not a text")
        read(value)
    except ValueError as error:
        yield f"{name}: {error}" if needed or name == "occurred_at" else f"{name}: not YYYY-MM-DD"


def _day(text: str) -> None:
    if not _DAY.fullmatch(text) or not 2000 <= date.fromisoformat(text).year <= 2200:
        raise ValueError("not a day")


def _moment(text: str) -> None:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("has no offset")
    if moment.year < 2000 or moment > datetime.now(UTC) + timedelta(hours=1):
        raise ValueError("not in the past of this century")


def _result(document: Mapping[str, Any]) -> Iterator[str]:
    value = document.get("result")
    if value is None:
        return
    if not isinstance(value, dict) or len(value) > 200:
        yield "result: not an object of at most 200 fields"
    elif not all(_NAME.fullmatch(name) for name in value):
        yield "result: a name is not of letters, digits, _ . - (64 at most)"


def _fee(document: Mapping[str, Any]) -> Iterator[str]:
    fee = document.get("fee")
    if fee is None:
        return
    if not isinstance(fee, dict):
        yield "fee: not an object"
        return
    yield from _text(fee, "label", 200)
    amount = fee.get("amount")
    if amount is not None and (type(amount) not in (int, float, str) or not _MONEY.fullmatch(str(amount))):
        yield "fee.amount: not yuan with two places at most"


def _reasons(document: Mapping[str, Any]) -> Iterator[str]:
    reasons = document.get("reasons")
    if reasons is None:
        return
    if not isinstance(reasons, list) or len(reasons) > 50:
        yield "reasons: not a list of at most 50"
    elif not all(isinstance(one, dict) for one in reasons):
        yield "reasons: one is not an object"
    else:
        for one in reasons:
            for name, limit in REASON_TEXTS.items():
                yield from (f"reasons.{fault}" for fault in _text(one, name, limit))


_JUDGES = (_status, _subject, _texts, _numbers, _times, _result, _fee, _reasons)
