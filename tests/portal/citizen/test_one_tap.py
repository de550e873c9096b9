"""One question on a phone, without a sign-in and without a number; and what was found about oneself."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from cases.actions.proactive import searching
from cases.models import Candidate
from portal.accounts.models import Account
from tests.cases.test_proactive import ZHENG, know
from tests.factories import newborn
from tests.factories.doubles import FakeDepartments, FakeLicences, FakeRegister, RecordingNotifier
from tests.portal.citizen.conftest import SignIn

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def december() -> Iterator[Any]:
    with time_machine.travel("2026-12-01T03:00:00+08:00") as clock:
        yield clock


@pytest.fixture
def city(register: FakeRegister, licences: FakeLicences, departments: FakeDepartments) -> FakeRegister:
    register.people = [{"name": ZHENG["name"], "id_no": ZHENG["id_no"], "phone": ZHENG["phone"]}]
    know(register, ZHENG)
    return register


def link(notifier: RecordingNotifier) -> str:
    sent = [m for m in notifier.to(ZHENG["phone"]) if m.template.startswith("entitled")]
    return str(sent[-1].values["link"]).partition("//")[2].partition("/")[2].join(["/", ""])


def test_one_tap_is_enough(city: FakeRegister, as_person: SignIn, notifier: RecordingNotifier) -> None:
    know(city, ZHENG, SOCIAL_CARD_INFO={"has_card": False, "status": "未持卡"})
    searching.find_entitled("GLJT")
    browser = as_person(None)
    shown = browser.get(link(notifier)).content.decode()
    assert "我要领" in shown and "郑**" in shown
    assert ZHENG["name"] not in shown and ZHENG["id_no"] not in shown and ZHENG["bank_card"] not in shown
    asked = link(notifier)
    said = browser.post(asked, {"answer": "yes"}, follow=True)
    assert "已为您自动办理" in said.content.decode()
    assert Candidate.objects.get().state == "granted"
    assert link(notifier) == asked


def test_a_second_tap_while_the_first_is_at_work_begins_nothing(
    city: FakeRegister, as_person: SignIn, notifier: RecordingNotifier, december: Any
) -> None:
    know(city, ZHENG, SOCIAL_CARD_INFO={"has_card": False, "status": "未持卡"})
    searching.find_entitled("GLJT")
    Candidate.objects.update(answer="accept", answered_at=timezone.now())
    browser, address = as_person(None), link(notifier)
    assert "正在为您办理" in browser.post(address, {"answer": "yes"}, follow=True).content.decode()
    assert Candidate.objects.get().state == "asked"
    december.shift(timedelta(minutes=2))
    browser.post(address, {"answer": "yes"})
    assert Candidate.objects.get().state == "granted"


def test_who_was_granted_may_refuse_within_a_week(
    city: FakeRegister, as_person: SignIn, notifier: RecordingNotifier
) -> None:
    searching.find_entitled("GLJT")
    browser, address = as_person(None), link(notifier)
    assert "我不想领" in browser.get(address).content.decode()
    assert "已记下：您不领" in browser.post(address, {"answer": "no"}, follow=True).content.decode()


def test_an_unknown_link_is_nobodys(db: None, as_person: SignIn) -> None:
    assert as_person(None).get(reverse("citizen:one_tap", args=["nonsense"])).status_code == 404


def test_the_person_reads_the_reason_and_objects(city: FakeRegister, as_person: SignIn, chen: Account) -> None:
    know(city, ZHENG, SENIOR_ALLOW_INFO={"receiving": True})
    searching.find_entitled("GLJT")
    browser = as_person(newborn.account(ZHENG, "zheng"))
    assert "已在领取高龄津贴" in browser.get(reverse("citizen:entitlements")).content.decode()
    address = reverse("citizen:object", args=[Candidate.objects.get().pk])
    assert as_person(chen).post(address, {"text": "x"}).status_code == 404
    browser.post(address, {"text": "从来没领过"})
    assert Candidate.objects.get().state == "visiting"
