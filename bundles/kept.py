"""Parts of the catalogue kept in the memory of a process, as long as their stamp in the database stays the same.

Reading the stamps costs one tiny query, at most every few seconds; a change made elsewhere is seen that much later.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from typing import Generic, TypeVar
from uuid import UUID

from bundles.models import Stamp

CHECK_EVERY_S = 5.0
T = TypeVar("T")
_lock = threading.Lock()
_marks: tuple[float, Mapping[str, UUID]] | None = None
_all: list[Kept[object]] = []


class Kept(Generic[T]):
    """A value built from one part of the catalogue (`registry`, `calendar` or `bundles`), or from several."""

    def __init__(self, *parts: str, build: Callable[[], T]) -> None:
        self._parts, self._build = parts, build
        self._held: tuple[tuple[UUID | None, ...], T] | None = None
        _all.append(self)  # type: ignore[arg-type]

    def get(self) -> T:
        marks = _current_marks()
        wanted = tuple(marks.get(part) for part in self._parts)
        held = self._held
        if held is not None and held[0] == wanted:
            return held[1]
        value = self._build()
        self._held = (wanted, value)
        return value

    def drop(self) -> None:
        self._held = None


def forget() -> None:
    """Drop everything kept: the next reader sees what stands in the database now."""
    global _marks
    with _lock:
        _marks = None
    for kept in _all:
        kept.drop()


def recheck() -> None:
    """Let the next reader ask the stamps at once, instead of after a few seconds."""
    global _marks
    with _lock:
        _marks = None


def _current_marks() -> Mapping[str, UUID]:
    global _marks
    held = _marks
    if held is not None and time.monotonic() - held[0] < CHECK_EVERY_S:
        return held[1]
    fresh = dict(Stamp.objects.values_list("part", "mark"))
    with _lock:
        _marks = (time.monotonic(), fresh)
    return fresh
