"""Many departments answer, one report comes back (核查汇总): a first version in time, another when late ones speak."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from bundles import queries
from bundles.spec import BundleSpec, Merge
from cases import notices
from cases.actions.deciding import results
from cases.actions.engine.events import record
from cases.models import Case, Result, SubApplication
from cases.ports import SYSTEM
from cases.queries.merged import REFUSED, REPLIED, report_fields
from cases.states import SubState


def late_answer(case: Case, subs: list[SubApplication], sub: SubApplication) -> None:
    """An answer after the report was given makes its next version, in which only the new is marked (AFTER_FINAL)."""
    spec = queries.version(case.bundle_version_id).spec
    if spec.merge is None or sub.item_id not in spec.merge.order:
        return
    for merging in subs:
        if merging.item_id == spec.merge.item and merging.state == SubState.APPROVED:
            _give_next_version(case, spec, spec.merge, merging)


def _give_next_version(case: Case, spec: BundleSpec, merge: Merge, merging: SubApplication) -> None:
    declared = spec.results_of(merge.item)[0]
    current = Result.objects.filter(sub=merging, result_id=declared.id, replaced_at=None).first()
    if current is None:
        return
    number = current.version + 1
    fields = report_fields(case, spec, merge, version=number, known=_had_answered(merge, current.fields))
    results.keep_version(case, merging, declared, {**current.fields, **fields}, current, at=timezone.now(), by=SYSTEM)
    record(case, "report.version", by=SYSTEM, sub=merging, version=number)
    notices.report_version(case, number)


def _had_answered(merge: Merge, fields: Mapping[str, Any]) -> list[str]:
    """The sub-applications that stood in the version before with an answer."""
    name = next((name for name, what in (merge.fields or {}).items() if what == "sections"), "")
    return [one["sub"] for one in fields.get(name) or () if one["standing"] in (REPLIED, REFUSED)] or [""]
