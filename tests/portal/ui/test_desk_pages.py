"""Pages that few people see in a real browser: charges, contradictions, broken lines, merged reports."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from cases.actions.delivery import circuits, dispatch, inbox
from cases.actions.desk import worklist
from cases.actions.engine import sweep
from cases.actions.fees import relief
from cases.models import Attention, Case, Delivery, SubApplication
from cases.ports import SYSTEM, Actor, Answer, Callback
from portal.accounts.models import Account, Role
from tests.factories import modes, newborn, toll
from tests.factories.doubles import FakeDepartments, FakeLicences, FakeRegister
from tests.portal.ui.test_mode_pages import Show, show, staff  # noqa: F401  (a fixture)

pytestmark = [pytest.mark.journey, pytest.mark.django_db, pytest.mark.timeout(300)]
FIXED = {"kind": "fixed", "amount": 400, "unit": "人/年", "zh": "个人缴费", "when": "before_decision"}
LOW_INCOME = 'fact("api:LOW_INCOME_INFO@owner.kind") != None'


@pytest.fixture
def lin(db: None) -> Account:
    return newborn.account(newborn.LIN, "lin")


@pytest.fixture
def case(lin: Account, register: FakeRegister, licences: FakeLicences, departments: FakeDepartments) -> Case:
    """Having a baby: the police has taken the household registration and has not decided."""
    newborn.fill_registers(register, licences)
    for item, result in newborn.RESULTS.items():
        departments.say(item=item, result=result)
    departments.say("received", item="HUKOU")
    case = newborn.submitted(lin, newborn.account(newborn.CHEN, "chen"))
    dispatch.pump()
    return case


def test_charges(show: Show, lin: Account, register: FakeRegister, departments: FakeDepartments) -> None:  # noqa: F811
    toll.publish({**FIXED, "waive": LOW_INCOME})
    register.silent.add("LOW_INCOME_INFO")
    case = toll.filed(lin)
    dispatch.pump()
    relief.ask_relief(toll.charge(case).pk, "低保家庭，系统没有查到，附上社区的说明", by=lin.actor)
    show(staff("SW"), "/desk/charges/")


def test_a_contradiction_and_broken_lines(show: Show, case: Case) -> None:  # noqa: F811
    sub = SubApplication.objects.get(case=case, item_id="HUKOU")
    key = str(Delivery.objects.get(sub=sub, purpose="file").key)
    for status in ("approved", "rejected"):
        result = newborn.RESULTS["HUKOU"] if status == "approved" else {}
        answer = Answer(sub.pk, status, receipt_no="GA-1", result=result)
        inbox.receive_callback(Callback("GA", f"says-{status}", key, b"{}", {}, answer))
        dispatch.pump()
    raised = Attention.objects.get(sub=sub, reason="contradiction")
    circuits.note({"WJ": circuits.Tally(failed=5, error="not sent: refused")})
    now = timezone.now()
    circuits.announce_maintenance(
        "YB", starts_at=now, ends_at=now + timedelta(hours=2), notice="系统升级，预计两小时", by=SYSTEM
    )
    officer = staff("GA")
    show(officer, f"/desk/attention/{raised.pk}/")
    operator = Account.objects.create_user("op", "a-long-password", role=Role.ADMINISTRATOR, name="运维")
    show(operator, "/desk/attention/")


def test_a_merged_report(show: Show, departments: FakeDepartments) -> None:  # noqa: F811
    firm = modes.company()
    departments.say(item="REPORT", result={"report_no": "HC-1"})
    case = modes.bankruptcy_check(firm)
    _answer(case, "ADMIN_VERIFY", {"case_ok": True, "status": "在审"})
    _answer(case, "ACCT_LIST", {"conclusion": "none", "accounts": []})
    with time_machine.travel(timezone.now() + timedelta(days=12), tick=True):
        Case.objects.filter(pk=case.pk).update(next_at=timezone.now())
        sweep.sweep()
        dispatch.pump()
        show(firm, f"/cases/{case.pk}/results/")


def _answer(case: Case, item: str, values: dict[str, object]) -> None:
    sub = SubApplication.objects.filter(case=case, item_id=item).order_by("seq")[0]
    clerk = Account.objects.filter(username="of-RH").first() or staff("RH")
    by = Actor("staff", str(clerk.pk), sub.department)
    sub = worklist.take(sub.pk, by=by, version=sub.version)
    worklist.approve(sub.pk, values, by=by, version=sub.version)
    dispatch.pump()
