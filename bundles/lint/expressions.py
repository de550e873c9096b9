"""Every expression of a definition, read in the row it belongs to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from bundles.errors import Fault
from bundles.lint import suggestions
from bundles.lint.draft import Draft
from bundles.lint.sources import source_faults
from bundles.rules import check
from bundles.spec import Item

Found = tuple[str, object, str | None]  # path, text, the group whose row it is read in


def faults(draft: Draft) -> Iterator[Fault]:
    for path, text, row in expressions(draft):
        if not isinstance(text, str):
            yield Fault(path, "表达式应为文字，请加引号")
            continue
        for problem in check(text, draft.names_in(row)):
            yield Fault(path, problem.message)
    yield from _row_rules(draft)
    for placed in draft.placed:
        for source in placed.field.prefills:
            yield from source_faults(draft, source, f"{placed.path}.prefill", row=placed.row)


def _row_rules(draft: Draft) -> Iterator[Fault]:
    """A rule for each row needs rows."""
    for item in draft.spec.items:
        for rule in item.decision.rules:
            if rule.scope == "row" and not item.instances:
                path = f"items[{item.id}].decision.rules[{rule.id}].scope"
                yield Fault(path, "逐行判定（scope: row）的事项应写 instances，否则没有行可判", "warning")


def expressions(draft: Draft) -> Iterator[Found]:
    """All expressions with their path; absent ones are left out."""
    for found in _all(draft):
        if found[1] is not None:
            yield found


def _all(draft: Draft) -> Iterator[Found]:
    spec = draft.spec
    yield from _situation(draft)
    for item in spec.items:
        yield from _item(item)
    yield from _form(draft)
    for material in spec.materials:
        yield f"materials[{material.id}].when", material.when, material.per
        yield f"materials[{material.id}].deferrable_unless", material.deferrable_unless, material.per
    for stage in spec.stages:
        yield f"stages[{stage.id}].open_when", _text_of(stage.open_when), None
    yield from _figures(draft)
    yield from _points(spec.extra.get("points"))
    yield from _allocation(spec.extra.get("allocation"))
    yield from _listed("notices", "when", spec.extra.get("notices"))
    for place, text in spec.recurring.expressions() if spec.recurring else ():
        yield f"recurring.{place}", text, None
    for number, hint in enumerate(spec.merge.hints if spec.merge else ()):
        yield f"merge.hints[{number}].when", hint.when, None


def _situation(draft: Draft) -> Iterator[Found]:
    for condition in draft.spec.eligibility:
        yield f"eligibility[{condition.id}].expr", condition.expr, None
    for question in draft.spec.guidance:
        yield f"guidance[{question.id}].when", question.when, None
        for place, text in suggestions.expressions(question):
            yield place, text, None
        for option in question.options:
            yield f"guidance[{question.id}].options[{option.value}].when", option.when, None


def _form(draft: Draft) -> Iterator[Found]:
    for section in draft.spec.form.sections:
        yield f"form.sections[{section.id}].when", section.when, None
    for placed in draft.placed:
        yield f"{placed.path}.when", placed.field.when, placed.row
        for rule in placed.field.rules:
            if isinstance(rule, Mapping):
                yield f"{placed.path}.rule.expr", rule.get("expr"), placed.row


def _item(item: Item) -> Iterator[Found]:
    path = f"items[{item.id}]"
    row = item.instances.group if item.instances else None
    yield f"{path}.when", item.when, None
    yield f"{path}.fee.expr", item.fee.expr, row
    yield f"{path}.fee.waive", item.fee.waive, row
    for rule in item.decision.rules:
        yield f"{path}.decision.rules[{rule.id}].expr", rule.expr, row
    for special in item.decision.special:
        yield f"{path}.decision.special[{special.id}].when", special.when, row
        yield f"{path}.decision.special[{special.id}].expr_days", special.expr_days, row
    for dependency in item.depends_on:
        yield f"{path}.depends_on[{dependency.item}].when", dependency.when, row
    if item.instances and not item.instances.from_:
        yield f"{path}.instances.filter", item.instances.filter, row


def _figures(draft: Draft) -> Iterator[Found]:
    homes = {name: group for group, names in draft.names.groups.items() for name in names}
    for name, variable in draft.spec.variables.items():
        yield f"variables.{name}.expr", variable.expr, homes.get(name)
    yield from _listed("formulas", "expr", draft.spec.formulas)
    yield from _listed("constraints", "expr", draft.spec.constraints)


def _points(points: Any) -> Iterator[Found]:
    if not isinstance(points, Mapping):
        return
    yield "points.when", points.get("when"), None
    for number, group in enumerate(points.get("groups") or ()):
        for rule in group.get("rules") or ():
            path = f"points.groups[{group.get('id', number)}].rules[{rule.get('id')}]"
            yield f"{path}.expr", rule.get("expr"), None
            if isinstance(rule.get("score"), str):
                yield f"{path}.score", rule["score"], None
    yield from _listed("points.tie_break", "expr", points.get("tie_break"))


def _allocation(allocation: Any) -> Iterator[Found]:
    if not isinstance(allocation, Mapping):
        return
    yield from _listed("allocation.groups", "expr", allocation.get("groups"))
    yield from _listed("allocation.groups", "rank", allocation.get("groups"))
    yield from _listed("allocation.except", "expr", allocation.get("except"))
    result = allocation.get("result")
    for name, text in (result if isinstance(result, Mapping) else {}).items():
        if not str(text).startswith("@"):
            yield f"allocation.result.{name}", text, None


def _listed(path: str, key: str, entries: Any) -> Iterator[Found]:
    for number, entry in enumerate(entries or ()):
        if isinstance(entry, Mapping):
            yield f"{path}[{entry.get('id', number)}].{key}", entry.get(key), None


def _text_of(value: str | bool | None) -> object:
    return None if isinstance(value, bool) else value
