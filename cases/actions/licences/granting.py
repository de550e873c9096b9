"""Authorised use (授权用证): for one case, or shown once by a code (亮证); for a time; taken back at will.

Only the holder grants, or the guardian of a child; at the window a clerk writes down how the holder agreed. Nobody
grants the licence of somebody else. 个人信息保护法 第十四、十五、二十九、三十一条; 国令809号.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from bundles import queries
from cases import access
from cases.actions.engine.events import record
from cases.actions.engine.locking import lock_case
from cases.actions.licences.shelf import is_in_force
from cases.errors import CaseError, NotReady, WrongState
from cases.models import Case, Licence, LicenceGrant, Lookup
from cases.ports import Actor
from cases.protection import blind_index
from cases.queries.licences import CHILD, OWN, children_of, licences_seen_by, role_of, withheld_among
from cases.queries.people import Person, StaffPerson
from cases.states import CASE_FINAL, CASE_OPEN, CaseState

Means = LicenceGrant.Means
LONGEST = timedelta(days=180)
SHOWN_FOR = timedelta(minutes=10)
CODE_DIGITS = 8
SHORTEST_WORDS = 4
BEFORE_FILING = frozenset({CaseState.DRAFT, CaseState.AWAITING_PARTIES})
SHOWING = "当面出示（亮证）"


def grant(licence_id: UUID, case_number: str, *, days: int, account: Person) -> LicenceGrant:
    """Let one case use a licence for so many days; an earlier grant for the same case gives way.

    Raises CaseError for a licence one does not speak for, NotReady for an unknown number or a wrong time, WrongState
    for a licence that is in force no more or a case that is over.
    """
    with transaction.atomic():
        case = _case_by_number(case_number)
        licence, means, basis = _to_grant(licence_id, account)
        return _give(licence, case, days=days, means=means, basis=basis, given_by=account, by=_actor(account))


def grant_at_window(
    licence_id: UUID, case_number: str, *, days: int, evidence: str, clerk: StaffPerson
) -> LicenceGrant:
    """The holder stands at the window and agrees; the clerk writes down how that was seen. 个人信息保护法 第十四条.

    Raises NotReady without such words, CaseError for anybody but a clerk.
    """
    if clerk.role != access.CLERK:
        raise CaseError(_("只有窗口人员可以代为登记授权"))
    if len(evidence.strip()) < SHORTEST_WORDS:
        raise NotReady(_("请写明持证人怎样当面同意的，例如“本人到场，核对身份证后签字”"))
    with transaction.atomic():
        case = _case_by_number(case_number)
        licence = Licence.objects.select_for_update(of=("self",)).get(pk=licence_id)
        _must_be_usable(licence)
        return _give(
            licence, case, days=days, means=Means.COUNTER, basis="", given_by=None, by=clerk.actor,
            recorded_by=clerk, evidence=evidence.strip()[:300],
        )  # fmt: skip


def held_at_window(code: str, number: str) -> UUID:
    """The licence of a kind that the person at the window holds, without showing it. Raises NotReady for none."""
    rows = Licence.objects.filter(code=code, holder_index=blind_index(number.strip()), state=Licence.State.IN_FORCE)
    found = next((row.pk for row in rows if is_in_force(row)), None) if number.strip() else None
    if found is None:
        raise NotReady(_("证照库里没有这位持证人的这类有效证照；可以请他登录后从发证部门取"))
    return found


def show(licence_id: UUID, *, account: Person) -> str:
    """A code to be shown once, to whom one stands before (亮证); an earlier one of this licence is void."""
    with transaction.atomic():
        licence, means, basis = _to_grant(licence_id, account)
        now = timezone.now()
        LicenceGrant.objects.filter(licence=licence, case=None, revoked_at=None).update(revoked_at=now)
        code = "".join(secrets.choice("0123456789") for _ in range(CODE_DIGITS))
        LicenceGrant.objects.create(
            licence=licence,
            holder_index=licence.holder_index,
            code_index=index_of_code(code),
            purpose=SHOWING,
            means=means,
            basis=basis,
            given_by_id=account.pk,
            given_at=now,
            until=now + SHOWN_FOR,
        )
    return code


def index_of_code(code: str) -> str:
    return blind_index(f"licence-shown:{code}")


def revoke(grant_id: UUID, *, account: Person) -> LicenceGrant:
    """Take a grant back; nothing is read by it from now on. What was read before stays lawful. 个人信息保护法 第十五条.

    Raises CaseError for somebody else's.
    """
    with transaction.atomic():
        case_id = LicenceGrant.objects.values_list("case_id", flat=True).get(pk=grant_id)
        case = lock_case(case_id) if case_id else None
        row = LicenceGrant.objects.select_for_update(of=("self",)).select_related("licence").get(pk=grant_id)
        if row.given_by_id != account.pk and role_of(account, row.licence) not in (OWN, CHILD):
            raise CaseError(_("只有持证人可以撤回自己的授权"))
        if row.revoked_at is None:
            _take_back(row, case, account)
    return row


def _take_back(row: LicenceGrant, case: Case | None, account: Person) -> None:
    row.revoked_at = timezone.now()
    row.save(update_fields=["revoked_at"])
    if case is not None:
        record(case, "licence.grant_revoked", by=_actor(account), code=row.licence.code, grant=str(row.pk))
        if case.state in BEFORE_FILING:
            _forget_answers(case, row)


def _forget_answers(case: Case, row: LicenceGrant) -> None:
    """Before filing, what only the grant had let in is forgotten again: the slot is open, nobody is refused."""
    found = Lookup.objects.filter(case=case, kind="licence", code=row.licence.code)
    numbers = {str(value) for value in row.licence.holder.values() if value}
    gone = [one.pk for one in found if numbers & {str(value) for value in (one.inputs or {}).values()}]
    Lookup.objects.filter(pk__in=gone).delete()


def _case_by_number(number: str) -> Case:
    """A case that still goes on, by the number on its receipt, or a draft by its id. Raises NotReady, WrongState."""
    typed = number.strip().upper()
    case_id = Case.objects.filter(number=typed).values_list("pk", flat=True).first() if typed else None
    case_id = case_id or _draft_id(number.strip())
    if case_id is None:
        raise NotReady(_("没有这个编号的办件，请对照收件凭证核对每一位"))
    case = lock_case(case_id)
    if case.state in CASE_FINAL or case.state not in CASE_OPEN | BEFORE_FILING:
        raise WrongState(_("这个办件已经结束，不能再授权用证"))
    return case


def _draft_id(text: str) -> UUID | None:
    try:
        return Case.objects.filter(pk=UUID(text)).values_list("pk", flat=True).first()
    except ValueError:
        return None


def _to_grant(licence_id: UUID, account: Person) -> tuple[Licence, str, str]:
    """The licence, locked, and on what the person may grant it. Raises CaseError, WrongState."""
    mine = licences_seen_by(account).filter(pk=licence_id).exists()
    licence = Licence.objects.select_for_update(of=("self",)).filter(pk=licence_id).first() if mine else None
    role = role_of(account, licence, children_of(account)) if licence else ""
    if licence is None or role not in (OWN, CHILD):
        raise CaseError(_("只有持证人本人，或孩子的监护人，可以授权使用这份证照"))
    _must_be_usable(licence)
    return (licence, Means.SIGN_IN, "") if role == OWN else (licence, Means.GUARDIAN, "guardian")


def _must_be_usable(licence: Licence) -> None:
    if not is_in_force(licence):
        raise WrongState(_("这份证照已经失效，不能再授权使用"))
    if withheld_among([licence]):
        raise WrongState(_("这份证照缴费后才能领取和使用"))


def _give(
    licence: Licence, case: Case, *, days: int, means: str, basis: str, given_by: Person | None, by: Actor,
    recorded_by: Person | None = None, evidence: str | None = None,
) -> LicenceGrant:  # fmt: skip
    lasts = timedelta(days=days)
    if not timedelta() < lasts <= LONGEST:
        raise NotReady(_("授权期限要在 1 到 %(most)s 天之间") % {"most": LONGEST.days})
    now = timezone.now()
    standing = LicenceGrant.objects.filter(licence=licence, case=case, item_id="", revoked_at=None)
    standing.update(revoked_at=now)
    row = LicenceGrant.objects.create(
        licence=licence,
        holder_index=licence.holder_index,
        case=case,
        purpose=purpose_of(case),
        means=means,
        basis=basis,
        given_by_id=given_by.pk if given_by else None,
        recorded_by_id=recorded_by.pk if recorded_by else None,
        evidence=evidence,
        given_at=now,
        until=now + lasts,
    )
    record(case, "licence.granted", by=by, code=licence.code, grant=str(row.pk))
    return row


def purpose_of(case: Case) -> str:
    """What a licence is used for in a case, in words."""
    return f"办理“{queries.version(case.bundle_version_id).spec.zh}”"[:200]


def _actor(account: Person) -> Actor:
    return Actor("party", str(account.pk))
