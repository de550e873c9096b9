"""“办不成事” (stuck case): taken on within a working day, answered within three, and never left to nobody."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from cases.actions.applying import phone_codes
from cases.actions.deadlines import limits
from cases.actions.dialogue import stuck
from cases.actions.engine.sweep import sweep
from cases.errors import NotReady, WrongState
from cases.models import Case, Event, Notification, PhoneCode, StuckCase
from cases.queries.reckoning import calendar_of
from cases.queries.silence import silent_rows
from cases.queries.stuck import at_desk, number_behind, report_by, reports_by, with_number
from portal.accounts.models import Account, Role
from tests.factories import newborn
from tests.factories.doubles import FakeDepartments

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("known_family")]
PHONE = "13900000001"


def staff(role: str, department: str = "") -> Account:
    name = f"{role}-{department}"
    return Account.objects.create_user(name, "a-long-password", role=role, name=name, department=department)


@pytest.fixture
def case(lin: Account, chen: Account, departments: FakeDepartments) -> Case:
    return newborn.submitted(lin, chen)


def about(case: Case, lin: Account) -> StuckCase:
    return stuck.report("too_long", "等了三个星期没有消息", by=lin.actor, account_id=lin.pk, case_id=case.pk)


def test_a_report_about_a_case_goes_to_the_lead_with_its_days(case: Case, lin: Account) -> None:
    row = about(case, lin)
    calendar, today = limits.calendar_of(case), timezone.localdate()
    assert timezone.localdate(row.accept_by) == calendar.add_working_days(today, 1)
    assert timezone.localdate(row.answer_by) == calendar.add_working_days(today, 3)
    assert row.department == "WJ" and row.next_at == row.accept_by
    assert Event.objects.filter(case=case, kind="stuck.reported").exists()
    assert [one.number for one in reports_by(lin)] == [row.number]
    assert Notification.objects.filter(template="stuck_received", account=lin).count() == 1
    assert [one.number for one in at_desk(staff(Role.STAFF, "WJ"))] == [row.number]
    assert at_desk(staff(Role.STAFF, "GA")) == () and at_desk(staff(Role.CLERK, "SJ")) == ()


def test_a_report_about_nothing_in_particular_goes_to_the_window(lin: Account) -> None:
    row = stuck.report("system", "登录一直转圈", by=lin.actor, account_id=lin.pk)
    assert row.department == ""
    assert [one.number for one in at_desk(staff(Role.CLERK, "SJ"))] == [row.number]


def test_it_is_taken_on_answered_and_closed_with_the_persons_word(case: Case, lin: Account) -> None:
    row, clerk = about(case, lin), staff(Role.STAFF, "WJ")
    stuck.accept(row.pk, by=clerk.actor)
    with pytest.raises(WrongState):
        stuck.accept(row.pk, by=clerk.actor)
    stuck.note(row.pk, "已联系公安核对", by=clerk.actor)
    stuck.answer(row.pk, "今天已经办好", by=clerk.actor)
    assert Notification.objects.filter(template="stuck_answered", account=lin).count() == 1
    stuck.close(row.pk, is_solved=True, rating=5, by=lin.actor)
    seen = report_by(lin, row.pk)
    assert seen is not None and (seen.state, seen.rating) == ("closed", 5)
    assert [act.kind for act in seen.acts] == ["reported", "accepted", "noted", "answered", "closed"]
    assert reports_by(clerk) == () and report_by(clerk, row.pk) is None


def test_what_is_not_solved_goes_on_one_step_higher(case: Case, lin: Account) -> None:
    row, worker = about(case, lin), staff(Role.STAFF, "WJ")
    stuck.answer(row.pk, "请再等等", by=worker.actor)
    stuck.close(row.pk, is_solved=False, rating=1, by=lin.actor)
    again = StuckCase.objects.get(pk=row.pk)
    assert (again.state, again.level, again.rating) == ("reported", 1, 1) and again.next_at is not None
    assert [one.number for one in at_desk(staff(Role.CLERK, "SJ"))] == [row.number]


def test_passing_on_names_a_reason_and_buys_no_time(case: Case, lin: Account) -> None:
    row, worker = about(case, lin), staff(Role.STAFF, "WJ")
    with pytest.raises(NotReady):
        stuck.pass_on(row.pk, "GA", "", by=worker.actor)
    stuck.pass_on(row.pk, "GA", "户口在公安", by=worker.actor)
    moved = StuckCase.objects.get(pk=row.pk)
    assert (moved.department, moved.answer_by) == ("GA", row.answer_by)


def test_nobody_s_silence_lets_it_rise_and_it_is_never_silently_stuck(
    case: Case, lin: Account, time_machine: Any
) -> None:
    row, now = about(case, lin), timezone.now()
    levels = []
    for days in (5, 12, 20):
        time_machine.move_to(now + timedelta(days=days))
        assert any(one.kind == "stuckcase" for one in silent_rows())
        sweep()
        assert not [one for one in silent_rows() if one.kind == "stuckcase"]
        levels.append(StuckCase.objects.get(pk=row.pk).level)
    assert levels == [1, 2, 2]
    seen = report_by(lin, row.pk)
    assert seen is not None and [act.kind for act in seen.acts] == ["reported", "handed_up", "handed_up"]


def test_an_answer_nobody_speaks_to_is_closed_after_fifteen_days(case: Case, lin: Account, time_machine: Any) -> None:
    row, worker = about(case, lin), staff(Role.STAFF, "WJ")
    stuck.answer(row.pk, "已办好", by=worker.actor)
    time_machine.move_to(timezone.now() + timedelta(days=16))
    stuck.look_round()
    assert StuckCase.objects.get(pk=row.pk).state == "closed"


def test_a_report_says_something_and_can_be_answered(lin: Account) -> None:
    for wrong in ({"reason": "x", "text": "写得够长了"}, {"reason": "other", "text": "短"}):
        with pytest.raises(NotReady):
            stuck.report(**wrong, by=lin.actor, account_id=lin.pk)  # type: ignore[arg-type]
    with pytest.raises(NotReady, match="手机号"):
        stuck.report("other", "没有留任何联系方式", by=lin.actor)


def test_a_phone_code_opens_once_and_only_for_its_number(db: None, settings: Any) -> None:
    phone_codes.send_code(PHONE)
    code = Notification.objects.get(template="stuck_code").values["code"]
    assert not phone_codes.is_right("13900000002", code)
    assert phone_codes.is_right(PHONE, f" {code[:3]} {code[3:]}")
    assert not phone_codes.is_right(PHONE, code)


def test_five_wrong_codes_end_it_and_an_hour_has_three(db: None) -> None:
    phone_codes.send_code(PHONE)
    code = Notification.objects.get(template="stuck_code").values["code"]
    wrong = "000000" if code != "000000" else "111111"
    for _try in range(5):
        assert not phone_codes.is_right(PHONE, wrong)
    assert not phone_codes.is_right(PHONE, code)
    phone_codes.send_code(PHONE)
    phone_codes.send_code(PHONE)
    with pytest.raises(NotReady):
        phone_codes.send_code(PHONE)
    assert PhoneCode.objects.filter(expires_at__gt=timezone.now()).count() == 1


def test_a_report_by_phone_is_found_by_both_numbers(db: None, lin: Account) -> None:
    row = stuck.report("other", "窗口说系统坏了", by=lin.actor, phone=PHONE, name="张三")
    assert with_number(row.number.lower(), PHONE) == row.pk and number_behind(row.pk, PHONE)
    assert with_number(row.number, "13900000002") is None and not number_behind(row.pk, "")
    assert calendar_of(row.region).is_working_day(timezone.localdate(row.accept_by))
