"""Many departments answer, one report comes back (核查汇总): a first version in time, a second when the late ones speak."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bundles import queries
from cases.models import Case, SubApplication
from cases.queries.merged import report_fields


def with_report(case: Case, sub: SubApplication, values: Mapping[str, Any]) -> Mapping[str, Any]:
    """The result values of an item; where it is the one that merges, together with what the portal has put together."""
    spec = queries.version(case.bundle_version_id).spec
    if spec.merge is None or spec.merge.item != sub.item_id:
        return values
    return {**values, **report_fields(case, spec, spec.merge, version=1)}
