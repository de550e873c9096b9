"""How old the data is that a form shows: 数据截至. An answer is used again in its own case only, and says its age."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from cases.models import Case, Lookup


def ages(case: Case) -> Mapping[str, datetime]:
    """By source, as "api:CODE@party": when the data stood so, by the register, or else when it was asked."""
    rows = Lookup.objects.filter(case=case, outcome=Lookup.Outcome.FOUND).order_by("asked_at")
    kept = rows.values_list("kind", "code", "party", "as_of", "asked_at")
    return {f"{kind}:{code}@{party}": as_of or asked_at for kind, code, party, as_of, asked_at in kept}
