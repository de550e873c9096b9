"""The totals of the home page as figures with a word and a line of explanation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.queries import Totals

HOURS_A_DAY = 24
FEW_HOURS = 1


@dataclass(frozen=True, slots=True)
class Figure:
    """A number with its unit, what it counts and a remark."""

    name: str
    value: str
    unit: str
    text: str


def figures(totals: Totals) -> Sequence[Figure]:
    """This month; what nothing can be said of yet is left out, and before the first case all is counted."""
    found = [_filed(totals), _concluded(totals)]
    if totals.month_on_time is not None:
        found.append(Figure(_("按时办结"), f"{totals.month_on_time:g}", "%", _("按承诺的日子办好的事项")))
    if totals.month_median_h is not None:
        value, unit = _long(totals.month_median_h)
        found.append(Figure(_("一半的办件用时"), value, unit, _("从提交到全部办完，不超过")))
    if totals.month_spared is not None:
        found.append(Figure(_("不用您交的材料"), f"{totals.month_spared:g}", "%", _("由部门共享的数据和证照代替")))
    return found


def _filed(totals: Totals) -> Figure:
    today = ngettext("今天办好 %(count)s 个事项", "今天办好 %(count)s 个事项", totals.items_done_today)
    return Figure(
        _("收到的办件"), f"{totals.cases_filed:,}", _("件"), today % {"count": f"{totals.items_done_today:,}"}
    )


def _concluded(totals: Totals) -> Figure:
    """Both counts: a bundle as one, its items as many."""
    items = ngettext("含 %(count)s 个事项", "含 %(count)s 个事项", totals.items_done)
    return Figure(_("已经办结"), f"{totals.cases_concluded:,}", _("件"), items % {"count": f"{totals.items_done:,}"})


def _long(hours: float) -> tuple[str, str]:
    if hours < FEW_HOURS:
        minutes = max(1, round(hours * 60))
        return f"{minutes}", ngettext("分钟", "分钟", minutes)
    if hours < HOURS_A_DAY:
        text = _short(hours)
        return text, ngettext("小时", "小时", _grammar(text))
    text = _short(hours / HOURS_A_DAY)
    return text, ngettext("天", "天", _grammar(text))


def _short(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")


def _grammar(text: str) -> int:
    """1 or many, for the word that follows: 1.5 is many."""
    return 1 if text == "1" else 2
