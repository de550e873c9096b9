from __future__ import annotations

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from cases.actions.delivery import circuits
from integrations.http import system_of
from integrations.models import DepartmentKey, DepartmentSystem, RegisterCall, SystemRecord
from portal.accounts.models import Account
from tests.factories.outside import Outside

pytestmark = pytest.mark.django_db
LISTS = [
    "departmentsystem",
    "departmentkey",
    "registercall",
    "systemchange",
    "systemrecord",
    "allowedhost",
]
SECRET = "a-secret-of-at-least-thirty-two-characters"


@pytest.fixture
def staff() -> Client:
    client = Client()
    client.force_login(Account.objects.create_superuser("boss", "a-long-password", name="配置员"))
    return client


@pytest.fixture
def second() -> Client:
    client = Client()
    client.force_login(Account.objects.create_superuser("second", "a-long-password", name="复核员"))
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


def test_a_revoked_key_stops_counting_at_once_and_says_why(staff: Client, system: DepartmentSystem) -> None:
    key = DepartmentKey.objects.create(system=system, key_id="GA-1", secret=SECRET)
    before = system_of("GA")
    assert before is not None and len(before.valid_keys()) == 1
    page = f"/admin/integrations/departmentkey/{key.pk}/revoke/"
    assert staff.get(page).status_code == 200 and staff.post(page, {"reason": ""}).status_code == 200
    assert len(DepartmentKey.objects.filter(revoked_at=None)) == 1
    assert staff.post(page, {"reason": "疑似泄露"}).status_code == 302
    after = system_of("GA")
    assert after is not None and after.valid_keys() == ()
    assert DepartmentKey.objects.get().revoked_for == "疑似泄露"


def act_page(system: DepartmentSystem, act: str) -> str:
    return f"/admin/integrations/departmentsystem/{system.pk}/{act}/"


NEW = {
    "department": "WJ",
    "algorithm": "hmac-sha256",
    "supports_query": "on",
    "supports_callbacks": "on",
    "supports_keys": "on",
    "quota": 8,
    "deadline_s": 8,
}


@pytest.mark.parametrize(
    "url", ["http://user:pw@127.0.0.1/", "ftp://127.0.0.1/", "http://127.0.0.1/?a=1", "http://evil.example/"]
)
def test_an_address_that_could_smuggle_or_is_off_the_list_is_refused(staff: Client, url: str) -> None:
    answer = staff.post("/admin/integrations/departmentsystem/add/", {**NEW, "base_url": url})
    assert answer.status_code == 200 and not DepartmentSystem.objects.exists()


def test_a_new_system_is_live_only_after_a_second_person(staff: Client, second: Client) -> None:
    staff.post("/admin/integrations/departmentsystem/add/", {**NEW, "base_url": "http://127.0.0.1:1/departments/WJ"})
    made = DepartmentSystem.objects.get()
    assert not made.enabled and made.changes.filter(state="proposed").exists()
    issued = staff.post(act_page(made, "issue"), {"algorithm": "hmac-sm3", "address": ""}).content.decode()
    key = made.keys.get()
    assert key.secret in issued and key.algorithm == "hmac-sm3"
    alone = staff.post(act_page(made, "decide"), {"decision": "confirm"})
    assert "提出人不能复核" in alone.content.decode() and not DepartmentSystem.objects.get().enabled
    assert second.post(act_page(made, "decide"), {"decision": "confirm"}).status_code == 302
    assert DepartmentSystem.objects.get().enabled


def test_the_form_of_a_system_changes_neither_its_address_nor_whether_it_is_live(
    staff: Client, system: DepartmentSystem
) -> None:
    DepartmentSystem.objects.update(enabled=False)
    page = f"/admin/integrations/departmentsystem/{system.pk}/change/"
    sent = {**NEW, "department": "XX", "base_url": "http://127.0.0.9/", "enabled": "on", "quota": 3}
    assert staff.post(page, sent).status_code == 302
    after = DepartmentSystem.objects.get()
    assert (after.department, after.base_url, after.enabled, after.quota) == ("GA", system.base_url, False, 3)
    row = SystemRecord.objects.get()
    assert row.kind == "system.changed" and row.facts == {"quota": 3} and row.by is not None


def test_an_address_is_proposed_here_and_confirmed_there(
    staff: Client, second: Client, system: DepartmentSystem
) -> None:
    DepartmentKey.objects.create(system=system, key_id="GA-1", secret=SECRET)
    sent = {"new_url": "http://127.0.0.2:1/departments/GA", "reason": "机房搬迁", "keeps_keys": "on"}
    staff.post(act_page(system, "address"), sent)
    shown = second.get(f"/admin/integrations/departmentsystem/{system.pk}/change/").content.decode()
    assert "等复核" in shown and "机房搬迁" in shown
    assert DepartmentSystem.objects.get().base_url == "http://127.0.0.1:1/departments/GA"
    second.post(act_page(system, "decide"), {"decision": "confirm"})
    assert DepartmentSystem.objects.get().base_url == "http://127.0.0.2:1/departments/GA"


def test_a_rotated_key_may_be_taken_as_a_file_once_and_no_cache_keeps_it(
    staff: Client, system: DepartmentSystem
) -> None:
    DepartmentKey.objects.create(system=system, key_id="GA-1", secret=SECRET)
    answer = staff.post(act_page(system, "rotate"), {"overlap_h": 24, "algorithm": "", "as_file": "on"})
    assert answer["Content-Disposition"] == 'attachment; filename="GA-2.key"' and "no-store" in answer["Cache-Control"]
    secret = DepartmentKey.objects.get(key_id="GA-2").secret
    assert f"secret={secret}" in answer.content.decode()
    page = staff.get(f"/admin/integrations/departmentsystem/{system.pk}/change/").content.decode()
    assert "GA-2" in page and secret not in page


def test_a_connection_is_tried_from_the_page(staff: Client, outside: Outside) -> None:
    outside.answer(404, {})
    row = outside.system("GA")
    assert "正常" in staff.post(act_page(row, "try")).content.decode()
    outside.answer(401, {})
    assert "不认签名" in staff.post(act_page(row, "try")).content.decode()
    assert SystemRecord.objects.filter(kind="connection.tried").count() == 2


def test_an_open_line_is_seen_and_closed_by_hand(staff: Client, system: DepartmentSystem) -> None:
    circuits.note({"GA": circuits.Tally(failed=5, error="not sent: connection")})
    listed = staff.get("/admin/integrations/departmentsystem/").content.decode()
    assert "断开" in listed
    page = f"/admin/integrations/departmentsystem/{system.pk}/change/"
    shown = staff.get(page).content.decode()
    assert "not sent: connection" in shown and "下次试探" in shown and "立即恢复线路" in shown
    staff.post(act_page(system, "close-line"))
    assert circuits.may_pass("GA", line="applications")
    assert SystemRecord.objects.get().kind == "line.closed"
    assert "立即恢复线路" not in staff.get(page).content.decode(), "what carries needs no such button"


def test_maintenance_is_announced_and_ended(staff: Client, system: DepartmentSystem) -> None:
    sent = {
        "starts_at": "2026-01-01T00:00",
        "ends_at": "2099-01-01T00:00",
        "notice": "系统升级",
    }
    assert staff.post(act_page(system, "rest"), sent).status_code == 302
    assert not circuits.may_pass("GA")
    assert "维护" in staff.get("/admin/integrations/departmentsystem/").content.decode()
    staff.post(act_page(system, "end-rest"))
    assert circuits.may_pass("GA")


@pytest.mark.parametrize("act", ["try", "issue", "rotate", "address", "close-line", "rest", "end-rest", "switch-off"])
def test_every_act_asks_first_and_does_nothing_on_get(staff: Client, system: DepartmentSystem, act: str) -> None:
    page = staff.get(act_page(system, act))
    assert page.status_code == 200 and "确定" in page.content.decode()
    assert not SystemRecord.objects.exists() and not DepartmentKey.objects.exists()
    assert DepartmentSystem.objects.get().enabled


@pytest.mark.parametrize("act", ["try", "issue", "rotate", "address", "close-line", "rest", "switch-off"])
def test_who_may_only_look_can_do_nothing(system: DepartmentSystem, act: str) -> None:
    looker = Account.objects.create_user("looker", "a-long-password", name="看", is_staff=True)
    looker.user_permissions.add(Permission.objects.get(codename="view_departmentsystem"))
    client = Client()
    client.force_login(looker)
    assert client.get(f"/admin/integrations/departmentsystem/{system.pk}/change/").status_code == 200
    assert client.post(act_page(system, act)).status_code in {302, 403}
    assert not SystemRecord.objects.exists() and DepartmentSystem.objects.get().enabled


@pytest.mark.parametrize("name", LISTS)
def test_every_list_opens(staff: Client, system: DepartmentSystem, name: str) -> None:
    DepartmentKey.objects.create(system=system, key_id="GA-1", secret=SECRET)
    RegisterCall.objects.create(kind="api", code="X", department="GA", purpose="p", outcome="found", elapsed_ms=1)
    page = staff.get(f"/admin/integrations/{name}/")
    assert page.status_code == 200
    assert SECRET not in page.content.decode()


@pytest.mark.parametrize("name", ["registercall", "systemchange", "systemrecord"])
def test_the_trail_is_only_read(staff: Client, name: str) -> None:
    assert staff.get(f"/admin/integrations/{name}/add/").status_code == 403
