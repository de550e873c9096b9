"""What a worker typed: result fields by their declared types, reasons and points in their own words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from bundles.forms import typed
from bundles.spec import Field
from cases.ports import Reason
from cases.queries import TaskPage
from cases.queries.department import ResultInput, StandardReason

FREE_POINTS = 3
LONGEST_PURPOSE = 200
SHORTEST_PURPOSE = 4


@dataclass(frozen=True, slots=True)
class Typed:
    """What came in and is shown again as it is, with the faults by the name of the input."""

    values: Mapping[str, str] = field(default_factory=dict)
    chosen: frozenset[str] = frozenset()
    faults: Mapping[str, str] = field(default_factory=dict)

    def with_faults(self, faults: Mapping[str, str]) -> Typed:
        return Typed(self.values, self.chosen, {**self.faults, **faults})


def kept(post: QueryDict) -> Typed:
    """Everything that was typed, so that nothing is lost when the page comes back."""
    values = {name: value for name in post if isinstance(value := post.get(name), str)}
    return Typed(values, frozenset({*post.getlist("reject.code"), *post.getlist("supplement.code")}))


def version_in(post: QueryDict) -> int:
    """The version the page was made from; a form without one is never the current one."""
    given = post.get("version", "")
    return int(given) if given.isdecimal() and len(given) < 10 else -1


def results_in(fields: Sequence[ResultInput], post: QueryDict) -> tuple[dict[str, Any], dict[str, str]]:
    """Values as results keep them, and what is not of its type. A field left empty is for the action to refuse."""
    values: dict[str, Any] = {}
    faults: dict[str, str] = {}
    for one in fields:
        try:
            values[one.name] = _accepted(one, post.get(f"result.{one.name}", ""))
        except typed.Illtyped as problem:
            faults[f"result.{one.name}"] = problem.zh
    return values, faults


def _accepted(one: ResultInput, text: str) -> Any:
    if one.type == "list":
        entries = [_accept("text", line) for line in text.splitlines()]
        return [entry for entry in entries if entry]
    if one.choices and text and text not in {value for value, _label in one.choices}:
        raise typed.Illtyped(_("请从列出的里面选"), "Choose one of the listed answers")
    return _accept(one.type, text)


def _accept(kind: str, text: str) -> Any:
    return typed.accept(Field(id="typed", zh="", en="", type=kind, required=False), text)


def reasons_in(page: TaskPage, kind: str, post: QueryDict) -> tuple[tuple[Reason, ...], dict[str, str]]:
    """Chosen standard reasons with their text as edited, then those written freely. `kind`: reject or supplement."""
    reasons: list[Reason] = []
    faults: dict[str, str] = {}
    for name, code, about, text in (*_standard(page, kind, post), *_free(page, kind, post)):
        try:
            said = _accept("text", text)
        except typed.Illtyped as problem:
            faults[name] = problem.zh
            continue
        if said:
            reasons.append(Reason(code, about, str(said)))
        elif code or about:
            faults[name] = _("请写明内容，申请人会看到")
    return tuple(reasons), faults


def _standard(page: TaskPage, kind: str, post: QueryDict) -> Iterator[tuple[str, str, str, str]]:
    chosen = set(post.getlist(f"{kind}.code"))
    for reason in standard_reasons(page, kind):
        if reason.code in chosen:
            name = f"{kind}.text.{reason.code}"
            yield name, reason.code, reason.about, post.get(name, reason.text)


def _free(page: TaskPage, kind: str, post: QueryDict) -> Iterator[tuple[str, str, str, str]]:
    known = {value for value, _title in abouts(page)}
    for number in range(FREE_POINTS):
        name = f"{kind}.free.{number}"
        about = post.get(f"{kind}.about.{number}", "")
        yield name, "", about if about in known else "", post.get(name, "")


def standard_reasons(page: TaskPage, kind: str) -> tuple[StandardReason, ...]:
    return tuple(reason for reason in page.reasons if reason.kind == kind)


def abouts(page: TaskPage) -> tuple[tuple[str, str], ...]:
    """What a point can be about: the papers and fields of this item, each once."""
    papers = {slot.material_id: slot.label for slot in page.materials}
    fields = {one.name: f"{one.block}：{one.label}" if one.block else one.label for one in page.fields}
    return tuple({**papers, **fields}.items())


def purpose_in(post: QueryDict) -> tuple[str, str]:
    """Why somebody wants to see whole numbers, and what is wrong with that."""
    try:
        purpose = str(_accept("text", post.get("purpose", "")) or "")
    except typed.Illtyped as problem:
        return "", problem.zh
    if len(purpose) < SHORTEST_PURPOSE:
        return purpose, _("请写明用途，至少 4 个字；申请人能看到")
    return purpose[:LONGEST_PURPOSE], ""
