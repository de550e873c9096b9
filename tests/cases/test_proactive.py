"""Entitled people are found, not asked to apply; no data is never a refusal.

国发〔2022〕5号 (免申即享); 老年人权益保障法 第三十三条; 个人信息保护法 第十三条第一款第三项.
"""

from __future__ import annotations

import time
from typing import Any

import pytest
import time_machine

from cases.actions.delivery import dispatch
from cases.actions.proactive import entitled, searching
from cases.errors import WrongState
from cases.models import Candidate, Case, Consent, Event, RecurringEntitlement, Search, SubApplication
from cases.ports import Actor
from portal.accounts.models import Account
from portal.accounts.people import account_for
from tests.factories import newborn
from tests.factories.doubles import FakeDepartments, FakeLicences, FakeRegister, RecordingNotifier
from tests.factories.library import person

pytestmark = [pytest.mark.django_db]
DAY = "2026-12-01T03:00:00+08:00"
ZHENG, HUANG = person("郑老伯"), person("黄阿婆")
PERSON = Actor("party")
GRANT = {"grant_no": "GL0001", "tier": "80", "month_amount": "100.00", "start_month": "2026-12-01"}


@pytest.fixture(autouse=True)
def by_itself(settings: Any) -> None:
    settings.SEARCH_BY_ITSELF = True


@pytest.fixture(autouse=True)
def december():
    with time_machine.travel(DAY) as clock:
        yield clock


@pytest.fixture(autouse=True)
def city(register: FakeRegister, licences: FakeLicences, departments: FakeDepartments) -> FakeRegister:
    """郑老伯 turns eighty today, everything about him is in order."""
    register.people = [{"name": ZHENG["name"], "id_no": ZHENG["id_no"], "phone": ZHENG["phone"]}]
    know(register, ZHENG)
    for one in (ZHENG, HUANG):
        licences.put_licence("ID_CARD", one["id_no"], f"L-{one['phone']}", {"name": one["name"], "id_no": one["id_no"]})
    departments.say(item="SENIOR_ALLOW", result=GRANT)
    departments.say(item="SENIOR_PAY", result={"pay_no": "P1", "amount": "100.00", "status": "成功"})
    departments.say(item="SBK", result={})
    return register


def know(register: FakeRegister, one: Any, **differs: dict[str, Any] | None) -> None:
    facts: dict[str, dict[str, Any] | None] = {
        "POP_BASIC": {"match": True, "alive": True, "birth_date": one["birth_date"], "gender": one["gender"]},
        "HUKOU_INFO": {"status": "正常", "address": "示例市翔安区示例村1号", "region": "350213"},
        "DEATH_INFO": {"dead": False},
        "FUNERAL_INFO": {"cremated": False},
        "SENIOR_ALLOW_INFO": {"receiving": False},
        "SOCIAL_CARD_INFO": {"has_card": True, "status": "正常", "account": one["bank_card"], "bank": "ICBC"},
    }
    for code, record in {**facts, **differs}.items():
        register.put(code, one["id_no"], *([record] if record is not None else []))


def found() -> Candidate:
    searching.find_entitled("GLJT")
    return Candidate.objects.get()


def states(case: Case | None) -> dict[str, str]:
    return {sub.item_id: sub.state for sub in SubApplication.objects.filter(case=case)}


def token_of(message: Any) -> str:
    return str(message.values["link"]).rstrip("/").rpartition("/")[2]


def test_all_green_is_granted_in_seconds_without_a_field_or_a_paper(
    city: FakeRegister, notifier: RecordingNotifier, departments: FakeDepartments
) -> None:
    began = time.monotonic()
    candidate = found()
    dispatch.pump()
    assert time.monotonic() - began < 180
    case = Case.objects.get()
    assert (candidate.class_id, candidate.state, case.channel) == ("G1", "granted", "proactive")
    assert states(case) == {"SENIOR_ALLOW": "approved", "SENIOR_PAY": "approved"}, case.answers
    assert (case.state, case.outcome) == ("concluded", "all")
    typed = [f for f, v in case.answers["fields"].items() if f not in case.answers["sources"] and v not in (None, [])]
    assert set(typed) <= {"batch_no", "green_class"}
    assert all(m["source"] == "licence" for body in departments.filings() for m in body["materials"])
    assert next(m.template for m in notifier.to(ZHENG["phone"])) == "entitled_granted"
    begun = Event.objects.filter(case=case, kind__in=["draft.started", "case.filed"])
    assert {event.actor_kind for event in begun} == {"system"}
    assert RecurringEntitlement.objects.filter(case=case).exists()


def test_running_the_search_again_grants_nothing_twice(city: FakeRegister) -> None:
    for _ in range(3):
        searching.find_entitled("GLJT")
    assert (Candidate.objects.count(), Case.objects.count(), Search.objects.count()) == (1, 1, 1)


def test_the_data_is_used_by_a_duty_and_not_by_a_consent(city: FakeRegister) -> None:
    found()
    assert {q.consent_id for q in city.queries if q.case_no == ""} == {"duty:GLJT:20261201"}
    assert [c.kind for c in Consent.objects.all()] == ["duty"]
    (listed, *_) = [entry for entry in Candidate.objects.get().trace if entry.get("interface") == "POP_BASIC"]
    assert listed["record"]["alive"] is True


def test_without_a_card_one_tap_is_asked_for_and_the_card_is_made(
    city: FakeRegister, notifier: RecordingNotifier
) -> None:
    know(city, ZHENG, SOCIAL_CARD_INFO={"has_card": False, "status": "未持卡"})
    candidate = found()
    assert (candidate.class_id, candidate.state, candidate.case) == ("G2", "asked", None)
    (message,) = notifier.to(ZHENG["phone"])
    assert message.template == "entitled_asked"
    same = entitled.candidate_by_token(token_of(message))
    assert same is not None and same.pk == candidate.pk
    entitled.accept(candidate.pk, by=PERSON)
    assert "SBK" in states(Case.objects.get())


def test_no_answer_in_fifteen_days_brings_a_visit_and_no_refusal(
    city: FakeRegister, december: Any, departments: FakeDepartments
) -> None:
    know(city, ZHENG, SOCIAL_CARD_INFO=None)
    assert found().state == "asked"
    december.move_to("2026-12-16T10:00:00+08:00")
    assert entitled.look_again(searching.take_up_again) == 0
    december.move_to("2026-12-17T10:00:00+08:00")
    entitled.look_again(searching.take_up_again)
    candidate = Candidate.objects.get()
    assert candidate.state == "visiting"
    assert states(candidate.case) == {"VISIT": "dispatched", "SENIOR_ALLOW": "waiting", "SENIOR_PAY": "waiting"}


DOUBTS = (
    {"POP_BASIC": {"match": True, "alive": False, "birth_date": "1946-12-01"}},
    {"DEATH_INFO": None},
    {"HUKOU_INFO": None},
)


@pytest.mark.parametrize("differs", DOUBTS)
def test_doubtful_data_and_no_record_bring_a_visit_first(city: FakeRegister, differs: dict[str, Any]) -> None:
    know(city, ZHENG, **differs)
    candidate = found()
    assert (candidate.class_id, candidate.state) == ("G3", "visiting")
    assert states(candidate.case)["VISIT"] == "dispatched"
    assert states(candidate.case)["SENIOR_ALLOW"] == "waiting"


@pytest.mark.parametrize("code", ["POP_BASIC", "HUKOU_INFO", "DEATH_INFO", "FUNERAL_INFO", "SENIOR_ALLOW_INFO"])
def test_a_register_that_is_down_puts_a_person_into_the_next_batch_and_refuses_nobody(
    city: FakeRegister, december: Any, code: str
) -> None:
    city.records["LIST"] = {}
    city.silent.add(code) if code != "POP_BASIC" else city.records["POP_BASIC"].clear()
    candidate = found()
    assert candidate.state == ("visiting" if code == "POP_BASIC" else "waiting")
    if code == "POP_BASIC":
        return
    city.silent.clear()
    december.move_to("2026-12-02T05:00:00+08:00")
    entitled.look_again(searching.take_up_again)
    assert Candidate.objects.get().state == "granted"


def test_a_list_that_cannot_be_had_is_asked_for_again(city: FakeRegister, december: Any) -> None:
    city.silent.add("POP_BASIC")
    searching.carry_on()
    search = Search.objects.get(bundle_code="GLJT")
    assert (search.finished_at, search.tries, Candidate.objects.count()) == (None, 1, 0)
    city.silent.clear()
    december.shift(700)
    searching.carry_on()
    assert Candidate.objects.get().state == "granted"


def test_not_entitled_keeps_the_reason_makes_no_case_and_can_be_objected_to(city: FakeRegister) -> None:
    know(city, ZHENG, SENIOR_ALLOW_INFO={"receiving": True})
    candidate = found()
    assert (candidate.state, candidate.reason, candidate.case) == ("not_entitled", "已在领取高龄津贴", None)
    zheng = newborn.account(ZHENG, "zheng")
    entitled.object_to(candidate.pk, account=zheng, text="从来没有领到过")
    candidate = Candidate.objects.get()
    assert candidate.state == "visiting" and states(candidate.case)["VISIT"] == "dispatched"


def test_whoever_refuses_is_left_alone_this_year_and_asked_again_the_next(
    city: FakeRegister, december: Any, notifier: RecordingNotifier
) -> None:
    candidate = found()
    dispatch.pump()
    entitled.refuse(candidate.pk, by=PERSON)
    assert Candidate.objects.get().state == "refused"
    searching.find_entitled("GLJT")
    assert Candidate.objects.count() == 1
    december.move_to("2027-01-04T03:00:00+08:00")
    searching.find_entitled("GLJT")
    assert Candidate.objects.count() == 2


def test_after_seven_days_opting_out_is_a_matter_of_the_case(city: FakeRegister, december: Any) -> None:
    candidate = found()
    december.move_to("2026-12-09T10:00:00+08:00")
    with pytest.raises(WrongState, match="期限"):
        entitled.refuse(candidate.pk, by=PERSON)


def test_somebody_without_an_account_finds_the_case_at_the_first_sign_in(city: FakeRegister) -> None:
    candidate = found()
    shadow = Account.objects.get(pk=candidate.account_id)
    assert not shadow.has_usable_password()
    assert account_for(shadow.identity).pk == shadow.pk
    assert Case.objects.get().applicant_id == shadow.pk


def test_one_persons_failure_stops_nobody(city: FakeRegister, notifier: RecordingNotifier) -> None:
    broken = {"name": "坏" * 2000, "id_no": "000000190001010000", "phone": ""}
    huang = {"name": HUANG["name"], "id_no": HUANG["id_no"], "phone": HUANG["phone"]}
    city.people = [broken, *city.people, huang]
    know(city, HUANG)
    searching.find_entitled("GLJT")
    assert {c.name: c.state for c in Candidate.objects.all()}["郑老伯"] == "granted"
    assert Candidate.objects.filter(state="granted").count() == 2


def test_a_night_has_one_search(city: FakeRegister, december: Any) -> None:
    december.move_to("2026-12-01T01:30:00+08:00")
    searching.carry_on()
    assert not Search.objects.exists()
    december.move_to("2026-12-01T02:30:00+08:00")
    searching.carry_on()
    searching.carry_on()
    assert [s.finished_at is not None for s in Search.objects.all()] == [True]
