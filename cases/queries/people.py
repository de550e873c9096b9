"""People around a case: what we need to know of whoever signed in, and who has still to agree."""

from __future__ import annotations

from typing import Protocol
from uuid import UUID

from cases.models import Case, Party
from cases.ports import Actor, Identity
from cases.protection import blind_index

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
    asked = Party.objects.filter(case=case, consent_kind__in=ASKED_KINDS).exclude(id_index="")
    return list(asked.exclude(state=Party.State.AGREED).order_by("party_id", "row_index"))


def indexes_of(person: Person) -> frozenset[str]:
    """The blind indexes a person answers to: the own number, and the company's for its operator."""
    attributes = person.identity.attributes
    numbers = {person.identity.id_no, *(attributes.get(key, "") for key in ("id_no", "uscc", "passport_no"))}
    return frozenset(blind_index(number) for number in numbers if number)
