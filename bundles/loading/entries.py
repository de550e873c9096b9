"""Shipped entries against the rows of a table: new ones are created, changed ones updated, the rest left alone."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from bundles import yaml
from bundles.errors import BundleError, UnreadableFile
from bundles.models import ShippedFile
from bundles.models.registry import RegistryRow

LOADER = "1"  # raise it when the loader makes something else of the same file
Row = TypeVar("Row", bound=RegistryRow)


def read_file(path: Path) -> Any:
    """The document of a library file. Raises UnreadableFile with the name of the file."""
    try:
        return yaml.read(path.read_bytes()).document
    except UnreadableFile as error:
        raise UnreadableFile(error.line, f"{path.name}：{error.message}") from error


def is_loaded(library: Path, *names: str) -> bool:
    """Whether files of a library are, byte for byte, the ones that were loaded last."""
    held = dict(ShippedFile.objects.filter(name__in=names).values_list("name", "digest"))
    return all(held.get(name) == _digest(library / name) for name in names)


def remember(library: Path, *names: str) -> None:
    """Note that files have been loaded as they are."""
    for name in names:
        ShippedFile.objects.update_or_create(name=name, defaults={"digest": _digest(library / name)})


def _digest(path: Path) -> str:
    try:
        return hashlib.sha256(LOADER.encode() + path.read_bytes()).hexdigest()
    except OSError as error:
        raise BundleError(f"读不到文件 {path}") from error


def mark_of(entry: Any) -> str:
    """A short mark of a shipped entry; it changes with the entry."""
    text = json.dumps(entry, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def store(model: type[Row], entries: Mapping[str, Mapping[str, Any]]) -> int:
    """Bring shipped entries (key -> columns) into a table; the number of rows written.

    A row whose shipped entry is the one it was made of stays as it is, with whatever an administrator changed in it.
    """
    held = dict(model._default_manager.values_list("pk", "shipped"))
    rows = [
        model(pk=key, shipped=mark_of(columns), **columns)
        for key, columns in entries.items()
        if held.get(key) != mark_of(columns)
    ]
    if rows:
        _write(model, rows)
    return len(rows)


def _write(model: type[Row], rows: Iterable[Row]) -> None:
    rows = list(rows)
    for row in rows:
        if hasattr(row, "index_words"):
            row.index_words()
    key = model._meta.pk.name
    columns = [field.name for field in model._meta.concrete_fields if field.name != key]
    model._default_manager.bulk_create(rows, update_conflicts=True, unique_fields=[key], update_fields=columns)
