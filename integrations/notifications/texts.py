"""The texts of messages: one file a template, the first line is the title; `$name` stands for a value.

Values are put in once and never read as text of the template, so what a person or a department wrote stays inert.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import Template

from django.conf import settings

from cases.ports import GatewayError

_NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")


@dataclass(frozen=True, slots=True)
class Text:
    """A message as the person reads it."""

    title: str
    body: str


def folder() -> Path:
    return Path(settings.BASE_DIR) / "templates" / "notifications"


def template_names() -> frozenset[str]:
    """Every template that can be sent."""
    return frozenset(path.stem for path in folder().glob("*.txt"))


def text_of(template: str, values: Mapping[str, str]) -> Text:
    """The text of a message. Raises GatewayError (for good) when there is no such template or a value is missing."""
    try:
        filled = _template(template).substitute(values)
    except KeyError as error:
        raise GatewayError(f"消息缺少内容：{error.args[0]}", permanent=True) from error
    title, _, body = filled.partition("\n")
    return Text(title.strip(), body.strip())


@cache
def _template(name: str) -> Template:
    path = folder() / f"{name}.txt"
    if not _NAME.fullmatch(name) or not path.is_file():
        raise GatewayError(f"没有这个消息模板：{name}", permanent=True)
    return Template(path.read_text(encoding="utf-8"))
