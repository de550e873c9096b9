"""Values that look right: every declared field of a record, licence or result, filled and of its declared type."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation

from .check_digits import steady
from .clock import add_months, now
from .library import Field
from .people import Company, Person

Numbering = Callable[[str], str]
_PERIOD = re.compile(r"(\d+)(年|个月|月|日)")

_TEXTS = {
    "rank": "上等兵",
    "unit": "示例部队",
    "major": "计算机科学与技术",
    "route": "会展南路—环岛东路—翔安大道",
    "time_window": "20:00—06:00",
    "occupation": "信息通信网络运行管理员",
    "title": "工程师",
    "position": "工程师",
    "size": "6.0×1.2",
    "scale": "建筑面积 42000 平方米",
    "period": "540 日历天",
    "insurances": "养老、失业、工伤",
    "depts": "住建、资规、人防、消防、档案",
    "relation_to_head": "",
    "pilots": "一级引航员 示例",
    "tugs": "鹭港拖1、鹭港拖2",
    "berth_name": "示例 8 号泊位",
    "anchor_pos": "二号锚地 A3",
    "members": "无",
    "refused": "无",
    "missing": "无",
    "detail": "无异常",
    "note": "无",
    "former_name": "无",
    "school": "示例小学",
    "grade": "一年级",
    "clinic": "示例社区卫生服务中心",
    "maker": "示例印章刻制有限公司",
    "funeral_home": "市殡仪馆",
    "tax_kinds": "契税",
    "point": "示例便民服务点",
    "merit": "无",
    "scope": "以登记机关核准为准",
    "reason": "人才引进",
    "similar": "无",
    "native_place": "福建",
    "birth_place": "示例市",
}
_ENUMS = {
    "gender": "1",
    "ethnic": "01",
    "marital_status": "10",
    "education": "20",
    "household_type": "家庭户",
    "relation": "01",
    "relation_to_head": "01",
    "bank": "ICBC",
    "ent_type": "1100",
    "dis_type": "4",
    "dis_level": "2",
    "nationality": "GBR",
    "country": "GBR",
    "use": "residential",
    "share": "单独所有",
    "right_type": "国有建设用地使用权/房屋所有权",
    "level": "2",
    "study_form": "普通全日制",
    "degree": "硕士",
    "resettle_kind": "自主就业",
    "retire_kind": "normal",
    "scheme": "城乡居民医保",
    "conclusion": "通过",
    "mode": "告知承诺",
    "class": "B2",
    "vehicle_type": "重型自卸货车",
    "category": "一般",
    "batch": "第一批",
    "tier": "80",
    "safety": "合格",
    "payer": "原单位",
    "hard_kind": "残疾人员",
    "basis_kind": "低收入",
    "card_class": "I",
    "source": "无",
    "score_level": "A",
    "credit_level": "A",
    "warning": "无",
    "max_level": "1",
    "visa_kind": "Z",
    "price_kind": "居民生活",
    "flag": "CHN",
    "ship_type": "散货船",
    "seal_kind": "official",
    "format": "餐饮服务经营者",
    "purpose": "工作",
    "tax_kind": "契税",
    "move_kind": "进港",
    "hospital_level": "3",
}
_INTEGERS = {
    "allowance_days": 158,
    "doses_done": 1,
    "gest_weeks": 39,
    "weight_g": 3300,
    "length_cm": 50,
    "child_order": 1,
    "count": 0,
    "staff": 0,
    "open_items": 0,
    "failed": 0,
    "months": 36,
    "years_total": 432,
    "need_months": 0,
    "score": 0,
    "deemed_months": 24,
    "months_in": 36,
    "load_kg": 15500,
    "violations": 0,
    "join_year": 0,
}
_MONEY = {
    "amount": "400.00",
    "month_amount": "200.00",
    "medical_amount": "6000.00",
    "allowance_amount": "28600.00",
    "base_pension": "2410.60",
    "account_pension": "1250.80",
    "transition_pension": "324.80",
    "month_total": "3986.20",
    "approved": "3000.00",
    "subsidy": "3000.00",
    "fund_pay": "9720.00",
    "capital": "500.00",
    "invest": "56000.00",
    "contract_price": "32000.00",
    "quota": "33600.00",
    "month_rent": "2800.00",
    "price": "2680000.00",
}
_NUMBERS = {
    "match_score": "96.5",
    "photo": "96.5",
    "points_total": "68.5",
    "area": "89.5",
    "meter": "1024",
    "share": "100",
}


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
        if name in given:
            filled[name] = coerce(
                kind, given[name], fallback=lambda n=name, k=kind: _invent(n, k, numbering, issuer, validity)
            )
        else:
            filled[name] = _invent(name, kind, numbering, issuer, validity)
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
    if kind == "bool":
        return name not in ("mortgaged", "sealed", "used", "arrears", "sampled", "dead", "cremated", "frozen", "complete_age6")
    if kind == "integer":
        return now().year if "year" in name and name not in _INTEGERS else _INTEGERS.get(name, 1)
    if kind == "number":
        return _NUMBERS.get(name, "1")
    if kind == "money":
        return _MONEY.get(name, "0.00")
    if kind == "date":
        return _day(name, validity)
    if kind == "datetime":
        return _moment(name)
    if kind == "list":
        return []
    if kind == "enum":
        return _ENUMS.get(name, "正常")
    return _words(name, kind, numbering, issuer)


def _words(name: str, kind: str, numbering: Numbering, issuer: str) -> str:
    if kind == "region":
        return "350203"
    if kind == "address":
        return "示例市思明区湖滨南路100号"
    if name in ("issuer", "authority", "station", "agency", "court", "keeper", "from_station"):
        return issuer
    if name in _TEXTS:
        return _TEXTS[name]
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
