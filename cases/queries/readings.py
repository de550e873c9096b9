"""Who read my data: staff, registers asked about me, departments that received a case, consents I gave.

Sources: 个人信息保护法 第四十四、四十五条; 政务数据共享条例 (国令809号): every use of shared data can be shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, partial
from operator import attrgetter
from typing import Any
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
A_PAGE, LAST_PAGE = 30, 50
KINDS = ("staff", "lookup", "department", "consent")
_OF_A_CALL = (
    "at", "case_id", "kind", "code", "department", "purpose", "caller_kind", "caller_id", "consent_id", "outcome",
)  # fmt: skip


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


@dataclass(frozen=True, slots=True)
class ReadingsPage:
    """A page of looks, the newest first."""

    rows: tuple[Reading, ...]
    number: int
    has_more: bool


def readings_of(account: Person, kind: str = "", most: int = MOST) -> tuple[Reading, ...]:
    """Everything that was read of the account's data, in own cases and in other people's, newest first."""
    about = _About(account)
    return about.told(about.looks(kind, most)[:most])


def readings_page(account: Person, kind: str = "", number: int = 1) -> ReadingsPage:
    """The same a page at a time; only what is shown is put into words."""
    about, number = _About(account), min(number, LAST_PAGE)
    found = about.looks(kind, number * A_PAGE + 1)
    shown = found[(number - 1) * A_PAGE : number * A_PAGE]
    return ReadingsPage(about.told(shown), number, len(found) > number * A_PAGE and number < LAST_PAGE)


@dataclass(frozen=True, slots=True)
class _InCase:
    """What is said of the case that a look belongs to."""

    id: UUID
    applicant_id: UUID
    number: str | None
    bundle_version_id: UUID

    @property
    def spec(self) -> BundleSpec:
        return queries.version(self.bundle_version_id).spec


@dataclass(frozen=True, slots=True)
class _Look:
    """A look that is not in words yet."""

    at: datetime
    case_id: UUID | None
    told: Callable[[_InCase | None], Reading]


class _About:
    """The data of one person, wherever it stands."""

    def __init__(self, account: Person) -> None:
        self._account = account
        self._indexes = indexes_of(account)
        self._registry: Registry = queries.registry()

    def looks(self, kind: str, most: int) -> list[_Look]:
        """So many of each kind at least, all of them newest first."""
        sources: Mapping[str, Callable[[int], Iterable[_Look]]] = {
            "staff": self._by_staff,
            "lookup": self._by_lookup,
            "department": self._by_department,
            "consent": self._by_consent,
        }
        found = [one for name, source in sources.items() if kind in ("", name) for one in source(most)]
        return sorted(found, key=attrgetter("at"), reverse=True)

    def told(self, looks: Sequence[_Look]) -> tuple[Reading, ...]:
        """In words; one query for the cases they belong to."""
        ids = {one.case_id for one in looks if one.case_id is not None}
        rows = Case.objects.filter(pk__in=ids).values_list("pk", "applicant_id", "number", "bundle_version_id")
        cases = {row[0]: _InCase(*row) for row in rows} if ids else {}
        return tuple(one.told(cases.get(one.case_id) if one.case_id else None) for one in looks)

    @cached_property
    def _own_cases(self) -> list[UUID]:
        return list(Case.objects.filter(applicant_id=self._account.pk).values_list("pk", flat=True))

    @cached_property
    def _cases(self) -> list[UUID]:
        """Named one by one: among a million cases a plan that begins with these few is found only by their keys."""
        as_party = Party.objects.filter(id_index__in=self._indexes).exclude(state=Party.State.NOT_ASKED)
        return list({*self._own_cases, *as_party.values_list("case_id", flat=True)})

    def _by_staff(self, most: int) -> Iterable[_Look]:
        rows = AccessRecord.objects.filter(case_id__in=self._cases).order_by("-at", "pk")
        for row in rows.values_list("at", "case_id", "actor_kind", "department", "what", "purpose", named=True)[:most]:
            yield _Look(row.at, row.case_id, partial(self._staff_told, row))

    def _staff_told(self, row: Any, case: _InCase | None) -> Reading:
        who = _("窗口人员") if row.actor_kind == "clerk" else _("部门工作人员")
        return self._reading(
            row.at, "staff", f"{self._short(row.department)} {who}".strip(), row.department, row.what, row.purpose,
            case, basis=_("办理职责"),
        )  # fmt: skip

    def _by_lookup(self, most: int) -> Iterable[_Look]:
        """Questions about the person or a child the person agreed for; in own cases also what is about no person."""
        guarded = Consent.objects.filter(given_by_id=self._account.pk, kind="guardian")
        people = {*self._indexes, *guarded.values_list("subject_index", flat=True)} - {""}
        about_us = DataCall.objects.filter(subject_index__in=people)
        about_nobody = DataCall.objects.filter(subject_index="", case_id__in=self._own_cases)
        for calls in (about_us, about_nobody):
            for row in calls.order_by("-at", "pk").values_list(*_OF_A_CALL, named=True)[:most]:
                yield _Look(row.at, row.case_id, partial(self._call_told, row))

    def _call_told(self, row: Any, case: _InCase | None) -> Reading:
        source = self._registry.licences.get(row.code) if row.kind == "licence" else None
        known = source or self._registry.interfaces.get(row.code)
        return self._reading(
            row.at, "lookup", _caller(row, case, self._account), row.department,
            named(known) if known else _unnamed(row), row.purpose, case, basis=_basis(row), outcome=_outcome(row),
        )  # fmt: skip

    def _by_department(self, most: int) -> Iterable[_Look]:
        sent = Delivery.objects.filter(
            sub__case_id__in=self._cases, state=DeliveryState.DONE, purpose=Delivery.Purpose.FILE
        )
        columns = ("closed_at", "created_at", "department", "sub__item_id", "sub__case_id")
        for row in sent.order_by("-closed_at", "pk").values_list(*columns, named=True)[:most]:
            yield _Look(row.closed_at or row.created_at, row.sub__case_id, partial(self._filing_told, row))

    def _filing_told(self, row: Any, case: _InCase | None) -> Reading:
        item = named(case.spec.item(row.sub__item_id)) if case else ""
        what = _("办“%(item)s”用到的内容") % {"item": item}
        return self._reading(
            row.closed_at or row.created_at, "department", self._short(row.department), row.department, what,
            _("办理"), case, basis=_("申请"),
        )  # fmt: skip

    def _by_consent(self, most: int) -> Iterable[_Look]:
        """Consents are no reading, but say what may be read: given, and taken back."""
        given = Consent.objects.filter(given_by_id=self._account.pk).exclude(means=Consent.Means.DUTY)
        columns = ("given_at", "revoked_at", "case_id", "covers", "means", "purpose")
        for row in given.order_by("-given_at", "pk").values_list(*columns, named=True)[:most]:
            yield _Look(row.given_at, row.case_id, partial(self._consent_told, row))
        ended = given.exclude(revoked_at=None).order_by("-revoked_at", "pk")
        for row in ended.values_list(*columns, named=True)[:most]:
            yield _Look(row.revoked_at, row.case_id, partial(self._end_told, row))

    def _consent_told(self, row: Any, case: _InCase | None) -> Reading:
        what = _("授权查询 %(count)s 样") % {"count": len(row.covers)}
        means = str(Consent.Means(row.means).label)
        return self._reading(row.given_at, "consent", _("您本人"), "", what, row.purpose, case, basis=means)

    def _end_told(self, row: Any, case: _InCase | None) -> Reading:
        return self._reading(row.revoked_at, "consent", _("您本人"), "", _("授权结束"), row.purpose, case)

    def _reading(
        self, at: datetime, kind: str, who: str, dept: str, what: str, purpose: str, case: _InCase | None, *,
        basis: str = "", outcome: str = "",
    ) -> Reading:  # fmt: skip
        """Of somebody else's case neither the link nor the number: only what was done with one's own data."""
        is_own = case is not None and case.applicant_id == self._account.pk
        return Reading(
            at, kind, who, dept, what, _purpose(purpose, case),
            case.id if case is not None and is_own else None,
            named(case.spec) if case is not None else "",
            (case.number or "") if case is not None and is_own else "",
            basis, outcome,
        )  # fmt: skip

    def _short(self, code: str) -> str:
        known = self._registry.departments.get(code)
        return short_name(known) if known else ""


def _caller(row: Any, case: _InCase | None, account: Person) -> str:
    """Who asked, and on whose behalf."""
    if row.caller_kind == "applicant":
        is_own = case is not None and case.applicant_id == account.pk
        others = _("代办人替您办事时") if is_own else _("申请人办事时")
        return _("您本人办事时") if row.caller_id == str(account.pk) else others
    if row.caller_kind == "clerk":
        return _("窗口人员帮办时")
    if row.caller_kind == "staff":
        return _("部门工作人员")
    return _("平台自动") if row.case_id else _("平台主动服务")


def _unnamed(row: Any) -> str:
    """A look at whatever licences somebody holds names no kind."""
    return _("证照") if row.code == "*" else row.code


def _basis(row: Any) -> str:
    if row.consent_id.startswith("duty"):
        return _("法定职责")
    return _("授权") if row.consent_id else _("无条件共享")


def _purpose(kept: str, case: _InCase | None) -> str:
    return kept if case is None else purpose_words(kept, case.spec)


def _outcome(row: Any) -> str:
    words = {Lookup.Outcome.FOUND: _("查到了"), Lookup.Outcome.EMPTY: _("没有记录")}
    return words.get(Lookup.Outcome(row.outcome), _("没有查成"))
