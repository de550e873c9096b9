"""Open attentions as lines of the desk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from cases.queries import OpenAttention
from portal.counter.shown.rows import Column


@dataclass(frozen=True, slots=True)
class AttentionLine:
    href: str
    reason: str
    number: str
    title: str
    next_step: str
    detail: str
    dept_code: str
    dept_short: str
    since: datetime


def columns() -> tuple[Column, ...]:
    return (
        Column(_("为什么")),
        Column(_("哪一件")),
        Column(_("下一步")),
        Column(_("谁负责")),
        Column(_("从何时"), end=True),
    )


def lines(found: Sequence[OpenAttention], *, at_window: bool) -> tuple[AttentionLine, ...]:
    return tuple(
        AttentionLine(
            href=_place(one, at_window),
            reason=one.reason,
            number=one.number,
            title=one.item_title or one.bundle_title,
            next_step=one.next_step,
            detail=one.detail,
            dept_code=one.dept_code,
            dept_short=one.dept_short,
            since=one.since,
        )
        for one in found
    )


def _place(one: OpenAttention, at_window: bool) -> str:
    """Where to look into it; a department opens its own task only."""
    if at_window:
        return reverse("counter:case", args=[one.case_id])
    return reverse("counter:task", args=[one.sub_id]) if one.sub_id else ""
