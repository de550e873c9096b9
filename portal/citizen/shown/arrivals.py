"""What registers said for a part of the form, as its panel shows it, and the values that came after the page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from bundles import forms
from cases.queries.ages import ages
from cases.queries.looked_up import Differing, LookedUp, looked_up
from cases.queries.unasked import Unasked, unasked
from portal.citizen.language import lang
from portal.citizen.shown.departments import short_of

__all__ = ["Arrived", "Panel", "ages", "shown"]


@dataclass(frozen=True, slots=True)
class Silence:
    """A source without a record or without an answer: who, what, and what that means for the person."""

    title: str
    dept_code: str
    dept_short: str
    fields: str
    text: str


@dataclass(frozen=True, slots=True)
class Arrived:
    """A value that a register filled in, for a page that was opened before; several are a line each."""

    path: str
    value: str
    source: str
    is_locked: bool
    is_many: bool = False


@dataclass(frozen=True, slots=True)
class Panel:
    """Everything the panel of looked-up data shows; empty where there is nothing to say."""

    waiting: Sequence[Silence]
    silent: Sequence[Silence]
    empty: Sequence[Silence]
    differing: Sequence[Differing]
    apart: Sequence[Unasked]
    arrived: Sequence[Arrived]

    @property
    def has_news(self) -> bool:
        return bool(self.waiting or self.silent or self.empty or self.differing or self.apart)


def shown(case: Any, section_id: str, view: forms.SectionView | None = None) -> Panel:
    """The panel of a section."""
    page = looked_up(case, section_id, lang())
    return Panel(
        waiting=[
            _silence(one, _("正在后台接着查，查到会自己补上；您先填也行，填了的不会被改掉"))
            for one in page.in_state("waiting")
        ],
        silent=[_silence(one, why_silent(one.reason)) for one in page.in_state("unavailable")],
        empty=[
            _silence(one, _("没有查到记录，请您自己填；有证明的可以上传，不会因此不受理"))
            for one in page.in_state("empty")
        ],
        differing=page.differing,
        apart=unasked(case, section_id, lang()),
        arrived=_arrived(view) if view else (),
    )


def why_silent(reason: str) -> str:
    """Why nobody answered, and what the person does."""
    reasons: Mapping[str, str] = {
        "quota": _("今天向这个部门查询的次数用完了，请您先填"),
        "off": _("这个部门的系统还没有接通，请您先填"),
        "circuit": _("对方系统正在恢复，请您先填"),
        "refused": _("对方没有同意提供，请您自己填"),
    }
    return reasons.get(reason, _("对方系统没有回应，请您先填，部门办理时会再核对"))


def _silence(one: LookedUp, text: str) -> Silence:
    return Silence(one.title, one.dept, short_of(one.dept), "、".join(one.fields[:4]), text)


def _arrived(view: forms.SectionView) -> list[Arrived]:
    return arrived_in([*view.fields, *(field for row in view.rows for field in row.fields)])


def arrived_in(cells: Iterable[forms.FieldView]) -> list[Arrived]:
    """Those of these questions that a register has answered, as a page puts the answers in."""
    return [
        Arrived(
            path=cell.path,
            value="\n".join(cell.values) if cell.type == "multi" else cell.value,
            source=_from(cell.source.label, cell.source.at),
            is_locked=cell.locked,
            is_many=cell.type == "multi",
        )
        for cell in cells
        if cell.source is not None and (cell.value or cell.values)
    ]


def _from(label: str, at: datetime | None) -> str:
    return label if at is None else _("%(source)s，刚刚取来") % {"source": label}
