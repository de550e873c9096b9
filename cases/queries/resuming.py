"""Where somebody left off: the part of the form that was filled in last, on whatever device."""

from __future__ import annotations

from cases.models import Case, Event


def last_section(case: Case) -> str:
    """The id of the section that was saved last; empty before the first."""
    saved = Event.objects.filter(case=case, kind="section.saved").order_by("-seq")
    facts = saved.values_list("facts", flat=True).first()
    return str((facts or {}).get("section", ""))
