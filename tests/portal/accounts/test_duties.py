"""Three administrators (三员分立): none holds two duties, none makes another, who reads the trails changes nothing."""

from __future__ import annotations

from io import StringIO

import pytest
from django.contrib.auth.models import Permission
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.test import Client
from pytest_django import Settings

from cases.errors import CaseError
from integrations.models import DepartmentSystem
from portal.accounts import appointing
from portal.accounts.appointing import PUBLISH
from portal.accounts.models import Account, DutyRecord, Role

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def separated(settings: Settings) -> None:
    """As in production."""
    settings.SEPARATED_DUTIES = True


@pytest.fixture
def head(db: None) -> Account:
    """Who decides about duties and has none: the account that the installation began with."""
    return Account.objects.create_superuser("head", "a-long-password", name="负责人")


def officer(name: str) -> Account:
    return Account.objects.create_user(name, "a-long-password", role=Role.STAFF, name=name, department="SJ")


def with_duty(name: str, duty: str, head: Account) -> Account:
    officer(name)
    appointing.give(name, duty, by=head.username, reason="任命")
    return Account.objects.get(username=name)


def visit(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client


@pytest.fixture
def system(db: None) -> DepartmentSystem:
    return DepartmentSystem.objects.create(department="GA", base_url="http://127.0.0.1:1/departments/GA")


def test_each_opens_what_is_of_the_duty_and_nothing_else(head: Account, system: DepartmentSystem) -> None:
    """GB/T 22239 8.1.4.2: separated administrators, least privilege."""
    who = {duty: with_duty(duty, duty, head) for duty in ("system", "business", "audit")}
    may = {
        "/admin/integrations/departmentsystem/": {"system", "audit"},
        "/admin/integrations/systemrecord/": {"system", "audit"},
        "/admin/bundles/bundle/": {"business", "audit"},
        "/admin/cases/case/": {"audit"},
        "/admin/accounts/account/": {"system", "audit"},
        "/admin/accounts/dutyrecord/": {"audit"},
        f"/admin/integrations/departmentsystem/{system.pk}/close-line/": {"system"},
        "/admin/bundles/department/add/": {"business"},
        "/admin/integrations/departmentkey/add/": {"system"},
    }
    for path, duties in may.items():
        opened = {duty for duty, account in who.items() if visit(account).get(path).status_code == 200}
        assert opened == duties, path


def test_the_auditor_changes_nothing_anywhere(head: Account, system: DepartmentSystem) -> None:
    auditor = with_duty("audit", "audit", head)
    rights = [f"{one.content_type.app_label}.{one.codename}" for one in Permission.objects.select_related()]
    held = {right for right in rights if auditor.has_perm(right)}
    assert held and all(right.partition(".")[2].startswith("view_") for right in held)
    page = visit(auditor).post(f"/admin/integrations/departmentsystem/{system.pk}/change/", {"base_url": "http://x/"})
    assert page.status_code == 403
    assert visit(auditor).get("/desk/attention/").status_code == 404


def test_a_superuser_is_no_exception(head: Account) -> None:
    assert not head.has_perm("bundles.change_bundle") and not head.has_perm("accounts.change_account")
    assert visit(head).get("/admin/bundles/bundle/").status_code == 403
    assert visit(head).get("/desk/attention/").status_code == 404


def test_only_the_system_administrator_looks_after_transport_at_the_desk(head: Account) -> None:
    seen = {
        duty: visit(with_duty(duty, duty, head)).get("/desk/attention/").status_code
        for duty in ("system", "business", "audit")
    }
    assert seen == {"system": 200, "business": 404, "audit": 404}


def test_administrators_do_not_make_each_other(head: Account) -> None:
    administrator, other = with_duty("system", "system", head), with_duty("audit", "audit", head)
    clerk, client = officer("clerk"), visit(administrator)
    client.post(
        f"/admin/accounts/account/{clerk.pk}/change/",
        {"username": "clerk", "role": "administrator", "department": "SJ", "is_active": "on", "is_staff": "on",
         "duty": "audit", "is_superuser": "on", "user_permissions": [1]},
    )  # fmt: skip
    clerk = Account.objects.get(pk=clerk.pk)
    assert (clerk.role, clerk.is_staff, clerk.duty, clerk.is_superuser) == ("staff", False, "", False)
    for mine in (administrator, other, head):
        answer = client.post(f"/admin/accounts/account/{mine.pk}/change/", {"username": "gone", "role": "staff"})
        assert answer.status_code == 403
    for taker in (clerk.username, administrator.username):
        with pytest.raises(CaseError, match=r"不能互相授予|不能给自己"):
            appointing.give(taker, "business", by=administrator.username, reason="帮忙")


def test_nobody_holds_two_duties(head: Account) -> None:
    account = with_duty("wang", "system", head)
    with pytest.raises(CaseError, match="不兼两员"):
        appointing.give("wang", "audit", by=head.username, reason="兼任")
    appointing.take("wang", by=head.username, reason="调岗")
    assert not Account.objects.get(pk=account.pk).has_perm("integrations.change_departmentsystem")
    appointing.give("wang", "audit", by=head.username, reason="调岗")
    assert Account.objects.get(pk=account.pk).duty == "audit"
    with pytest.raises(IntegrityError), transaction.atomic():
        Account.objects.filter(pk=account.pk).update(role="staff")


def test_to_publish_is_given_apart_from_drafting(head: Account) -> None:
    account = with_duty("wang", "business", head)
    assert account.has_perm("bundles.change_bundleversion") and not account.has_perm(PUBLISH)
    call_command("duty", "publish", "wang", by="head", reason="负责发布", stdout=StringIO())
    assert Account.objects.get(pk=account.pk).has_perm(PUBLISH)
    appointing.take("wang", by="head", reason="调岗")
    assert not Account.objects.get(pk=account.pk).has_perm(PUBLISH)
    with_duty("qian", "audit", head)
    with pytest.raises(CaseError, match="只有业务管理员"):
        appointing.let_publish("qian", by="head", reason="帮忙")


def test_every_duty_given_or_taken_stands_on_a_record_that_stays(head: Account) -> None:
    with_duty("wang", "system", head)
    said = StringIO()
    officer("zhao")
    call_command("duty", "give", "zhao", "audit", by="head", reason="任命", stdout=said)
    call_command("duty", "list", stdout=said)
    assert "zhao\t- -> audit\thead\t任命" in said.getvalue() and "system\twang" in said.getvalue()
    with pytest.raises(CommandError, match="没有这个账户"):
        call_command("duty", "take", "nobody", by="head", reason="x")
    assert DutyRecord.objects.count() == 2
    with pytest.raises(IntegrityError), transaction.atomic():
        DutyRecord.objects.update(reason="别的")
    with pytest.raises(IntegrityError), transaction.atomic():
        DutyRecord.objects.all().delete()
    with pytest.raises(IntegrityError), transaction.atomic():
        DutyRecord.objects.create(account=head, by=head, after="audit", reason="x")
