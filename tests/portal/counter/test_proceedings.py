"""The acts around a decision at the desk: not accepting, procedures, extension, opinions, handing on."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from cases.actions.desk import worklist
from cases.models import Consultation, Extension, SubApplication
from portal.accounts.models import Account, Role
from tests.factories.desk import current
from tests.portal.counter.conftest import At, staff

pytestmark = pytest.mark.django_db
ACTS = ("not_accept", "begin_procedure", "end_procedure", "extend", "consult", "reassign", "register_withdrawal")


@pytest.fixture
def taken(sub: SubApplication, officer: Account) -> SubApplication:
    return current(worklist.take(sub.pk, by=officer.actor, version=sub.version))


@pytest.fixture
def accepted(taken: SubApplication, officer: Account) -> SubApplication:
    return current(worklist.accept(taken.pk, by=officer.actor, version=taken.version))


def send(client: Client, sub: SubApplication, act: str, **values: Any) -> Any:
    data = {"version": current(sub).version, **{name.replace("__", "."): value for name, value in values.items()}}
    return client.post(reverse(f"counter:{act}", args=[sub.pk]), data)


def page_of(client: Client, sub: SubApplication) -> str:
    return str(client.get(reverse("counter:task", args=[sub.pk])).content.decode())


def test_nobody_else_acts_on_a_task(
    sub: SubApplication, lin: Account, teacher: Account, clerk: Account, at: At
) -> None:
    for account in (lin, teacher, clerk):
        assert {send(at(account), sub, act).status_code for act in ACTS} == {404}
    assert current(sub).version == sub.version


def test_not_accepting_names_the_authority_to_apply_to_行政许可法_32(
    taken: SubApplication, officer: Account, at: At
) -> None:
    client = at(officer)
    refused = send(client, taken, "not_accept", not_accept__kind="not_ours", not_accept__text="不在辖区")
    assert refused.status_code == 422
    page = refused.content.decode()
    assert "须告知向谁申请" in page and "不在辖区" in page
    more = {"not_accept__text": "不在辖区", "not_accept__apply_to": "湖里派出所"}
    assert send(client, taken, "not_accept", not_accept__kind="not_ours", **more).status_code == 302
    assert current(taken).state == "not_accepted"


def test_a_procedure_is_begun_and_ended_from_the_page_行政许可法_45(
    accepted: SubApplication, officer: Account, at: At
) -> None:
    client = at(officer)
    assert "亲子鉴定" in page_of(client, accepted)
    assert (
        send(client, accepted, "begin_procedure", procedure__name="other", procedure__other="走访").status_code == 422
    )
    assert send(client, accepted, "begin_procedure", procedure__name="SP1").status_code == 302
    assert current(accepted).state == "special_procedure"
    assert "结束特别程序" in page_of(client, accepted)
    assert send(client, accepted, "end_procedure").status_code == 302
    assert current(accepted).state == "accepted"


def test_an_extension_keeps_what_was_typed_and_is_granted_once_行政许可法_42(
    accepted: SubApplication, officer: Account, at: At
) -> None:
    client = at(officer)
    lacking = send(client, accepted, "extend", extend__working_days="5", extend__reason="外省函查")
    assert lacking.status_code == 422 and "外省函查" in lacking.content.decode()
    whole = {"extend__working_days": "5", "extend__approver": "王局长", "extend__reason": "外省函查"}
    assert send(client, accepted, "extend", **whole).status_code == 302
    assert Extension.objects.get(sub=accepted).approver == "王局长"
    page = page_of(client, accepted)
    assert "已延长 5 个工作日" in page and reverse("counter:extend", args=[accepted.pk]) not in page


def test_another_department_is_asked_and_answers_at_its_own_desk(
    accepted: SubApplication, officer: Account, at: At, teacher: Account
) -> None:
    client, other = at(officer), at(staff("civil", Role.STAFF, "MZ"))
    asked = {"consult__department": "MZ", "consult__question": "监护关系是否属实", "consult__days": "3"}
    assert send(client, accepted, "consult", **asked).status_code == 302
    question = Consultation.objects.get(sub=accepted)
    address = reverse("counter:answer_question", args=[question.pk])
    assert "监护关系是否属实" in other.get(reverse("counter:opinions")).content.decode()
    assert "监护关系" not in at(teacher).get(reverse("counter:opinions")).content.decode()
    assert at(teacher).post(address, {"opinion": "agrees"}).status_code == 404
    assert other.post(address, {"opinion": "objects", "text": ""}).status_code == 422
    assert other.post(address, {"opinion": "objects", "text": "户主有异议"}).status_code == 302
    assert "户主有异议" in page_of(client, accepted)


def test_a_wrongly_assigned_task_leaves_this_desk_for_the_leads(
    taken: SubApplication, officer: Account, at: At
) -> None:
    client, lead = at(officer), at(staff("lead", Role.STAFF, "WJ"))
    assert send(client, taken, "reassign", reassign__department="WJ", reassign__reason="").status_code == 422
    answer = send(client, taken, "reassign", reassign__department="WJ", reassign__reason="不在本辖区")
    assert answer.status_code == 302
    assert client.get(reverse("counter:task", args=[taken.pk])).status_code == 404
    assert "不在本辖区" in page_of(lead, taken)


def test_a_stale_page_changes_nothing(accepted: SubApplication, officer: Account, at: At) -> None:
    answer = send(at(officer), accepted, "reassign", version=accepted.version - 1, reassign__reason="不归我们")
    assert answer.status_code == 409
    assert current(accepted).department == "GA"


def test_a_withdrawal_at_the_window_is_registered(accepted: SubApplication, officer: Account, at: At) -> None:
    assert send(at(officer), accepted, "register_withdrawal", withdraw__reason="本人到窗口").status_code == 302
    assert current(accepted).state == "withdrawn"
