"""Everything that registers and the licence library could be asked now, each question once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from bundles.forms.answers import Place, rows_of, source_of, stored
from bundles.forms.blocks import block_read_by, facts_read
from bundles.forms.context import Context, Lookup, Row
from bundles.forms.lookups import lookup_for
from bundles.forms.materials import exemption_paths
from bundles.forms.selection import Selection, counting
from bundles.forms.suggested import open_questions
from bundles.forms.typed import EMPTY
from bundles.rules import Expression, RuleError, parse
from bundles.spec import Field, Item

Asked = tuple[str, Row | None]


def lookups_wanted(context: Context, selection: Selection) -> tuple[Lookup, ...]:
    """What prefilling, exemptions, conditions and decisions could ask, in that order."""
    wanted = _Wanted(counting(context, selection), selection)
    return wanted.lookups(wanted.paths())


def lookups_for_suggestions(context: Context, selection: Selection) -> tuple[Lookup, ...]:
    """What the suggestions for questions still open could ask, and nothing else. 个人信息保护法 第六条 (最小必要)."""
    wanted = _Wanted(counting(context, selection), selection)
    return wanted.lookups(wanted.of_suggestions())


class _Wanted:
    def __init__(self, context: Context, selection: Selection) -> None:
        self.context = context
        self.spec = context.spec
        self.selection = selection

    def lookups(self, asked: Iterable[Asked]) -> tuple[Lookup, ...]:
        """The questions that these paths come to, each once."""
        found = (lookup_for(self.context, path, row) for path, row in dict.fromkeys(asked))
        return tuple(dict.fromkeys(lookup for lookup in found if lookup))

    def paths(self) -> Iterator[Asked]:
        for _, _, field in self.spec.walk_fields():
            if field.id in self.selection.fields:
                yield from self._of_field(field)
        yield from self._of_materials()
        yield from self._of_conditions()
        yield from self.of_suggestions()
        for item in self.spec.items:
            yield from self._of_expression(item.when, None)
            if item.id in self.selection.items:
                yield from self._of_item(item)

    def _rows(self, group: str | None) -> Iterable[Row | None]:
        if group is None:
            return [None]
        return [Row(group, number) for number in range(len(rows_of(self.context.answers, group)))]

    def _of_field(self, field: Field) -> Iterator[Asked]:
        group = self.spec.group_of(field.id)
        for row in self._rows(group.id if group else None):
            place = Place(field.id, row)
            typed = stored(self.context.answers, place) not in EMPTY
            if not typed or source_of(self.context.answers, place.path):
                yield from self._of_sources(field.prefills, row)
            for rule in field.rules:
                if isinstance(rule, Mapping):
                    yield from self._of_expression(rule.get("expr"), row)
            yield from self._of_expression(field.when, row)

    def _of_sources(self, paths: Iterable[str], row: Row | None) -> Iterator[Asked]:
        for path in paths:
            if path.startswith("calc:"):
                yield from self._of_expression(path.removeprefix("calc:"), row)
            elif path.startswith(("api:", "licence:")):
                yield path, row

    def _of_materials(self) -> Iterator[Asked]:
        for material in (self.spec.material(m) for m in self.selection.materials):
            groups = list(self.spec.groups) if "row" in material.of else [None]
            for group in [material.per] if material.per in self.spec.groups else groups:
                for row in self._rows(group):
                    for path in exemption_paths(self.spec, self.context.registry, material):
                        yield path, row

    def _of_conditions(self) -> Iterator[Asked]:
        for question in self.spec.guidance:
            yield from self._of_expression(question.when, None)
            for option in question.options:
                yield from self._of_expression(option.when, None)
        for condition in self.spec.eligibility:
            yield from self._of_expression(condition.expr, None, everywhere=True)
        for constraint in self.spec.constraints:
            yield from self._of_expression(constraint.get("expr"), None, everywhere=True)

    def of_suggestions(self) -> Iterator[Asked]:
        for question in open_questions(self.context, self.selection):
            for text in question.suggesting:
                yield from self._of_expression(text, None)

    def _of_item(self, item: Item) -> Iterator[Asked]:
        if item.instances and item.instances.from_:
            yield from self._of_sources([item.instances.from_], None)
        group = item.instances.group if item.instances and item.instances.group in self.spec.groups else None
        texts: list[Any] = [rule.expr for rule in item.decision.rules]
        texts += [special.when for special in item.decision.special]
        texts += [item.fee.waive, item.fee.expr, *(dependency.when for dependency in item.depends_on)]
        for text in texts:
            for row in self._rows(group):
                yield from self._of_expression(text, row, everywhere=group is None)

    def _of_expression(self, text: Any, row: Row | None, *, everywhere: bool = False) -> Iterator[Asked]:
        """The facts an expression reads, through variables and the points table too."""
        for expression in self._with_variables(text):
            block = block_read_by(self.context, expression) if everywhere else None
            for path in facts_read(expression):
                for at in self._rows(block) if block else [row]:
                    yield path, at

    def _with_variables(self, text: Any) -> Iterator[Expression]:
        waiting, seen = [text], set[str]()
        while waiting:
            one = waiting.pop()
            if not isinstance(one, str) or one in seen:
                continue
            seen.add(one)
            try:
                expression = parse(one)
            except RuleError:
                continue
            yield expression
            waiting += [v.expr for name in expression.names if (v := self.spec.variables.get(name))]
            if any(call.function == "points" for call in expression.calls):
                waiting += self._points()
            waiting += [call.args[1] for call in expression.calls if call.function in ("any_row", "all_rows")]

    def _points(self) -> Iterator[Any]:
        table: Mapping[str, Any] = self.spec.extra.get("points") or {}
        for group in table.get("groups") or ():
            for rule in group.get("rules") or ():
                yield from (rule.get("expr"), rule.get("score"))
