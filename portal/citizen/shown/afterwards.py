"""What goes on after filing and after the decision, for the case page."""

from __future__ import annotations

from typing import Any

from cases.queries.disputes import disputes_of
from cases.queries.owed import owed_papers
from cases.queries.recurring import entitlements_of


def afterwards_of(case: Any, lang: str) -> dict[str, Any]:
    """Papers owed, data disputed, payments that repeat; three small queries where there is nothing."""
    return {
        "owed": owed_papers(case, lang),
        "disputes": disputes_of(case, lang),
        "payouts": entitlements_of(case, lang),
    }
