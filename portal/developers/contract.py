"""The OpenAPI document of the contract, shaped for a page: requests by group, bodies key by key, in two languages.

The document speaks English; what it says in Chinese stands beside it in wording.zh.yaml.
"""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings

from portal.developers.limits import kind_of

ROOT = Path(settings.BASE_DIR)
VERBS = ("get", "post")


@dataclass(frozen=True, slots=True)
class Field:
    """A key of a body or a header: what may stand there."""

    name: str
    kind: str
    shape: str
    needed: bool
    text: str


@dataclass(frozen=True, slots=True)
class Said:
    """An answer to a request."""

    code: str
    text: str
    shape: str


@dataclass(frozen=True, slots=True)
class Example:
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Request:
    """One request of the contract, whoever makes it."""

    id: str
    verb: str
    path: str
    title: str
    headers: tuple[Field, ...]
    shape: str
    answers: tuple[Said, ...]
    examples: tuple[Example, ...]


@dataclass(frozen=True, slots=True)
class Group:
    id: str
    title: str
    requests: tuple[Request, ...]


@dataclass(frozen=True, slots=True)
class Shape:
    """A body, or a part of one, key by key."""

    name: str
    text: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Meaning:
    """A status that a department may answer."""

    status: str
    text: str
    needs: str


@dataclass(frozen=True, slots=True)
class Check:
    """A check of the conformance kit: the sentence it holds a department to, and what to do."""

    id: str
    says: str
    do: str


@cache
def document() -> Mapping[str, Any]:
    """The contract as published."""
    text = (ROOT / "docs" / "openapi-department.yaml").read_text("utf-8")
    found: dict[str, Any] = yaml.safe_load(text)
    return found


@cache
def wording() -> Mapping[str, str]:
    """English sentences of the document to Chinese ones."""
    found: dict[str, str] = yaml.safe_load(Path(__file__).with_name("wording.zh.yaml").read_text("utf-8"))
    return found


def groups(lang: str) -> tuple[Group, ...]:
    """All requests, by what they are about."""
    tags = document()["tags"]
    made = {tag["name"]: [r for t, r in _requests(lang) if t == tag["name"]] for tag in tags}
    return tuple(
        Group(tag["name"], _in(lang, tag["description"]), tuple(made[tag["name"]])) for tag in tags if made[tag["name"]]
    )


def shapes(lang: str) -> tuple[Shape, ...]:
    """All bodies and parts of bodies that have keys of their own."""
    named = document()["components"]["schemas"].items()
    made = [Shape(name, _in(lang, schema.get("description", "")), _fields(schema, lang)) for name, schema in named]
    return tuple(shape for shape in made if shape.fields)


def meanings(lang: str) -> tuple[Meaning, ...]:
    """The statuses, in the order in which a filing goes through them."""
    told = document()["components"]["schemas"]["Status"]["x-meanings"]
    return tuple(
        Meaning(status, _in(lang, text), _in(lang, needs) if needs else "") for status, (text, needs) in told.items()
    )


def checks(lang: str) -> tuple[Check, ...]:
    """What the conformance kit checks."""
    text = (ROOT / "integrations" / "conformance" / "sentences.toml").read_text("utf-8")
    return tuple(Check(id, one[lang], one[f"do_{lang}"]) for id, one in tomllib.loads(text).items())


def _requests(lang: str) -> Iterator[tuple[str, Request]]:
    for path, item in document()["paths"].items():
        for verb in (verb for verb in VERBS if verb in item):
            shared = {"parameters": [*item.get("parameters", []), *item[verb].get("parameters", [])]}
            yield item[verb]["tags"][0], _request(verb, path, item[verb] | shared, lang)
    told = document()["webhooks"]["decision"]["post"]
    yield told["tags"][0], _request("post", "{callback_url}", told, lang)


def _request(verb: str, path: str, operation: Mapping[str, Any], lang: str) -> Request:
    media = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    answers = [(str(code), _resolved(answer)) for code, answer in operation["responses"].items()]
    of_answers = [answer.get("content", {}).get("application/json", {}) for _, answer in answers]
    return Request(
        id=operation["operationId"],
        verb=verb.upper(),
        path=path,
        title=_in(lang, operation["summary"]).rstrip(".。"),
        headers=tuple(_header(_resolved(one), lang) for one in operation.get("parameters", [])),
        shape=_shape_of(media.get("schema", {})),
        answers=tuple(
            Said(code, _in(lang, answer["description"]), _shape_of(body.get("schema", {})))
            for (code, answer), body in zip(answers, of_answers, strict=True)
        ),
        examples=tuple(_examples([media, *of_answers], lang)),
    )


def _examples(media: list[Mapping[str, Any]], lang: str) -> Iterator[Example]:
    """Each example once, however many answers name it."""
    named = {name: _resolved(one) for body in media for name, one in body.get("examples", {}).items()}
    for example in named.values():
        yield Example(_in(lang, example["summary"]), json.dumps(example["value"], ensure_ascii=False, indent=2))


def _header(parameter: Mapping[str, Any], lang: str) -> Field:
    return _field(parameter["name"], parameter["schema"], parameter["required"], parameter.get("description", ""), lang)


def _fields(schema: Mapping[str, Any], lang: str) -> tuple[Field, ...]:
    parts = [_resolved(part) if "properties" not in part else part for part in schema.get("allOf", [])]
    whole = [*(part for part in parts if "if" not in part), schema]
    needed = {name for part in whole for name in part.get("required", [])}
    named = {name: one for part in whole for name, one in part.get("properties", {}).items()}
    return tuple(_field(name, one, name in needed, one.get("description", ""), lang) for name, one in named.items())


def _field(name: str, schema: Mapping[str, Any], needed: bool, text: str, lang: str) -> Field:
    resolved = _resolved(schema)
    shape = _shape_of(schema) or _shape_of(schema.get("items", {}))
    return Field(name, kind_of(resolved), shape, needed, _in(lang, text or resolved.get("description", "")))


def _shape_of(schema: Mapping[str, Any]) -> str:
    """The name of the shape a schema points at, if it has keys of its own."""
    found = schema.get("items", schema)
    name = str(found.get("$ref", "")).rpartition("/")[2]
    target = document()["components"]["schemas"].get(name, {})
    return name if "properties" in target or "allOf" in target else ""


def _resolved(node: Mapping[str, Any]) -> Mapping[str, Any]:
    if "$ref" not in node:
        return node
    found: Any = document()
    for part in node["$ref"].removeprefix("#/").split("/"):
        found = found[part]
    target: Mapping[str, Any] = found
    return target


def _in(lang: str, text: str) -> str:
    """A sentence of the document in the reader's language."""
    return text if lang == "en" else wording().get(text.strip(), text)
