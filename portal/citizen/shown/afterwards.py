"""What goes on after filing and after the decision, for the case page."""

from __future__ import annotations

from typing import Any

from cases.queries import CasePage
from cases.queries.disputes import disputes_of
from cases.queries.recurring import entitlements_of


def afterwards_of(case: Any, page: CasePage, lang: str) -> dict[str, Any]:
    """Papers owed, data disputed, payments that repeat; two small queries where there is nothing."""
    return {
        "owed": page.owed,
        "disputes": disputes_of(case, lang),
        "payouts": entitlements_of(case, lang),
    }
