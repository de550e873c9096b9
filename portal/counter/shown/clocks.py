"""A clock in words: how much time is left, in the colour that says how urgent it is."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.queries import TaskClock

BAR = 48
STATES = {"red": "bad", "yellow": "you", "blue": "doing", "green": "done", "paused": "wait"}


@dataclass(frozen=True, slots=True)
class ClockShown:
    """What the clock component draws: bar used of 48, words, colour."""

    used: int
    word: str
    state: str
    paused: bool


def shown(clock: TaskClock) -> ClockShown:
    """A running clock; a task that waits for the applicant stands still."""
    if clock.colour == "paused":
        return ClockShown(0, _("停表，等申请人"), "wait", True)
    return ClockShown(round(BAR * clock.percent / 100), _words(clock), STATES[clock.colour], False)


def _words(clock: TaskClock) -> str:
    if clock.due_on is None:
        return _("不计时")
    if clock.days_left < 0:
        late = -clock.days_left
        return ngettext("超时 %(count)s 日", "超时 %(count)s 日", late) % {"count": late}
    if clock.days_left == 0:
        return _("今天要受理") if clock.kind == "notice" else _("今天到期")
    left = clock.days_left
    if clock.kind == "notice":
        return ngettext("受理剩 %(count)s 日", "受理剩 %(count)s 日", left) % {"count": left}
    return ngettext("剩 %(count)s 日", "剩 %(count)s 日", left) % {"count": left}
