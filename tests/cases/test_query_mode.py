"""Many departments are asked at once, the banks only when the list of accounts is there; one report comes back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone

from cases.actions.applying import drafting, filing
from cases.actions.delivery import dispatch
from cases.actions.desk import worklist
from cases.actions.engine import sweep
from cases.actions.engine.locking import lock_case
from cases.models import Case, Need, Result, SubApplication
from cases.ports import Actor
from portal.accounts.models import Account, Role
from tests.factories.doubles import FakeDepartments

pytestmark = [pytest.mark.django_db]
GUIDANCE = {"proc_kind": "liquidation", "scope": ["reg", "bank", "estate"], "bank_scope": "balance", "related": "no"}
FIELDS = {"debtor_name": "示例破产企业有限公司", "debtor_uscc": "91350200MA9XA0067M", "admin_name": "示例律所"}


@pytest.fixture
def clerk(db: None) -> Account:
    return Account.objects.create_user("clerk", "a-long-password", role=Role.STAFF, name="职员", department="RH")


def file(applicant: Account, code: str, guidance: dict[str, Any], fields: dict[str, Any]) -> Case:
    """A case received as its answers stand; what the form demands is not under test here."""
    case = drafting.start_draft(code, applicant=applicant, channel="online", guidance=guidance)
    with transaction.atomic():
        case = lock_case(case.pk)
        case.answers = {**case.answers, "fields": {**(case.answers.get("fields") or {}), **fields}}
        case.save(update_fields=["answers"])
        filing.file_case(case, by=applicant.actor)
    dispatch.pump()
    return case


def subs(case: Case, item: str) -> list[SubApplication]:
    return list(SubApplication.objects.filter(case=case, item_id=item).order_by("seq"))


def answer(case: Case, item: str, values: dict[str, Any], *, number: int = 0) -> None:
    """A person of the department takes the task and answers it."""
    sub = subs(case, item)[number]
    clerk = Account.objects.get(username="clerk")
    by = Actor("staff", str(clerk.pk), sub.department)
    sub = worklist.take(sub.pk, by=by, version=sub.version)
    worklist.approve(sub.pk, values, by=by, version=sub.version)
    dispatch.pump()


@pytest.fixture
def case(administrator: Account, clerk: Account, departments: FakeDepartments) -> Case:
    departments.say(item="REPORT", result={"report_no": "HC-1"})
    case = file(administrator, "QYPC", GUIDANCE, FIELDS)
    answer(case, "ADMIN_VERIFY", {"case_ok": True, "status": "在审"})
    return case


def test_every_bank_on_the_list_gets_a_task_of_its_own(case: Case) -> None:
    assert [sub.instance_key for sub in subs(case, "BANK_CHECK")] == [""]
    accounts = [{"bank_code": "ICBC", "bank_account": "1"}, {"bank_code": "CCB", "bank_account": "2"}]
    answer(case, "ACCT_LIST", {"conclusion": "found", "accounts": accounts})
    banks = subs(case, "BANK_CHECK")
    assert len(banks) == 2
    assert {sub.state for sub in banks} == {"dispatched"}
    assert len({sub.row_index for sub in banks}) == 2
    report = subs(case, "REPORT")[0]
    assert Need.objects.filter(sub=report, upstream__item_id="BANK_CHECK").count() == 2


def test_a_bank_the_administrator_named_is_not_asked_twice(
    administrator: Account, clerk: Account, departments: FakeDepartments
) -> None:
    fields = {**FIELDS, "known_banks": [{"bank_code": "ICBC"}]}
    case = file(administrator, "QYPC", GUIDANCE, fields)
    answer(case, "ADMIN_VERIFY", {"case_ok": True, "status": "在审"})
    answer(case, "ACCT_LIST", {"conclusion": "found", "accounts": ["ICBC 1", "CCB 2"]})
    assert len(subs(case, "BANK_CHECK")) == 2


def test_without_an_account_there_is_no_bank_to_ask(case: Case) -> None:
    answer(case, "ACCT_LIST", {"conclusion": "none", "accounts": []})
    assert [sub.state for sub in subs(case, "BANK_CHECK")] == ["cancelled"]


def test_who_is_late_holds_nobody_up_and_comes_in_with_the_second_version(case: Case) -> None:
    answer(case, "ACCT_LIST", {"conclusion": "found", "accounts": ["ICBC"]})
    answer(case, "BANK_CHECK", {"conclusion": "found", "balance": "1.00", "frozen": "0", "loans": []})
    for item in ("LAND_CHECK",):
        answer(case, item, {"conclusion": "none", "rows": []})
    assert subs(case, "REPORT")[0].state == "waiting"
    with time_machine.travel(timezone.now() + timedelta(days=12), tick=True):
        Case.objects.filter(pk=case.pk).update(next_at=timezone.now())
        sweep.sweep()
        dispatch.pump()
        assert subs(case, "REPORT")[0].state == "approved"
        first = Result.objects.get(sub__case=case, result_id="R_REPORT").fields
        pending = [one["title"] for one in first["sections"] if one["standing"] == "pending"]
        assert first["version"] == 1
        assert any("网签" in title for title in pending)
        assert any("土地" in one["title"] and one["standing"] == "replied" for one in first["sections"])
        answer(case, "HOUSE_CHECK", {"conclusion": "found", "rows": ["在建1处"], "deposit": "0"})
    current = Result.objects.get(sub__case=case, result_id="R_REPORT", replaced_at=None).fields
    assert current["version"] == 2
    assert [one["title"] for one in current["sections"] if one["is_new"]] == [t for t in pending if "网签" in t]
