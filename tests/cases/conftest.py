"""People and cases of the engine's tests."""

from __future__ import annotations

import pytest

from portal.accounts.models import Account, Role
from tests.factories import newborn
from tests.factories.doubles import FakeLicences, FakeRegister
from tests.factories.library import person


@pytest.fixture
def lin(db: None) -> Account:
    return newborn.account(newborn.LIN, "lin")


@pytest.fixture
def chen(db: None) -> Account:
    return newborn.account(newborn.CHEN, "chen")


@pytest.fixture
def known_family(register: FakeRegister, licences: FakeLicences) -> None:
    newborn.fill_registers(register, licences)


@pytest.fixture
def administrator(db: None) -> Account:
    sample = person("赵海")
    details = {"ent_name": "示例律所", "uscc": "91350200MA9XA0016D", "legal_rep": "赵海"}
    return Account.objects.create_user(
        "administrator", "a-long-password", role=Role.COMPANY, name=sample["name"], id_no=sample["id_no"],
        phone=sample["phone"], details=details,
    )  # fmt: skip
