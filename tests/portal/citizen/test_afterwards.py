"""After filing and after the decision, as the applicant sees it: owed papers, disputes, payouts, corrected results."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse

from cases.actions.applying import drafting, filing, parties
from cases.actions.deciding import afterwards
from cases.actions.delivery import dispatch
from cases.actions.registers import disputes
from cases.models import Case, DataDispute, OwedPaper, Party, Result, SubApplication
from portal.accounts.models import Account, Role
from tests.factories import allowance, newborn
from tests.factories.doubles import FakeDepartments, FakeRegister
from tests.portal.citizen.conftest import SignIn, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("known_family")]


@pytest.fixture
def owing(lin: Account, chen: Account, departments: FakeDepartments) -> Case:
    for item, result in newborn.RESULTS.items():
        departments.say(item=item, result=result)
    case = newborn.submitted(lin, chen, owes=True)
    dispatch.pump()
    return Case.objects.get(pk=case.pk)


def test_the_case_page_asks_for_the_owed_paper_and_the_page_takes_it(
    owing: Case, lin: Account, as_person: SignIn
) -> None:
    client = as_person(lin)
    page = reverse("citizen:owed", args=[owing.pk])
    assert page in text_of(client.get(reverse("citizen:case", args=[owing.pk])))
    shown = text_of(client.get(page))
    assert "出院小结" in shown and "待补交" in shown
    empty = client.post(page, {"slot": "M_DISCHARGE", "send": "1"})
    assert empty.status_code == 422 and "还没有上传文件" in text_of(empty)
    sent = client.post(page, {"slot": "M_DISCHARGE", "send": "1", "files": newborn.scan()})
    assert sent.status_code == 302
    assert OwedPaper.objects.get(case=owing).state == "handed_in"
    assert SubApplication.objects.get(case=owing, item_id="MATERNITY_PAY").state == "approved"
    assert "已补交" in text_of(client.get(page))


def test_a_stranger_sees_none_of_it(owing: Case, chen: Account, as_person: SignIn) -> None:
    client = as_person(chen)
    for name in ("owed", "disputes", "payouts"):
        assert client.get(reverse(f"citizen:{name}", args=[owing.pk])).status_code == 404


def test_a_dispute_shows_its_answer(
    lin: Account, chen: Account, as_person: SignIn, departments: FakeDepartments
) -> None:
    case = newborn.draft(lin)
    drafting.dispute(case.pk, "mother_name", "林晓兰", "身份证已更名", lin.actor)
    filing.submit_case(case.pk, by=lin.actor, client_key=uuid4().hex)
    for party in Party.objects.filter(case=case, state=Party.State.ASKED):
        parties.agree(party.pk, account=chen)
    client, page = as_person(lin), reverse("citizen:disputes", args=[case.pk])
    assert "林晓兰" in text_of(client.get(page))
    row = DataDispute.objects.get(case=case)
    assert client.post(page, {"dispute": row.pk}).status_code == 422
    assert client.post(page, {"dispute": row.pk, "file": newborn.scan()}).status_code == 302
    assert client.post(page, {"dispute": uuid4()}).status_code == 404
    officer = Account.objects.create_user("officer", "a-long-password", role=Role.STAFF, name="王", department="GA")
    disputes.refuse(row.pk, "人口库姓名与身份证一致", by=officer.actor)
    assert "人口库姓名与身份证一致" in text_of(client.get(page))
    assert client.post(page, {"dispute": row.pk, "act": "withdraw"}).status_code == 404


def test_a_dispute_is_taken_back_by_who_raised_it_and_by_nobody_else(
    lin: Account, chen: Account, as_person: SignIn, departments: FakeDepartments
) -> None:
    case = newborn.draft(lin)
    drafting.dispute(case.pk, "mother_name", "林晓兰", "身份证已更名", lin.actor)
    filing.submit_case(case.pk, by=lin.actor, client_key=uuid4().hex)
    for party in Party.objects.filter(case=case, state=Party.State.ASKED):
        parties.agree(party.pk, account=chen)
    page, row = reverse("citizen:disputes", args=[case.pk]), DataDispute.objects.get(case=case)
    assert as_person(chen).post(page, {"dispute": row.pk, "act": "withdraw"}).status_code == 404
    client = as_person(lin)
    assert "撤回这项异议" in text_of(client.get(page))
    assert client.post(page, {"dispute": row.pk, "act": "withdraw"}).status_code == 302
    assert DataDispute.objects.get(pk=row.pk).state == "withdrawn"
    shown = text_of(client.get(page))
    assert "本人已撤回" in shown and "撤回这项异议" not in shown


def test_old_and_new_of_a_corrected_result_stand_side_by_side(
    lin: Account, chen: Account, departments: FakeDepartments, as_person: SignIn
) -> None:
    for item, result in newborn.RESULTS.items():
        departments.say(item=item, result=result)
    case = newborn.submitted(lin, chen)
    dispatch.pump()
    old = Result.objects.get(sub__case=case, result_id="R_BIRTH")
    afterwards.correct(old.pk, {"child_name": "陈一诺诺"}, "姓名登记有误", by=lin.actor)
    client = as_person(lin)
    shown = text_of(client.get(reverse("citizen:results", args=[case.pk])))
    assert "陈一诺诺" in shown and "已更正，看新版本" in shown and "姓名登记有误" in shown
    assert "已更正" in text_of(client.get(reverse("citizen:verify_mark", args=[old.mark])))
    new = Result.objects.get(sub__case=case, result_id="R_BIRTH", replaced_at=None)
    afterwards.revoke(new.pk, "出生信息系伪造", by=lin.actor)
    shown = text_of(client.get(reverse("citizen:results", args=[case.pk])))
    assert "出生信息系伪造" in shown and "第六十九条" in shown and "行政复议" in shown
    assert "已被撤销" in text_of(client.get(reverse("citizen:verify_mark", args=[new.mark])))


def test_the_ledger_shows_each_month_and_can_be_paused_and_taken_up_again(
    departments: FakeDepartments, register: FakeRegister, as_person: SignIn, time_machine: Any
) -> None:
    time_machine.move_to(datetime(2026, 12, 3, 10, tzinfo=ZoneInfo("Asia/Shanghai")), tick=True)
    elder = allowance.elder()
    case = allowance.granted(departments, register, elder)
    client, page = as_person(elder), reverse("citizen:payouts", args=[case.pk])
    assert page in text_of(client.get(reverse("citizen:case", args=[case.pk])))
    shown = text_of(client.get(page))
    assert "2026-12" in shown and "100.00" in shown and "已到账" in shown
    entitlement = case.entitlements.get()
    act = reverse("citizen:choose_payout", args=[case.pk, entitlement.pk])
    assert client.post(act, {"act": "pause"}).status_code == 302
    assert "恢复领取" in text_of(client.get(page))
    assert client.post(act, {"act": "resume"}).status_code == 302
    assert client.post(act, {"act": "steal"}).status_code == 404
