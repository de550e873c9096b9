"""Who read my data: staff, registers, departments that received a case. 个人信息保护法 第四十四、四十五条."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from operator import attrgetter
from uuid import UUID

from django.utils.translation import gettext as _

from bundles import queries
from bundles.spec import BundleSpec
from bundles.spec.registry import Registry
from cases.models import AccessRecord, Case, Delivery, Lookup
from cases.queries.people import Person
from cases.states import DeliveryState

MOST = 200


@dataclass(frozen=True, slots=True)
class Reading:
    """One look at somebody's data. `kind`: staff, lookup or department."""

    at: datetime
    kind: str
    who: str
    dept_code: str
    what: str
    purpose: str
    case_id: UUID
    bundle: str


def readings_of(account: Person) -> tuple[Reading, ...]:
    """Everything that was read for or from the account's own cases, newest first; three queries."""
    registry = queries.registry()
    mine = Case.objects.filter(applicant_id=account.pk)
    staff = AccessRecord.objects.filter(case__in=mine).select_related("case").order_by("-at")[:MOST]
    asked = Lookup.objects.filter(case__in=mine).select_related("case").order_by("-asked_at")[:MOST]
    sent = Delivery.objects.filter(sub__case__in=mine, state=DeliveryState.DONE, purpose=Delivery.Purpose.FILE)
    sent = sent.select_related("sub__case").order_by("-closed_at")[:MOST]
    found = [_by_staff(row, registry) for row in staff]
    found += [_by_lookup(row, registry) for row in asked]
    found += [_by_department(row, registry) for row in sent]
    return tuple(sorted(found, key=attrgetter("at"), reverse=True)[:MOST])


def _by_staff(row: AccessRecord, registry: Registry) -> Reading:
    who = _("窗口人员") if row.actor_kind == "clerk" else _("部门工作人员")
    name = _name(registry, row.department)
    return Reading(
        row.at, "staff", f"{name} {who}".strip(), row.department, row.what, row.purpose, row.case_id, _bundle(row.case)
    )


def _by_lookup(row: Lookup, registry: Registry) -> Reading:
    source = registry.licences.get(row.code) or registry.interfaces.get(row.code)
    title, dept = (source.zh, source.dept) if source else (row.code, "")
    outcomes = {Lookup.Outcome.FOUND: _("查到了"), Lookup.Outcome.EMPTY: _("没有记录")}
    outcome = outcomes.get(Lookup.Outcome(row.outcome), _("暂时连不上"))
    purpose = _("预填和免提交，%(outcome)s") % {"outcome": outcome}
    return Reading(row.asked_at, "lookup", _("平台"), dept, title, purpose, row.case_id, _bundle(row.case))


def _by_department(row: Delivery, registry: Registry) -> Reading:
    spec = _spec(row.sub.case)
    what = _("办“%(item)s”用到的内容") % {"item": spec.item(row.sub.item_id).zh}
    at = row.closed_at or row.created_at
    return Reading(
        at, "department", _name(registry, row.department), row.department, what, _("办理"), row.sub.case_id, spec.zh
    )


def _name(registry: Registry, code: str) -> str:
    known = registry.departments.get(code)
    return known.short if known else ""


def _spec(case: Case) -> BundleSpec:
    return queries.version(case.bundle_version_id).spec


def _bundle(case: Case) -> str:
    return _spec(case).zh
