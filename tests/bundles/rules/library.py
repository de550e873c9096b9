"""The shipped definitions as the rule language sees them: every expression, the names it may use, sample values."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from bundles.rules import UNKNOWN, Expression, Names, Scope, parse
from tests.bundles.rules.scopes import NOW
from tests.factories import library as files

LIBRARY = Path(__file__).resolve().parents[3] / "bundles" / "library"
_SAMPLES: Mapping[str, Any] = {
    "bool": True, "integer": 3, "number": 3.5, "money": 1000.0, "date": date(2026, 3, 2), "datetime": NOW,
    "multi": ["x"], "list": ["x"], "group": [], "id_number": "350203199403186286",
}  # fmt: skip
_PROSE = re.compile(r"[^\"'()=]*[\u4e00-\u9fff][^\"'()=]*")
_BUILT_IN = {"by_agent": False, "channel": "online"}
_KEYS = {"expr", "when", "filter", "expr_days", "open_when", "waive"}


@dataclass(frozen=True)
class Found:
    """An expression and the group in whose row it stands, if any."""

    path: str
    text: str
    row: str | None


def read(name: str) -> Any:
    return files.read(LIBRARY / name)


@cache
def registers() -> dict[str, dict[str, str]]:
    """ "api:CODE" or "licence:CODE" -> field -> type."""
    found = {f"licence:{x['code']}": {f[0]: f[2] for f in x["fields"]} for x in read("licences.yaml")["licences"]}
    return found | {
        f"api:{x['code']}": {f[0]: f[2] for f in x["output"]} for x in read("interfaces.yaml")["interfaces"]
    }


@cache
def codelists() -> Any:
    return read("codelists.yaml")


@cache
def bundles() -> dict[str, Any]:
    paths = sorted((LIBRARY / "bundles").glob("*.yaml"))
    return {path.stem: files.read(path) for path in paths}


class Definition:
    """One definition: its fields by group, its options, its result fields."""

    def __init__(self, document: Any) -> None:
        self.document = document
        self.fields: dict[str, Any] = {}
        self.groups: dict[str, set[str]] = {}
        self.single: set[str] = set()
        for section in document["form"].get("sections", []):
            self._read_section(section)
        self.questions = {question["id"]: question for question in document["guidance"]}
        self.variables = document.get("variables", {})
        self.results = self._results()

    def _read_section(self, section: Any) -> None:
        for field in section["fields"]:
            self.fields[field["id"]] = field
            if section.get("repeat"):
                self.groups.setdefault(section["id"], set()).add(field["id"])
                if section["repeat"].get("max") == 1:
                    self.single.add(section["id"])
            if field["type"] == "group":
                self.groups[field["id"]] = {inner["id"] for inner in field["fields"]}
                self.fields.update({inner["id"]: inner for inner in field["fields"]})

    def _results(self) -> dict[str, dict[str, str]]:
        found: dict[str, dict[str, str]] = {}
        for result in self.document["results"]:
            fields = found.setdefault(result["item"], {})
            fields.update(registers().get(f"licence:{result.get('licence')}", {}))
            fields.update({field[0]: field[2] for field in result.get("fields", [])})
        return found

    @cached_property
    def options(self) -> dict[str, list[str]]:
        found = {name: [option["value"] for option in question["options"]] for name, question in self.questions.items()}
        for name, field in self.fields.items():
            if field["type"] in ("enum", "multi"):
                options = field["options"]
                listed = codelists()["codelists"][options[1:]] if isinstance(options, str) else options
                found[name] = [option[0] for option in listed]
        return found

    def names(self, row: str | None = None) -> Names:
        repeated = set().union(*self.groups.values()) if self.groups else set()
        return Names(
            names=(self.fields.keys() - repeated) | self.questions.keys() | self.variables.keys(),
            groups=self.groups,
            single=self.single,
            options=self.options,
            registers=registers(),
            parties={party["id"] for party in self.document["parties"]},
            items={item["id"] for item in self.document["items"]},
            results=self.results,
            validators=codelists()["validators"].keys(),
            points="points" in self.document,
            row=row,
        )

    def expressions(self) -> Iterator[Found]:
        yield from self._walk(self.document, "", None)

    def _walk(self, part: Any, path: str, row: str | None) -> Iterator[Found]:
        if isinstance(part, list):
            for n, entry in enumerate(part):
                if isinstance(entry, str) and entry.startswith("calc:"):
                    yield Found(f"{path}[{n}]", entry.removeprefix("calc:"), row)
                yield from self._walk(entry, f"{path}[{n}]", row)
        if not isinstance(part, dict):
            return
        row = self._row_of(part, row)
        for key, value in part.items():
            place = f"{path}.{key}"
            if isinstance(value, str) and self._is_expression(key, value, place):
                yield Found(place, value.removeprefix("calc:"), row)
            yield from self._walk(value, place, row)

    def _row_of(self, part: dict[str, Any], row: str | None) -> str | None:
        """A repeated section, a group, a material per row, and an item with instances are read row by row."""
        for key in ("id", "per"):
            if part.get(key) in self.groups:
                return str(part[key])
        instances = part.get("instances")
        group = instances.get("group") if isinstance(instances, dict) else None
        return group if group in self.groups else row

    def _is_expression(self, key: str, value: str, place: str) -> bool:
        """A fee's `when` is a moment, and the prose of rare keys is a sentence without brackets or quotes."""
        if value.startswith("calc:") or (key == "score" and ".points." in place):
            return True
        return key in _KEYS and not place.endswith(".fee.when") and not _PROSE.fullmatch(value)


@dataclass(frozen=True)
class SampleScope:
    """A case in which every name and path has a value of its declared type."""

    definition: Definition
    hidden: frozenset[str] = frozenset()
    at: datetime = NOW

    def name(self, name: str) -> object:
        if name in self.hidden:
            return UNKNOWN
        options, fields = self.definition.options, self.definition.fields
        if name in options:
            many = (fields[name]["type"] if name in fields else self.definition.questions[name]["kind"]) == "multi"
            return options[name][:1] if many else options[name][0]
        if name in fields:
            return _SAMPLES.get(fields[name]["type"], "x")
        return _BUILT_IN.get(name, self.definition.variables.get(name, {}).get("value", UNKNOWN))

    def variable(self, name: str) -> Expression | None:
        text = self.definition.variables.get(name, {}).get("expr")
        return parse(text) if text else None

    def fact(self, path: str) -> object:
        register, _, rest = path.partition("@")
        return UNKNOWN if path in self.hidden else _SAMPLES.get(registers()[register][rest.partition(".")[2]], "x")

    def result(self, path: str) -> object:
        item, _, name = path.partition(".")
        return _SAMPLES.get(self.definition.results[item][name], "x")

    def rows(self, group: str) -> Sequence[Scope]:
        return [replace(self), replace(self)]

    def column(self, path: str) -> Sequence[object]:
        return [self.name(path.partition(".")[2])]

    def selected(self, item: str) -> bool:
        return True

    def paid(self, item: str) -> object:
        return True

    def points(self, *args: object) -> object:
        return 70

    def valid(self, validator: str, value: object) -> object:
        return True

    def now(self) -> datetime:
        return self.at
