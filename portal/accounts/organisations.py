"""Bodies: the account of a company, found by its credit code; and who represents it by law (法定代表人)."""

from __future__ import annotations

from uuid import uuid4

from django.db import transaction
from django.utils import timezone

from cases.ports import Identity
from cases.protection import blind_index
from portal.accounts.models import Account, Mandate, Organisation, Role
from portal.accounts.trail import note


@transaction.atomic
def register_body(account: Account) -> Organisation | None:
    """Make an operator's account the one its body is found by; None where another one is already."""
    uscc = str((account.details or {}).get("uscc") or "")
    if account.role != Role.COMPANY or not uscc:
        return None
    body, _ = Organisation.objects.get_or_create(uscc_index=blind_index(uscc), defaults={"account": account})
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
