"""Options that a rule of the bundle would refuse for certain, given the answers so far.

Certain is what no further answer can undo: a rule that reads what is not answered yet, that counts rows which may still
come, or that waits for a tick, refuses nothing here. Nor does one that refuses whatever is chosen: then another answer
is at fault. What is chosen already is never taken away; the checks say what is wrong with it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final

from bundles.forms.answers import Place, with_values
from bundles.forms.blocks import facts_read
from bundles.forms.context import Context
from bundles.forms.scope import FormScope
from bundles.forms.selection import Selection, scope, select
from bundles.forms.words import options_of, text_of
from bundles.rules import UNKNOWN, Expression, RuleError, Truth, judge, judge_to_refuse, parse
from bundles.rules.scope import Scope
from bundles.spec import BundleSpec, Field, Question

# What these come to may change with rows, claims and decisions that are still to come.
MAY_GROW: Final = frozenset({"count", "total", "any_row", "all_rows", "points", "paid", "result"})
CHOSEN_TYPES: Final = frozenset({"enum", "multi"})


@dataclass(frozen=True, slots=True)
class Closed:
    """Options that one rule refuses, with its sentence. `for_good`: whatever else is answered."""

    values: tuple[str, ...]
    message: str
    message_en: str
    for_good: bool = False


@dataclass(frozen=True, slots=True)
class _Decider:
    """A rule that decides about the options of one field or question."""

    expression: Expression
    message: Any
    judge: Callable[[Expression, Scope], Truth]
    reads_more: bool
    reads_facts: bool


class _Certain:
    """A case in which an item that is not chosen may still be, and one name holds what is being tried."""

    def __init__(self, scope: Any, name: str, value: object) -> None:
        self._scope, self._name, self._value = scope, name, value

    def __getattr__(self, name: str) -> Any:
        return getattr(self._scope, name)

    def name(self, name: str) -> object:
        return self._value if name == self._name else self._scope.name(name)

    def selected(self, item: str) -> object:
        return True if self._scope.selected(item) else UNKNOWN


def closed_options(context: Context, field: Field, at: FormScope) -> tuple[Closed, ...]:
    """What is closed of a field's options, in the case or in the row that `at` stands in."""
    if field.type not in CHOSEN_TYPES:
        return ()
    deciders = _deciders(context, field.id)
    if not deciders:
        return ()
    values = [option[0] for option in options_of(field, context.registry)]
    tried = partial(_in_answers, context, Place(field.id, at.row))
    always = _is_read_by_whens(context, field.id)
    return _closed(deciders, at, field.id, values, tried, is_many=field.type == "multi", always=always)


def closed_choices(context: Context, selection: Selection, question: Question) -> tuple[Closed, ...]:
    """What is closed of the options of a situation question; one that ends the filing says by itself where to go."""
    deciders = [one for one in _deciders(context, question.id) if one.reads_more]
    if not deciders:
        return ()
    values = [option.value for option in question.options if not option.stop]
    tried = partial(_in_guidance, context, question.id)
    at = scope(context, selection)
    return _closed(deciders, at, question.id, values, tried, is_many=question.kind == "multi", always=True)


def _closed(
    deciders: Iterable[_Decider], at: FormScope, name: str, values: Collection[str],
    tried: Callable[[Any], FormScope], *, is_many: bool, always: bool,
) -> tuple[Closed, ...]:  # fmt: skip
    """What these rules refuse: looked at as the case stands, and where that may change with the answer, as it would."""
    found: list[Closed] = []
    left = list(values)
    for decider in deciders:
        if _refuses(decider, at, name, UNKNOWN):
            continue  # whatever is chosen: another answer is at fault
        refused = [value for value in left if _refuses(decider, at, name, [value] if is_many else value)]
        if decider.reads_more and (always or decider.reads_facts):
            held = {value: [value] if is_many else value for value in refused}
            refused = [value for value in refused if _refuses(decider, tried(held[value]), name, held[value])]
        if refused and len(refused) < len(left):
            left = [value for value in left if value not in refused]
            found.append(_said(decider, refused))
    return tuple(found)


def _refuses(decider: _Decider, at: FormScope, name: str, value: object) -> bool:
    case: Any = _Certain(at, name, value)
    return decider.judge(decider.expression, case) is False


def _said(decider: _Decider, values: Iterable[str]) -> Closed:
    zh = text_of(decider.message) or "照前面填的，这一项选不了"
    en = text_of(decider.message, "en") if isinstance(decider.message, Mapping) else ""
    return Closed(tuple(values), zh, en, for_good=not decider.reads_more)


# ---- trying an option as if it were the answer ----------------------------------------------------------------------


def _in_answers(context: Context, place: Place, value: object) -> FormScope:
    """The case with an option stored: what it switches off no longer counts, what registers are asked may change."""
    changed = replace(context, answers=with_values(context.answers, {place: value}, {}))
    seen = scope(changed, select(changed))
    return seen if place.row is None else seen.in_row(place.row)


def _in_guidance(context: Context, question_id: str, value: object) -> FormScope:
    guidance = {**(context.answers.get("guidance") or {}), question_id: value}
    changed = replace(context, answers={**context.answers, "guidance": guidance})
    return scope(changed, select(changed))


# ---- which rules decide ---------------------------------------------------------------------------------------------


def _deciders(context: Context, name: str) -> list[_Decider]:
    """The rules that could refuse an option of this field or question: its own, then the bundle's."""
    key = ("deciders", name)
    if key not in context.memo:
        context.memo[key] = [*_own_rules(context.spec, name), *_conditions(context.spec, name)]
    found: list[_Decider] = context.memo[key]
    return found


def _own_rules(spec: BundleSpec, name: str) -> Iterator[_Decider]:
    rules = spec.field(name).rules if spec.has_field(name) else ()
    for rule in rules:
        if isinstance(rule, Mapping) and "expr" in rule:
            yield from _decider(spec, name, rule["expr"], rule.get("msg"), judge)


def _conditions(spec: BundleSpec, name: str) -> Iterator[_Decider]:
    """Conditions between several answers; one that reads nothing else is for the person to run into and to read."""
    entries: list[tuple[Any, Any, Any]] = [(e.expr, e.fail or e.zh, e.extra.get("states")) for e in spec.eligibility]
    binding = [c for c in spec.constraints if isinstance(c, Mapping) and not c.get("scope")]
    entries += [(c.get("expr"), c.get("msg") or c.get("zh"), c.get("states")) for c in binding]
    for text, message, stated in entries:
        if name not in (stated or ()):
            yield from (one for one in _decider(spec, name, text, message, judge_to_refuse) if one.reads_more)


def _decider(
    spec: BundleSpec, name: str, text: Any, message: Any, verdict: Callable[[Expression, Scope], Truth]
) -> Iterator[_Decider]:
    try:
        expression = parse(str(text))
    except RuleError:
        return
    parts = list(_with_variables(spec, expression))
    names = {read for part in parts for read in part.names} - spec.variables.keys()
    grows = any(call.function in MAY_GROW for part in parts for call in part.calls)
    if name in names and not grows:
        reads_facts = any(facts_read(part) for part in parts)
        reads_plan = any(call.function == "selected" for part in parts for call in part.calls)
        yield _Decider(expression, message, verdict, reads_facts or reads_plan or names != {name}, reads_facts)


def _with_variables(spec: BundleSpec, expression: Expression) -> Iterator[Expression]:
    """An expression and those of the variables that it reads, and of those that they read."""
    waiting, seen = [expression], {expression.text}
    while waiting:
        part = waiting.pop()
        yield part
        for name in part.names & spec.variables.keys():
            text = spec.variables[name].expr
            try:
                inner = parse(text) if text else None
            except RuleError:
                continue
            if inner is not None and inner.text not in seen:
                seen.add(inner.text)
                waiting.append(inner)


def _is_read_by_whens(context: Context, name: str) -> bool:
    """Whether the answer to a field decides what else is asked or done."""
    key = ("read by whens",)
    if key not in context.memo:
        context.memo[key] = frozenset(_names_in_whens(context.spec))
    return name in context.memo[key]


def _names_in_whens(spec: BundleSpec) -> Iterator[str]:
    fields = [field.when for _, _, field in spec.walk_fields()]
    options = [option.when for question in spec.guidance for option in question.options]
    questions, sections = [one.when for one in spec.guidance], [one.when for one in spec.form.sections]
    things = [*(item.when for item in spec.items), *(material.when for material in spec.materials)]
    for text in (*fields, *options, *questions, *sections, *things):
        try:
            parsed = parse(text) if text else None
        except RuleError:
            continue
        if parsed is not None:
            yield from (name for part in _with_variables(spec, parsed) for name in part.names)
