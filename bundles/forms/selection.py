"""What a case consists of, given the answers so far (增减语义): items, questions, sections, fields, papers, results.

Everything depends on everything, so it is settled by repetition until nothing changes. What stands in some `adds`
is off until an answer adds it; what an answer drops is off whatever adds it. So is what the answers list under
"elsewhere": another case sees to it (a batch and the cases of its people).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from dataclasses import field as attribute
from typing import Any, Final

from bundles.forms.answers import ids_in, rows_of
from bundles.forms.blocks import block_read_by
from bundles.forms.context import Context, Row
from bundles.forms.scope import FormScope
from bundles.forms.stages import closed_items
from bundles.forms.typed import EMPTY
from bundles.rules import RuleError, judge, parse
from bundles.spec import BundleSpec, Field, Item, Option, Question, Section

FREE_ROUNDS: Final = 20
SELECTION: Final = ("selection",)


@dataclass(frozen=True, slots=True)
class Stop:
    """An answer that ends the filing here, with what to do instead."""

    question: str
    option: str
    message: str


@dataclass(frozen=True, slots=True)
class Selection:
    """What is on now, in the order of the definition. `answered` holds the answers to questions that count."""

    items: tuple[str, ...] = ()
    later: tuple[str, ...] = ()
    offered: tuple[str, ...] = ()  # optional items that a tick would switch on
    sections: tuple[str, ...] = ()
    fields: frozenset[str] = frozenset()
    materials: tuple[str, ...] = ()
    results: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    stops: tuple[Stop, ...] = ()
    answered: Mapping[str, Any] = attribute(default_factory=dict)

    def has(self, thing: str) -> bool:
        """Whether an item, section, field, material, result or question is on."""
        return (
            thing in self.fields
            or thing in self.items
            or thing in self.sections
            or thing in self.materials
            or thing in self.results
            or thing in self.questions
        )


def select(context: Context) -> Selection:
    """Settle what is on, once for a context."""
    found: Selection | None = context.memo.get(SELECTION)
    if found is None:
        found = context.memo[SELECTION] = _settled(context)
    return found


def _settled(context: Context) -> Selection:
    """Always ends: rules that chase each other can in the end only switch things off."""
    settled = _Round(context, None).selection()
    for number in range(10_000):
        following = _Round(context, settled).selection()
        if number >= FREE_ROUNDS:
            following = _both(settled, following)
        if following == settled:
            break
        settled = following
    return settled


def counting(context: Context, selection: Selection) -> Context:
    """The same context in which only answers to shown fields count; one and the same for one selection."""
    key = ("counting", id(selection))
    if key not in context.memo:
        context.memo[key] = (replace(context, shown=selection.fields), selection)
    found: Context = context.memo[key][0]
    return found


def scope(context: Context, selection: Selection | None = None, *, row: Row | None = None) -> FormScope:
    """The case as rules see it, or one row of it. Answers to what is not shown do not count."""
    chosen = select(context) if selection is None else selection
    return FormScope(counting(context, chosen), frozenset(chosen.items), chosen.answered, row=row)


def holds(expression: str | None, scope: FormScope) -> bool:
    """Whether a `when` lets something show: there is none, or it is true."""
    return expression is None or judge(expression, scope) is True


def shows(field: Field, selection: Selection, scope: FormScope) -> bool:
    """Whether a field shows here, in this row."""
    return field.id in selection.fields and (scope.row is None or holds(field.when, scope))


def _both(one: Selection, other: Selection) -> Selection:
    """What is on in both; an answer counts where both agree on it."""
    return replace(
        other,
        items=tuple(i for i in other.items if i in one.items),
        fields=other.fields & one.fields,
        sections=tuple(s for s in other.sections if s in one.sections),
        materials=tuple(m for m in other.materials if m in one.materials),
        results=tuple(r for r in other.results if r in one.results),
        questions=tuple(q for q in other.questions if q in one.questions),
        answered={k: v for k, v in other.answered.items() if k in one.answered and one.answered[k] == v},
        later=tuple(i for i in other.later if i in one.later),
        offered=tuple(i for i in other.offered if i in one.offered),
    )


class _Round:
    """One pass over the definition, with whens judged by the state before."""

    def __init__(self, context: Context, before: Selection | None) -> None:
        self.spec: BundleSpec = context.spec
        self.answers = context.answers
        if before is None:
            known = {q.id: _given(context.answers, q) for q in self.spec.guidance}
            before = Selection(
                items=tuple(i.id for i in self.spec.items if i.select == "required"),
                fields=frozenset(f.id for _, _, f in self.spec.walk_fields()),
                answered={key: value for key, value in known.items() if value not in EMPTY},
            )
        self.scope = scope(context, before)
        self.chosen = tuple(self._choices())
        self.elsewhere = frozenset(ids_in(context.answers, "elsewhere"))
        self.added = frozenset(thing for _, option in self.chosen for thing in option.adds)
        self.dropped = frozenset(thing for _, option in self.chosen for thing in option.drops)
        self.ticked = frozenset(ids_in(context.answers, "ticks"))

    def selection(self) -> Selection:
        on = [item.id for item in self.spec.items if self._item_on(item)]
        later = self._postponed(on)
        items = tuple(i for i in on if i not in later)
        fields = frozenset(self._fields(frozenset(items)))
        return Selection(
            items=items,
            later=tuple(i for i in on if i in later),
            offered=tuple(i.id for i in self.spec.items if i.select == "optional" and self._available(i)),
            sections=tuple(s.id for s in self.spec.form.sections if _asked_in(s, fields)),
            fields=fields,
            materials=tuple(
                m.id
                for m in self.spec.materials
                if self._switched_on(m.id)
                and self._needed(m.items, items)
                and self._holds_somewhere(m.when, m.per or self._block_of(m.when))
            ),
            results=tuple(r.id for r in self.spec.results if r.item in items and self._switched_on(r.id)),
            questions=tuple(q.id for q in self.spec.guidance if holds(q.when, self.scope)),
            stops=tuple(Stop(q.id, o.value, _sentence(o.stop)) for q, o in self.chosen if o.stop),
            answered=self._answered(),
        )

    def _choices(self) -> Iterator[tuple[Question, Option]]:
        """The options chosen, of questions that are asked, as far as they can be chosen."""
        for question in self.spec.guidance:
            given = _given(self.answers, question)
            if given in EMPTY or not holds(question.when, self.scope):
                continue
            chosen = given if isinstance(given, list | tuple) else [given]
            for option in question.options:
                if option.value in chosen and holds(option.when, self.scope):
                    yield question, option

    def _answered(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for question, option in self.chosen:
            if question.kind == "multi":
                found.setdefault(question.id, []).append(option.value)
            else:
                found[question.id] = option.value
        return found

    def _switched_on(self, thing: str) -> bool:
        off = thing in self.dropped or thing in self.elsewhere
        return not off and (thing not in self.spec.addable or thing in self.added)

    def _item_on(self, item: Item) -> bool:
        return self._available(item) and (item.select != "optional" or item.id in self.ticked)

    def _available(self, item: Item) -> bool:
        """On, but for the tick that an optional item needs."""
        if item.id in self.dropped or item.id in self.elsewhere:
            return False
        if item.id in self.added or (item.when is not None and holds(item.when, self.scope)):
            return True
        if item.id in self.spec.addable:
            return False
        return item.select == "required" or (item.select != "conditional" and item.when is None)

    def _postponed(self, on: list[str]) -> frozenset[str]:
        """Items the applicant wants to do later, those of stages not open, and those that cannot do without them."""
        later = {i for i in ids_in(self.answers, "later") if i in on}
        later |= closed_items(self.spec, self.answers, on, self.scope)
        fresh = later
        while fresh:
            held = {i for upstream in fresh for i in self.spec.cannot_do_without.get(upstream, ()) if i in on}
            fresh = held - later
            later |= fresh
        return frozenset(later)

    def _fields(self, items: frozenset[str]) -> Iterator[str]:
        for section in self.spec.form.sections:
            if self._section_on(section):
                for outer in (f for f in section.fields if self._field_on(f, items)):
                    yield outer.id
                    yield from (inner.id for inner in outer.fields if self._field_on(inner, items))

    def _section_on(self, section: Section) -> bool:
        return self._switched_on(section.id) and holds(section.when, self.scope)

    def _field_on(self, field: Field, items: frozenset[str]) -> bool:
        needed = field.is_group and not items.isdisjoint(self._items_inside(field))
        block = self.spec.group_of(field.id)
        return (
            self._switched_on(field.id)
            and (needed or not items.isdisjoint(self.spec.items_of_field(field.id)))
            and self._holds_somewhere(field.when, block.id if block else None)
        )

    def _items_inside(self, group: Field) -> Iterator[str]:
        for inner in group.fields:
            yield from self.spec.items_of_field(inner.id)

    def _holds_somewhere(self, expression: str | None, group: str | None) -> bool:
        """Whether a `when` holds for the case, or, in a repeating block, for one of its rows at least."""
        if expression is None or holds(expression, self.scope):
            return True
        return group is not None and any(
            holds(expression, self.scope.in_row(Row(group, n))) for n in range(len(rows_of(self.answers, group)))
        )

    def _block_of(self, expression: str | None) -> str | None:
        try:
            return block_read_by(self.scope.context, parse(expression)) if expression else None
        except RuleError:
            return None

    def _needed(self, needed_by: Any, items: Iterable[str]) -> bool:
        return bool(tuple(items)) if needed_by == "all" else any(i in items for i in needed_by)


def _asked_in(section: Section, fields: frozenset[str]) -> bool:
    """Whether a section asks anything: one of its shown fields is the applicant's to fill."""
    return any(field.id in fields and not field.system for field in section.fields)


def _given(answers: Mapping[str, Any], question: Question) -> Any:
    guidance = answers.get("guidance")
    given = guidance.get(question.id) if isinstance(guidance, Mapping) else None
    if question.kind == "multi":
        return [given] if isinstance(given, str) and given else given
    return given if isinstance(given, str) else None


def _sentence(text: Any) -> str:
    return str(text.get("zh", "")) if isinstance(text, Mapping) else str(text)
