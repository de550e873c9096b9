"""The attention desk: who sees what, values by their shape, and every act by a form without script."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from cases.actions.delivery import dispatch
from cases.models import AccessRecord, Attention, AttentionAct, Case, Correction, Delivery, SubApplication
from portal.accounts.models import Account, Role
from tests.factories import newborn
from tests.factories.doubles import FakeDepartments, FakeLicences, FakeRegister
from tests.portal.counter.conftest import At, staff

pytestmark = pytest.mark.django_db
DESK = reverse("counter:attention")


@pytest.fixture
def doctor(db: None) -> Account:
    return staff("doctor", Role.STAFF, "WJ")


@pytest.fixture
def second_doctor(db: None) -> Account:
    return staff("second-doctor", Role.STAFF, "WJ")


@pytest.fixture
def supervisor(db: None) -> Account:
    return staff("supervisor", Role.SUPERVISOR)


@pytest.fixture
def operator(db: None) -> Account:
    return staff("operator", Role.ADMINISTRATOR)


@pytest.fixture
def raised(
    lin: Account, chen: Account, register: FakeRegister, licences: FakeLicences, departments: FakeDepartments
) -> Attention:
    """The birth certificate was refused by the system of the health commission."""
    newborn.fill_registers(register, licences)
    for item, result in newborn.RESULTS.items():
        departments.say(item=item, result=result)
    departments.fail("refused", department="WJ")
    case = newborn.submitted(lin, chen)
    dispatch.pump()
    return Attention.objects.select_related("sub", "case").get(case=case)


def page_of(raised: Attention) -> str:
    return reverse("counter:attention_item", args=[raised.pk])


def act(raised: Attention, name: str) -> str:
    return reverse("counter:attention_act", args=[raised.pk, name])


def text_of(answer: Any) -> str:
    return str(answer.content.decode())


def test_the_department_supervision_and_operators_see_it_and_nobody_else(
    raised: Attention, doctor: Account, supervisor: Account, operator: Account, teacher: Account, lin: Account, at: At
) -> None:
    for account in (doctor, supervisor, operator):
        assert raised.sub.number in text_of(at(account).get(DESK))
        assert at(account).get(page_of(raised)).status_code == 200
    assert raised.sub.number not in text_of(at(teacher).get(DESK))
    assert at(teacher).get(page_of(raised)).status_code == 404
    assert at(teacher).post(act(raised, "retry")).status_code == 404
    assert at(lin).get(page_of(raised)).status_code in (302, 403, 404)
    assert at(doctor).get(reverse("counter:attention_item", args=[uuid4()])).status_code == 404


def test_what_was_sent_is_shown_by_its_shape_until_a_reason_is_given(
    raised: Attention, doctor: Account, at: At
) -> None:
    client = at(doctor)
    secret = newborn.LIN["id_no"]
    page = text_of(client.get(page_of(raised)))
    assert "林晓岚" not in page
    assert secret not in page
    place = reverse("counter:attention_unmask", args=[raised.pk])
    assert client.post(place, {"purpose": "看"}).status_code == 422
    shown = client.post(place, {"purpose": "核对部门退回的字段"})
    assert secret in text_of(shown)
    assert "no-store" in shown.headers["Cache-Control"]
    record = AccessRecord.objects.filter(case=raised.case).latest("seq")
    assert (record.purpose, record.actor_id) == ("核对部门退回的字段", str(doctor.pk))
    assert AttentionAct.objects.get(attention=raised, kind="unmasked").by == doctor
    assert secret not in text_of(client.get(page_of(raised)))


def test_the_page_tells_every_try_with_its_error(raised: Attention, doctor: Account, at: At) -> None:
    page = text_of(at(doctor).get(page_of(raised)))
    assert "HTTP 422" in page
    assert str(Delivery.objects.get(sub=raised.sub).key) in page
    assert "被退回" in page


def test_a_press_sends_it_again_and_it_leaves_the_desk(raised: Attention, doctor: Account, at: At) -> None:
    client = at(doctor)
    answer = client.post(act(raised, "retry"), follow=True)
    assert "已重新送出" in text_of(answer)
    dispatch.pump()
    assert SubApplication.objects.get(pk=raised.sub.pk).state == "approved"
    assert "没有要关注的" in text_of(client.get(DESK))
    assert client.post(act(raised, "retry")).status_code == 409


def test_a_corrected_value_is_proposed_by_one_and_confirmed_by_another(
    raised: Attention, doctor: Account, second_doctor: Account, at: At
) -> None:
    page = at(doctor).get(page_of(raised))
    form = next(one for one in page.context["folds"] if one.name == "correct")
    field = next(one for one in form.fields if one.name.startswith("value.fields."))
    empty = at(doctor).post(act(raised, "correct"), {"correction.reason": "代码表改了"})
    assert empty.status_code == 422
    at(doctor).post(act(raised, "correct"), {field.name: "新值", "correction.reason": "代码表改了"})
    assert Correction.objects.get(attention=raised).state == "proposed"
    refused = at(doctor).post(act(raised, "confirm"))
    assert refused.status_code == 422
    assert "不能自己确认" in text_of(refused)
    at(second_doctor).post(act(raised, "confirm"))
    assert Correction.objects.get(attention=raised).state == "sent"
    dispatch.pump()
    assert SubApplication.objects.get(pk=raised.sub.pk).state == "approved"


def test_a_decision_is_entered_with_its_paper_and_a_faulty_form_comes_back_with_what_was_typed(
    raised: Attention, doctor: Account, at: At
) -> None:
    client = at(doctor)
    typed = {
        "settle.status": "rejected",
        "settle.reason": "信息与分娩记录不符",
        "settle.statement": "电话核实，编号 12",
    }
    back = client.post(act(raised, "settle"), typed)
    assert back.status_code == 422
    assert "信息与分娩记录不符" in text_of(back)
    paper = SimpleUploadedFile("决定.pdf", newborn.SCAN, "application/pdf")
    client.post(act(raised, "settle"), {**typed, "settle.file": paper})
    assert SubApplication.objects.get(pk=raised.sub.pk).state == "rejected"
    done = AttentionAct.objects.get(attention=raised, kind="settled")
    shown = client.get(reverse("counter:attention_evidence", args=[done.pk]))
    assert b"".join(shown.streaming_content) == newborn.SCAN
    assert "sandbox" in shown.headers["Content-Security-Policy"]


def test_an_operator_looks_after_transport_and_decides_nothing(
    raised: Attention, operator: Account, supervisor: Account, at: At
) -> None:
    page = at(operator).get(page_of(raised))
    assert {"retry", "ask", "correct", "note"} <= page.context["page"].may
    assert not {"settle", "give_up", "to_people", "reassign"} & page.context["page"].may
    assert at(operator).post(act(raised, "give_up"), {"end.reason": "不办了"}).status_code == 409
    assert "settle" not in at(supervisor).get(page_of(raised)).context["page"].may
    assert SubApplication.objects.get(pk=raised.sub.pk).state == "dispatched"


def test_supervision_ends_what_cannot_go_on_and_the_applicant_reads_why(
    raised: Attention, supervisor: Account, lin: Account, at: At
) -> None:
    at(supervisor).post(act(raised, "give_up"), {"end.reason": "部门系统停用，请到窗口办理"})
    assert SubApplication.objects.get(pk=raised.sub.pk).state == "lapsed"
    page = text_of(at(lin).get(reverse("citizen:case", args=[raised.case_id])))
    assert "无法继续办理" in page


def test_notes_holder_and_putting_off(raised: Attention, doctor: Account, second_doctor: Account, at: At) -> None:
    client = at(doctor)
    client.post(act(raised, "take"))
    client.post(act(raised, "note"), {"note.text": "已打电话给信息科"})
    assert client.post(act(raised, "snooze"), {"snooze.until": "9999", "snooze.text": "等"}).status_code == 422
    client.post(act(raised, "snooze"), {"snooze.until": "24", "snooze.text": "等信息科回电"})
    assert raised.sub.number not in text_of(client.get(DESK))
    assert raised.sub.number in text_of(client.get(DESK, {"held": "snoozed"}))
    page = text_of(at(second_doctor).get(page_of(raised)))
    assert "已打电话给信息科" in page
    assert "等信息科回电" in page
    kept = Attention.objects.get(pk=raised.pk)
    assert kept.assigned_to == doctor
    assert kept.next_at > timezone.now()


def test_ticked_letters_go_out_at_once_and_each_says_what_happened(
    raised: Attention, doctor: Account, teacher: Account, at: At
) -> None:
    place = reverse("counter:attention_replay")
    stolen = at(teacher).post(place, {"attention": str(raised.pk), "which": "ticked"})
    assert raised.sub.number not in text_of(stolen)
    answer = at(doctor).post(place, {"attention": [str(raised.pk), "x"], "which": "ticked"})
    assert "重新送出 1 件" in text_of(answer)
    assert raised.sub.number in text_of(answer)
    again = at(doctor).post(place, {"which": "all", "reason": "refused_by_system"})
    assert "这次处理 0 件" in text_of(again)


@pytest.mark.parametrize("query", ["reason=%00", "held=x&since=2026-99-99", "department=" + "A" * 90, "reason=nothing"])
def test_a_filter_that_does_not_exist_is_no_error(query: str, doctor: Account, at: At) -> None:
    assert at(doctor).get(f"{DESK}?{query}").status_code == 200


def test_filters_narrow_by_reason_and_department(raised: Attention, supervisor: Account, at: At) -> None:
    client = at(supervisor)
    assert raised.sub.number in text_of(client.get(DESK, {"reason": "refused_by_system", "department": "WJ"}))
    assert raised.sub.number not in text_of(client.get(DESK, {"reason": "silent"}))
    assert raised.sub.number not in text_of(client.get(DESK, {"department": "GA"}))
    assert raised.sub.number not in text_of(client.get(DESK, {"held": "mine"}))


def test_the_list_and_the_page_have_a_query_budget(
    raised: Attention, doctor: Account, at: At, django_assert_max_num_queries: Any
) -> None:
    client = at(doctor)
    client.get(DESK)
    # session, account, counts, rows, total, two groups, outages, maintenance; in the menu the questions that wait; at
    # times whether the catalogue changed
    with django_assert_max_num_queries(11):
        client.get(DESK)
    client.get(page_of(raised))
    with django_assert_max_num_queries(25):
        client.get(page_of(raised))


def test_a_case_without_the_item_is_looked_at_by_the_window(raised: Attention, clerk: Account, at: At) -> None:
    whole = Attention.objects.create(case=raised.case, reason="charge", next_step="请核对", since=timezone.now())
    page = text_of(at(clerk).get(DESK))
    assert Case.objects.get(pk=raised.case_id).number in page
    assert at(clerk).get(page_of(whole)).status_code == 200
    assert at(clerk).get(page_of(raised)).status_code == 404
