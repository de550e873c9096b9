"""People around a case: what we need to know of whoever signed in, and who has still to agree."""

from __future__ import annotations

from functools import cache
from typing import Protocol
from uuid import UUID

from cases import docket
from cases.models import Case, Party
from cases.ports import Actor, Identity
from cases.prepared import Prepared
from cases.protection import blind_index
from cases.statements import built, columns

ASKED_KINDS = ("login", "authorise")


class Person(Protocol):
    """Somebody signed in, as the engine knows people; accounts are such."""

    @property
    def pk(self) -> UUID: ...

    @property
    def identity(self) -> Identity: ...

    @property
    def actor(self) -> Actor: ...


class StaffPerson(Person, Protocol):
    """Somebody signed in with a role and, for staff, a department."""

    role: str
    department: str


def pending_parties(case: Case) -> list[Party]:
    """Those who must still say yes before the case can be filed.

    Who is known by name only cannot be asked online and is not waited for.
    """
    asked = [one for one in parties_of(case) if one.consent_kind in ASKED_KINDS and one.id_index]
    return [one for one in asked if one.state != Party.State.AGREED]


def parties_of(case: Case) -> list[Party]:
    """Everybody concerned by a case, in the order of names and rows; read once where a docket keeps the case."""
    book = docket.current()
    known = book.kept(Party, case.pk) if book else None
    if known is None:
        known = built(Party, _reading_parties()(case.pk))
        if book is not None and book.keeps(case):
            book.keep(Party, case.pk, known)
    return list(known)


@cache
def _reading_parties() -> Prepared:
    text = f"SELECT {columns(Party, 'p')} FROM cases_party p WHERE case_id = $1"
    return Prepared(f"{text} ORDER BY party_id, row_index", "uuid")


def indexes_of(person: Person) -> frozenset[str]:
    """The blind indexes a person answers to: the own number, and the company's for its operator."""
    attributes = person.identity.attributes
    numbers = {person.identity.id_no, *(attributes.get(key, "") for key in ("id_no", "uscc", "passport_no"))}
    return frozenset(blind_index(number) for number in numbers if number)
