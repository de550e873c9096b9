"""Why a day counts or does not, and why a due day moved, in a citizen's words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from cases import clock
from cases.models import Pause
from cases.queries.wording import day_words

# Why a due day moved; kinds of a pause say that the time did not count.
MOVED: Mapping[str, Any] = {
    Pause.Kind.SUPPLEMENT: gettext_lazy("等您补正的日子不算"),
    Pause.Kind.PROCEDURE: gettext_lazy("特别程序的日子不算"),
    Pause.Kind.PARTY: gettext_lazy("等对方确认的日子不算"),
    Pause.Kind.PAYMENT: gettext_lazy("等您缴费的日子不算"),
    Pause.Kind.PUBLICITY: gettext_lazy("公示公告的日子不算"),
    Pause.Kind.VISIT: gettext_lazy("等您到场的日子不算"),
    Pause.Kind.OUTSIDE: gettext_lazy("等外部条件的日子不算"),
    "extension": gettext_lazy("经批准延长了期限"),
    "calendar": gettext_lazy("因为工作日历调整"),
    "progress": gettext_lazy("按各件事实际受理和办结的时间重新推算"),
    "recount": gettext_lazy("按实际情况重新推算"),
}
OWN_WORDS = ("停办", "放假", "休息", "假")


def why_moved(facts: Mapping[str, Any]) -> str:
    """Why a due day moved, from the facts of the event."""
    year = facts.get("year")
    if facts.get("reason") == "calendar" and year:
        return _("因为%(year)s年放假安排公布") % {"year": year}
    return str(MOVED.get(str(facts.get("reason")), MOVED["recount"]))


def moved_facts(facts: Mapping[str, Any]) -> Mapping[str, str]:
    """The facts of a moved due day in words, nothing for other events."""
    words = {f"{name}_day": day_words(_day(facts.get(name))) for name in ("old", "new", "since") if facts.get(name)}
    return {**words, "why": why_moved(facts)} if "old" in facts else words


def _day(text: Any) -> date | None:
    try:
        return date.fromisoformat(str(text)[:10])
    except ValueError:
        return None


def span_words(first: date, last: date) -> str:
    """One day as people say it, or from when to when: 10月1日至8日."""
    if first == last:
        return day_words(first)
    if (get_language() or "zh").startswith("en"):
        return f"{day_words(first)} – {day_words(last)}"
    end = f"{last.day}日" if (first.year, first.month) == (last.year, last.month) else f"{last.month}月{last.day}日"
    return f"{first.month}月{first.day}日至{end}"


def reason_words(span: clock.Span, *, start: str, unit: str, counted: int) -> str:
    """Why these days count or not. `start` says what happened on the first day, `counted` how many the limit has."""
    if span.kind == "start":
        return _("%(what)s，当天不算") % {"what": start}
    if span.kind == "rest":
        return _rest(span.reason)
    if span.kind == "paused":
        return _paused(span.reason)
    if span.kind == "moved":
        return _("停表那天正好是最后一天，接着办的这天补上") if span.reason == clock.RESUMED else _moved_off_rest()
    return _numbered(span, unit, counted)


def _moved_off_rest() -> str:
    return _("最后一天是休息日，顺延到这天")


def _rest(name: str) -> str:
    if not name:
        return _("周末，不算")
    return _("%(name)s，不算") % {"name": name if name.endswith(OWN_WORDS) else _("%(name)s放假") % {"name": name}}


def _paused(reason: str) -> str:
    kind, _sep, about = reason.partition("|")
    label = str(Pause.Kind(kind).label) if kind in Pause.Kind.values else _("停表")
    return _("%(what)s，不算") % {"what": f"{label}（{about}）" if about else label}


def _numbered(span: clock.Span, unit: str, counted: int) -> str:
    extra = counted if span.kind == "extended" else 0
    first, last = span.first_number - extra, span.last_number - extra
    number = str(first) if first == last else _("%(first)s 至 %(last)s") % {"first": first, "last": last}
    if span.kind == "extended":
        return _("延长期的第 %(number)s 个工作日") % {"number": number}
    if unit != "workday":
        return _("第 %(number)s 天") % {"number": number}
    words = _("第 %(number)s 个工作日") % {"number": number}
    return f"{span.reason}，{words}" if span.reason else words
