"""The pages of a roster: the organisation imports and corrects, each person answers behind the own link."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.urls import reverse

from cases.actions.batches import roster_rounds
from cases.models import Case, RosterRow
from portal.accounts.models import Account
from tests.factories import rosters as made
from tests.factories.doubles import RecordingNotifier
from tests.portal.citizen.conftest import SignIn

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("departments", "register", "licences")]


@pytest.fixture(autouse=True)
def september() -> Iterator[Any]:
    with time_machine.travel("2026-09-07T09:00:00+08:00") as clock:
        yield clock


@pytest.fixture
def school(db: None) -> Account:
    return made.school()


def link(notifier: RecordingNotifier, account: Account) -> str:
    """The path of the link in the last message."""
    address = str(notifier.to(str(account.phone))[-1].values["link"])
    return address[address.index("/confirm/") :]


def test_the_school_imports_sees_what_is_wrong_and_corrects_one_row(school: Account, as_person: SignIn) -> None:
    browser, case = as_person(school), made.batch(school)
    page = reverse("citizen:roster", args=[case.pk])
    assert "下载模板" in browser.get(reverse("citizen:tasks", args=[case.pk])).content.decode()
    file = made.as_file(made.student(0), made.student(1, 学号="!"))
    shown = browser.post(page, {"file": file}, follow=True).content.decode()
    assert "1 行可以办，1 行要更正" in shown and "学号格式不正确" in shown
    table = browser.get(reverse("citizen:roster_faults", args=[case.pk]))
    assert "attachment" in table["Content-Disposition"] and "3,学号" in table.content.decode("utf-8-sig")
    row = RosterRow.objects.get(number=3)
    address = reverse("citizen:roster_row", args=[case.pk, row.pk])
    typed = {name: str(value) for name, value in row.values.items()} | {"hard_listed": "false"}
    assert browser.post(address, typed).status_code == 422
    assert browser.post(address, typed | {"student_no": "202600001"}).status_code == 302
    assert RosterRow.objects.get(number=3).state == "ready"


def test_the_template_is_a_workbook_with_the_headings_of_the_form(school: Account, as_person: SignIn) -> None:
    case = made.batch(school)
    answer = as_person(school).get(reverse("citizen:roster_template", args=[case.pk]))
    assert answer.content[:2] == b"PK" and answer["Content-Type"].endswith("sheet")


def test_what_is_no_roster_is_refused_with_a_way_out(school: Account, as_person: SignIn) -> None:
    case = made.batch(school)
    page = reverse("citizen:roster", args=[case.pk])
    photo = made.photo()
    answer = as_person(school).post(page, {"file": photo})
    assert answer.status_code == 422 and "请" in answer.content.decode()
    assert as_person(school).post(page).status_code == 422


def test_the_link_opens_for_the_person_alone(
    school: Account, lin: Account, chen: Account, as_person: SignIn, notifier: RecordingNotifier
) -> None:
    made.filed(school, made.student(0))
    roster_rounds.carry_on()
    address = link(notifier, lin)
    for other in (chen, school):
        assert as_person(other).get(address).status_code == 404
    assert as_person(None).get(address).status_code == 302
    shown = as_person(lin).get(address).content.decode()
    assert "示例大学" in shown and "单位填的您的信息" in shown and "不参保期间看病住院不能医保报销" in shown


def test_confirming_leads_into_the_own_application(
    school: Account, lin: Account, as_person: SignIn, notifier: RecordingNotifier
) -> None:
    batch = made.filed(school, made.student(0))
    roster_rounds.carry_on()
    browser = as_person(lin)
    answer = browser.post(link(notifier, lin), {"answer": "confirm"}, follow=True)
    case = Case.objects.get(parent=batch)
    assert answer.status_code == 200 and str(case.pk) in answer.redirect_chain[-1][0]
    tasks = browser.get(reverse("citizen:tasks", args=[case.pk])).content.decode()
    assert "本人确认（手机端）" in tasks and "等对方填" not in tasks
    assert as_person(school).get(reverse("citizen:tasks", args=[case.pk])).status_code == 404


def test_declining_without_a_reason_says_what_is_missing(
    school: Account, lin: Account, as_person: SignIn, notifier: RecordingNotifier
) -> None:
    batch = made.filed(school, made.student(0))
    roster_rounds.carry_on()
    browser, address = as_person(lin), link(notifier, lin)
    assert "请选择不办的原因" in browser.post(address, {"answer": "decline"}).content.decode()
    assert browser.post(address, {"answer": "wrong"}).status_code == 422
    browser.post(address, {"answer": "decline", "reason": "other", "risk": "on"})
    shown = as_person(school).get(reverse("citizen:roster", args=[batch.pk])).content.decode()
    assert "本人不办" in shown and "自愿不参加" not in shown


def test_nobody_sees_the_roster_of_another_organisation(school: Account, lin: Account, as_person: SignIn) -> None:
    case = made.batch(school)
    for name in ("roster", "roster_template", "roster_faults"):
        assert as_person(lin).get(reverse(f"citizen:{name}", args=[case.pk])).status_code == 404


def test_who_lost_the_message_finds_the_request_in_the_own_list(
    school: Account, lin: Account, chen: Account, as_person: SignIn
) -> None:
    made.filed(school, made.student(0))
    roster_rounds.carry_on()
    address = reverse("citizen:confirm_listed", args=[RosterRow.objects.get().pk])
    listed = as_person(lin).get(reverse("citizen:authorisations")).content.decode()
    assert address in listed and "示例大学" in listed
    assert as_person(lin).get(address).status_code == 200
    assert as_person(chen).get(address).status_code == 404
    assert address not in as_person(chen).get(reverse("citizen:authorisations")).content.decode()
