"""Values that look right: every declared field of a record, licence or result, filled and of its declared type."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import partial
from pathlib import Path

import yaml

from .check_digits import steady
from .clock import add_months, now
from .library import Field
from .people import Company, Person

Numbering = Callable[[str], str]
_PERIOD = re.compile(r"(\d+)(年|个月|月|日)")

_USUAL = yaml.safe_load(Path(__file__).with_name("plausible.yaml").read_text("utf-8"))


def known_of(subject: Person | Company | None) -> dict[str, object]:
    """What a person or a body is called and described by in the registers and on licences."""
    if isinstance(subject, Person):
        return {
            "name": subject.name,
            "holder_name": subject.name,
            "holder": subject.name,
            "payer": subject.name,
            "patient": subject.name,
            "id_no": subject.id_no,
            "licence_no": subject.id_no,
            "gender": subject.gender,
            "ethnic": subject.ethnic,
            "birth_date": subject.birth_date.isoformat(),
            "address": subject.address,
            "region": subject.region,
            "bank_account": subject.bank_card,
            "account": subject.bank_card,
        }
    if isinstance(subject, Company):
        return {
            "name": subject.name,
            "ent_name": subject.name,
            "holder_name": subject.name,
            "owner": subject.name,
            "holder": subject.name,
            "uscc": subject.uscc,
            "address": subject.address,
            "location": subject.address,
            "legal_rep": subject.legal_rep.name,
            "legal_rep_id": subject.legal_rep.id_no,
            "ent_type": "9500" if subject.kind == "个体工商户" else "1100",
        }
    return {}


def fill(
    fields: Iterable[Field], given: Mapping[str, object], *, numbering: Numbering, issuer: str, validity: str = ""
) -> dict[str, object]:
    """A value of the declared type for every field: the given one if there is one, else a plausible one.

    A given None stays None: the register has the record, and nothing in that place.
    """
    filled: dict[str, object] = {}
    for name, _zh, kind in fields:
        invent = partial(_invent, name, kind, numbering, issuer, validity)
        filled[name] = coerce(kind, given[name], fallback=invent) if name in given else invent()
    return filled


def coerce(kind: str, value: object, *, fallback: Callable[[], object]) -> object:
    """A value brought to its declared type; the fallback where that cannot be done."""
    if value is None:
        return None
    try:
        return _CASTS.get(kind, str)(value)
    except (InvalidOperation, TypeError, ValueError):
        return fallback()


def _cast_bool(value: object) -> bool:
    if isinstance(value, str):
        return value in ("true", "True", "是", "Y")
    return bool(value)


def _cast_day(value: object) -> str:
    return date.fromisoformat(str(value)[:10]).isoformat()


def _cast_moment(value: object) -> str:
    text = str(value)
    moment = datetime.fromisoformat(text if len(text) > 10 else f"{text}T09:00:00")
    return (moment if moment.tzinfo else moment.replace(tzinfo=now().tzinfo)).isoformat()


def _cast_list(value: object) -> list[object]:
    return list(value) if isinstance(value, list | tuple) else [value]


_CASTS: dict[str, Callable[..., object]] = {
    "bool": _cast_bool,
    "integer": lambda value: int(Decimal(str(value))),
    "number": lambda value: f"{Decimal(str(value)):f}",
    "money": lambda value: f"{Decimal(str(value)):.2f}",
    "date": _cast_day,
    "datetime": _cast_moment,
    "list": _cast_list,
}


def _invent(name: str, kind: str, numbering: Numbering, issuer: str, validity: str) -> object:
    """A value for a field that nothing is known about, by its type and its name."""
    if kind in _USUALLY:
        return _USUALLY[kind](name)
    return _day(name, validity) if kind == "date" else _words(name, kind, numbering, issuer)


def _count(name: str) -> int:
    return _USUAL["integers"].get(name, now().year if "year" in name else 1)


def _words(name: str, kind: str, numbering: Numbering, issuer: str) -> str:
    if kind == "region":
        return "350203"
    if kind == "address":
        return "示例市思明区湖滨南路100号"
    if name in ("issuer", "authority", "station", "agency", "court", "keeper", "from_station"):
        return issuer
    if name in _USUAL["texts"]:
        return str(_USUAL["texts"][name])
    return numbering(name) if name.endswith("_no") or kind in ("id_number", "uscc", "plate", "bank_card") else "示例"


def _day(name: str, validity: str) -> str:
    today = now().date()
    if name in ("valid_to", "term_to", "until", "to_date"):
        return valid_to(validity, today) or add_months(today, 240).isoformat()
    if name in ("reserve_to", "review_date", "survey_date", "next_run", "report_date", "pay_date"):
        return (today + timedelta(days=30)).isoformat()
    if name in ("first_issue", "enlist_date"):
        return add_months(today, -60).isoformat()
    return today.isoformat()


def _moment(name: str) -> str:
    later = {
        "appoint_time": 24,
        "board_time": 6,
        "berth_from": 7,
        "berth_to": 30,
        "ready_time": 5,
        "until": 720,
        "valid_to": 720,
        "window_to": 4,
        "sign_time": 24,
        "settle_time": 1,
    }
    return (now() + timedelta(hours=later.get(name, 0))).isoformat()


_USUALLY: dict[str, Callable[[str], object]] = {
    "bool": lambda name: name not in _USUAL["untrue"],
    "integer": _count,
    "number": lambda name: _USUAL["numbers"].get(name, "1"),
    "money": lambda name: _USUAL["money"].get(name, "0.00"),
    "datetime": _moment,
    "list": lambda _name: [],
    "enum": lambda name: _USUAL["enums"].get(name, "正常"),
}


def valid_to(validity: str, issued: date) -> str | None:
    """The last day of a validity such as "5年" or "40日", counted from the day of issue; None where it has none."""
    found = _PERIOD.search(validity)
    if not found or "长期" in validity:
        return None
    count, unit = int(found[1]), found[2]
    if unit == "日":
        return (issued + timedelta(days=count)).isoformat()
    return add_months(issued, count * (12 if unit == "年" else 1)).isoformat()


def steady_numbering(seed: str) -> Numbering:
    """Numbers that are always the same for the same record."""
    return lambda name: f"{steady(seed + name, 10**9, 10**10 - 1)}"
