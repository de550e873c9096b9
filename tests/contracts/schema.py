"""The OpenAPI document of the contract as a judge of bodies."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator, FormatChecker

ROOT = Path(__file__).parents[2]


@cache
def contract() -> Mapping[str, Any]:
    """The document as published."""
    document: dict[str, Any] = yaml.safe_load((ROOT / "docs" / "openapi-department.yaml").read_text("utf-8"))
    return document


@cache
def judge(schema: str) -> Draft202012Validator:
    """A validator of one of its schemas, formats included."""
    whole = {"$ref": f"#/components/schemas/{schema}", "components": contract()["components"]}
    return Draft202012Validator(whole, format_checker=FormatChecker())


def faults(schema: str, document: Any) -> list[str]:
    """What the schema finds wrong with a document."""
    found = judge(schema).iter_errors(document)
    return [f"{'/'.join(map(str, error.absolute_path)) or '.'}: {error.message[:200]}" for error in found]


def undocumented(schema: str, document: Mapping[str, Any]) -> set[str]:
    """Keys of a document that the contract does not tell of."""
    return set(document) - set(contract()["components"]["schemas"][schema]["properties"])
