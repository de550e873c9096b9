"""What people ask of a department, at its desk: listed by urgency, answered once, red on the worklist where urged."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from cases.actions.dialogue import inquiring
from cases.models import AccessRecord, Inquiry, SavedAnswer, SubApplication
from portal.accounts.models import Account
from tests.portal.counter.conftest import At

pytestmark = pytest.mark.django_db
LIST = "/desk/inquiries/"


@pytest.fixture
def asked(sub: SubApplication, lin: Account) -> Inquiry:
    return inquiring.ask(sub.case_id, "户口本要带原件吗？", by=lin.actor, sub_id=sub.pk)


def test_the_desk_lists_what_waits_with_a_trace_and_a_masked_name(asked: Inquiry, officer: Account, at: At) -> None:
    text = at(officer).get(LIST).content.decode()
    assert "户口本要带原件吗？" in text and "林**" in text and "林晓岚" not in text
    assert AccessRecord.objects.filter(case=asked.case, department="GA").exists()


def test_an_answer_is_given_once_and_leaves_the_list(asked: Inquiry, officer: Account, at: At) -> None:
    client = at(officer)
    page = reverse("counter:answer_inquiry", args=[asked.pk])
    assert client.post(page, {"text": "不用，拍照即可。"}).status_code == 302
    assert "户口本要带原件吗？" not in client.get(LIST).content.decode()
    assert client.post(page, {"text": "再答"}).status_code == 422


def test_saved_words_answer_too_and_an_empty_answer_keeps_what_was_typed(
    asked: Inquiry, officer: Account, at: At
) -> None:
    SavedAnswer.objects.create(department="GA", title="原件", text="不用带原件。")
    client, page = at(officer), reverse("counter:answer_inquiry", args=[asked.pk])
    refused = client.post(page, {"text": " "})
    assert refused.status_code == 422 and "请写下答复" in refused.content.decode()
    client.post(page, {"text": "", "saved": "原件"})
    assert Inquiry.objects.get().answer == "不用带原件。"


def test_another_department_sees_and_answers_nothing(asked: Inquiry, teacher: Account, at: At) -> None:
    client = at(teacher)
    assert "户口本要带原件吗？" not in client.get(LIST).content.decode()
    assert client.post(reverse("counter:answer_inquiry", args=[asked.pk]), {"text": "x"}).status_code == 404


def test_a_question_stands_on_the_page_of_its_task(asked: Inquiry, officer: Account, at: At) -> None:
    text = at(officer).get(reverse("counter:task", args=[asked.sub_id])).content.decode()
    assert "户口本要带原件吗？" in text and "申请人的提问与催办" in text


def test_an_urged_task_comes_first_on_the_worklist(
    sub: SubApplication, lin: Account, officer: Account, at: At, time_machine: Any
) -> None:
    time_machine.move_to(timezone.now() + timedelta(days=10))
    inquiring.urge(sub.pk, by=lin.actor)
    text = at(officer).get(reverse("counter:desk")).content.decode()
    assert "申请人催办：请先说明情况" in text
