"""Results that flow: what a sub-application hands to those that wait for it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from cases import docket
from cases.models import Case, Need, Result, SubApplication
from cases.states import SubState


def needs_of(case: Case) -> list[Need]:
    """All edges of a case."""
    kept = docket.kept(Need, case.pk)
    return kept if kept is not None else list(Need.objects.filter(sub__case=case))


def results_in_force(case_id: UUID) -> list[Result]:
    """The results of a case that count: not revoked, not replaced."""
    kept = docket.kept(Result, case_id)
    if kept is None:
        kept = list(Result.objects.filter(sub__case=case_id, revoked_at=None, replaced_at=None))
    return [one for one in kept if one.revoked_at is None and one.replaced_at is None]


def flows_into(sub: SubApplication) -> dict[str, Any]:
    """Upstream result fields that the bundle lets flow into `sub`, by upstream item; nothing else.

    One instance upstream gives a mapping, several give a list of mappings.
    """
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    edges = [need for need in needs_of(sub.case) if need.sub_id == sub.pk]
    of_case = subs_by_id(sub.case) if any(need.flow for need in edges) else {}
    for need in sorted((need for need in edges if need.flow), key=lambda need: of_case[need.upstream_id].seq):
        upstream = of_case[need.upstream_id]
        if upstream.state == SubState.APPROVED and _counts(need, edges, of_case):
            values = fields_of(upstream)
            found[upstream.item_id].append({name: values[name] for name in need.flow if name in values})
    return {item: rows[0] if len(rows) == 1 else rows for item, rows in found.items()}


def fields_of(sub: SubApplication) -> Mapping[str, Any]:
    """All result fields of a sub-application, over its results."""
    merged: dict[str, Any] = {}
    for result in results_in_force(sub.case_id):
        if result.sub_id == sub.pk:
            merged.update(result.fields)
    return merged


def subs_by_id(case: Case) -> Mapping[UUID, SubApplication]:
    """The sub-applications of a case by their ids."""
    kept = docket.kept(SubApplication, case.pk)
    subs = kept if kept is not None else SubApplication.objects.filter(case=case)
    return {sub.pk: sub for sub in subs}


def _counts(need: Need, edges: Sequence[Need], subs: Mapping[UUID, SubApplication]) -> bool:
    """An alternative edge carries values only where the main path did not."""
    if not need.alternative_of:
        return True
    main = [one for one in edges if not one.alternative_of and subs[one.upstream_id].item_id == need.alternative_of]
    return not any(subs[one.upstream_id].state == SubState.APPROVED for one in main)
