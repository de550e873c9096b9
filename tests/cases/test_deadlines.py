"""Deadlines of real cases: the ledger, deemed acceptance, extensions, a new calendar, and what people are told."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.db import transaction

from bundles.models import CalendarDay, CalendarYear
from cases.actions.deadlines import calendar_rounds, deeming, limits
from cases.actions.delivery import dispatch
from cases.actions.engine import sweep
from cases.actions.engine.locking import lock_case, lock_subs
from cases.errors import NotReady, WrongState
from cases.models import Attention, Case, Delivery, Event, Pause, SubApplication
from cases.ports import SYSTEM, Answer, Callback, Reason
from cases.queries.due_days import why_due
from portal.accounts.models import Account
from tests.factories import newborn
from tests.factories.callbacks import called_back
from tests.factories.doubles import FakeDepartments, FakeLicences, FakeRegister, RecordingNotifier

pytestmark = pytest.mark.django_db
SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def departments(departments: FakeDepartments) -> FakeDepartments:
    """Departments that decide at once, but for the household registration, which is only received."""
    for item, result in newborn.RESULTS.items():
        departments.say(item=item, result=result)
    departments.say("received", item="HUKOU")
    return departments


def on(day: date, hour: int = 9) -> Any:
    return time_machine.travel(datetime(day.year, day.month, day.day, hour, tzinfo=SHANGHAI), tick=False)


@pytest.fixture
def file_on(
    lin: Account, chen: Account, departments: FakeDepartments, register: FakeRegister, licences: FakeLicences
) -> Any:
    """File the newborn case on a day; the household registration lies with its department."""

    def file(day: date) -> Case:
        with on(day):
            newborn.fill_registers(register, licences)
            case = newborn.submitted(lin, chen)
            dispatch.pump()
        return case

    return file


def hukou(case: Case) -> SubApplication:
    return SubApplication.objects.get(case=case, item_id="HUKOU")


def say(case: Case, status: str, **more: Any) -> None:
    sub = hukou(case)
    key = str(Delivery.objects.get(sub=sub, purpose="file").key)
    called_back(Callback(sub.department, uuid4().hex, key, b"{}", {}, Answer(sub.pk, status, **more)))


def accepted(file_on: Any, day: date) -> Case:
    case = file_on(day)
    with on(day, 10):
        say(case, "accepted")
    return case


def stop(case: Case, day: date, kind: Pause.Kind = Pause.Kind.PAYMENT, **how: Any) -> None:
    with on(day), transaction.atomic():
        locked = lock_case(case.pk)
        subs = lock_subs(locked)
        limits.pause(locked, subs, next(sub for sub in subs if sub.item_id == "HUKOU"), kind, **how)


def go_on(case: Case, day: date, kind: Pause.Kind = Pause.Kind.PAYMENT) -> None:
    with on(day), transaction.atomic():
        locked = lock_case(case.pk)
        subs = lock_subs(locked)
        limits.resume(locked, subs, next(sub for sub in subs if sub.item_id == "HUKOU"), kind)


def extend(case: Case, day: date, **how: Any) -> None:
    given = {"working_days": 5, "approver": "张局长", "reason": "需要向外省核实", "by": SYSTEM}
    with on(day), transaction.atomic():
        locked = lock_case(case.pk)
        subs = lock_subs(locked)
        limits.extend(locked, subs, next(sub for sub in subs if sub.item_id == "HUKOU"), **{**given, **how})


def moves(case: Case, kind: str = "item.due_moved") -> list[tuple[str, str, str]]:
    events = Event.objects.filter(case=case, kind=kind).order_by("seq")
    return [(one.facts["old"], one.facts["new"], one.facts["reason"]) for one in events]


# ---- the ledger --------------------------------------------------------------------------------------------------


def test_three_days_off_the_clock_move_both_limits_by_exactly_three_行政许可法_45(file_on: Any) -> None:
    case = accepted(file_on, date(2025, 11, 24))
    before = hukou(case)
    assert before.due_on == date(2025, 11, 27)
    stop(case, date(2025, 11, 25))
    go_on(case, date(2025, 11, 28))
    after = hukou(case)
    assert after.due_on == date(2025, 12, 2)
    assert before.statutory_due_on and after.statutory_due_on
    calendar = limits.calendar_of(case)
    assert after.statutory_due_on == calendar.add_working_days(before.statutory_due_on, 3)
    assert moves(case) == [("2025-11-27", "2025-12-02", "payment")]


def test_the_page_says_which_days_did_not_count(file_on: Any) -> None:
    case = accepted(file_on, date(2025, 9, 29))
    stop(case, date(2025, 10, 9))
    go_on(case, date(2025, 10, 10))
    with on(date(2025, 10, 10), 12):
        why = why_due(Case.objects.get(pk=case.pk))
    assert why is not None
    own = next(item for item in why.items if item.item_id == "HUKOU")
    assert [(day.words, day.text) for day in own.days] == [
        ("9月29日（周一）", "受理，当天不算"),
        ("9月30日（周二）", "第 1 个工作日"),
        ("10月1日至8日", "国庆节、中秋节放假，不算"),
        ("10月9日（周四）", "第 2 个工作日"),
        ("10月10日（周五）", "等您缴费，不算"),
        ("10月11日（周六）", "调休上班，第 3 个工作日"),
    ]
    assert own.days[-1].is_last and own.due_on == date(2025, 10, 11)


def test_stretches_of_two_kinds_at_once_do_not_count_twice(file_on: Any) -> None:
    case = accepted(file_on, date(2025, 11, 24))
    stop(case, date(2025, 11, 25))
    stop(case, date(2025, 11, 26), Pause.Kind.PARTY)
    go_on(case, date(2025, 11, 27))
    go_on(case, date(2025, 11, 28), Pause.Kind.PARTY)
    assert hukou(case).due_on == date(2025, 12, 2)


def test_a_procedure_in_the_clock_is_on_record_and_moves_nothing_行政许可法_45(file_on: Any) -> None:
    case = accepted(file_on, date(2025, 11, 24))
    stop(case, date(2025, 11, 25), Pause.Kind.PROCEDURE, reason="现场踏勘", in_clock=True)
    go_on(case, date(2025, 11, 28), Pause.Kind.PROCEDURE)
    assert hukou(case).due_on == date(2025, 11, 27)
    assert not moves(case)


def test_a_procedure_with_a_told_length_moves_the_day_at_once(file_on: Any) -> None:
    case = accepted(file_on, date(2025, 11, 24))
    stop(case, date(2025, 11, 24), Pause.Kind.PROCEDURE, reason="听证", expected_on=date(2025, 12, 5))
    assert hukou(case).due_on == date(2025, 12, 10)
    go_on(case, date(2025, 12, 3), Pause.Kind.PROCEDURE)
    assert hukou(case).due_on == date(2025, 12, 8)
    assert [reason for _old, _new, reason in moves(case)] == ["procedure", "procedure"]


def test_what_waits_for_nobody_knows_how_long_is_not_told_every_day(file_on: Any) -> None:
    case = accepted(file_on, date(2025, 11, 24))
    stop(case, date(2025, 11, 25))
    for day in (date(2025, 11, 28), date(2025, 12, 1), date(2025, 12, 2)):
        with on(day):
            sweep.look_again()
    assert not moves(case)
    assert hukou(case).due_on == date(2025, 12, 4)
    go_on(case, date(2025, 12, 3))
    assert moves(case) == [("2025-11-27", "2025-12-05", "payment")]


# ---- deemed acceptance -------------------------------------------------------------------------------------------


def test_five_silent_working_days_make_it_accepted_since_it_came_in_行政许可法_32(
    file_on: Any, notifier: RecordingNotifier
) -> None:
    case = file_on(date(2025, 9, 29))
    with on(date(2025, 10, 13)):  # the fifth working day after the 29th; the department still has that day
        assert deeming.accept_the_silent() == 0
    with on(date(2025, 10, 14)):
        assert deeming.accept_the_silent() == 1
    sub = hukou(case)
    assert sub.state == "accepted"
    assert sub.accepted_at and sub.accepted_at.astimezone(SHANGHAI).date() == date(2025, 9, 29)
    assert sub.due_on == date(2025, 10, 10)
    assert Event.objects.filter(case=case, kind="item.deemed_accepted", facts__since="2025-09-29").exists()
    assert Attention.objects.filter(case=case, sub=sub, reason="silent").exists()
    assert "item_deemed_accepted" in [one.template for one in notifier.to(newborn.LIN["phone"])]


def test_who_asked_for_a_supplement_has_not_been_silent_行政许可法_32(
    file_on: Any, departments: FakeDepartments
) -> None:
    departments.say("supplement", item="HUKOU", reasons=(Reason("S01", "M_HUKOU_BOOK", "缺户主页"),))
    case = file_on(date(2025, 9, 29))
    with on(date(2025, 10, 20)):
        assert deeming.accept_the_silent() == 0
    assert hukou(case).accepted_at is None


def test_days_on_which_the_applicant_was_waited_for_are_no_silence(file_on: Any) -> None:
    case = file_on(date(2025, 11, 24))
    stop(case, date(2025, 11, 25))
    with on(date(2025, 12, 2)):
        assert deeming.accept_the_silent() == 0
    go_on(case, date(2025, 11, 28))
    with on(date(2025, 12, 4)):
        assert deeming.accept_the_silent() == 0
    with on(date(2025, 12, 5)):
        assert deeming.accept_the_silent() == 1


def test_what_never_arrived_was_not_received(file_on: Any, departments: FakeDepartments) -> None:
    case = file_on(date(2025, 11, 24))
    Delivery.objects.filter(sub=hukou(case), purpose="file").update(
        state="due", closed_at=None, next_at=datetime(2025, 12, 20, tzinfo=SHANGHAI)
    )
    with on(date(2025, 12, 10)):
        assert deeming.accept_the_silent() == 0


def test_the_sweep_finds_the_silent(file_on: Any, departments: FakeDepartments) -> None:
    case = file_on(date(2025, 11, 24))
    with on(date(2025, 12, 2)):
        sweep.sweep()
    assert hukou(case).accepted_at is not None


# ---- extension ---------------------------------------------------------------------------------------------------


def test_an_extension_moves_both_limits_once_in_writing_行政许可法_42(
    file_on: Any, notifier: RecordingNotifier
) -> None:
    case = accepted(file_on, date(2025, 11, 24))
    before = hukou(case)
    extend(case, date(2025, 11, 26), working_days=10)
    after = hukou(case)
    calendar = limits.calendar_of(case)
    assert before.due_on and before.statutory_due_on
    assert after.due_on == calendar.add_working_days(before.due_on, 10)
    assert after.statutory_due_on == calendar.add_working_days(before.statutory_due_on, 10)
    assert moves(case)[0][2] == "extension"
    paper = case.documents.get(kind="extension")  # type: ignore[attr-defined]
    assert paper.values["approver"] == "张局长" and paper.values["reason"] == "需要向外省核实"
    assert "item_extended" in [one.template for one in notifier.to(newborn.LIN["phone"])]
    with pytest.raises(WrongState, match="已经延长过一次"):
        extend(case, date(2025, 11, 27))


def test_ten_days_at_most_fifteen_where_items_are_handled_together_行政许可法_42(file_on: Any) -> None:
    case = accepted(file_on, date(2025, 11, 24))
    with pytest.raises(NotReady, match="1 至 10 个工作日"):
        extend(case, date(2025, 11, 26), working_days=11)
    extend(case, date(2025, 11, 26), working_days=15, joint=True)
    with on(date(2025, 11, 26), 12):
        why = why_due(Case.objects.get(pk=case.pk))
    assert why is not None
    assert why.items[0].extension_days == 15


@pytest.mark.parametrize("missing", ["approver", "reason"])
def test_an_extension_names_who_approved_it_and_why_行政许可法_42(file_on: Any, missing: str) -> None:
    case = accepted(file_on, date(2025, 11, 24))
    with pytest.raises(NotReady) as refused:
        extend(case, date(2025, 11, 26), **{missing: " "})
    assert refused.value.faults[0][0] == missing


def test_a_limit_that_is_over_cannot_be_extended_行政许可法_42(file_on: Any) -> None:
    case = accepted(file_on, date(2025, 11, 24))
    with pytest.raises(WrongState, match="已经届满"):
        extend(case, date(2026, 3, 2))


def test_what_is_not_accepted_has_no_limit_to_extend(file_on: Any) -> None:
    case = file_on(date(2025, 11, 24))
    with pytest.raises(WrongState, match="已经受理"):
        extend(case, date(2025, 11, 25))


# ---- a new calendar ----------------------------------------------------------------------------------------------


def announce_2027() -> None:
    """The first three days of 2027 are a holiday, and its first Sunday a working day."""
    CalendarYear.objects.filter(year=2027).update(announced=True, source="示例通知")
    CalendarDay.objects.bulk_create(
        CalendarDay(date=date(2027, 1, day), kind="holiday", name="元旦") for day in (1, 2, 3)
    )


def test_a_day_in_a_year_not_announced_moves_when_it_is_and_people_are_told(
    file_on: Any, notifier: RecordingNotifier
) -> None:
    with on(date(2026, 12, 25)):
        calendar_rounds.recount()
    case = accepted(file_on, date(2026, 12, 28))
    with on(date(2026, 12, 28), 12):
        extend(case, date(2026, 12, 28), working_days=7)
        why = why_due(Case.objects.get(pk=case.pk))
        assert why is not None and why.is_provisional
        assert hukou(case).due_on == date(2027, 1, 11)
    with on(date(2026, 12, 29)):
        announce_2027()
        while calendar_rounds.recount():
            pass
        told = [one for one in notifier.to(newborn.LIN["phone"]) if one.template == "due_moved"]
        why = why_due(Case.objects.get(pk=case.pk))
    assert hukou(case).due_on == date(2027, 1, 12)
    assert [one.values["why"] for one in told] == ["因2027年放假安排公布"]
    assert why is not None and not why.is_provisional
    assert why.moves[0].text.startswith("因为2027年放假安排公布，由")


def test_a_calendar_that_stays_is_counted_once(file_on: Any) -> None:
    accepted(file_on, date(2025, 11, 24))
    with on(date(2025, 11, 25)):
        assert calendar_rounds.recount() == 1
        assert calendar_rounds.recount() == 0


def test_a_closure_of_the_region_moves_the_days_there(file_on: Any, notifier: RecordingNotifier) -> None:
    case = accepted(file_on, date(2025, 11, 24))
    with on(date(2025, 11, 24), 12):
        calendar_rounds.recount()
        CalendarDay.objects.create(date=date(2025, 11, 26), region=case.region, kind="closure", name="台风停办")
        calendar_rounds.recount()
        why = why_due(Case.objects.get(pk=case.pk))
    assert hukou(case).due_on == date(2025, 11, 28)
    assert why is not None
    assert "台风停办，不算" in [day.text for day in why.items[0].days]


def test_a_closure_elsewhere_moves_nothing(file_on: Any) -> None:
    case = accepted(file_on, date(2025, 11, 24))
    with on(date(2025, 11, 24), 12):
        CalendarDay.objects.create(date=date(2025, 11, 26), region="450000", kind="closure", name="三月三")
        calendar_rounds.recount()
    assert hukou(case).due_on == date(2025, 11, 27)
