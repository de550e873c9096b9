"""A merged report as the person reads it, and as the departments fill it in at the desk (核查汇总)."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from cases.actions.delivery import dispatch
from cases.actions.desk import worklist
from cases.actions.engine import sweep
from cases.models import Case, SubApplication
from cases.ports import Actor
from portal.accounts.models import Account, Role
from tests.factories import modes
from tests.factories.doubles import FakeDepartments
from tests.portal.citizen.conftest import SignIn, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def law_firm(db: None) -> Account:
    return modes.company()


@pytest.fixture
def case(law_firm: Account, departments: FakeDepartments) -> Case:
    departments.say(item="REPORT", result={"report_no": "HC-1"})
    case = modes.bankruptcy_check(law_firm)
    answer(case, "ADMIN_VERIFY", {"case_ok": True, "status": "在审"})
    return case


def answer(case: Case, item: str, values: dict[str, object]) -> None:
    sub = SubApplication.objects.filter(case=case, item_id=item).order_by("seq")[0]
    clerk = Account.objects.filter(username="clerk").first() or Account.objects.create_user(
        "clerk", "a-long-password", role=Role.STAFF, name="职员", department="RH"
    )
    by = Actor("staff", str(clerk.pk), sub.department)
    sub = worklist.take(sub.pk, by=by, version=sub.version)
    worklist.approve(sub.pk, values, by=by, version=sub.version)
    dispatch.pump()


def test_replied_and_not_replied_stand_apart_and_the_second_version_marks_the_new(
    case: Case, law_firm: Account, as_person: SignIn
) -> None:
    answer(case, "ACCT_LIST", {"conclusion": "none", "accounts": []})
    answer(case, "LAND_CHECK", {"conclusion": "none", "rows": []})
    with time_machine.travel(timezone.now() + timedelta(days=12), tick=True):
        Case.objects.filter(pk=case.pk).update(next_at=timezone.now())
        sweep.sweep()
        dispatch.pump()
        client, address = as_person(law_firm), f"/cases/{case.pk}/results/"
        page = text_of(client.get(address))
        assert "核查报告（第 1 版）" in page and "没有回复不等于查无" in page
        replied, pending = page.split("未回复</h3>")[0], page.split("未回复</h3>")[1]
        assert "土地出让、规划许可核查" in replied and "查无" in replied
        assert "网签预售" in pending and "本版新增" not in page
        assert "standing" not in page
        answer(case, "HOUSE_CHECK", {"conclusion": "found", "rows": ["在建1处"], "deposit": "0"})
        page = text_of(client.get(address))
        assert "核查报告（第 2 版）" in page and page.count("本版新增") == 1
        paper = page.split("打开全文和以前各版")[0].rpartition('href="')[2].split('"')[0]
        full = text_of(client.get(paper))
        assert "第 2 版报告" in full and "各版报告" in full
        earlier = full.split("各版报告")[1].split('href="')[1].split('"')[0]
        first = text_of(client.get(earlier))
        assert "第 1 版报告" in first and "本版新增" not in first
        assert client.get(f"/cases/{case.pk}/results/package.zip").status_code == 200


def test_the_desk_offers_the_listed_conclusions_and_takes_lists_line_by_line(case: Case) -> None:
    sub = SubApplication.objects.get(case=case, item_id="LAND_CHECK")
    worker = Account.objects.create_user(
        "land", "a-long-password", role=Role.STAFF, name="职员", department=sub.department
    )
    client = Client()
    client.force_login(worker)
    client.post(f"/desk/tasks/{sub.pk}/take/", {"version": sub.version})
    page = text_of(client.get(f"/desk/tasks/{sub.pk}/"))
    assert "无权限或无法查询" in page and "一行一条" in page
    version = SubApplication.objects.get(pk=sub.pk).version
    odd = {"version": version, "result.conclusion": "perhaps", "result.rows": "地块一"}
    refused = client.post(f"/desk/tasks/{sub.pk}/approve/", odd)
    assert refused.status_code == 422 and "请从列出的里面选" in text_of(refused)
    said = {**odd, "result.conclusion": "found", "result.rows": "地块一\r\n\r\n地块二"}
    assert client.post(f"/desk/tasks/{sub.pk}/approve/", said).status_code == 302
    fields = sub.results.get().fields
    assert (fields["conclusion"], fields["rows"]) == ("found", ["地块一", "地块二"])
