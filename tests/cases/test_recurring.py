"""What repeats after an approval: begun once, planned once a month, suspended on doubt, stopped on data alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine

from cases.actions.proactive import ledger, recurring, recurring_rounds
from cases.errors import WrongState
from cases.models import Attention, Case, Event, RecurringEntitlement, RecurringPayment
from portal.accounts.models import Account
from tests.factories import allowance
from tests.factories.allowance import ELDER
from tests.factories.doubles import FakeDepartments, FakeRegister, RecordingNotifier

pytestmark = [pytest.mark.django_db]
ZONE = ZoneInfo("Asia/Shanghai")
State = RecurringEntitlement.State


def at(year: int, month: int, day: int, hour: int = 3) -> datetime:
    return datetime(year, month, day, hour, tzinfo=ZONE)


@pytest.fixture
def clock() -> Iterator[Any]:
    with time_machine.travel(at(2026, 12, 3), tick=True) as traveller:
        yield traveller


@pytest.fixture
def zheng(db: None) -> Account:
    return allowance.elder()


@pytest.fixture
def case(clock: Any, departments: FakeDepartments, register: FakeRegister, zheng: Account) -> Case:
    return allowance.granted(departments, register, zheng)


def the_one(case: Case) -> RecurringEntitlement:
    return RecurringEntitlement.objects.get(case=case)


def periods(case: Case) -> list[tuple[str, str, Decimal, str]]:
    rows = RecurringPayment.objects.filter(entitlement__case=case).order_by("period", "kind")
    return [(f"{row.period:%Y-%m}", row.kind, row.amount, row.state) for row in rows]


def test_an_approval_begins_the_ledger_in_the_month_of_the_eightieth_birthday(case: Case) -> None:
    assert case.state == "concluded"
    assert the_one(case).from_period == date(2026, 12, 1)
    assert periods(case) == [("2026-12", "regular", Decimal("100.00"), "paid")]
    assert Event.objects.filter(case=case, kind="recurring.started").count() == 1


def test_a_month_is_planned_once_however_often_the_round_runs(case: Case, clock: Any) -> None:
    clock.move_to(at(2027, 1, 10))
    for _ in range(3):
        recurring_rounds.tend()
        recurring_rounds.tend_one(the_one(case).pk)
    assert periods(case)[1:] == [("2027-01", "regular", Decimal("100.00"), "planned")]
    assert RecurringPayment.objects.get(entitlement__case=case, period=date(2027, 1, 1)).due_on == date(2027, 1, 15)


def test_nights_that_were_missed_are_made_good(case: Case, clock: Any) -> None:
    clock.move_to(at(2027, 3, 11))
    recurring_rounds.tend()
    assert [(p, kind) for p, kind, _, _ in periods(case)[1:]] == [
        ("2027-01", "catch_up"), ("2027-02", "catch_up"), ("2027-03", "regular"),
    ]  # fmt: skip


def test_a_new_tier_comes_in_the_month_of_the_birthday_without_a_decision(case: Case, clock: Any) -> None:
    plan = recurring._recurring_of(case)
    assert ledger.amount_of(case, plan, date(2036, 11, 1)) == Decimal("100.00")
    assert ledger.amount_of(case, plan, date(2036, 12, 1)) == Decimal("200.00")
    assert ledger.amount_of(case, plan, date(2046, 12, 1)) == Decimal("1000.00")


def test_a_registered_death_stops_after_the_month_that_follows_it(
    case: Case, clock: Any, register: FakeRegister, notifier: RecordingNotifier
) -> None:
    register.put("DEATH_INFO", ELDER["id_no"], {"dead": True, "death_date": "2027-01-20"})
    clock.move_to(at(2027, 2, 10))
    recurring_rounds.tend()
    found = the_one(case)
    assert (found.state, found.reason, found.last_period) == (State.STOPPED, "dead", date(2027, 2, 1))
    assert [p for p, _, _, state in periods(case) if state == "planned"] == ["2027-01", "2027-02"]
    clock.move_to(at(2027, 4, 10))
    assert recurring_rounds.tend() == 0
    assert notifier.messages[-1].template == "recurring_stopped"


def test_a_suspected_death_only_suspends_and_is_made_good_in_one_go(
    case: Case, clock: Any, register: FakeRegister
) -> None:
    register.put("POP_BASIC", ELDER["id_no"], {"match": True, "alive": False, "birth_date": ELDER["birth_date"]})
    clock.move_to(at(2027, 1, 10))
    recurring_rounds.tend()
    assert (the_one(case).state, the_one(case).reason) == (State.SUSPENDED, "doubtful")
    assert len(periods(case)) == 1
    assert Attention.objects.filter(case=case, reason="suspended", closed_at=None).exists()
    clock.move_to(at(2027, 3, 5))
    recurring.resume_by_staff(the_one(case).pk, by=case.applicant.actor)
    assert [(p, kind) for p, kind, _, _ in periods(case)[1:]] == [
        ("2027-01", "catch_up"), ("2027-02", "catch_up"), ("2027-03", "regular"),
    ]  # fmt: skip
    assert not Attention.objects.filter(case=case, reason="suspended", closed_at=None).exists()


def test_a_doubt_that_the_register_itself_clears_ends_the_suspension(
    case: Case, clock: Any, register: FakeRegister
) -> None:
    known = {"match": True, "birth_date": ELDER["birth_date"]}
    register.put("POP_BASIC", ELDER["id_no"], {**known, "alive": False})
    clock.move_to(at(2027, 1, 10))
    recurring_rounds.tend()
    register.put("POP_BASIC", ELDER["id_no"], {**known, "alive": True})
    clock.move_to(at(2027, 1, 11))
    recurring_rounds.tend()
    assert the_one(case).state == State.ACTIVE
    assert periods(case)[-1][:2] == ("2027-01", "regular")


@pytest.mark.parametrize("silent", [True, False])
def test_no_record_and_no_answer_neither_stop_nor_suspend(
    case: Case, clock: Any, register: FakeRegister, silent: bool
) -> None:
    if silent:
        register.silent.add("*")
    else:
        for code in ("POP_BASIC", "DEATH_INFO", "FUNERAL_INFO", "HUKOU_INFO"):
            register.put(code, ELDER["id_no"])
    clock.move_to(at(2027, 1, 10))
    recurring_rounds.tend()
    assert the_one(case).state == State.ACTIVE
    assert periods(case)[-1][0] == "2027-01"


def test_what_was_paid_beyond_the_last_month_is_to_be_recovered(case: Case, clock: Any, register: FakeRegister) -> None:
    for month in (1, 2, 3):
        clock.move_to(at(2027, month, 10))
        recurring_rounds.tend()
        payment = RecurringPayment.objects.get(entitlement__case=case, period=date(2027, month, 1))
        recurring_rounds.report_paid(payment.pk, f"P{month}", by=case.applicant.actor)
    register.put("DEATH_INFO", ELDER["id_no"], {"dead": True, "death_date": "2027-01-05"})
    clock.move_to(at(2027, 4, 10))
    recurring_rounds.tend()
    assert ("2027-03", "recovery", Decimal("-100.00"), "planned") in periods(case)
    owed = RecurringPayment.objects.get(entitlement__case=case, kind="recovery")
    recurring_rounds.report_paid(owed.pk, "back", by=case.applicant.actor)
    assert RecurringPayment.objects.get(pk=owed.pk).state == "recovered"


def test_a_returned_payment_suspends_and_goes_out_again(case: Case, clock: Any) -> None:
    clock.move_to(at(2027, 1, 10))
    recurring_rounds.tend()
    payment = RecurringPayment.objects.get(entitlement__case=case, state="planned")
    recurring_rounds.report_returned(payment.pk, "账户已销户", by=case.applicant.actor)
    assert the_one(case).state == State.SUSPENDED
    with pytest.raises(WrongState):
        recurring_rounds.report_paid(payment.pk, "P", by=case.applicant.actor)
    recurring.resume_by_staff(the_one(case).pk, by=case.applicant.actor)
    assert RecurringPayment.objects.get(pk=payment.pk).state == "planned"


def test_the_holder_may_pause_and_come_back_without_arrears(case: Case, clock: Any, zheng: Account) -> None:
    recurring.opt_out(the_one(case).pk, by=zheng.actor)
    clock.move_to(at(2027, 1, 12))
    recurring_rounds.tend()
    clock.move_to(at(2027, 2, 12))
    recurring.opt_in(the_one(case).pk, by=zheng.actor)
    assert [(p, s) for p, _, _, s in periods(case)[1:]] == [("2027-01", "cancelled"), ("2027-02", "planned")]


def test_the_holder_cannot_lift_what_a_doubt_has_suspended(
    case: Case, clock: Any, register: FakeRegister, zheng: Account
) -> None:
    register.put("POP_BASIC", ELDER["id_no"], {"match": True, "alive": False, "birth_date": ELDER["birth_date"]})
    clock.move_to(at(2027, 1, 10))
    recurring_rounds.tend()
    with pytest.raises(WrongState):
        recurring.opt_in(the_one(case).pk, by=zheng.actor)


def test_starting_again_finds_the_running_entitlement(case: Case) -> None:
    sub = case.sub_applications.get(item_id="SENIOR_ALLOW")
    again = recurring.start(case, sub)
    assert again is not None and again.pk == the_one(case).pk
    assert len(periods(case)) == 1
