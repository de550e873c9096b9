"""Pages of a batch with points: the year, the points with an objection, stages; and the desks behind them."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from cases.actions.batches import allocation, scoring
from cases.actions.delivery import dispatch
from cases.actions.engine.sweep import sweep
from cases.models import AllocationRun, AllocationSeat, Case, Objection, PointsSheet
from portal.accounts.models import Account, Role
from tests.factories import construction, school
from tests.factories.doubles import FakeDepartments, FakeRegister

pytestmark = pytest.mark.django_db


def signed_in(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client


@pytest.fixture
def departments(departments: FakeDepartments) -> FakeDepartments:
    departments.say(item="SIGN_UP", result={"receipt_no": "R1", "batch": "2026"})
    departments.say(item="POINTS", result={"points_total": 50, "detail": "见积分表", "rank": 1})
    return departments


@pytest.fixture
def lead(db: None) -> Account:
    return Account.objects.create_user("jy", "a-long-password", role=Role.STAFF, department="JY", name="教育局")


@pytest.fixture
def other_staff(db: None) -> Account:
    return Account.objects.create_user("ga", "a-long-password", role=Role.STAFF, department="GA", name="公安")


def filed(register: FakeRegister, serial: int, **how: object) -> Case:
    case = school.filed(register, serial, **how)
    for _ in range(4):
        dispatch.pump()
    scoring.compute_due()
    return Case.objects.select_related("applicant").get(pk=case.pk)


def test_the_guide_and_the_draft_say_when_applications_are_taken(register: FakeRegister) -> None:
    parent = school.guardian(1)
    with time_machine.travel(school.SIGN_UP_DAY + timedelta(days=30), tick=False):
        guide = signed_in(parent).get(reverse("citizen:guide", args=["JYRX"])).content.decode()
        assert "现在不在受理时间" in guide
        assert "7月15日" in guide
        assert "年度日程" in guide
        school.fill_registers(register, parent.id_no, school.id_number(1))
        case = school.draft(parent, school.id_number(1))
        for name in ("citizen:tasks", "citizen:check"):
            assert "可以先填好存成草稿" in signed_in(parent).get(reverse(name, args=[case.pk])).content.decode()
        posted = {"client_key": "k1", "declared": "1"}
        answer = signed_in(parent).post(reverse("citizen:check", args=[case.pk]), posted)
        assert "现在不在受理时间" in answer.content.decode()
    assert Case.objects.get(pk=case.pk).state == "draft"


@time_machine.travel(school.SIGN_UP_DAY, tick=False)
def test_a_family_sees_its_points_and_objects_to_one_rule(
    register: FakeRegister, departments: FakeDepartments, lead: Account, other_staff: Account
) -> None:
    case = filed(register, 1)
    page = signed_in(case.applicant).get(reverse("citizen:case", args=[case.pk])).content.decode()
    assert "父母一方在本市连续缴纳养老保险每满1个月计0.3分" in page
    assert "个人社会保险参保信息" in page
    assert "现在到哪一步" in page
    address = reverse("citizen:object_points", args=[case.pk])
    assert signed_in(school.guardian(9)).post(address, {"rule": "P11", "text": "不对"}).status_code == 404
    signed_in(case.applicant).post(address, {"rule": "P11", "text": "少算了一年"})
    objection = Objection.objects.get(case=case)
    assert (objection.rule, objection.text, objection.state) == ("P11", "少算了一年", "open")

    desk = signed_in(lead).get(reverse("counter:points")).content.decode()
    assert case.number in desk
    sheet = signed_in(lead).get(reverse("counter:points_sheet", args=[case.pk])).content.decode()
    assert "少算了一年" in sheet
    assert signed_in(other_staff).get(reverse("counter:points_sheet", args=[case.pk])).status_code == 404
    settle = reverse("counter:points_settle", args=[objection.pk])
    assert signed_in(other_staff).post(settle, {"act": "stand", "reason": "x"}).status_code == 404
    bad = signed_in(lead).post(settle, {"act": "correct", "points": "abc", "reason": "属实"})
    assert (bad.status_code, "请填写分值" in bad.content.decode()) == (422, True)
    signed_in(lead).post(settle, {"act": "correct", "points": "21.6", "reason": "属实，补计"})
    assert PointsSheet.objects.get(pk=case.pk).total == "61.6"
    page = signed_in(case.applicant).get(reverse("citizen:case", args=[case.pk])).content.decode()
    assert "属实，补计" in page


def test_the_lead_department_runs_a_batch_to_its_publication(
    register: FakeRegister, departments: FakeDepartments, lead: Account, other_staff: Account
) -> None:
    with time_machine.travel(school.SIGN_UP_DAY, tick=False):
        first, second = filed(register, 1, si_months=90), filed(register, 2, si_months=10, adjust=False)
        page, act = reverse("counter:allocation", args=["JYRX"]), reverse("counter:allocation_act", args=["JYRX"])
        assert signed_in(other_staff).get(page).status_code == 404
        client = signed_in(lead)
        wrong = client.post(act, {"step": "seats", "seats": "第一小学,很多\n第一小学"})
        assert (wrong.status_code, "第1行的名额" in wrong.content.decode()) == (422, True)
        client.post(act, {"step": "seats", "seats": "志愿,名额\n第一小学，1"})
        assert AllocationSeat.objects.get().capacity == 1
        client.post(act, {"step": "freeze"})
        run = AllocationRun.objects.get()
        step = {"run": str(run.pk), "supervisor": "监督员甲"}
        client.post(act, {**step, "step": "try"})
        assert "派到 1 件" in client.get(page).content.decode()
        client.post(act, {**step, "step": "publicise"})
        sweep()
        shown = signed_in(first.applicant).get(reverse("citizen:case", args=[first.pk])).content.decode()
        assert "组内排名" in shown
        assert "录取" not in shown.split("组内排名")[1].split("</section>")[0]
        early = client.post(act, {**step, "step": "publish"})
        assert (early.status_code, "期满后才能公布" in early.content.decode()) == (422, True)
    with time_machine.travel(school.SIGN_UP_DAY + timedelta(days=20), tick=False):
        client = signed_in(lead)
        client.post(act, {**step, "step": "publish"})
        sweep()
        assert "监督员甲" in client.get(page).content.decode()
        for case, words in ((first, "第 1 志愿"), (second, "没有派到位")):
            assert words in signed_in(case.applicant).get(reverse("citizen:case", args=[case.pk])).content.decode()
        assert allocation.freezing.seats_left("JYRX", "2026") == {"第一小学": 0}


def test_the_stages_stand_on_the_page_and_only_open_ones_can_be_filed(
    register: FakeRegister, departments: FakeDepartments
) -> None:
    construction.known(register, departments)
    owner = construction.owner()
    case = construction.first_stage(owner)
    page = signed_in(owner).get(reverse("citizen:case", args=[case.pk])).content.decode()
    assert "等前一阶段" in page
    assert "以后办的" not in page
    dispatch.pump()
    page = signed_in(owner).get(reverse("citizen:case", args=[case.pk])).content.decode()
    assert "可以申报了" in page
    assert 'value="DESIGN_REVIEW"' in page
    assert 'value="CONSTR_PERMIT"' not in page
    tasks = signed_in(owner).get(reverse("citizen:tasks", args=[case.pk])).content.decode()
    assert 'value="DESIGN_REVIEW"' in tasks
