"""Results that flow: what a sub-application hands to those that wait for it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from cases.models import Need, Result, SubApplication
from cases.states import SubState


def flows_into(sub: SubApplication) -> dict[str, Any]:
    """Upstream result fields that the bundle lets flow into `sub`, by upstream item; nothing else.

    One instance upstream gives a mapping, several give a list of mappings.
    """
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for need in Need.objects.filter(sub=sub).select_related("upstream").order_by("upstream__seq"):
        if need.flow and need.upstream.state == SubState.APPROVED and _counts(need):
            values = fields_of(need.upstream_id)
            found[need.upstream.item_id].append({name: values[name] for name in need.flow if name in values})
    return {item: rows[0] if len(rows) == 1 else rows for item, rows in found.items()}


def fields_of(sub_id: UUID) -> Mapping[str, Any]:
    """All result fields of a sub-application, over its results."""
    merged: dict[str, Any] = {}
    for result in Result.objects.filter(sub_id=sub_id, revoked_at=None, replaced_at=None):
        merged.update(result.fields)
    return merged


def _counts(need: Need) -> bool:
    """An alternative edge carries values only where the main path did not."""
    if not need.alternative_of:
        return True
    main = Need.objects.filter(sub_id=need.sub_id, upstream__item_id=need.alternative_of, alternative_of="")
    return not main.filter(upstream__state=SubState.APPROVED).exists()
