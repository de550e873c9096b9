"""Bodies: the account of a company, found by its credit code; and who represents it by law (法定代表人)."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from bundles.rules.validators import is_uscc
from cases.actions.applying.legal_representatives import body_of
from cases.errors import CaseError
from cases.ports import Identity
from cases.protection import blind_index
from portal.accounts.models import Account, AccountEvent, Mandate, Organisation, Role
from portal.accounts.trail import note

WINDOW = timedelta(hours=1)
MOST_ASKED = 5


@transaction.atomic
def register_body(account: Account) -> Organisation | None:
    """Make an operator's account the one its body is found by; None where another one is already."""
    uscc = str((account.details or {}).get("uscc") or "")
    if account.role != Role.COMPANY or not uscc:
        return None
    body, _made = Organisation.objects.get_or_create(uscc_index=blind_index(uscc), defaults={"account": account})
    return body if body.account_id == account.pk else None


@transaction.atomic
def account_of_body(identity: Identity) -> Account:
    """The account of a body that sign-in proved (电子营业执照), made at the first sign-in."""
    found = Organisation.objects.select_related("account").filter(uscc_index=blind_index(identity.id_no)).first()
    if found is not None:
        return found.account
    known = dict(identity.attributes)
    account = Account(
        username=f"org-{uuid4().hex[:16]}",
        role=Role.COMPANY,
        name=known.pop("operator_name", "") or known.get("legal_rep", ""),
        id_no=known.pop("operator_id", None),
        phone=known.pop("operator_phone", None) or known.pop("phone", None),
        details={**known, "uscc": identity.id_no, "ent_name": identity.name},
    )
    account.set_unusable_password()
    account.save()
    Organisation.objects.create(account=account, uscc_index=blind_index(identity.id_no))
    return account


def claim(person: Account, uscc: str) -> Mandate:
    """Stand for a body as its legal representative, because the register says so.

    Raises CaseError for anybody whom the register does not name, or who asks too often; NotReady without an answer.
    """
    uscc = "".join(uscc.split()).upper()
    if person.role != Role.CITIZEN or person.acting is not None or not person.id_no:
        raise CaseError(_("请用法定代表人本人的账户登录"))
    if not is_uscc(uscc):
        raise CaseError(_("请核对统一社会信用代码，共 18 位"))
    asked = AccountEvent.objects.filter(account=person, kind="body.asked", at__gt=timezone.now() - WINDOW)
    if asked.count() >= MOST_ASKED:
        raise CaseError(_("查得太勤了，请一小时后再试"))
    note(person, "body.asked", by=person)
    known = body_of(uscc, account=person)
    if not known.legal_rep_id or blind_index(known.legal_rep_id) != person.id_index:
        raise CaseError(_("登记的法定代表人不是您；刚变更的话，等登记更新以后再来"))
    body = account_of_body(Identity("org", known.name, uscc, "USCC", {"legal_rep": known.legal_rep}))
    return let_represent(person, body, source=settings.BODY_REGISTER)


@transaction.atomic
def let_represent(person: Account, body: Account, *, source: str) -> Mandate:
    """Write down that a person represents a body by law, as a register says; whoever did before no longer does.

    民法典 第六十一条: the legal representative acts for the legal person by law and its articles.
    """
    now = timezone.now()
    before = Mandate.objects.select_for_update().filter(principal=body, kind=Mandate.Kind.LEGAL, ended_at=None)
    held = next((one for one in before if one.person_id == person.pk), None)
    before.exclude(person=person).update(ended_at=now)
    if held is not None:
        return held
    made = Mandate.objects.create(
        kind=Mandate.Kind.LEGAL,
        principal=body,
        person=person,
        name=person.name,
        id_no=person.id_no,
        id_index=person.id_index,
        acts=list(Mandate.Act.values),
        starts_on=timezone.localdate(),
        cases_since=now,
        accepted_at=now,
        given_by=body,
    )
    note(body, "mandate.legal", by=person, mandate=str(made.pk), source=source)
    return made
