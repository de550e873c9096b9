"""The `one_notice` key: how long requests are collected, how long the applicant has, and what follows after that."""

from __future__ import annotations

from dataclasses import dataclass

from bundles.spec.reading import Node

LEGAL_DAYS = 5


@dataclass(frozen=True, kw_only=True)
class OneNotice(Node):
    """Terms of the notice in working days. 行政许可法 第三十二条第一款第四项: at once, or within five days.

    `collect`: requests of several departments are waited for so long from the day the material came, 0 is at once;
    `answer`: for the applicant; `grace`: after the due day, until the items end; `remind`: before the due day.
    """

    collect: int = LEGAL_DAYS
    answer: int = 5
    grace: int = 2
    remind: int = 1
