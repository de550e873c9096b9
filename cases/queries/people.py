"""People around a case: what we need to know of whoever signed in, and who has still to agree."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Protocol
from uuid import UUID

from django.db.models import QuerySet

from cases import docket
from cases.models import Case, Party
from cases.ports import Actor, Identity
from cases.prepared import Prepared
from cases.protection import blind_index
from cases.statements import built, columns

SIGNED_IN = "login"
ASKED_KINDS = (SIGNED_IN, "authorise")


@dataclass(frozen=True, slots=True)
class Acting:
    """Who acts for an account, on which mandate (委托): `bundles` empty for every bundle, `acts` what may be done.

    `cases_since`: no case begun before is seen; None for all of the account's. `sensitive`: whether sensitive data of
    the account may be asked for (个人信息保护法 第二十九条). `represents`: stands for a body by law (法定代表人).
    """

    mandate_id: UUID
    person_id: UUID
    name: str
    id_no: str
    phone: str
    acts: frozenset[str]
    bundles: frozenset[str] = frozenset()
    cases_since: datetime | None = None
    sensitive: bool = False
    represents: bool = False
    starts_on: date | None = None
    until: date | None = None

    def covers(self, bundle_code: str) -> bool:
        return not self.bundles or bundle_code in self.bundles


class Person(Protocol):
    """Somebody signed in, as the engine knows people; accounts are such. `acting`: somebody else acts for it."""

    @property
    def acting(self) -> Acting | None: ...

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


def own_cases(person: Person) -> QuerySet[Case]:
    """The cases of an account; for whoever acts for it only those that the mandate reaches.

    A mandate says its matters and its term, and reaches no further: 民法典 第一百六十五条.
    """
    mine, acting = Case.objects.filter(applicant_id=person.pk), person.acting
    if acting is None:
        return mine
    if acting.bundles:
        mine = mine.filter(bundle_code__in=acting.bundles)
    return mine.filter(created_at__gte=acting.cases_since) if acting.cases_since else mine


def pending_parties(case: Case) -> list[Party]:
    """Those who must still say yes before the case can be filed.

    Who is known by name only cannot be asked online and is not waited for.
    """
    asked = [one for one in parties_of(case) if one.consent_kind in ASKED_KINDS and one.id_index]
    return [one for one in asked if one.state != Party.State.AGREED]


def is_role_of_agent(party: Party, agent_index: str) -> bool:
    """Whether a role is that of whoever acts for the applicant (经办人) and asks for nothing but being signed in."""
    return bool(agent_index) and party.consent_kind == SIGNED_IN and party.id_index == agent_index


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
