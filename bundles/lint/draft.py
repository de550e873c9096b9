"""A definition under inspection, with everything its parts may refer to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from bundles.rules import Expression, Names, RuleError, parse
from bundles.spec import BundleSpec, Field, Section
from bundles.spec.registry import Registry


@dataclass(frozen=True)
class Draft:
    spec: BundleSpec
    registry: Registry

    @cached_property
    def items(self) -> frozenset[str]:
        return frozenset(item.id for item in self.spec.items)

    @cached_property
    def materials(self) -> frozenset[str]:
        return frozenset(material.id for material in self.spec.materials)

    @cached_property
    def results(self) -> frozenset[str]:
        return frozenset(result.id for result in self.spec.results)

    @cached_property
    def parties(self) -> frozenset[str]:
        return frozenset(party.id for party in self.spec.parties)

    @cached_property
    def sections(self) -> frozenset[str]:
        return frozenset(section.id for section in self.spec.form.sections)

    @cached_property
    def questions(self) -> frozenset[str]:
        return frozenset(question.id for question in self.spec.guidance)

    @cached_property
    def placed(self) -> tuple[Placed, ...]:
        """Every field with its path, in the order of the form."""
        return tuple(_placed(self.spec))

    @cached_property
    def fields(self) -> Mapping[str, Placed]:
        return {placed.field.id: placed for placed in self.placed}

    @cached_property
    def added(self) -> frozenset[str]:
        """Everything that some answer switches on."""
        return frozenset(ref for question in self.spec.guidance for option in question.options for ref in option.adds)

    @cached_property
    def result_fields(self) -> Mapping[str, frozenset[str]]:
        """Item -> fields of its results: the face of the licence and the result's own."""
        found: dict[str, set[str]] = {}
        for result in self.spec.results:
            kind = self.registry.licences.get(result.licence or "")
            own = [entry[0] for entry in result.fields if isinstance(entry, list | tuple) and entry]
            face = [entry[0] for entry in kind.fields] if kind else []
            found.setdefault(result.item, set()).update([*own, *face])
        return {item: frozenset(names) for item, names in found.items()}

    @cached_property
    def registers(self) -> Mapping[str, frozenset[str]]:
        """`licence:CODE` and `api:CODE` -> the fields they give."""
        found = {f"licence:{k.code}": frozenset(f[0] for f in k.fields) for k in self.registry.licences.values()}
        found |= {f"api:{a.code}": frozenset(f[0] for f in a.output) for a in self.registry.interfaces.values()}
        return found

    def options_of(self, field: Field) -> frozenset[str]:
        if isinstance(field.options, str):
            return frozenset(entry[0] for entry in self.registry.codelists.get(field.options[1:], ()))
        return frozenset(o[0] for o in field.options or () if isinstance(o, list | tuple) and o)

    @cached_property
    def names(self) -> Names:
        """What an expression outside any row may speak of."""
        groups = {group.id: {field.id for field in group.fields} for group in self.spec.groups.values()}
        inner = {name for fields in groups.values() for name in fields}
        for name, group in self._row_variables(groups).items():
            groups[group].add(name)
            inner.add(name)
        plain = {*self.fields, *self.questions, *self.spec.variables, *self._formulas}
        return Names(
            names=frozenset(plain - inner),
            groups={group: frozenset(fields) for group, fields in groups.items()},
            single=self._single,
            options=self._options,
            registers=self.registers,
            parties=self.parties,
            items=self.items,
            results={item: self.result_fields.get(item, frozenset()) for item in self.items},
            validators=frozenset(self.registry.validators),
            points="points" in self.spec.extra,
        )

    def names_in(self, row: str | None) -> Names:
        return replace(self.names, row=row) if row in self.names.groups else self.names

    def _row_variables(self, groups: Mapping[str, set[str]]) -> dict[str, str]:
        """Variables that read a repeated field: they belong to its rows."""
        found: dict[str, str] = {}
        for name, variable in self.spec.variables.items():
            read = names_of(variable.expr)
            homes = [group for group, fields in groups.items() if group not in self._single and read & fields]
            if homes:
                found[name] = homes[0]
        return found

    @cached_property
    def _single(self) -> frozenset[str]:
        """Repeating blocks that have one row at most: their fields need no row."""
        return frozenset(g.id for g in self.spec.groups.values() if g.max == 1)

    @property
    def _formulas(self) -> frozenset[str]:
        return frozenset(str(f["id"]) for f in self.spec.formulas if isinstance(f, Mapping) and "id" in f)

    @cached_property
    def _options(self) -> Mapping[str, frozenset[str]]:
        found = {q.id: frozenset(o.value for o in q.options) for q in self.spec.guidance}
        choices = ("enum", "multi")
        found |= {p.field.id: self.options_of(p.field) for p in self.placed if p.field.type in choices}
        return {name: values for name, values in found.items() if values}


@dataclass(frozen=True, slots=True)
class Placed:
    """A field, where it stands, and the repeating block whose row it is asked in."""

    path: str
    section: Section
    group: Field | None
    field: Field
    row: str | None

    @property
    def items(self) -> object:
        return self.field.items if self.field.items is not None else (self.group.items if self.group else None)


def names_of(text: str | None) -> frozenset[str]:
    """Names an expression reads; none of one that cannot be read (its own fault says so)."""
    read = parsed(text)
    return read.names if read else frozenset()


def parsed(text: object) -> Expression | None:
    if not isinstance(text, str):
        return None
    try:
        return parse(text)
    except RuleError:
        return None


def _placed(spec: BundleSpec) -> Iterator[Placed]:
    for section in spec.form.sections:
        row = section.id if section.repeat else None
        for field in section.fields:
            path = f"form.sections[{section.id}].fields[{field.id}]"
            yield Placed(path, section, None, field, row)
            for inner in field.fields:
                yield Placed(f"{path}.fields[{inner.id}]", section, field, inner, field.id)
