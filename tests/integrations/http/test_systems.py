"""What is known of departments' systems is never older than a moment, by whatever way it was changed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from integrations.http import systems
from integrations.models import AllowedHost, DepartmentKey, DepartmentSystem

pytestmark = pytest.mark.django_db


@pytest.fixture
def police(monkeypatch: pytest.MonkeyPatch) -> DepartmentSystem:
    """A system with a key, compared with its rows at every use."""
    monkeypatch.setattr(systems, "CACHE_S", 0.0)
    systems.forget()
    found = DepartmentSystem.objects.create(department="GA", base_url="https://ga.example.gov.cn")
    begun = timezone.now() - timedelta(days=1)
    DepartmentKey.objects.create(system=found, key_id="ga-1", secret="s" * 32, valid_from=begun)
    return found


def as_known() -> systems.System:
    found = systems.system_of("GA")
    assert found is not None
    return found


def test_what_nobody_changed_is_compared_and_not_read_again(police: DepartmentSystem) -> None:
    before = systems.system_of("GA")
    with CaptureQueriesContext(connection) as asked:
        assert systems.system_of("GA") is before
    assert len(asked) == 1


def test_a_key_revoked_past_the_models_signs_no_more(police: DepartmentSystem) -> None:
    assert [key.key_id for key in as_known().signing_keys()] == ["ga-1"]
    DepartmentKey.objects.filter(key_id="ga-1").update(revoked_at=timezone.now())
    assert as_known().signing_keys() == ()


def test_a_host_that_is_listed_and_struck_off_again_is_seen_both_times(police: DepartmentSystem) -> None:
    DepartmentSystem.objects.update(base_url="http://10.0.0.7")
    assert not as_known().is_listed
    host = AllowedHost.objects.create(pattern="10.0.0.7")
    assert as_known().is_listed
    AllowedHost.objects.filter(pk=host.pk).delete()
    assert not as_known().is_listed


def test_a_system_that_is_gone_is_not_remembered(police: DepartmentSystem) -> None:
    assert systems.system_of("GA") is not None
    DepartmentKey.objects.all().delete()
    DepartmentSystem.objects.all().delete()
    assert systems.system_of("GA") is None
