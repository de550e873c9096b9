"""The case, or a row of it, as the rule language sees it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from bundles.forms.answers import Place, ids_in, rows_of, stored
from bundles.forms.context import Context, Row
from bundles.forms.identity import answer_of
from bundles.forms.lookups import lookup_for
from bundles.forms.points import score
from bundles.forms.records import fact_of
from bundles.forms.typed import EMPTY, read, stored_form
from bundles.rules import UNKNOWN, Expression, RuleError, evaluate, parse
from bundles.rules.validators import check_value
from bundles.spec import Field


class FormScope:
    """Names are fields, questions, variables and what is known of the filing itself.

    In a row, its own fields come first. `items` are the items on now, `questions` the answers that count.
    A system field without an answer is read from its source on the spot.
    """

    def __init__(
        self,
        context: Context,
        items: frozenset[str],
        questions: Mapping[str, object],
        *,
        row: Row | None = None,
    ) -> None:
        self.context = context
        self.items = items
        self.questions = questions
        self.row = row
        self._under_way: set[str] = set()

    def in_row(self, row: Row) -> FormScope:
        """The same case, seen from a row."""
        scope = FormScope(self.context, self.items, self.questions, row=row)
        scope._under_way = self._under_way
        return scope

    def name(self, name: str) -> object:
        context = self.context
        if context.spec.has_field(name):
            return self._field(name)
        if name in self.questions:
            return self.questions[name]
        if name in context.spec.variables:
            value = context.spec.variables[name].value
            return UNKNOWN if value is None else value
        built_in: dict[str, object] = {
            "by_agent": context.by_agent,
            "channel": context.channel,
            "case_no": context.case_no or UNKNOWN,
            "applicant_kind": context.account.get("kind") or UNKNOWN,
        }
        return built_in.get(name, UNKNOWN)

    def variable(self, name: str) -> Expression | None:
        variable = self.context.spec.variables.get(name)
        if variable is None or not variable.expr:
            return None
        try:
            return parse(variable.expr)
        except RuleError:
            return None

    def fact(self, path: str) -> object:
        if path.startswith("result:"):
            return self.result(path.removeprefix("result:"))
        lookup = lookup_for(self.context, path, self.row)
        if lookup is None:
            return UNKNOWN
        return fact_of(self.context, lookup, path.rpartition(".")[2], self.row)

    def result(self, path: str) -> object:
        item, _, field = path.partition(".")
        return self.context.results.get(item, field, self.row)

    def rows(self, group: str) -> Sequence[FormScope]:
        return [self.in_row(Row(group, n)) for n in range(self._count(group))]

    def _count(self, group: str) -> int:
        """How many rows a block has. Of one that another case keeps (a roster) only this is known: it has some."""
        count = len(rows_of(self.context.answers, group))
        return 1 if count == 0 and group in ids_in(self.context.answers, "elsewhere") else count

    def column(self, path: str) -> Sequence[object]:
        group, _, field_id = path.partition(".")
        rows = rows_of(self.context.answers, group)
        if not rows or not self.context.spec.has_field(field_id):
            return [UNKNOWN] * self._count(group)
        field = self.context.spec.field(field_id)
        return [read(field, row.get(field_id)) for row in rows]

    def selected(self, item: str) -> bool:
        return item in self.items

    def paid(self, item: str) -> object:
        return self.context.paid(item, self.row)

    def points(self, *args: object) -> object:
        return score(self.context.spec, self, str(args[0]) if args else "", self.context.scored)

    def valid(self, validator: str, value: object) -> object:
        return check_value(validator, self.context.registry.validators, value)

    def now(self) -> datetime:
        return self.context.now

    def _field(self, field_id: str) -> object:
        value = answer_of(self.context, field_id, self.row)
        field = self.context.spec.field(field_id)
        if value is UNKNOWN and field.system and field.prefills and self._counts(field_id):
            return self._from_source(field)
        return value

    def _counts(self, field_id: str) -> bool:
        group = self.context.spec.group_of(field_id)
        place = Place(field_id, self.row if group else None)
        shown = self.context.shown is None or field_id in self.context.shown
        return shown and (group is None) == (place.row is None) and stored(self.context.answers, place) in EMPTY

    def _from_source(self, field: Field) -> object:
        """What the sources of a system field say now; UNKNOWN if it comes back to itself."""
        if field.id in self._under_way:
            return UNKNOWN
        self._under_way.add(field.id)
        try:
            values = (self.source(path) for path in field.prefills)
            return next((read(field, stored_form(v)) for v in values if v is not UNKNOWN and v not in EMPTY), UNKNOWN)
        finally:
            self._under_way.discard(field.id)

    def source(self, path: str) -> object:
        """The value at a prefill path; None where a register has no record, UNKNOWN where nothing is known."""
        kind, _, rest = path.partition(":")
        if kind in ("api", "licence", "result"):
            return self.fact(path)
        if kind == "account":
            return self.context.account.get(rest) or UNKNOWN
        if kind == "field":
            return self.name(rest)
        if path == "today":
            return evaluate("today()", self)
        return evaluate(rest, self) if kind == "calc" else UNKNOWN
