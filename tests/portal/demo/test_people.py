"""The demo people: everything that a demo brings to a desk has somebody to serve it."""

from __future__ import annotations

import pytest

from bundles import queries
from portal.accounts.models import Account, Role
from portal.demo import people

pytestmark = pytest.mark.django_db


def test_every_department_of_every_bundle_has_somebody_at_its_desk() -> None:
    people.load()
    staffed = set(Account.objects.filter(role=Role.STAFF, is_demo=True).values_list("department", flat=True))
    specs = [one.spec for one in queries.published_all()]
    assert len(specs) >= 19
    assert {item.dept for spec in specs for item in spec.items} <= staffed
    assert {"WJ", "FY", "RF"} <= staffed
    assert people.load() and Account.objects.filter(username="staff-wj").count() == 1
