"""One item of a running case as the picture and the list show it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from bundles import queries
from bundles.spec import BundleSpec
from bundles.spec.registry import Registry
from cases.models import SubApplication
from cases.models.sub_application import Choice
from cases.queries.wording import STATE_WORDS, day_words, short_day, short_name
from cases.states import SUB_FINAL, SUB_REFUSED, SubState

_LOOKS: Mapping[str, str] = {
    SubState.WAITING: "wait",
    SubState.SUPPLEMENT_REQUESTED: "you",
    SubState.SPECIAL_PROCEDURE: "paused",
    SubState.APPROVED: "done",
    SubState.REJECTED: "bad",
    SubState.NOT_ACCEPTED: "bad",
    SubState.WITHDRAWN: "gone",
    SubState.CANCELLED: "gone",
    SubState.LAPSED: "gone",
}
_UNDECIDED = gettext_lazy("无法判断，转人工")
_SOURCE = re.compile(r"(?:api|licence):(?P<code>\w+)@\w+\.(?P<field>\w+)")
_VERDICTS = {"pass": gettext_lazy("符合"), "fail": gettext_lazy("不符合"), "unknown": _UNDECIDED}


@dataclass(frozen=True, slots=True)
class RuleTrace:
    """A rule the portal judged: what it says, what came out, and what it read, in words."""

    rule: str
    verdict: str
    read: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ItemNode:
    """A sub-application in the picture. `look`: done doing you wait paused retry bad gone; `wave` 1 and up."""

    sub_id: UUID
    number: str
    item_id: str
    title: str
    instance: str
    dept_code: str
    dept_name: str
    dept_short: str
    dept_tel: str
    state: str
    state_word: str
    look: str
    note: str
    decided_at: datetime | None
    receipt_no: str
    due_on: date | None
    wave: int
    is_choice: bool
    can_withdraw: bool
    reasons: tuple[str, ...]
    trace: tuple[RuleTrace, ...]

    @property
    def key(self) -> str:
        return str(self.sub_id)


def node_of(
    sub: SubApplication,
    spec: BundleSpec,
    registry: Registry,
    lang: str,
    *,
    wave: int,
    waits_for: Sequence[str],
    points: int,
    is_retrying: bool,
) -> ItemNode:
    item = spec.item(sub.item_id)
    department = registry.departments.get(sub.department)
    is_choice = sub.state == SubState.WAITING and sub.choice == Choice.ASKED
    look = "you" if is_choice else _LOOKS.get(sub.state, "retry" if is_retrying else "doing")
    return ItemNode(
        sub_id=sub.pk,
        number=sub.number,
        item_id=sub.item_id,
        title=item.en if lang == "en" and item.en else item.zh,
        instance=sub.instance_label or "",
        dept_code=sub.department,
        dept_name=department.name if department else sub.department,
        dept_short=short_name(department) if department else sub.department,
        dept_tel=department.tel if department else "",
        state=sub.state,
        state_word=str(STATE_WORDS[SubState(sub.state)]),
        look=look,
        note=_note(sub, waits_for, points, is_retrying, is_choice),
        decided_at=sub.closed_at,
        receipt_no=sub.receipt_no,
        due_on=sub.due_on,
        wave=wave,
        is_choice=is_choice,
        can_withdraw=sub.state not in SUB_FINAL,
        reasons=reasons_of(sub),
        trace=trace_of(sub, spec),
    )


def _note(sub: SubApplication, waits_for: Sequence[str], points: int, is_retrying: bool, is_choice: bool) -> str:
    """What is said under the title, shorter than a line."""
    if is_choice:
        return _("等您选择")
    if sub.state == SubState.SUPPLEMENT_REQUESTED:
        return (
            ngettext("等您补 %(count)s 样", "等您补 %(count)s 样", points) % {"count": points}
            if points
            else _("汇总补正中")
        )
    if sub.state in SUB_FINAL:
        return f"{STATE_WORDS[SubState(sub.state)]} {short_day(sub.closed_at)}"
    if sub.state == SubState.WAITING:
        return _("等%(items)s") % {"items": "、".join(dict.fromkeys(waits_for))} if waits_for else _("等前一件")
    if is_retrying:
        return _("暂时送不到，系统在重试")
    if sub.state == SubState.SPECIAL_PROCEDURE:
        return sub.procedure or _("特别程序中")
    return _("预计 %(day)s") % {"day": day_words(sub.due_on)} if sub.due_on else str(STATE_WORDS[SubState(sub.state)])


def reasons_of(sub: SubApplication) -> tuple[str, ...]:
    """Why it was refused, in the department's words."""
    return tuple(str(reason.get("text", "")) for reason in sub.reasons or ()) if sub.state in SUB_REFUSED else ()


def trace_of(sub: SubApplication, spec: BundleSpec) -> tuple[RuleTrace, ...]:
    return tuple(
        RuleTrace(
            rule=str(judged.get("zh") or judged.get("id", "")),
            verdict=str(_VERDICTS.get(str(judged.get("verdict")), _UNDECIDED)),
            read=tuple(_read_words(reading, spec) for reading in judged.get("read", ()) if reading.get("key")),
        )
        for judged in sub.trace or ()
    )


def _read_words(reading: Mapping[str, Any], spec: BundleSpec) -> str:
    """What a rule read, by its label; personal values stay out, only whether there was one, or that it is yes or no."""
    key = str(reading.get("key", ""))
    asked = next((question.zh for question in spec.guidance if question.id == key), "")
    label = spec.field(key).zh if spec.has_field(key) else asked or _source_label(key)
    value = reading.get("value")
    given = _("已填") if reading.get("kind") == "name" else _("有记录")
    known = {None: _("查无记录"), "unknown": _("没有查到"), "True": _("是"), "False": _("否")}
    standing = known.get(value, given)
    return f"{label}：{standing}"


def _source_label(key: str) -> str:
    """A register or licence by its name and the label of what was read of it; other keys as they are."""
    found = _SOURCE.fullmatch(key)
    if found is None:
        return key
    registry = queries.registry()
    interface, licence = registry.interfaces.get(found["code"]), registry.licences.get(found["code"])
    source, columns = (interface, interface.output) if interface else (licence, licence.fields if licence else ())
    labels = {str(name): str(label) for name, label, _kind in columns}
    return f"{source.zh}“{labels.get(found['field'], found['field'])}”" if source else key
