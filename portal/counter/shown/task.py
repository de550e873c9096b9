"""One task on its page: masked values, papers, the result form, reasons, what may be done now."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from django.urls import reverse
from django.utils.translation import gettext as _

from cases.queries import SlotView, TaskPage
from cases.queries.department import ResultInput, Seen, StandardReason
from portal.counter import posted
from portal.counter.posted import Typed
from portal.counter.shown.clocks import ClockShown, shown
from portal.counter.shown.rows import desk_word
from portal.ui import words
from portal.ui.fields import Choice, FieldView

MASKS: Mapping[str, Callable[[str], str]] = {
    "id_number": words.mask_id,
    "phone": words.mask_phone,
    "bank_card": words.mask_card,
}
DECIDABLE = frozenset({"dispatched", "received", "accepted", "special_procedure", "supplement_requested"})
ASKABLE = frozenset({"received", "accepted", "special_procedure"})
SLOT_TAGS = {"exempt": "done", "uploaded": "done", "committed": "doing", "deferred": "you", "generated": "done"}


@dataclass(frozen=True, slots=True)
class ValueShown:
    label: str
    text: str
    masked: bool


@dataclass(frozen=True, slots=True)
class Block:
    """Values under one heading; no heading for what stands once."""

    title: str
    values: tuple[ValueShown, ...]


@dataclass(frozen=True, slots=True)
class FileShown:
    title: str
    href: str


@dataclass(frozen=True, slots=True)
class SlotShown:
    """A paper as the department sees it."""

    label: str
    word: str
    state: str
    text: str
    files: tuple[FileShown, ...]


@dataclass(frozen=True, slots=True)
class ReasonLine:
    """A reason to pick or to write. `code` is empty for a free one; `choices` is what it may be about."""

    name: str
    text: str
    code: str = ""
    about: str = ""
    chosen: bool = False
    error: str = ""
    about_name: str = ""
    choices: Sequence[Choice] = ()

    @property
    def dom_id(self) -> str:
        return "f-" + self.name.replace(".", "-")


@dataclass(frozen=True, slots=True)
class May:
    """What can be done with the task now."""

    take: bool
    accept: bool
    decide: bool
    ask: bool
    take_word: str


@dataclass(frozen=True, slots=True)
class TaskShown:
    page: TaskPage
    word: str
    clock: ClockShown
    blocks: tuple[Block, ...]
    upstream: tuple[Block, ...]
    slots: tuple[SlotShown, ...]
    issued: tuple[Block, ...]
    results: tuple[FieldView, ...]
    rejects: tuple[ReasonLine, ...]
    points: tuple[ReasonLine, ...]
    may: May
    has_masked: bool
    revealed: bool


def task_shown(page: TaskPage, typed: Typed, *, revealed: bool) -> TaskShown:
    """The page of a task; `revealed` shows whole numbers, after a reason was given and recorded."""
    blocks = _blocks(page.fields, revealed)
    upstream = tuple(Block(one.title, tuple(_value(v, revealed) for v in one.fields)) for one in page.upstream)
    seen = (*page.fields, *(value for one in page.upstream for value in one.fields))
    return TaskShown(
        page=page,
        word=desk_word(page.row.state, page.row.state_label),
        clock=shown(page.row.clock, page.row.stopped),
        blocks=blocks,
        upstream=upstream,
        slots=tuple(_slot(slot) for slot in page.materials),
        issued=tuple(Block(one.title, tuple(_value(v, revealed) for v in one.fields)) for one in page.issued),
        results=tuple(result_field(one, typed) for one in page.result_fields),
        rejects=_lines(page, "reject", typed, free=1),
        points=_lines(page, "supplement", typed, free=posted.FREE_POINTS),
        may=_may(page),
        has_masked=any(value.type in MASKS and value.text for value in seen),
        revealed=revealed,
    )


def _may(page: TaskPage) -> May:
    row = page.row
    open_to_us = page.is_manual and not page.is_decided
    mine = open_to_us and row.is_mine
    take = open_to_us and (not row.is_mine or row.state == "dispatched")
    word = _("接件") if not row.is_taken else _("收到补正，接着办") if row.is_mine else _("从同事手里接过来")
    return May(
        take=take and row.state != "supplement_requested",
        accept=mine and row.state == "received" and page.accepted_at is None,
        decide=mine and row.state in DECIDABLE,
        ask=mine and row.state in ASKABLE,
        take_word=word,
    )


def _blocks(fields: Sequence[Seen], revealed: bool) -> tuple[Block, ...]:
    parts = groupby(fields, key=lambda one: (one.block, one.name.rpartition(".")[0]))
    return tuple(Block(block, tuple(_value(one, revealed) for one in values)) for (block, _path), values in parts)


def _value(seen: Seen, revealed: bool) -> ValueShown:
    mask = MASKS.get(seen.type)
    if mask is None or revealed or not seen.text:
        return ValueShown(seen.label, seen.text or "—", False)
    return ValueShown(seen.label, mask(seen.text), True)


def _slot(slot: SlotView) -> SlotShown:
    tags = {
        "exempt": _("免提交"),
        "uploaded": _("已上传"),
        "committed": _("告知承诺"),
        "deferred": _("容缺"),
        "generated": _("系统生成"),
        "open": _("没有交"),
    }
    text = slot.why
    if slot.state == "deferred" and slot.due_on:
        text = _("%(day)s前补交") % {"day": words.day_in_words(slot.due_on)}
    files = tuple(
        FileShown(file.name or _("第 %(n)s 页") % {"n": n}, reverse("counter:material", args=[file.id]))
        for n, file in enumerate(slot.files, start=1)
    )
    return SlotShown(slot.label, tags.get(slot.state, slot.state), SLOT_TAGS.get(slot.state, ""), text, files)


RESULT_INPUTS = {"list": "longtext", "enum": "text"}


def result_field(one: ResultInput, typed: Typed) -> FieldView:
    """A field of the result form with the input its declared type wants."""
    name = f"result.{one.name}"
    value = typed.values.get(name, "")
    choices = tuple(Choice(code, title, chosen=code == value) for code, title in one.choices)
    if one.type == "bool":
        choices = tuple(Choice(v, title, chosen=v == value) for v, title in (("true", _("是")), ("false", _("否"))))
    return FieldView(
        name=name,
        label=one.label,
        type="enum" if one.choices else RESULT_INPUTS.get(one.type, one.type),
        value=value,
        choices=choices,
        hint=_("一行一条") if one.type == "list" else "",
        error=typed.faults.get(name, typed.faults.get(one.name, "")),
        unit=_("元") if one.type == "money" and "元" not in one.label else "",
    )


def _lines(page: TaskPage, kind: str, typed: Typed, *, free: int) -> tuple[ReasonLine, ...]:
    labels = dict(posted.abouts(page))
    standard = [_standard(reason, kind, labels, typed) for reason in posted.standard_reasons(page, kind)]
    return (*standard, *(_free(page, kind, number, typed) for number in range(free)))


def _standard(reason: StandardReason, kind: str, labels: Mapping[str, str], typed: Typed) -> ReasonLine:
    name = f"{kind}.text.{reason.code}"
    return ReasonLine(
        name=name,
        text=typed.values.get(name, reason.text),
        code=reason.code,
        about=labels.get(reason.about, ""),
        chosen=reason.code in typed.chosen and name in typed.values,
        error=typed.faults.get(name, ""),
    )


def _free(page: TaskPage, kind: str, number: int, typed: Typed) -> ReasonLine:
    name, about_name = f"{kind}.free.{number}", f"{kind}.about.{number}"
    picked = typed.values.get(about_name, "")
    choices = [Choice(value, title, chosen=value == picked) for value, title in posted.abouts(page)]
    return ReasonLine(
        name=name,
        text=typed.values.get(name, ""),
        error=typed.faults.get(name, ""),
        about_name=about_name if kind == "supplement" else "",
        choices=choices if kind == "supplement" else (),
    )
