"""Who read my data: staff, registers asked about me, departments that received a case, consents I gave.

Sources: 个人信息保护法 第四十四、四十五条; 政务数据共享条例 (国令809号): every use of shared data can be shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from operator import attrgetter
from uuid import UUID

from django.utils.translation import gettext as _

from bundles import queries
from bundles.spec import BundleSpec
from bundles.spec.registry import Registry
from cases.models import AccessRecord, Case, Consent, DataCall, Delivery, Lookup, Party
from cases.queries.people import Person, indexes_of
from cases.queries.wording import named, purpose_words, short_name
from cases.states import DeliveryState

MOST = 200
MOST_EXPORTED = 20_000
KINDS = ("staff", "lookup", "department", "consent")


@dataclass(frozen=True, slots=True)
class Reading:
    """One look at somebody's data. `kind`: one of KINDS; `basis`: on what it rests, in words."""

    at: datetime
    kind: str
    who: str
    dept_code: str
    what: str
    purpose: str
    case_id: UUID | None
    bundle: str
    number: str = ""
    basis: str = ""
    outcome: str = ""


def readings_of(account: Person, kind: str = "", most: int = MOST) -> tuple[Reading, ...]:
    """Everything that was read of the account's data, in own cases and in other people's, newest first."""
    about = _About(account)
    sources: Mapping[str, Callable[[int], Iterable[Reading]]] = {
        "staff": about.by_staff,
        "lookup": about.by_lookup,
        "department": about.by_department,
        "consent": about.by_consent,
    }
    found = [one for name, source in sources.items() if kind in ("", name) for one in source(most)]
    return tuple(sorted(found, key=attrgetter("at"), reverse=True)[:most])


class _About:
    """The data of one person, wherever it stands."""

    def __init__(self, account: Person) -> None:
        self._account = account
        self._indexes = indexes_of(account)
        self._registry: Registry = queries.registry()

    @cached_property
    def _own_cases(self) -> list[UUID]:
        return list(Case.objects.filter(applicant_id=self._account.pk).values_list("pk", flat=True))

    @cached_property
    def _cases(self) -> list[UUID]:
        """Named one by one: among a million cases a plan that begins with these few is found only by their keys."""
        as_party = Party.objects.filter(id_index__in=self._indexes).exclude(state=Party.State.NOT_ASKED)
        return list({*self._own_cases, *as_party.values_list("case_id", flat=True)})

    def by_staff(self, most: int) -> Iterable[Reading]:
        rows = AccessRecord.objects.filter(case_id__in=self._cases).select_related("case").order_by("-at")[:most]
        for row in rows:
            who = _("窗口人员") if row.actor_kind == "clerk" else _("部门工作人员")
            yield self._reading(
                row.at, "staff", f"{self._short(row.department)} {who}".strip(), row.department, row.what, row.purpose,
                row.case, basis=_("办理职责"),
            )  # fmt: skip

    def by_lookup(self, most: int) -> Iterable[Reading]:
        """Questions about the person or a child the person agreed for; in own cases also what is about no person."""
        guarded = Consent.objects.filter(given_by_id=self._account.pk, kind="guardian")
        people = {*self._indexes, *guarded.values_list("subject_index", flat=True)} - {""}
        about_us = DataCall.objects.filter(subject_index__in=people)
        about_nobody = DataCall.objects.filter(subject_index="", case_id__in=self._own_cases)
        for calls in (about_us, about_nobody):
            for row in calls.select_related("case").order_by("-at")[:most]:
                yield self._by_call(row)

    def _by_call(self, row: DataCall) -> Reading:
        source = self._registry.licences.get(row.code) if row.kind == "licence" else None
        known = source or self._registry.interfaces.get(row.code)
        return self._reading(
            row.at, "lookup", _caller(row, self._account), row.department, named(known) if known else _unnamed(row),
            row.purpose, row.case, basis=_basis(row), outcome=_outcome(row),
        )  # fmt: skip

    def by_department(self, most: int) -> Iterable[Reading]:
        sent = Delivery.objects.filter(
            sub__case_id__in=self._cases, state=DeliveryState.DONE, purpose=Delivery.Purpose.FILE
        )
        for row in sent.select_related("sub__case").order_by("-closed_at")[:most]:
            what = _("办“%(item)s”用到的内容") % {"item": named(_spec(row.sub.case).item(row.sub.item_id))}
            at = row.closed_at or row.created_at
            yield self._reading(
                at, "department", self._short(row.department), row.department, what, _("办理"), row.sub.case,
                basis=_("申请"),
            )  # fmt: skip

    def by_consent(self, most: int) -> Iterable[Reading]:
        """Consents are no reading, but say what may be read: given, and taken back."""
        rows = Consent.objects.filter(given_by_id=self._account.pk).exclude(means=Consent.Means.DUTY)
        for row in rows.select_related("case").order_by("-given_at")[:most]:
            what = _("授权查询 %(count)s 样") % {"count": len(row.covers)}
            means = str(Consent.Means(row.means).label)
            yield self._reading(row.given_at, "consent", _("您本人"), "", what, row.purpose, row.case, basis=means)
            if row.revoked_at is not None:
                yield self._reading(row.revoked_at, "consent", _("您本人"), "", _("授权结束"), row.purpose, row.case)

    def _reading(
        self, at: datetime, kind: str, who: str, dept: str, what: str, purpose: str, case: Case | None, *,
        basis: str = "", outcome: str = "",
    ) -> Reading:  # fmt: skip
        """Of somebody else's case neither the link nor the number: only what was done with one's own data."""
        is_own = case is not None and case.applicant_id == self._account.pk
        return Reading(
            at, kind, who, dept, what, _purpose(purpose, case),
            case.pk if case is not None and is_own else None,
            named(_spec(case)) if case is not None else "",
            (case.number or "") if case is not None and is_own else "",
            basis, outcome,
        )  # fmt: skip

    def _short(self, code: str) -> str:
        known = self._registry.departments.get(code)
        return short_name(known) if known else ""


def _caller(row: DataCall, account: Person) -> str:
    """Who asked, and on whose behalf."""
    if row.caller_kind == "applicant":
        is_own = row.case is not None and row.case.applicant_id == account.pk
        others = _("代办人替您办事时") if is_own else _("申请人办事时")
        return _("您本人办事时") if row.caller_id == str(account.pk) else others
    if row.caller_kind == "clerk":
        return _("窗口人员帮办时")
    if row.caller_kind == "staff":
        return _("部门工作人员")
    return _("平台自动") if row.case_id else _("平台主动服务")


def _unnamed(row: DataCall) -> str:
    """A look at whatever licences somebody holds names no kind."""
    return _("证照") if row.code == "*" else row.code


def _basis(row: DataCall) -> str:
    if row.consent_id.startswith("duty"):
        return _("法定职责")
    return _("授权") if row.consent_id else _("无条件共享")


def _purpose(kept: str, case: Case | None) -> str:
    return kept if case is None else purpose_words(kept, _spec(case))


def _outcome(row: DataCall) -> str:
    words = {Lookup.Outcome.FOUND: _("查到了"), Lookup.Outcome.EMPTY: _("没有记录")}
    return words.get(Lookup.Outcome(row.outcome), _("没有查成"))


def _spec(case: Case) -> BundleSpec:
    return queries.version(case.bundle_version_id).spec
