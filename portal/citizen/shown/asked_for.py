"""What somebody asks about a matter (多少钱, 要什么材料, 多久, 在哪里), and where a guide answers that."""

from __future__ import annotations

import re
from dataclasses import dataclass

from django.utils.translation import gettext_lazy


@dataclass(frozen=True, slots=True)
class Part:
    """A section of a guide: its id on the page, and what the way there is called."""

    anchor: str
    title: object


_FEE = Part("items", gettext_lazy("直接看收费"))
_PAPERS = Part("mat", gettext_lazy("直接看材料"))
_TIME = Part("items", gettext_lazy("直接看时限"))
_WHO = Part("pic", gettext_lazy("直接看谁在办"))
_ASKED = (
    (re.compile(r"多少钱|收费|免费|要钱|花钱|费用|how much|\bfees?\b|\bcosts?\b"), _FEE),
    (re.compile(r"材料|资料|带什么|带啥|要什么证|哪些证|documents|papers"), _PAPERS),
    (re.compile(r"多久|几天|多长时间|几时|什么时候|how long|when"), _TIME),
    (re.compile(r"哪里|哪儿|去哪|在哪|边度|什么地方|where"), _WHO),
)


def part_asked_for(text: str) -> Part | None:
    """The section that answers the question word of a query; None where it asks for the matter as a whole."""
    plain = text.lower()
    return next((part for words, part in _ASKED if words.search(plain)), None)
