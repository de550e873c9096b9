"""Lines that carry nothing, as rows of the attention desk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.queries.line_desk import DeskLine

LOOKS = {"outage": "bad", "rest": "paused", "planned": "wait"}


@dataclass(frozen=True, slots=True)
class LineRow:
    """One row: whose line, how it stands, what was said, and the act that ends it ("" where none is open)."""

    dept_code: str
    dept_short: str
    line: str
    look: str
    word: str
    since: datetime
    until: str
    words: str
    waiting: int
    action: str
    act: str


def line_rows(found: tuple[DeskLine, ...]) -> tuple[LineRow, ...]:
    return tuple(_row(one) for one in found)


def _row(one: DeskLine) -> LineRow:
    return LineRow(
        dept_code=one.department,
        dept_short=one.short,
        line=one.line or _("全部线路"),
        look=LOOKS[one.kind],
        word={"outage": _("连不上"), "rest": _("维护中"), "planned": _("将要维护")}[one.kind],
        since=one.since,
        until=_until(one),
        words=one.words,
        waiting=one.waiting,
        action=_action(one) if one.may_end else "",
        act={"outage": _("立即恢复"), "rest": _("结束维护"), "planned": _("取消维护")}[one.kind],
    )


def _until(one: DeskLine) -> str:
    if one.until is None:
        return ""
    when = timezone.localtime(one.until)
    if one.kind == "outage":
        return _("已试探 %(count)s 次，%(when)s 再试") % {"count": one.probes, "when": f"{when:%H:%M:%S}"}
    return _("到 %(when)s") % {"when": f"{when:%Y-%m-%d %H:%M}"}


def _action(one: DeskLine) -> str:
    if one.key is None:
        return reverse("counter:close_line", args=[one.department])
    return reverse("counter:end_rest", args=[one.key])
