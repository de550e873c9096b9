"""Questions people often ask about a bundle (常见问题), with the answers of whoever leads it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from bundles.spec.parts import Text
from bundles.spec.reading import Node


@dataclass(frozen=True, kw_only=True)
class Asked(Node):
    """A question as people put it, and its answer."""

    zh: str
    answer: Text
    en: str = ""

    parts: ClassVar[Mapping[str, Any]] = {"answer": Text}
