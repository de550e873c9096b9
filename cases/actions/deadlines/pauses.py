"""The ledger of pauses: begun and ended here and nowhere else; due days are computed from it, never typed.

行政许可法 第三十二条第一款第四项 (supplement), 第四十五条 (special procedures); waiting for a party, a payment, a
publicity period or a visit is nobody's working time either.
"""

from __future__ import annotations

from datetime import date, datetime

from django.utils import timezone

from cases import docket
from cases.models import Pause, SubApplication


def begin(
    sub: SubApplication,
    kind: Pause.Kind,
    *,
    about: str = "",
    reason: str = "",
    in_clock: bool = False,
    expected_on: date | None = None,
    at: datetime | None = None,
) -> Pause:
    """Open a stretch; the same one that is open already stays as it is (没有嵌套重复)."""
    pause, _ = Pause.objects.get_or_create(
        sub=sub,
        kind=kind,
        about=about,
        ended_at=None,
        defaults={
            "reason": reason[:200],
            "in_clock": in_clock,
            "expected_on": expected_on,
            "began_at": at or timezone.now(),
        },
    )
    return pause


def end(sub: SubApplication, kind: Pause.Kind, *, about: str | None = None, at: datetime | None = None) -> int:
    """Close what is open of a kind (of one matter where `about` says so); returns how many stretches ended."""
    found = Pause.objects.filter(sub=sub, kind=kind, ended_at=None)
    if about is not None:
        found = found.filter(about=about)
    return found.update(ended_at=at or timezone.now())


def end_all(sub: SubApplication, *, at: datetime | None = None) -> int:
    """The item is final: nothing stands still any more."""
    if docket.has_none(Pause, sub.case_id):
        return 0
    return Pause.objects.filter(sub=sub, ended_at=None).update(ended_at=at or timezone.now())


def is_stopped(sub: SubApplication) -> bool:
    """Whether the clock of an item stands still: nobody can be late meanwhile."""
    if docket.has_none(Pause, sub.case_id):
        return False
    return Pause.objects.filter(sub=sub, ended_at=None, in_clock=False).exists()
