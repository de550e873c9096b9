"""Ratings as the pages show them: which levels there are, what may be said beside one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cases.actions.dialogue.rating import may_explain
from cases.queries.rating_reasons import tags_of
from cases.queries.ratings import rating_view


@dataclass(frozen=True, slots=True)
class Tag:
    code: str
    word: str


def why(given: Any) -> dict[str, Any]:
    """What the page after the tap needs: the rating, the words that fit its level, whether they are still open."""
    return {
        "given": rating_view(given),
        "tags": [Tag(code, str(word)) for code, word in tags_of(given.level)],
        "may_explain": may_explain(given),
    }
