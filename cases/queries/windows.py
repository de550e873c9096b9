"""When a bundle takes applications (年度日程), in words; and where its year stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _

from bundles.spec import BundleSpec, ScheduleStep, Span
from cases.queries.wording import day_words

PAST, NOW, COMING = "past", "now", "coming"


@dataclass(frozen=True, slots=True)
class YearStep:
    """A step of the year with its days. `state`: past, now or coming."""

    title: str
    days: str
    state: str
    takes_applications: bool


@dataclass(frozen=True, slots=True)
class Window:
    """Whether applications are taken today, the sentence that says so, and the steps of the year."""

    is_open: bool
    text: str
    steps: tuple[YearStep, ...]


def window_of(spec: BundleSpec, *, lang: str = "zh", today: date | None = None) -> Window | None:
    """Where the year of a bundle stands; None for a bundle that has no year. Days are those of Asia/Shanghai."""
    schedule = spec.schedule
    if schedule is None:
        return None
    day = today or timezone.localdate()
    steps = tuple(_step(span, day, lang) for span in schedule.year_of(day))
    return Window(schedule.takes(day), _sentence(spec, day, lang), steps)


def refusal(spec: BundleSpec, day: date) -> str:
    """Why nothing can be handed in on a day and when it can; "" on a day within a window."""
    return "" if spec.schedule is None or spec.schedule.takes(day) else _sentence(spec, day, "zh")


def _sentence(spec: BundleSpec, day: date, lang: str) -> str:
    schedule = spec.schedule
    if schedule is None or not schedule.windows:
        return ""
    now = schedule.window_on(day)
    if now is not None:
        return _("%(step)s，%(day)s截止") % {"step": _title(now.step, lang), "day": _dated(now.last, day)}
    coming = schedule.next_window(day)
    if coming is None:
        return _("现在不在受理时间，日期还没有公布")
    words = {"step": _title(coming.step, lang), "first": _dated(coming.first, day), "last": _dated(coming.last, day)}
    return _("现在不在受理时间。下次是“%(step)s”：%(first)s至%(last)s，可以先填好存成草稿") % words


def _step(span: Span, day: date, lang: str) -> YearStep:
    state = NOW if span.covers(day) else PAST if span.last < day else COMING
    days = day_words(span.first) if span.first == span.last else f"{day_words(span.first)} — {day_words(span.last)}"
    return YearStep(_title(span.step, lang), days, state, span.step.accept)


def _title(step: ScheduleStep, lang: str) -> str:
    return (step.en if lang == "en" else None) or step.zh or step.id


def _dated(day: date, today: date) -> str:
    """A day in words, with the year where it is not this one."""
    return (
        day_words(day) if day.year == today.year else _("%(year)s年%(day)s") % {"year": day.year, "day": day_words(day)}
    )


def step_now(steps: Sequence[YearStep]) -> YearStep | None:
    """The step of the year that runs today, or the next one."""
    return next((s for s in steps if s.state == NOW), None) or next((s for s in steps if s.state == COMING), None)
