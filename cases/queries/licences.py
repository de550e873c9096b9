"""Licences as their holder, the guardian and the desk see them; and whether a copy of one is genuine.

Who holds a licence is found by blind index; numbers are masked wherever a list shows them. 国令716号 第十条.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from bundles import queries
from bundles.forms.coded import term
from bundles.spec import Result as ResultSpec
from bundles.spec.registry import Registry
from cases.models import Case, Consent, DataCall, Licence, LicenceCopy, LicenceErrand, LicenceGrant, Party, Result
from cases.protection import blind_index
from cases.queries.charges import marked_withheld
from cases.queries.declared import declared_fields, in_words
from cases.queries.people import Person, indexes_of
from cases.queries.trust import PERMITS
from cases.queries.wording import short_name

OWN, CHILD, ISSUED = "own", "child", "issued"
GUARDIAN = "guardian"
OF_AGE = 14
MARK_LENGTH = 16
FACTS_ON_CARD = 3
MOST = 20_000


@dataclass(frozen=True, slots=True)
class LicenceFact:
    label: str
    value: str


@dataclass(frozen=True, slots=True)
class LicenceCard:
    """A licence in a list. `role`: whose it is, seen by the reader: own, of a child, issued in a case of the reader.

    `is_withheld`: its fee comes first; nothing of its face is shown until then. `days_left`: None where it never ends.
    """

    id: UUID
    code: str
    title: str
    dept_code: str
    dept_short: str
    state: str
    state_label: str
    trust: str
    trust_label: str
    replaces_paper: bool
    number: str
    facts: tuple[LicenceFact, ...]
    valid_from: date | None
    valid_to: date | None
    days_left: int | None
    copies: int
    role: str
    is_withheld: bool
    is_ours: bool
    confirmed_at: datetime | None
    ended_at: datetime | None
    issued_at: datetime
    case_id: UUID | None
    result_id: UUID | None
    mark: str

    @property
    def is_in_force(self) -> bool:
        return self.state == Licence.State.IN_FORCE


@dataclass(frozen=True, slots=True)
class GrantView:
    """A grant with how often it was used; `standing`: stands, revoked or ended."""

    id: UUID
    licence_id: UUID
    title: str
    purpose: str
    is_for_case: bool
    case_number: str
    means: str
    given_at: datetime
    until: datetime
    standing: str
    times_used: int
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True)
class CopyView:
    """A watermarked copy: for what, who had it made, when."""

    id: UUID
    mark: str
    purpose: str
    who: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class LicencePage:
    """A licence in full. `flow`: how far it has come back to the department that keeps it: due, done, refused, ""."""

    card: LicenceCard
    face: tuple[LicenceFact, ...]
    reason: str
    flow: str
    grants: tuple[GrantView, ...]
    copies: tuple[CopyView, ...]


@dataclass(frozen=True, slots=True)
class VerifiedCopy:
    """What the public learns of a copy by its mark: kind, issuer, purpose, day, standing of the licence."""

    title: str
    department: str
    purpose: str
    made_at: datetime
    standing: str
    ended_at: datetime | None
    is_unchanged: bool


# ---- whose ---------------------------------------------------------------------------------------------------


def licences_seen_by(account: Person) -> QuerySet[Licence]:
    """Own ones, those of children one speaks for, those that came out of own cases.

    The latter are named one by one: an alternative that lies behind other tables would be looked for in all licences.
    """
    issued = Licence.objects.filter(result__sub__case__applicant_id=account.pk).values_list("pk", flat=True)
    mine = Q(holder_index__in=[*indexes_of(account), *children_of(account)])
    return Licence.objects.filter(mine | Q(pk__in=list(issued.order_by())))


def children_of(account: Person) -> frozenset[str]:
    """Those for whom this person agrees as guardian, by consents that count. 个人信息保护法 第三十一条."""
    now = timezone.now()
    given = Consent.objects.filter(given_by_id=account.pk, kind=GUARDIAN, revoked_at=None)
    counting = given.filter(Q(until=None) | Q(until__gt=now))
    return frozenset(counting.values_list("subject_index", flat=True))


def role_of(account: Person, licence: Licence, children: frozenset[str] | None = None) -> str:
    """own, child or issued; "" for somebody who has nothing to do with it."""
    if licence.holder_index in indexes_of(account):
        return OWN
    if licence.holder_index in (children_of(account) if children is None else children):
        return CHILD
    if licence.result is None or licence.result.sub.case.applicant_id != account.pk:
        return ""
    return CHILD if _is_newborn_of(licence, licence.result.sub.case) else ISSUED


def _is_newborn_of(licence: Licence, case: Case) -> bool:
    """A child of the case whose number the licence itself has brought: the applicant spoke for it there."""
    number = str(licence.holder.get("id_no") or "")
    if not is_under_age(number, timezone.localdate()):
        return False
    return Party.objects.filter(case=case, consent_kind=GUARDIAN).exists()


def is_under_age(id_no: str, today: date) -> bool:
    """Whether an identity number says that somebody is under fourteen."""
    if len(id_no) != 18 or not id_no[6:14].isdecimal():
        return False
    born = date(int(id_no[6:10]), int(id_no[10:12]), int(id_no[12:14]))
    return (today.year - born.year - ((today.month, today.day) < (born.month, born.day))) < OF_AGE


# ---- cards and pages -----------------------------------------------------------------------------------------


def wallet(account: Person, lang: str = "zh", *, limit: int = MOST, offset: int = 0) -> tuple[LicenceCard, ...]:
    """What a person holds or speaks for, the newest first; of those at hand the ones in force in front."""
    mine = licences_seen_by(account).select_related("result__sub__case").defer("result__sub__case__answers")
    rows = list(mine.order_by("-issued_at", "pk")[offset : offset + limit])
    children, withheld = children_of(account), withheld_among(rows)
    found = [card(row, role_of(account, row, children), withheld, lang) for row in rows]
    return tuple(sorted(found, key=lambda one: not one.is_in_force))


def licence_page(account: Person, licence_id: UUID, lang: str = "zh") -> LicencePage | None:
    """One licence with its grants and copies; None for a stranger's, as for one that does not exist."""
    row = licences_seen_by(account).select_related("result__sub__case").filter(pk=licence_id).first()
    if row is None:
        return None
    withheld = withheld_among([row])
    shown = card(row, role_of(account, row), withheld, lang)
    return LicencePage(
        card=shown,
        face=() if shown.is_withheld else face_in_words(row, lang),
        reason=row.reason or "",
        flow=flow_of(row),
        grants=() if shown.role == ISSUED else grants_of([row], lang),
        copies=tuple(_copy_view(one) for one in row.copies_made.all()[:50]),
    )


def withheld_among(rows: Iterable[Licence]) -> frozenset[UUID]:
    """Those whose result waits for its fee (缴费后领取); one query."""
    results = Result.objects.filter(pk__in=[row.result_id for row in rows if row.result_id])
    held = {result.pk for result in marked_withheld(results) if getattr(result, "is_withheld", False)}
    return frozenset(row.pk for row in rows if row.result_id in held)


def card(row: Licence, role: str, withheld: frozenset[UUID], lang: str = "zh") -> LicenceCard:
    registry, today = queries.registry(), timezone.localdate()
    department = registry.departments.get(row.department)
    state = standing_of(row, today)
    is_withheld = row.pk in withheld
    facts = () if is_withheld else face_in_words(row, lang)[:FACTS_ON_CARD]
    return LicenceCard(
        id=row.pk,
        code=row.code,
        title=title_of(row, lang),
        dept_code=row.department,
        dept_short=short_name(department) if department else row.department,
        state=state,
        state_label=str(Licence.State(state).label),
        trust=row.trust,
        trust_label=str(Licence.Trust(row.trust).label),
        replaces_paper=PERMITS[row.trust].replaces,
        number="" if is_withheld else _number(row),
        facts=tuple(facts),
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        days_left=(row.valid_to - today).days if row.valid_to and state == Licence.State.IN_FORCE else None,
        copies=row.copies,
        role=role,
        is_withheld=is_withheld,
        is_ours=row.result_id is not None,
        confirmed_at=row.confirmed_at,
        ended_at=row.ended_at,
        issued_at=row.issued_at,
        case_id=row.result.sub.case_id if row.result else None,
        result_id=row.result_id,
        mark=row.result.mark if row.result else "",
    )


def standing_of(row: Licence, today: date) -> str:
    """Its state; past its last day it has expired, whether a round has written that down yet or not."""
    ran_out = row.state == Licence.State.IN_FORCE and row.valid_to is not None and row.valid_to < today
    return Licence.State.EXPIRED.value if ran_out else row.state


def title_of(row: Licence, lang: str = "zh") -> str:
    return kind_title(row.code, lang)


def kind_title(code: str, lang: str = "zh") -> str:
    """What licences of a kind are called in the catalogue."""
    known = queries.registry().licences.get(code)
    if known is None:
        return code
    return known.en if lang == "en" and known.en else known.zh


def _number(row: Licence) -> str:
    known = queries.registry().licences.get(row.code)
    return str(row.face.get(known.id_field) or "") if known else ""


def face_in_words(row: Licence, lang: str = "zh") -> tuple[LicenceFact, ...]:
    """What stands on its face, by the labels of its kind and of the result it came out of."""
    registry = queries.registry()
    declared = _declared(row)
    labels = dict(_labels(registry, row.code))
    if declared is not None:
        labels |= declared_fields(declared, registry)
    return tuple(
        LicenceFact(term(registry, label, lang), in_words(registry, name, row.face[name], kind, lang))
        for name, (label, kind) in labels.items()
        if row.face.get(name) not in (None, "", [])
    )


def _labels(registry: Registry, code: str) -> Iterable[tuple[str, tuple[str, str]]]:
    known = registry.licences.get(code)
    return [(name, (label, kind)) for name, label, kind in known.fields] if known else []


def _declared(row: Licence) -> ResultSpec | None:
    if row.result is None:
        return None
    spec = queries.version(row.result.sub.case.bundle_version_id).spec
    return next((one for one in spec.results if one.id == row.result.result_id), None)


def flow_of(row: Licence) -> str:
    """How far the result has come back to the department that keeps such licences (数据回流)."""
    found = (
        LicenceErrand.objects.filter(result_id=row.result_id, act=LicenceErrand.Act.ISSUE) if row.result_id else None
    )
    state: str | None = found.values_list("state", flat=True).first() if found is not None else None
    return state or ""


# ---- grants and copies ---------------------------------------------------------------------------------------


def grants_of(rows: Iterable[Licence], lang: str = "zh") -> tuple[GrantView, ...]:
    """The grants of these licences, the newest first, each with how often it was used; two queries."""
    found = LicenceGrant.objects.filter(licence__in=[row.pk for row in rows]).select_related("licence", "case")
    return _grant_views(list(found), lang)


def grants_given(account: Person, lang: str = "zh") -> tuple[GrantView, ...]:
    """Every grant of this person's licences or by this person, newest first."""
    mine = Q(holder_index__in=indexes_of(account)) | Q(given_by_id=account.pk)
    return _grant_views(list(LicenceGrant.objects.filter(mine).select_related("licence", "case")[:200]), lang)


def _grant_views(rows: list[LicenceGrant], lang: str) -> tuple[GrantView, ...]:
    ids = [str(row.pk) for row in rows]
    used: dict[str, list[datetime]] = {}
    for consent_id, at in DataCall.objects.filter(consent_id__in=ids).values_list("consent_id", "at"):
        used.setdefault(consent_id, []).append(at)
    return tuple(_grant_view(row, used.get(str(row.pk), []), lang) for row in rows)


def _grant_view(row: LicenceGrant, used: list[datetime], lang: str) -> GrantView:
    standing = "revoked" if row.revoked_at else "ended" if row.until <= timezone.now() else "stands"
    return GrantView(
        id=row.pk,
        licence_id=row.licence_id,
        title=title_of(row.licence, lang),
        purpose=row.purpose,
        is_for_case=row.case is not None,
        case_number=(row.case.number or "") if row.case else "",
        means=str(LicenceGrant.Means(row.means).label),
        given_at=row.given_at,
        until=row.until,
        standing=standing,
        times_used=len(used),
        last_used_at=max(used, default=None),
    )


def _copy_view(row: LicenceCopy) -> CopyView:
    department = queries.registry().departments.get(row.department)
    return CopyView(row.pk, row.mark, row.purpose, short_name(department) if department else "", row.made_at)


def verify_copy(mark: str, lang: str = "zh") -> VerifiedCopy | None:
    """What stands behind the mark of a copy; None for a mark that was never given to one."""
    typed = "".join(sign for sign in mark.upper() if sign.isalnum())
    found = LicenceCopy.objects.select_related("licence").filter(mark=typed) if len(typed) == MARK_LENGTH else None
    row = found.first() if found is not None else None
    if row is None:
        return None
    department = queries.registry().departments.get(row.licence.department)
    return VerifiedCopy(
        title=title_of(row.licence, lang),
        department=department.name if department else row.licence.department,
        purpose=row.purpose,
        made_at=row.made_at,
        standing=standing_of(row.licence, timezone.localdate()),
        ended_at=row.licence.ended_at,
        is_unchanged=row.sha256 == digest_of_face(row.licence),
    )


def digest_of_face(row: Licence) -> str:
    """Fixes what stands on the face: one changed sign is another digest; without our key nobody can guess it back."""
    plain = json.dumps(row.face, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return blind_index(sha256(plain.encode()).hexdigest())
