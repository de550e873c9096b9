"""The people of a scenario: everybody the departments' registers know can sign in, and staff of every department."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from portal.accounts.models import Account, Role


@dataclass(frozen=True, slots=True)
class Citizen:
    """A person as the registers know one."""

    name: str
    id_no: str
    phone: str
    bank_card: str
    gender: str


@dataclass(frozen=True, slots=True)
class Company:
    name: str
    uscc: str
    legal_rep: str


class People:
    """Accounts, made when somebody is first needed; who applies, who agrees, who works at a desk."""

    def __init__(self, told: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
        self.citizens = tuple(
            Citizen(p["name"], p["id_no"], p["phone"], p["bank_card"], p["gender"]) for p in told["persons"]
        )
        self.companies = tuple(Company(c["name"], c["uscc"], c["legal_rep"]) for c in told["companies"])

    def named(self, name: str) -> Citizen:
        """Raises KeyError for somebody the registers do not know."""
        for citizen in self.citizens:
            if citizen.name == name:
                return citizen
        raise KeyError(f"登记册里没有这个人：{name}")

    def company(self, name: str) -> Company:
        """By name or credit code. Raises KeyError for one the registers do not know."""
        for company in self.companies:
            if name in (company.name, company.uscc):
                return company
        raise KeyError(f"登记册里没有这家单位：{name}")

    # -- accounts ---------------------------------------------------------------------------------------------------
    def citizen(self, name: str) -> Account:
        one = self.named(name)
        return _account(
            f"p-{one.id_no}", Role.CITIZEN, one.name, id_no=one.id_no, phone=one.phone,
            details={"bank_card": one.bank_card},
        )  # fmt: skip

    def operator(self, company: str, person: str = "") -> Account:
        """Whoever files for a company: a named person, else its legal representative."""
        firm = self.company(company)
        one = self.named(person or firm.legal_rep)
        details = {"uscc": firm.uscc, "ent_name": firm.name, "legal_rep": firm.legal_rep, "email": "office@example.cn"}
        return _account(
            f"c-{firm.uscc}-{one.id_no}", Role.COMPANY, one.name, id_no=one.id_no, phone=one.phone, details=details
        )

    def holder_of(self, number: str) -> Account | None:
        """The account that answers for an identity number, a credit code or a passport; None for an unknown one."""
        for one in self.citizens:
            if one.id_no == number:
                return self.citizen(one.name)
        for firm in self.companies:
            if firm.uscc == number:
                return self.operator(firm.uscc)
        return None

    def traveller(self, name: str, passport_no: str) -> Account:
        """A foreigner who signs in with a passport."""
        return _account(
            f"t-{passport_no}", Role.CITIZEN, name, details={"passport_no": passport_no, "id_kind": "PASSPORT"}
        )

    def staff(self, department: str) -> Account:
        return _account(f"s-{department}", Role.STAFF, f"{department}经办", department=department)


def _account(username: str, role: Role, name: str, **fields: Any) -> Account:
    known = Account.objects.filter(username=username).first()
    if known is not None:
        return known
    account = Account(username=username, role=role, name=name, is_demo=True, **fields)
    account.set_unusable_password()
    account.save()
    return account
