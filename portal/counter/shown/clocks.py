"""A clock in words: how much time is left, in the colour that says how urgent it is."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cases.queries import TaskClock
from cases.queries.worklist import Stopped
from portal.ui import words

BAR = 48
STATES = {"red": "bad", "yellow": "you", "blue": "doing", "green": "done", "paused": "wait"}


@dataclass(frozen=True, slots=True)
class ClockShown:
    """What the clock component draws: bar used of 48, words, colour."""

    used: int
    word: str
    state: str
    paused: bool
    note: str = ""


def shown(clock: TaskClock, stopped: Stopped | None = None) -> ClockShown:
    """A running clock, or one that stands still with the reason why (`stopped`)."""
    if clock.colour == "paused":
        note = ""
        if stopped and stopped.expected_on:
            note = _("预计到%(day)s") % {"day": words.day_in_words(stopped.expected_on)}
        return ClockShown(0, _why_paused(stopped), "wait", True, note)
    return ClockShown(round(BAR * clock.percent / 100), _words(clock), STATES[clock.colour], False)


def _why_paused(stopped: Stopped | None) -> str:
    """What the stretch on the ledger waits for, in the words of the desk."""
    kind = stopped.kind if stopped else "supplement"
    named = stopped.text if stopped and kind in ("procedure", "publicity", "outside") else ""
    known = {
        "supplement": _("停表，等申请人"),
        "procedure": _("停表，%(what)s") % {"what": named or _("特别程序")},
        "party": _("停表，等对方确认"),
        "payment": _("停表，等申请人缴费"),
        "publicity": _("停表，%(what)s") % {"what": named or _("公示公告")},
        "visit": _("停表，等申请人到场"),
        "outside": _("停表，%(what)s") % {"what": named or _("等外部条件")},
    }
    return known.get(kind, _("停表"))


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
