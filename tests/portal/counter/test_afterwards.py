"""After the decision, at the desk: commitments, disputed data, payments that repeat, results that were wrong."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse

from cases.actions.applying import drafting, filing, parties
from cases.actions.delivery import dispatch
from cases.actions.proactive import recurring, recurring_rounds
from cases.models import AccessRecord, Case, CommitmentCheck, DataDispute, Party, RecurringPayment, Result
from portal.accounts.models import Account, Role
from tests.factories import allowance, newborn
from tests.factories.doubles import FakeDepartments, FakeLicences, FakeRegister
from tests.portal.counter.conftest import At, staff

pytestmark = [pytest.mark.django_db]


@pytest.fixture
def doctor(db: None) -> Account:
    return staff("doctor", Role.STAFF, "WJ")


@pytest.fixture
def filed(
    lin: Account, chen: Account, register: FakeRegister, licences: FakeLicences, departments: FakeDepartments
) -> Case:
    """Approved on a commitment, with a disputed name."""
    newborn.fill_registers(register, licences)
    licences.put("MARRIAGE_CERT", newborn.LIN["id_no"])
    for item, result in newborn.RESULTS.items():
        departments.say(item=item, result=result)
    case = newborn.draft(lin, commits=("M_MARRIAGE",))
    drafting.dispute(case.pk, "mother_name", "林晓兰", "身份证已更名", lin.actor)
    filing.submit_case(case.pk, by=lin.actor, client_key=uuid4().hex)
    for party in Party.objects.filter(case=case, state=Party.State.ASKED):
        parties.agree(party.pk, account=chen)
    dispatch.pump()
    return Case.objects.get(pk=case.pk)


def text_of(response: Any) -> str:
    return str(response.content.decode())


def test_a_check_is_made_by_its_department_and_an_untrue_one_revokes(
    filed: Case, doctor: Account, teacher: Account, at: At
) -> None:
    check = CommitmentCheck.objects.get(sub__case=filed, department="WJ")
    act = reverse("counter:check", args=[check.pk])
    assert at(teacher).post(act, {"act": "pass"}).status_code == 404
    client = at(doctor)
    shown = text_of(client.get(reverse("counter:checks")))
    assert "告知承诺书" in shown and "林晓岚" not in shown and check.commitment.sha256 in shown
    assert AccessRecord.objects.filter(case=filed, purpose="事后核查").exists()
    client.post(act, {"act": "fail", "finding": ""})
    assert CommitmentCheck.objects.get(pk=check.pk).state == "due"
    client.post(act, {"act": "fail", "finding": "查无此婚姻"})
    assert not Result.objects.filter(sub=check.sub, revoked_at=None).exists()
    assert "查无此婚姻" in text_of(client.get(reverse("counter:checks")))
    client.post(act, {"act": "repair"})
    assert CommitmentCheck.objects.get(pk=check.pk).repaired_at is not None


def test_the_department_of_the_source_answers_a_dispute(
    filed: Case, officer: Account, teacher: Account, at: At
) -> None:
    row = DataDispute.objects.get(case=filed)
    act = reverse("counter:answer_dispute", args=[row.pk])
    assert at(teacher).post(act, {"act": "uphold"}).status_code == 404
    client = at(officer)
    assert "林晓兰" in text_of(client.get(reverse("counter:disputes")))
    client.post(act, {"act": "uphold", "text": "已更正"})
    assert DataDispute.objects.get(pk=row.pk).state == "upheld"
    assert "林晓兰" not in text_of(client.get(reverse("counter:disputes")))


def test_a_result_is_corrected_and_revoked_on_its_own_page(
    filed: Case, doctor: Account, teacher: Account, at: At
) -> None:
    row = Result.objects.get(sub__case=filed, result_id="R_BIRTH")
    page = reverse("counter:mend_results", args=[row.sub_id])
    assert at(teacher).get(page).status_code == 404
    client = at(doctor)
    assert "第 1 版" in text_of(client.get(page))
    client.post(page, {"act": "correct", "result": row.pk, "reason": "错字", "result.child_name": "陈一诺诺"})
    new = Result.objects.get(sub__case=filed, result_id="R_BIRTH", replaced_at=None)
    assert (new.version, new.fields["child_name"], new.fields["cert_no"]) == (2, "陈一诺诺", "R350000001")
    assert "已更正" in text_of(client.get(page))
    client.post(page, {"act": "revoke", "result": new.pk, "reason": "伪造", "article": ""})
    assert Result.objects.get(pk=new.pk).revoked_at is not None
    assert client.post(page, {"act": "revoke", "result": uuid4(), "reason": "伪造"}).status_code == 404


def test_the_paying_department_reports_periods_and_the_granting_one_looks_into_doubts(
    departments: FakeDepartments, register: FakeRegister, teacher: Account, at: At, time_machine: Any
) -> None:
    zone = ZoneInfo("Asia/Shanghai")
    time_machine.move_to(datetime(2026, 12, 3, 10, tzinfo=zone), tick=True)
    case = allowance.granted(departments, register, allowance.elder())
    time_machine.move_to(datetime(2027, 1, 11, 10, tzinfo=zone), tick=True)
    recurring_rounds.tend()
    payer, granter = staff("payer", Role.STAFF, "CZ"), staff("granter", Role.STAFF, "MZ")
    planned = RecurringPayment.objects.get(entitlement__case=case, state="planned")
    act = reverse("counter:report_payment", args=[planned.pk])
    assert at(teacher).post(act, {"act": "paid"}).status_code == 404
    assert "2027-01" in text_of(at(payer).get(reverse("counter:payouts")))
    at(payer).post(act, {"act": "returned", "note": "账户已销户"})
    assert "账户已销户" in text_of(at(granter).get(reverse("counter:payouts")))
    entitlement = case.entitlements.get()
    change = reverse("counter:change_payout", args=[entitlement.pk])
    at(granter).post(change, {"act": "resume"})
    at(payer).post(act, {"act": "paid", "note": "P-77"})
    assert RecurringPayment.objects.get(pk=planned.pk).reference == "P-77"
    at(granter).post(change, {"act": "stop", "reason": ""})
    assert case.entitlements.get().state == recurring.State.ACTIVE
    at(granter).post(change, {"act": "stop", "reason": "本人书面放弃"})
    assert case.entitlements.get().state == recurring.State.STOPPED
