"""Entitlements by data: fits, does not and why, or open; and a hint when something new fits (免申即享)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.utils import timezone

from cases.actions.applying import drafting
from cases.actions.proactive import matching
from cases.models import Candidate, Case, Search
from cases.queries.matches import matches_of
from portal.accounts.models import Account
from tests.factories import newborn
from tests.factories.doubles import FakeLicences, FakeRegister, RecordingNotifier
from tests.factories.library import person

pytestmark = pytest.mark.django_db
WU = person("吴小满")


@pytest.fixture(autouse=True)
def by_itself(settings: Any) -> None:
    settings.SEARCH_BY_ITSELF = True


@pytest.fixture(autouse=True)
def spring() -> Iterator[Any]:
    with time_machine.travel("2027-03-01T09:00:00+08:00") as clock:
        yield clock


@pytest.fixture
def wu(register: FakeRegister, licences: FakeLicences) -> Account:
    know(register, kind=None)
    face = {"name": WU["name"], "id_no": WU["id_no"], "birth_date": WU["birth_date"]}
    licences.put_licence("ID_CARD", WU["id_no"], "L-1", face)
    return newborn.account(WU, "wu")


def know(register: FakeRegister, *, kind: str | None) -> None:
    register.put("DISABILITY_INFO", WU["id_no"], {"status": "正常", "dis_level": "2", "dis_type": "4"})
    register.put("HUKOU_INFO", WU["id_no"], {"status": "正常", "address": "示例市湖里区示例路2号"})
    register.put("POP_BASIC", WU["id_no"], {"match": True, "alive": True})
    register.put("SI_PERSON", WU["id_no"], {"status": "未参保"})
    register.put("MI_PERSON", WU["id_no"], {"scheme": "居民医保", "year_paid": False})
    register.put("LOW_INCOME_INFO", WU["id_no"], *([{"kind": kind}] if kind else []))


def draft(account: Account) -> Case:
    case = drafting.start_draft("CJRFW", applicant=account, channel="mobile", guidance={"cert_action": "have"})
    drafting.refresh_prefill(case.pk)
    return matching.look_up(case.pk)


def verdicts(case: Case) -> dict[str, str]:
    return {one.item_id: one.verdict for one in matches_of(Case.objects.get(pk=case.pk))}


def test_each_item_fits_or_says_why_not_or_stays_open(wu: Account) -> None:
    case = draft(wu)
    found = verdicts(case)
    assert found["PENSION_AID"] == "fits" and found["MI_AID"] == "fits"
    assert found["LIVING"] == "not"
    (living,) = [one for one in matches_of(case) if one.item_id == "LIVING"]
    assert living.reason == "不属于低保、低保边缘重度或60周岁以上无固定收入"
    assert found["CARE"] == "open"  # whether long care is needed nobody has said yet


def test_a_register_that_does_not_answer_makes_nothing_unfit(wu: Account, register: FakeRegister) -> None:
    register.silent.add("*")
    assert "not" not in verdicts(draft(wu)).values()


def concluded(wu: Account) -> Case:
    case = draft(wu)
    now = timezone.now()
    Case.objects.filter(pk=case.pk).update(
        state="concluded", outcome="all", closed_at=now, number="350205-CJRFW-1", submitted_at=now, next_at=None
    )
    return Case.objects.get(pk=case.pk)


def test_a_new_entitlement_is_hinted_at_once_and_nothing_is_filed(
    wu: Account, register: FakeRegister, notifier: RecordingNotifier, spring: Any
) -> None:
    concluded(wu)
    matching.carry_on()
    matching.carry_on()
    first = Candidate.objects.get()
    assert (first.state, first.period) == ("hinted", "2027-03")
    assert "PENSION_AID" in first.trace[0]["items"]
    spring.move_to("2027-04-01T09:00:00+08:00")
    matching.carry_on()
    assert Candidate.objects.count() == 1  # nothing new, nobody is told again
    assert [m.template for m in notifier.to(WU["phone"])] == ["entitled_hint"]
    assert (Case.objects.count(), Search.objects.filter(kind="hint").count()) == (1, 2)
