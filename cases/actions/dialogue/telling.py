"""Messages about an account, which belong to no case: a code, a mandate, a copy of one's data, closing."""

from __future__ import annotations

from uuid import UUID

from cases import notices


def tell_account(account_id: UUID, phone: str, template: str, **values: str) -> None:
    """Write a message down in the transaction that makes it true. No phone: it is read in the portal alone."""
    notices.tell_account(account_id, phone, template, **values)


def tell_phone(phone: str, template: str, **values: str) -> None:
    """To a number whose owner may not have an account yet: somebody is asked to act for another."""
    notices.tell_account(None, phone, template, **values)
