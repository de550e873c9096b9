"""An answer of a department as it is written down and read again: nothing is lost on the way, not even a type."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, fields
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder

from cases.ports import Answer, Reason, StatedFee

NAMES = tuple(one.name for one in fields(Answer))


def written(answer: Answer) -> dict[str, Any]:
    """Plain JSON of an answer; what it does not say is left out."""
    said = {name: value for name in NAMES if (value := getattr(answer, name)) not in (None, "", (), {})}
    if answer.reasons:
        said["reasons"] = [asdict(reason) for reason in answer.reasons]
    if answer.fee:
        said["fee"] = asdict(answer.fee)
    return said


def as_text(answer: Answer) -> str:
    """The whole answer as the evidence of it, keys that say nothing included."""
    return json.dumps(asdict(answer), cls=DjangoJSONEncoder, ensure_ascii=False)


def read(words: Mapping[str, Any]) -> Answer:
    """The answer that `written` wrote, after JSON."""
    said = dict(words)
    return Answer(
        sub_application_id=UUID(said.pop("sub_application_id")),
        status=said.pop("status"),
        due=_read(date.fromisoformat, said.pop("due", None)),
        occurred_at=_read(datetime.fromisoformat, said.pop("occurred_at", None)),
        reasons=tuple(Reason(**reason) for reason in said.pop("reasons", ())),
        fee=_read(_fee, said.pop("fee", None)),
        **said,
    )


def _read(reader: Any, value: Any) -> Any:
    return None if value is None else reader(value)


def _fee(value: Mapping[str, Any]) -> StatedFee:
    return StatedFee(_read(Decimal, value["amount"]), value["label"])
