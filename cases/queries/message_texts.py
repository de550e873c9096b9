"""The words of messages to people: one file a template, its first line is the title; `$name` stands for a value.

Values are put in once and never read as text of the template, so what a person or a department wrote stays inert.
`templates/notifications/en/` holds the same in English; `sending.toml` says how each kind travels.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from string import Template
from typing import Any

from django.conf import settings

from bundles.spec import BundleSpec
from bundles.spec.registry import Registry

LASTS = timedelta(days=3)
_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
_LINK = "\0"
_TO_LINK = re.compile(rf"[：:，,]?\s*{_LINK}\s*[。.]?\s*")
_DAY = re.compile(r"(\d{1,2})月(\d{1,2})日")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


class NoSuchText(Exception):
    """There is no such template, or a value that it names is missing: a mistake of ours, no repetition helps."""


@dataclass(frozen=True, slots=True)
class Text:
    """A message as the person reads it."""

    title: str
    body: str


@dataclass(frozen=True, slots=True)
class Sending:
    """How messages travel. `asked`: the person waits for it, it goes at night too; `digest`: several are told as one.

    `secret`: for the phone alone, never shown in the portal. `lasts`: after how long nobody needs it any more.
    `always`: goes to the phone also of somebody who reads messages in the portal alone, and why.
    """

    asked: frozenset[str]
    digest: frozenset[str]
    secret: frozenset[str]
    lasts: Mapping[str, timedelta]
    always: Mapping[str, str]

    def lasts_for(self, template: str) -> timedelta:
        return self.lasts.get(template, LASTS)


def folder() -> Path:
    return Path(settings.BASE_DIR) / "templates" / "notifications"


def template_names() -> frozenset[str]:
    """Every template that can be sent."""
    return frozenset(path.stem for path in folder().glob("*.txt"))


@cache
def sending() -> Sending:
    """How each kind of message travels (sending.toml)."""
    said = tomllib.loads((folder() / "sending.toml").read_text("utf-8"))
    lasts = {name: timedelta(minutes=minutes) for name, minutes in said.get("lasts_minutes", {}).items()}
    return Sending(
        frozenset(said["asked"]), frozenset(said["digest"]), frozenset(said["secret"]), lasts, said["always"]
    )


def text_of(template: str, values: Mapping[str, str], lang: str = "zh") -> Text:
    """The text of a message. Raises NoSuchText."""
    try:
        filled = _template(template, lang).substitute(values)
    except KeyError as error:
        raise NoSuchText(f"{template}: no value for {error.args[0]}") from error
    title, _, body = filled.partition("\n")
    return Text(title.strip(), body.strip())


def text_on_page(template: str, values: Mapping[str, str], lang: str = "zh") -> Text:
    """The text without its address: on a page a link stands beside it. Raises NoSuchText."""
    text = text_of(template, {**values, "link": _LINK}, lang)
    stop = ". " if lang == "en" else "。"
    return Text(text.title, re.sub(r"。+", "。", _TO_LINK.sub(stop, text.body)).strip())


def in_english(values: Mapping[str, str], spec: BundleSpec | None, registry: Registry) -> dict[str, str]:
    """The values of a message for its English text, as far as they have English: names of what we know, and days."""
    names = _english_names(spec, registry)
    return {key: names.get(value) or _DAY.sub(_english_day, value) for key, value in values.items()}


def _english_names(spec: BundleSpec | None, registry: Registry) -> dict[str, str]:
    names = {one.short: one.en for one in registry.departments.values() if getattr(one, "en", "")}
    if spec is not None:
        named: list[Any] = [spec, *spec.items, *spec.materials, *spec.stages]
        names |= {one.zh: one.en for one in named if getattr(one, "en", "")}
    return names


def _english_day(found: re.Match[str]) -> str:
    month = int(found[1])
    return f"{int(found[2])} {_MONTHS[month - 1]}" if 1 <= month <= 12 else found[0]


@cache
def _template(name: str, lang: str) -> Template:
    path = folder() / ("en" if lang == "en" else "") / f"{name}.txt"
    if not _NAME.fullmatch(name) or not path.is_file():
        raise NoSuchText(name)
    return Template(path.read_text(encoding="utf-8"))
