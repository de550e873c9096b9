"""The inbox, questions to departments and urging, as a person meets them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from cases import notices
from cases.actions.dialogue import inquiring
from cases.models import Case, Inquiry, Notification, SubApplication
from portal.accounts.models import Account
from tests.factories import toll
from tests.factories.doubles import FakeDepartments
from tests.portal.citizen.conftest import SignIn

pytestmark = pytest.mark.django_db
INBOX = "/me/messages/"


@pytest.fixture
def case(lin: Account, departments: FakeDepartments) -> Case:
    toll.publish({"kind": "none"})
    return toll.filed(lin)


def first_item(case: Case) -> SubApplication:
    return SubApplication.objects.get(case=case, item_id="FIRST")


def test_everything_told_is_there_newest_first_and_read_once_seen(case: Case, lin: Account, as_person: SignIn) -> None:
    notices.supplement_requested(case, timezone.localdate())
    client = as_person(lin)
    text = client.get(INBOX).content.decode()
    assert text.index("请补正材料") < text.index("您的申请已提交")
    assert text.count("mail__new") == 2 and "http://" not in text.partition("<main")[2].partition("</main>")[0]
    assert "mail__new" not in client.get(INBOX).content.decode()
    assert not Notification.objects.filter(account=lin, read_at=None).exists()


def test_the_head_of_every_page_counts_what_is_new(case: Case, lin: Account, as_person: SignIn) -> None:
    client = as_person(lin)
    assert "1 条未读消息" in client.get(reverse("citizen:cases")).content.decode()
    client.get(INBOX)
    assert "条未读消息" not in client.get(reverse("citizen:cases")).content.decode()


def test_a_message_leads_to_its_case(case: Case, lin: Account, as_person: SignIn) -> None:
    told = Notification.objects.get(case=case)
    response = as_person(lin).get(f"{INBOX}{told.pk}/")
    assert response["Location"] == f"/cases/{case.pk}/"
    told.refresh_from_db()
    assert told.read_at is not None


def test_nobody_elses_messages_and_no_codes(case: Case, lin: Account, chen: Account, as_person: SignIn) -> None:
    notices.tell_account(lin.pk, str(lin.phone), "phone_code", code="889900", purpose="更换手机号")
    told = Notification.objects.get(case=case)
    assert "889900" not in as_person(lin).get(INBOX).content.decode()
    client = as_person(chen)
    assert "还没有消息" in client.get(INBOX).content.decode()
    assert client.get(f"{INBOX}{told.pk}/").status_code == 404
    assert client.get(f"{INBOX}?case={case.pk}").status_code == 404


def test_messages_are_english_on_english_pages(case: Case, lin: Account, as_person: SignIn) -> None:
    client = as_person(lin)
    client.cookies["django_language"] = "en"
    text = client.get(INBOX).content.decode()
    assert "Application submitted" in text and "“Toll” has been submitted" in text


def test_a_long_inbox_is_paged_with_few_queries(
    case: Case, lin: Account, as_person: SignIn, django_assert_max_num_queries: Any
) -> None:
    for number in range(25):
        notices.tell(case, "payment_received", amount=f"{number}.00")
    client = as_person(lin)
    client.get(INBOX)
    with django_assert_max_num_queries(9):
        text = client.get(INBOX).content.decode()
    assert "更早的" in text and text.count("<li") >= 20
    assert "您的申请已提交" in client.get(f"{INBOX}?page=2").content.decode()


# ---- questions ----------------------------------------------------------------------------------------------


def test_a_question_goes_to_the_department_and_stands_on_the_case(case: Case, lin: Account, as_person: SignIn) -> None:
    client, item = as_person(lin), first_item(case)
    page = client.get(reverse("citizen:ask", args=[case.pk])).content.decode()
    assert "不是补正" in page and str(item.pk) in page
    posted = {"item": str(item.pk), "text": "缴费凭证能开电子的吗？"}
    assert client.post(reverse("citizen:ask", args=[case.pk]), posted).status_code == 302
    assert Inquiry.objects.get().department == item.department
    assert "缴费凭证能开电子的吗？" in client.get(reverse("citizen:case", args=[case.pk])).content.decode()


def test_an_empty_question_says_what_is_missing_and_keeps_the_choice(
    case: Case, lin: Account, as_person: SignIn
) -> None:
    item = first_item(case)
    response = as_person(lin).post(reverse("citizen:ask", args=[case.pk]), {"item": str(item.pk), "text": " "})
    text = response.content.decode()
    assert response.status_code == 422 and "请写下要问什么" in text
    assert f'value="{item.pk}" selected' in text


def test_strangers_cannot_ask_or_urge(case: Case, chen: Account, as_person: SignIn) -> None:
    client = as_person(chen)
    assert client.get(reverse("citizen:ask", args=[case.pk])).status_code == 404
    assert client.post(reverse("citizen:urge", args=[case.pk]), {"item": first_item(case).pk}).status_code == 404


def test_the_answer_is_on_the_case_and_among_the_messages(case: Case, lin: Account, as_person: SignIn) -> None:
    item = first_item(case)
    asked = inquiring.ask(case.pk, "什么时候好？", by=lin.actor, sub_id=item.pk)
    officer = Account.objects.create_user("officer", "a-long-password", role="staff", name="周工", department="SW")
    inquiring.answer(asked.pk, "本周五前办好。", by=officer.actor)
    client = as_person(lin)
    assert "本周五前办好。" in client.get(reverse("citizen:case", args=[case.pk])).content.decode()
    assert "您的提问有回复了" in client.get(INBOX).content.decode()


# ---- urging -------------------------------------------------------------------------------------------------


def test_the_page_says_from_when_one_may_urge_and_then_lets_one(
    case: Case, lin: Account, as_person: SignIn, time_machine: Any
) -> None:
    client, item, page = as_person(lin), first_item(case), reverse("citizen:urge", args=[case.pk])
    assert "起可以催办" in client.get(page).content.decode()
    assert client.post(page, {"item": item.pk}).status_code == 422
    time_machine.move_to(timezone.now() + timedelta(days=8))
    client = as_person(lin)
    assert f'value="{item.pk}"' in client.get(page).content.decode()
    assert client.post(page, {"item": item.pk}).status_code == 302
    assert "说明情况" in client.get(page).content.decode()
