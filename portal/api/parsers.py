"""Strict JSON: bounded depth, no NaN, no duplicate keys, no NUL. Hostile bodies are 400, never 500."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import IO, Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

MAX_DEPTH = 16


class StrictJSONParser(BaseParser):
    """A JSON object as the body; anything else is refused with a sentence."""

    media_type = "application/json"

    def parse(
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        try:
            text = stream.read().decode("utf-8")
            parsed = json.loads(text, parse_constant=_refuse_constant, object_pairs_hook=_unique) if text else {}
        except (ValueError, RecursionError) as error:
            raise ParseError("请求正文不是可以接受的 JSON") from error
        if not isinstance(parsed, dict):
            raise ParseError("请求正文应为一个 JSON 对象")
        _check(parsed, MAX_DEPTH)
        return parsed


def _refuse_constant(name: str) -> Any:
    raise ValueError(name)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("duplicate key")
    return found


def _check(value: Any, depth: int) -> None:
    if depth == 0:
        raise ParseError("请求正文嵌套太深")
    if isinstance(value, str):
        _check_text(value)
    elif isinstance(value, dict):
        for key, inner in value.items():
            _check_text(key)
            _check(inner, depth - 1)
    elif isinstance(value, list):
        for inner in value:
            _check(inner, depth - 1)


def _check_text(text: str) -> None:
    if "\x00" in text or any("\ud800" <= character <= "\udfff" for character in text):
        raise ParseError("请求正文里有不能保存的字符")
