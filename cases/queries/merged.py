"""The merged report of a case that asked many departments: who said what, who has not answered (核查汇总).

“No record found” and “no answer yet” are two different things and stand apart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from bundles import forms, queries
from bundles.rules import evaluate
from bundles.spec import BundleSpec, Merge
from cases.models import Case, Result, SubApplication
from cases.queries.context import context_of
from cases.queries.declared import declared_fields, said_as
from cases.states import SUB_FINAL, SubState

REPLIED, PENDING, REFUSED = "replied", "pending", "refused"


@dataclass(frozen=True, slots=True)
class Section:
    """What one department said. `standing`: replied, pending or refused; `is_new`: not in the version before."""

    sub: str
    title: str
    department: str
    standing: str
    values: tuple[tuple[str, str], ...]
    is_new: bool = False


def sections_of(case: Case, spec: BundleSpec, merge: Merge, known: Sequence[str] = ()) -> tuple[Section, ...]:
    """A section per item of `order`, in that order; `known` are the sub-applications that had answered before."""
    subs = SubApplication.objects.filter(case=case, item_id__in=merge.order)
    ordered = sorted(subs, key=lambda sub: (merge.order.index(sub.item_id), sub.seq))
    asked = [sub for sub in ordered if sub.state != SubState.CANCELLED]
    return tuple(_section(sub, spec, known) for sub in asked)


def _section(sub: SubApplication, spec: BundleSpec, known: Sequence[str]) -> Section:
    department = queries.registry().departments.get(sub.department)
    standing = _standing(sub)
    item = spec.item(sub.item_id)
    return Section(
        sub=str(sub.pk),
        title=f"{item.zh}（{sub.instance_label}）" if sub.instance_label else item.zh,
        department=department.name if department else sub.department,
        standing=standing,
        values=_values(sub, spec) if standing == REPLIED else (),
        is_new=bool(known) and standing != PENDING and str(sub.pk) not in known,
    )


def _standing(sub: SubApplication) -> str:
    if sub.state == SubState.APPROVED:
        return REPLIED
    return REFUSED if sub.state in SUB_FINAL else PENDING


def _values(sub: SubApplication, spec: BundleSpec) -> tuple[tuple[str, str], ...]:
    found: list[tuple[str, str]] = []
    fields: dict[str, Any] = {}
    for result in Result.objects.filter(sub=sub, revoked_at=None, replaced_at=None):
        fields.update(result.fields)
    for declared in spec.results_of(sub.item_id):
        for name, (label, kind) in declared_fields(declared).items():
            if name in fields:
                found.append((label, said_as(spec, name, fields[name], kind)))
    return tuple(found)


def report_fields(
    case: Case, spec: BundleSpec, merge: Merge, *, version: int, known: Sequence[str] = ()
) -> dict[str, Any]:
    """The values that the portal fills into the result of the merging item, by the names `merge.fields` gives them."""
    sections = sections_of(case, spec, merge, known)
    made: Mapping[str, Any] = {
        "version": version,
        "replied": len({one.department for one in sections if one.standing == REPLIED}),
        "pending": [one.department for one in sections if one.standing == PENDING],
        "sections": [asdict(one) for one in sections],
    }
    return {name: made[what] for name, what in (merge.fields or {}).items() if what in made}


def with_report(case: Case, sub: SubApplication, values: Mapping[str, Any]) -> Mapping[str, Any]:
    """The result values of an item; where it is the one that merges, together with what the portal has put together."""
    spec = queries.version(case.bundle_version_id).spec
    if spec.merge is None or spec.merge.item != sub.item_id:
        return values
    return {**values, **report_fields(case, spec, spec.merge, version=1)}


def hints_of(case: Case) -> tuple[str, ...]:
    """What does not fit together in the answers: remarks for the person who checks the report."""
    context = context_of(case)
    merge = context.spec.merge
    if merge is None:
        return ()
    scope = forms.scope(context)
    return tuple(hint.zh for hint in merge.hints if evaluate(hint.when, scope) is True)
