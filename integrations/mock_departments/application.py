"""One application as a department reads it: its fields, the row it is about, what came from other items."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from .library import Item

BARE_ROLES = ("applicant", "subject", "owner", "agent", "")
PERSONAL = frozenset(("id", "id_no", "name", "phone", "uscc", "bank_card"))


class UnreadableApplication(Exception):
    """A body that does not follow the contract; the message says where."""


@dataclass(frozen=True)
class Application:
    """What was filed, with its item from the library, if the library has it."""

    body: Mapping[str, Any]
    item: Item | None

    @cached_property
    def fields(self) -> Mapping[str, Any]:
        """Field values as they were sent."""
        return self.body.get("fields") or {}

    @cached_property
    def groups(self) -> dict[str, list[Mapping[str, Any]]]:
        """The repeating groups among the fields, each with its rows."""
        return {
            name: value
            for name, value in self.fields.items()
            if isinstance(value, list) and value and all(isinstance(row, dict) for row in value)
        }

    @cached_property
    def row(self) -> Mapping[str, Any]:
        """The row this application is about: the one its instance names, or the only one there is."""
        instance = (self.body.get("item") or {}).get("instance")
        for rows in self.groups.values():
            if instance is not None:
                named = next((row for place, row in enumerate(rows) if _names(instance, row, place)), None)
                if named is not None:
                    return named
            if len(rows) == 1:
                return rows[0]
        return {}

    @cached_property
    def upstream(self) -> dict[str, Mapping[str, Any]]:
        """Results that earlier items handed on, by item; of several instances the first."""
        handed: dict[str, Mapping[str, Any]] = {}
        for item, result in (self.body.get("upstream") or {}).items():
            first = result[0] if isinstance(result, list) and result else result
            if isinstance(first, dict):
                handed[item] = first
        return handed

    @cached_property
    def flat(self) -> dict[str, Any]:
        """Every single value at hand by its bare name: upstream, under fields, under this row."""
        values: dict[str, Any] = {}
        for result in self.upstream.values():
            values.update(result)
        values.update({name: value for name, value in self.fields.items() if name not in self.groups})
        values.update(self.row)
        return {name: value for name, value in values.items() if value not in (None, "")}

    @cached_property
    def applicant(self) -> Mapping[str, Any]:
        """Name and number of who applies."""
        return self.body.get("applicant") or {}

    def role(self, party: str) -> str | None:
        """A party's role in the bundle; nothing for a party that it does not know."""
        return self.item.parties.get(party) if self.item else None

    def of_party(self, party: str, names: tuple[str, ...]) -> str | None:
        """A party's name or number, wherever the form keeps it: ``mother_id``, the applicant, the row, a bare field."""
        return next((str(value) for value in self._places(party, names) if value not in (None, "")), None)

    def _places(self, party: str, names: tuple[str, ...]) -> Iterator[Any]:
        yield from (self.flat.get(f"{party}_{name}") for name in names)
        role = self.role(party)
        if role == "applicant":
            yield from self._of_applicant(names)
        if role in BARE_ROLES or not PERSONAL.intersection(names):
            yield from (self.flat.get(name) for name in names if name != "id")

    def _of_applicant(self, names: tuple[str, ...]) -> Iterator[Any]:
        """Name and number of the applicant; a body's number is its credit code."""
        if "name" in names:
            yield self.applicant.get("name")
        is_body = self.applicant.get("id_kind") == "USCC" or self.applicant.get("kind") == "org"
        if "uscc" in names and is_body:
            yield self.applicant.get("uscc") or self.applicant.get("id_no")
        if "id" in names:
            yield self.applicant.get("id_no") or self.applicant.get("uscc")


def _names(instance: object, row: Mapping[str, Any], place: int) -> bool:
    """Whether an instance label means this row: its number, its key, or any of the values that name it."""
    if isinstance(instance, dict):
        return any(_names(value, row, place) for value in instance.values())
    if isinstance(instance, int) and not isinstance(instance, bool):
        return instance == place
    text = str(instance)
    return text.rpartition(".")[2] == str(place) or text in row.values()


def read_application(raw: bytes) -> Mapping[str, Any]:
    """The body of a filing.

    Raises UnreadableApplication where it breaks the contract.
    """
    body = read_json(raw)
    for name, kind in (("sub_application_id", str), ("bundle", dict), ("item", dict), ("fields", dict)):
        if not isinstance(body.get(name), kind):
            raise UnreadableApplication(f"缺少或写错：{name}")
    if body.get("contract") != 1:
        raise UnreadableApplication("只支持 contract 1")
    return body


@lru_cache(maxsize=512)
def body_in(text: str) -> Mapping[str, Any]:
    """The body that is kept with an application, read once for several steps. Shared: nobody changes it."""
    body: dict[str, Any] = json.loads(text)
    return body


def read_json(raw: bytes) -> dict[str, Any]:
    """A JSON object.

    Raises UnreadableApplication for anything else.
    """
    try:
        body = json.loads(raw or b"{}")
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise UnreadableApplication("正文不是 JSON") from error
    if not isinstance(body, dict):
        raise UnreadableApplication("正文不是 JSON 对象")
    return body
