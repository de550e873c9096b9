from __future__ import annotations

import hashlib
import hmac

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from pytest_django import Settings

from integrations.http import system_of
from integrations.models import DepartmentKey, DepartmentSystem
from tests.factories.library import registry

pytestmark = pytest.mark.django_db


def test_every_department_of_the_catalogue_is_connected(settings: Settings) -> None:
    settings.MOCK_URL, settings.MOCK_MASTER_SECRET = "http://127.0.0.1:9999/", "master"
    call_command("connect_mock_departments")
    connected = set(DepartmentSystem.objects.values_list("department", flat=True))
    assert connected == {*registry().departments, "PAY", "MSG"}, "every department, the payment channel, the gateway"
    system = system_of("GA")
    assert system is not None and system.base_url == "http://127.0.0.1:9999/departments/GA"
    (key,) = system.keys
    assert (key.key_id, key.secret) == ("GA-1", hmac.new(b"master", b"GA", hashlib.sha256).hexdigest())
    assert system.supports_callbacks is (registry().departments["GA"].system == "api-callback")


def test_connecting_again_changes_nothing_but_the_address(settings: Settings) -> None:
    settings.MOCK_URL = "http://127.0.0.1:9998"
    call_command("connect_mock_departments")
    DepartmentSystem.objects.filter(department="GA").update(quota=3)
    settings.MOCK_URL = "http://127.0.0.1:9999"
    call_command("connect_mock_departments")
    assert DepartmentKey.objects.count() == DepartmentSystem.objects.count()
    system = DepartmentSystem.objects.get(department="GA")
    assert (system.quota, system.base_url) == (3, "http://127.0.0.1:9999/departments/GA")


def test_without_a_mock_address_nothing_is_connected(settings: Settings) -> None:
    settings.MOCK_URL = ""
    with pytest.raises(CommandError):
        call_command("connect_mock_departments")
    assert not DepartmentSystem.objects.exists()


def test_a_secret_is_not_readable_in_the_database(settings: Settings) -> None:
    call_command("connect_mock_departments")
    secret = DepartmentKey.objects.get(key_id="GA-1").secret
    with connection.cursor() as cursor:
        cursor.execute("SELECT secret FROM integrations_departmentkey WHERE key_id = 'GA-1'")
        (stored,) = cursor.fetchone()
    assert secret.encode() not in bytes(stored)
