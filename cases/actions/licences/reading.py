"""The desk looks a licence up: for a stated purpose, on a stated ground, and every look leaves its trail.

A department reads the licences it issues itself by its duty; of others only those that the holder has granted for a
case in its hands, or agreed to there. Reading is having a watermarked copy made: who, when, what for. 国令809号;
个人信息保护法 第六、十三、二十三条. No trail, no data.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from bundles import queries
from cases import access
from cases.actions.deciding.results import MARK_ALPHABET, MARK_LENGTH
from cases.actions.licences.granting import index_of_code
from cases.actions.licences.shelf import is_in_force
from cases.errors import NotReady
from cases.models import Case, Consent, DataCall, Licence, LicenceCopy, LicenceGrant, Lookup
from cases.ports import Actor
from cases.protection import blind_index
from cases.queries import licence_grants
from cases.queries.licences import LicenceCard, card, digest_of_face, licences_seen_by, withheld_among
from cases.queries.people import Person, StaffPerson

SHORTEST_PURPOSE = 4
PURPOSE_MAX = 200
MOST = 50
DUTY = "duty:issuer"
NO_CASE = "没有这个编号的办件，或者它不在您这里办理"


@dataclass(frozen=True, slots=True)
class Sought:
    """What the desk asks: a kind ("" for any), the holder's number or that of the licence, purpose, case number."""

    number: str
    purpose: str
    code: str = ""
    case_number: str = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """A licence that may be read, and on what ground: the issuer's duty, a grant, or a consent in the case."""

    licence: LicenceCard
    basis: str


def look_up(sought: Sought, *, by: StaffPerson) -> tuple[Seen, ...]:
    """The licences of a holder, or of a number, that this member of staff may read. Asking leaves a trail by itself.

    Raises NotReady without a number or a purpose, or for a case that is not in these hands.
    """
    purpose = _purpose(sought.purpose)
    if len(sought.number.strip()) < SHORTEST_PURPOSE:
        raise NotReady(_("请输入持证人的证件号码，或证照编号"))
    with transaction.atomic():
        case = _case_of(by, sought.case_number)
        rows = _found(sought)
        seen = [(row, basis) for row in rows if (basis := basis_for(by, row, case))]
        _write_down(sought, [row for row, _ in seen], case, purpose, by, {row.pk: basis for row, basis in seen})
    withheld = withheld_among([row for row, _ in seen])
    return tuple(Seen(card(row, "", withheld), basis) for row, basis in seen)


def open_copy(licence_id: UUID, purpose: str, case_number: str = "", *, by: StaffPerson) -> LicenceCopy:
    """Read one licence: a copy with purpose, reader and time as its watermark, and the trail of it.

    Raises NotReady without a purpose or a ground.
    """
    said = _purpose(purpose)
    with transaction.atomic():
        case = _case_of(by, case_number)
        row = Licence.objects.select_related("result__sub__case").filter(pk=licence_id).first()
        basis = basis_for(by, row, case) if row else ""
        if row is None or not basis:
            raise NotReady(_("没有看这份证照的依据：不是本部门颁发的，持证人也没有授权"))
        return _copied(row, said, case, basis, by.actor, department=by.department)


def open_shown(code: str, purpose: str, *, by: StaffPerson) -> LicenceCopy:
    """Read the licence behind a code that its holder shows (亮证); the code is used up by that.

    Raises NotReady for a code that is wrong, used or too old.
    """
    said = _purpose(purpose)
    typed = "".join(sign for sign in code if sign.isdecimal())
    with transaction.atomic():
        rows = licence_grants.in_force().select_for_update(of=("self",)).filter(case=None)
        shown = rows.filter(code_index=index_of_code(typed)).first() if typed else None
        if shown is None:
            raise NotReady(_("这个亮证码不对、已用过，或者已超过 10 分钟；请持证人重新亮证"))
        row = Licence.objects.select_related("result__sub__case").get(pk=shown.licence_id)
        copy = _copied(row, said, None, str(shown.pk), by.actor, department=by.department, grant=shown)
        shown.revoked_at = timezone.now()
        shown.save(update_fields=["revoked_at"])
    return copy


def copy_for_oneself(licence_id: UUID, purpose: str, *, account: Person) -> LicenceCopy:
    """A copy that its holder hands out, good for one purpose and no other.

    Raises NotReady without a purpose, or where it is not one's own or its fee comes first.
    """
    said = _purpose(purpose)
    with transaction.atomic():
        mine = licences_seen_by(account).filter(pk=licence_id).values_list("pk", flat=True)
        row = Licence.objects.filter(pk__in=list(mine)).first()
        if row is None or withheld_among([row]):
            raise NotReady(_("这份证照现在还不能制作复印件"))
        return _copied(row, said, None, "", account.actor)


# ---- on what ground ------------------------------------------------------------------------------------------


def basis_for(by: StaffPerson, licence: Licence, case: Case | None) -> str:
    """The ground on which somebody at the desk may read a licence: duty, the id of a grant or consent; "" for none."""
    if by.role == access.STAFF and by.department and by.department == licence.department:
        return DUTY
    if case is None or by.role not in (access.STAFF, access.CLERK) or not is_in_force(licence):
        return ""
    granted = licence_grants.in_force().filter(licence=licence, case=case).values_list("pk", flat=True).first()
    return str(granted) if granted else _consent_for(licence, case)


def _consent_for(licence: Licence, case: Case) -> str:
    """A consent in the case that names this kind, given for this holder, apart where the kind is sensitive."""
    source = f"licence:{licence.code}"
    known = queries.registry().licences.get(licence.code)
    given = Consent.objects.filter(case=case, subject_index=licence.holder_index, revoked_at=None)
    for consent in given.exclude(means=Consent.Means.DUTY):
        counts = consent.until is None or consent.until > timezone.now()
        is_apart = not (known and known.sensitive) or source in consent.sensitive
        if counts and source in consent.covers and is_apart:
            return str(consent.pk)
    return ""


def _case_of(by: StaffPerson, number: str) -> Case | None:
    """The case a look is for, where it is in these hands. Raises NotReady for any other."""
    typed = number.strip().upper()
    if not typed:
        return None
    if by.role == access.CLERK:
        found = access.filed_cases_for_window(by).filter(number=typed).first()
    else:
        found = next((sub.case for sub in access.subs_for_department(by).filter(case__number=typed)[:1]), None)
    if found is None:
        raise NotReady(NO_CASE)
    return found


# ---- the trail and the copy ----------------------------------------------------------------------------------


def _purpose(text: str) -> str:
    said = text.strip()[:PURPOSE_MAX]
    if len(said) < SHORTEST_PURPOSE:
        raise NotReady(_("请写明用途，至少 4 个字；持证人能看到"))
    return said


def _found(sought: Sought) -> list[Licence]:
    index = blind_index(sought.number.strip())
    rows = Licence.objects.select_related("result__sub__case")
    if sought.code:
        rows = rows.filter(code=sought.code)
    held = list(rows.filter(holder_index=index)[:MOST])
    return held or list(rows.filter(number_index=index)[:MOST])


def _write_down(
    sought: Sought,
    rows: Iterable[Licence],
    case: Case | None,
    purpose: str,
    by: StaffPerson,
    bases: dict[UUID, str],
) -> None:
    """One row for each licence that is shown; where none is, one that says so."""
    calls = [
        _call(row.code, row.department, row.holder_index, case, purpose, by.actor, bases[row.pk], found=True)
        for row in rows
    ]
    nobody = _call(sought.code or "*", "", blind_index(sought.number.strip()), case, purpose, by.actor, "", found=False)
    DataCall.objects.bulk_create(calls or [nobody])


def _call(
    code: str, department: str, subject: str, case: Case | None, purpose: str, by: Actor, basis: str, *, found: bool
) -> DataCall:
    return DataCall(
        at=timezone.now(),
        kind="licence",
        code=code,
        department=department,
        purpose=purpose,
        case=case,
        case_no=(case.number or "") if case else "",
        subject_index=subject,
        caller_kind=by.kind,
        caller_id=by.id,
        on_behalf_index=case.applicant_index if case else "",
        consent_id=basis,
        outcome=Lookup.Outcome.FOUND if found else Lookup.Outcome.EMPTY,
    )


def _copied(
    row: Licence, purpose: str, case: Case | None, basis: str, by: Actor, *, department: str = "",
    grant: LicenceGrant | None = None,
) -> LicenceCopy:  # fmt: skip
    if by.kind not in ("applicant", "party"):
        _call(row.code, row.department, row.holder_index, case, purpose, by, basis, found=True).save(force_insert=True)
    granted = grant or LicenceGrant.objects.filter(pk=basis).first() if _is_id(basis) else grant
    return LicenceCopy.objects.create(
        licence=row,
        grant=granted,
        case=case,
        mark="".join(secrets.choice(MARK_ALPHABET) for _ in range(MARK_LENGTH)),
        purpose=purpose,
        actor_kind=by.kind,
        actor_id=by.id,
        department=department,
        sha256=digest_of_face(row),
        made_at=timezone.now(),
    )


def _is_id(basis: str) -> bool:
    return len(basis) == 36
