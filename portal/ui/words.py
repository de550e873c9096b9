"""How the pages say things: days and hours in words, the words and signs of states, masked numbers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

WEEKDAYS = (
    gettext_lazy("周一"),
    gettext_lazy("周二"),
    gettext_lazy("周三"),
    gettext_lazy("周四"),
    gettext_lazy("周五"),
    gettext_lazy("周六"),
    gettext_lazy("周日"),
)


@dataclass(frozen=True, slots=True)
class Look:
    """How a state is shown: colour class, icon, word. Never one without the others."""

    css: str
    icon: str
    word: str | Promise


STATES = {
    "done": Look("is-done", "done", gettext_lazy("办好了")),
    "doing": Look("is-doing", "doing", gettext_lazy("办理中")),
    "retry": Look("is-doing", "link", gettext_lazy("在重试")),
    "you": Look("is-you", "you", gettext_lazy("等您")),
    "wait": Look("is-wait", "wait", gettext_lazy("等前一件")),
    "party": Look("is-wait", "users", gettext_lazy("等对方")),
    "paused": Look("is-wait", "pause", gettext_lazy("停表")),
    "bad": Look("is-bad", "bad", gettext_lazy("不予")),
    "gone": Look("is-wait", "minus", gettext_lazy("已撤回")),
    "todo": Look("is-wait", "wait", gettext_lazy("未开始")),
}
# What the two machines call it, in the picture's words (cases.states).
_PICTURE_STATE = {
    "waiting": "wait",
    "ready": "doing",
    "dispatched": "doing",
    "received": "doing",
    "accepted": "doing",
    "supplement_requested": "you",
    "special_procedure": "paused",
    "approved": "done",
    "rejected": "bad",
    "not_accepted": "bad",
    "withdrawn": "gone",
    "cancelled": "gone",
    "lapsed": "gone",
}


def look_of(state: str) -> Look:
    """The look of a picture state; a sub-application's state is understood too."""
    return STATES[_PICTURE_STATE.get(state, state)]


def picture_state(sub_state: str) -> str:
    """The picture's word for a sub-application's state: supplement_requested is `you`."""
    return _PICTURE_STATE[sub_state]


def day_in_words(day: date | datetime | None) -> str:
    """12月1日（周二）; the year is said when it is not this one."""
    if day is None:
        return ""
    day = _local_day(day)
    if _english():
        year = "" if day.year == timezone.localdate().year else f" {day.year}"
        return f"{day:%a} {day.day} {day:%b}{year}"
    year = "" if day.year == timezone.localdate().year else f"{day.year}年"
    return f"{year}{day.month}月{day.day}日（{WEEKDAYS[day.weekday()]}）"


def short_day(day: date | datetime | None) -> str:
    """11-23, for cards and dense tables."""
    return "" if day is None else f"{_local_day(day):%m-%d}"


def moment_in_words(at: datetime | None) -> str:
    """今天 14:32, 昨天 17:05, 11月23日 10:41."""
    if at is None:
        return ""
    at = timezone.localtime(at)
    age = timezone.localdate() - at.date()
    if age == timedelta(0):
        return _("今天 %(time)s") % {"time": f"{at:%H:%M}"}
    if age == timedelta(1):
        return _("昨天 %(time)s") % {"time": f"{at:%H:%M}"}
    if _english():
        return f"{at.day} {at:%b} {at:%H:%M}"
    year = "" if at.year == timezone.localdate().year else f"{at.year}年"
    return f"{year}{at.month}月{at.day}日 {at:%H:%M}"


def _local_day(day: date | datetime) -> date:
    return timezone.localtime(day).date() if isinstance(day, datetime) else day


def in_language(named: Any) -> str:
    """What something of a definition with `zh` and `en` is called; Chinese where there is no English."""
    return str((_english() and named.en) or named.zh)


def _english() -> bool:
    return (translation.get_language() or "").startswith("en")


def money_in_words(amount: Decimal | str | int | None) -> str:
    """1,234.50 元; nothing to pay is 免费."""
    if amount is None:
        return ""
    value = Decimal(amount)
    if value == 0:
        return _("免费")
    return _("%(amount)s 元") % {"amount": f"{value:,.2f}".removesuffix(".00")}


def mask_name(name: str) -> str:
    """林**, 王*: the surname stays."""
    return name[:1] + "*" * max(1, len(name) - 1) if name else ""


def mask_phone(phone: str) -> str:
    """138****0002."""
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) >= 8 else "*" * len(phone)


def mask_id(number: str) -> str:
    """350203********6286: place and the last four stay."""
    return f"{number[:6]}{'*' * (len(number) - 10)}{number[-4:]}" if len(number) >= 15 else "*" * len(number)


def mask_card(number: str) -> str:
    """尾号 0003."""
    return _("尾号 %(tail)s") % {"tail": number[-4:]} if len(number) >= 8 else "*" * len(number)
