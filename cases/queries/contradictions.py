"""Answers that do not fit together, as the bundle's constraints say; what somebody plans by is advice here."""

from __future__ import annotations

from bundles import forms
from bundles.spec import BundleSpec


def contradictions(context: forms.Context, selection: forms.Selection) -> list[forms.Refusal]:
    """The constraints between answers that are false."""
    advice = advisory(context.spec)
    found = forms.check_constraints(context, selection)
    return [one for one in found if one.verdict == "false" and one.id not in advice]


def advisory(spec: BundleSpec) -> frozenset[str]:
    """Constraints that somebody plans by (a berth, a tide) and that refuse nothing at the door."""
    return frozenset(str(entry.get("id", "")) for entry in spec.constraints if entry.get("scope"))
