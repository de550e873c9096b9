from __future__ import annotations

import pytest

from integrations.models import DepartmentKey, DepartmentSystem
from portal.accounts.models import Account
from tests.factories.outside import SECRET

OLD = "http://127.0.0.1:1/departments/GA"
NEW = "http://127.0.0.2:1/departments/GA"


@pytest.fixture
def wang(db: None) -> Account:
    return Account.objects.create_superuser("wang", "a-long-password", name="王管理")


@pytest.fixture
def zhao(db: None) -> Account:
    return Account.objects.create_superuser("zhao", "a-long-password", name="赵管理")


@pytest.fixture
def system(db: None) -> DepartmentSystem:
    made = DepartmentSystem.objects.create(department="GA", base_url=OLD)
    DepartmentKey.objects.create(system=made, key_id="GA-1", secret=SECRET)
    return made
