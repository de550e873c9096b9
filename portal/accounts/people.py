"""Accounts from identities: one person, one account, through whichever door."""

from __future__ import annotations

from uuid import uuid4

from cases.ports import Identity
from portal.accounts.models import Account, Role
from portal.accounts.organisations import account_of_body


def account_for(identity: Identity) -> Account:
    """The account of a verified identity, of a person or a body, made at the first sign-in."""
    if identity.kind == "org":
        return account_of_body(identity)
    found = Account.objects.with_id_no(identity.id_no)
    if found is not None:
        return found
    account = Account(
        username=f"id-{uuid4().hex[:16]}",
        role=Role.CITIZEN,
        name=identity.name,
        id_no=identity.id_no,
        phone=identity.attributes.get("phone"),
        details={key: value for key, value in identity.attributes.items() if key not in ("name", "id_no", "phone")},
    )
    account.set_unusable_password()
    account.save()
    return account
