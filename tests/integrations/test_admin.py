from __future__ import annotations

import pytest
from django.test import Client

from integrations.http import system_of
from integrations.models import DepartmentKey, DepartmentSystem, RegisterCall, SentMessage
from portal.accounts.models import Account

pytestmark = pytest.mark.django_db
SECRET = "a-secret-of-at-least-thirty-two-characters"


@pytest.fixture
def staff() -> Client:
    client = Client()
    client.force_login(Account.objects.create_superuser("boss", "a-long-password", name="配置员"))
    return client


@pytest.fixture
def system() -> DepartmentSystem:
    return DepartmentSystem.objects.create(department="GA", base_url="http://127.0.0.1:1/departments/GA")


def test_a_key_comes_in_sealed_and_is_never_shown_again(staff: Client, system: DepartmentSystem) -> None:
    answer = staff.post(
        "/admin/integrations/departmentkey/add/",
        {
            "system": system.pk,
            "key_id": "GA-2",
            "secret": SECRET,
            "valid_from_0": "2026-01-01",
            "valid_from_1": "00:00:00",
        },
    )
    assert answer.status_code == 302
    key = DepartmentKey.objects.get(key_id="GA-2")
    assert key.secret == SECRET
    page = staff.get(f"/admin/integrations/departmentkey/{key.pk}/change/")
    assert page.status_code == 200 and SECRET not in page.content.decode()


def test_a_short_secret_is_refused(staff: Client, system: DepartmentSystem) -> None:
    data = {"system": system.pk, "key_id": "GA-2", "secret": "short"}
    assert staff.post("/admin/integrations/departmentkey/add/", data).status_code == 200
    assert not DepartmentKey.objects.exists()


def test_a_revoked_key_stops_counting_at_once(staff: Client, system: DepartmentSystem) -> None:
    key = DepartmentKey.objects.create(system=system, key_id="GA-1", secret=SECRET)
    before = system_of("GA")
    assert before is not None and len(before.valid_keys()) == 1
    staff.post("/admin/integrations/departmentkey/", {"action": "revoke", "_selected_action": [str(key.pk)]})
    after = system_of("GA")
    assert after is not None and after.valid_keys() == ()
    assert DepartmentKey.objects.get().secret == SECRET


@pytest.mark.parametrize("url", ["http://user:pw@host/", "ftp://host/", "http://host/?a=1"])
def test_an_address_that_could_smuggle_is_refused(staff: Client, system: DepartmentSystem, url: str) -> None:
    page = f"/admin/integrations/departmentsystem/{system.pk}/change/"
    staff.post(page, {"base_url": url, "algorithm": "hmac-sha256", "quota": 8, "enabled": "on"})
    assert DepartmentSystem.objects.get().base_url == "http://127.0.0.1:1/departments/GA"


@pytest.mark.parametrize("name", ["departmentsystem", "departmentkey", "registercall", "sentmessage"])
def test_every_list_opens(staff: Client, system: DepartmentSystem, name: str) -> None:
    DepartmentKey.objects.create(system=system, key_id="GA-1", secret=SECRET)
    RegisterCall.objects.create(kind="api", code="X", department="GA", purpose="p", outcome="found", elapsed_ms=1)
    SentMessage.objects.create(to="13800000001", to_index="i", template="case_submitted", values={}, state="sent")
    page = staff.get(f"/admin/integrations/{name}/")
    assert page.status_code == 200
    assert SECRET not in page.content.decode() and "13800000001" not in page.content.decode()


@pytest.mark.parametrize("name", ["registercall", "sentmessage"])
def test_the_trail_is_only_read(staff: Client, name: str) -> None:
    assert staff.get(f"/admin/integrations/{name}/add/").status_code == 403
