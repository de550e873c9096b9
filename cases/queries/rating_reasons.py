"""What may be said with one tap beside a level: other words for a good and for a bad rating. GB/T 39735-2020."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy

GOOD: Sequence[tuple[str, Any]] = (
    ("once", gettext_lazy("一次办成")),
    ("fast", gettext_lazy("办得快")),
    ("less", gettext_lazy("要的材料少")),
    ("clear", gettext_lazy("说得清楚")),
    ("kind", gettext_lazy("态度好")),
    ("online", gettext_lazy("不用跑腿")),
)
BAD: Sequence[tuple[str, Any]] = (
    ("slow", gettext_lazy("等得太久")),
    ("papers", gettext_lazy("重复要材料")),
    ("unclear", gettext_lazy("没有一次说清")),
    ("errand", gettext_lazy("还要多跑一趟")),
    ("rude", gettext_lazy("态度不好")),
    ("system", gettext_lazy("系统不好用")),
    ("wrong", gettext_lazy("结果有错")),
    ("fee", gettext_lazy("收了不该收的钱")),
)
FAIR = 3


def tags_of(level: int) -> Sequence[tuple[str, Any]]:
    """The words that fit a level, as (code, word): what went well from 3 up, what went wrong up to 3."""
    return (*GOOD, *BAD) if level == FAIR else GOOD if level > FAIR else BAD


def tag_words(codes: Sequence[str]) -> tuple[str, ...]:
    """Stored codes in words; one that is no longer known is left out."""
    known = {code: str(word) for code, word in (*GOOD, *BAD)}
    return tuple(known[code] for code in codes if code in known)
