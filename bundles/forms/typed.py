"""From what a person typed to what is stored (plain JSON) to what rules work with, by the type of the field."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from bundles.rules import UNKNOWN
from bundles.spec import Field

SHANGHAI: Final = ZoneInfo("Asia/Shanghai")
MAX_TEXT: Final = 500
MAX_LONG_TEXT: Final = 5000
EMPTY: Final[tuple[object, ...]] = (None, "", [], ())
PLAIN: Final = frozenset({"text", "longtext", "address", "region", "enum", "file"})

_NUMBER: Final = re.compile(r"-?\d{1,15}(\.\d{1,6})?", re.ASCII)
_DATE: Final = re.compile(r"(\d{4})(?:(\d{2})(\d{2})|[-/.年](\d{1,2})[-/.月](\d{1,2})日?)", re.ASCII)
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")  # category Cc but for line ends and tabs
_TRUE: Final = frozenset({"true", "on", "1", "yes", "y", "是"})
_FALSE: Final = frozenset({"false", "off", "0", "no", "n", "否"})
_NAME_DOTS: Final = re.compile(r"\s*[•‧∙・･.．]\s*")


class Illtyped(ValueError):
    """What was typed is not of the field's type; says what to type instead."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(zh)
        self.zh = zh
        self.en = en


def accept(field: Field, typed: object) -> object:
    """What to store for the text a person typed or the choices posted, None for nothing. Raises Illtyped.

    A program may send numbers and truth values as JSON has them.
    """
    entries = [entry for entry in (typed if isinstance(typed, list | tuple) else [typed]) if entry not in EMPTY]
    if field.type == "multi":
        return _choices(field, entries)
    text = _as_text(entries[-1]).strip() if entries else ""
    return stored_form(_parsed(field, text)) if text else None


def _as_text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str | int | float | Decimal):
        return str(stored_form(value))
    raise Illtyped("填写的内容无法识别，请重新填写", "This cannot be read; enter it again")


def read(field: Field, value: object) -> object:
    """The value rules work with; UNKNOWN where there is no answer, or none of the field's type."""
    if value in EMPTY:
        return UNKNOWN
    if field.type in PLAIN and isinstance(value, str):
        return value
    try:
        return _parsed(field, value)
    except Illtyped:
        return UNKNOWN


def fault(field: Field, value: object) -> Illtyped | None:
    """Why a stored value is not of the field's type; None for an empty or a good one."""
    if value in EMPTY:
        return None
    try:
        _parsed(field, value)
    except Illtyped as problem:
        return problem
    return None


def stored_form(value: object) -> object:
    """A value as the answers keep it: plain JSON."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, float):
        return format(Decimal(repr(value)), "f")
    return value


def as_typed(field: Field, value: object) -> str:
    """A stored value as it stands in its input."""
    if value in EMPTY:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if field.type == "datetime" and isinstance(value, str):
        moment = read(field, value)
        return moment.astimezone(SHANGHAI).strftime("%Y-%m-%dT%H:%M") if isinstance(moment, datetime) else value
    return "、".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _parsed(field: Field, value: object) -> object:
    return _PARSERS.get(field.type, _text)(field, value)


def _half_width(value: object) -> str:
    """Letters and digits typed with a Chinese keyboard as the plain ones, without any space."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", str(value)))


def _text(field: Field, value: object) -> str:
    text = str(value).strip()
    if "name_zh" in field.rules:
        text = _NAME_DOTS.sub("·", text)
    most = MAX_LONG_TEXT if field.type == "longtext" else MAX_TEXT
    if len(text) > most:
        raise Illtyped(f"最多{most}个字，现在有{len(text)}个字", f"At most {most} characters")
    if _CONTROL.search(text):
        raise Illtyped("含有无法显示的字符，请删去后重新填写", "Remove characters that cannot be shown")
    return text


def _id_number(field: Field, value: object) -> str:
    text = _half_width(value).upper()
    if re.fullmatch(r"\d{15}", text, re.ASCII):
        raise Illtyped(
            "15位旧身份证号已停用，请填写18位号码", "Old 15-digit numbers are no longer valid; enter 18 digits"
        )
    if not re.fullmatch(r"[0-9A-Z()/\-]{6,20}", text, re.ASCII):
        raise Illtyped("证件号码只能是数字和字母，身份证为18位", "Use digits and letters; a resident ID has 18 digits")
    return text


def _uscc(field: Field, value: object) -> str:
    text = _half_width(value).upper()
    if not re.fullmatch(r"[0-9A-Z]{18}", text, re.ASCII):
        raise Illtyped("统一社会信用代码为18位数字和大写字母", "The code has 18 digits and capital letters")
    return text


def _phone(field: Field, value: object) -> str:
    text = re.sub(r"^(\+|00)86-?", "", _half_width(value))
    if not re.fullmatch(r"\+?[\d\-]{5,20}", text, re.ASCII):
        raise Illtyped("电话号码只能是数字，如13800000001", "Use digits only, such as 13800000001")
    return text


def _email(field: Field, value: object) -> str:
    text = _half_width(value)
    if not re.fullmatch(r"[^@]{1,64}@[^@]{1,100}\.[^@]{2,20}", text):
        raise Illtyped("电子邮箱格式如name@example.com", "Enter an address such as name@example.com")
    return text


def _bank_card(field: Field, value: object) -> str:
    text = _half_width(value).replace("-", "")
    if not re.fullmatch(r"\d{12,19}", text, re.ASCII):
        raise Illtyped("银行卡号为12至19位数字", "A card number has 12 to 19 digits")
    return text


def _plate(field: Field, value: object) -> str:
    text = re.sub(r"[·•.\-]", "", _half_width(value)).upper()
    if not 5 <= len(text) <= 10:
        raise Illtyped("号牌号码格式如闽DA0001", "Enter a plate such as 闽DA0001")
    return text


def _day(field: Field, value: object) -> date:
    match = _DATE.fullmatch(_half_width(value))
    try:
        if match:
            return date(*(int(part) for part in match.groups() if part))
    except ValueError:
        pass
    raise Illtyped("日期格式如2026-11-08，且须是真实日期", "Enter a real date such as 2026-11-08")


def _moment(field: Field, value: object) -> datetime:
    text = unicodedata.normalize("NFKC", str(value)).strip().replace("/", "-")
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Illtyped("时间格式如2026-11-08 14:30", "Enter a time such as 2026-11-08 14:30") from None
    return moment.replace(tzinfo=SHANGHAI) if moment.tzinfo is None else moment.astimezone(SHANGHAI)


def _decimal(field: Field, value: object) -> Decimal:
    text = _half_width(value).replace(",", "")
    if isinstance(value, bool) or not _NUMBER.fullmatch(text):
        raise Illtyped("请填写数字，最多六位小数", "Enter a number")
    return Decimal(text)


def _money(field: Field, value: object) -> Decimal:
    amount = _decimal(field, value)
    if amount != round(amount, 2):
        raise Illtyped("金额最多两位小数", "Use at most two decimal places")
    return amount


def _integer(field: Field, value: object) -> int:
    number = _decimal(field, value)
    if number != int(number):
        raise Illtyped("请填写整数", "Enter a whole number")
    return int(number)


def _truth(field: Field, value: object) -> bool:
    text = str(value).strip().lower()
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
    raise Illtyped("请选择“是”或“否”", "Choose yes or no")


def _choices(field: Field, value: object) -> list[str]:
    if isinstance(value, list | tuple) and all(isinstance(entry, str) for entry in value):
        return list(value)
    raise Illtyped("请从选项中选择", "Choose from the options")


_PARSERS: Final[Mapping[str, Callable[[Field, object], object]]] = {
    "id_number": _id_number,
    "uscc": _uscc,
    "phone": _phone,
    "email": _email,
    "bank_card": _bank_card,
    "plate": _plate,
    "date": _day,
    "datetime": _moment,
    "number": _decimal,
    "money": _money,
    "integer": _integer,
    "bool": _truth,
    "multi": _choices,
    "list": lambda field, value: value,
}
