"""Handing in: within the windows of the year, without contradictions, once only."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
import time_machine

from bundles.spec import Schedule, ScheduleStep
from cases.actions.applying import drafting, filing, intake, withdrawal
from cases.actions.delivery import dispatch
from cases.errors import NotEligible, NotReady
from cases.models import Case, OnceOnly, SubApplication
from cases.queries.contradictions import advisory
from cases.queries.windows import window_of
from tests.factories import library, school
from tests.factories.doubles import FakeDepartments, FakeRegister
from tests.factories.library import spec

SHANGHAI = ZoneInfo("Asia/Shanghai")


def hand_in(case: Case) -> Case:
    return filing.submit_case(case.pk, by=case.applicant.actor, client_key=uuid4().hex)


@pytest.mark.django_db
def test_outside_the_window_handing_in_is_refused_with_the_next_date(register: FakeRegister) -> None:
    with time_machine.travel(school.SIGN_UP_DAY - timedelta(days=10), tick=False):
        parent, child = school.guardian(1), school.id_number(1)
        school.fill_registers(register, parent.id_no, child)
        case = school.draft(parent, child)
        with pytest.raises(NotReady, match="现在不在受理时间。下次是“网上报名”：5月10日（周日）至5月25日（周一）"):
            hand_in(case)
    assert Case.objects.get(pk=case.pk).state == "draft"
    with time_machine.travel(school.SIGN_UP_DAY, tick=False):
        assert hand_in(case).submitted_at is not None


@pytest.mark.django_db
def test_what_was_handed_in_in_time_stays_in_time(register: FakeRegister) -> None:
    with time_machine.travel(school.SIGN_UP_DAY, tick=False):
        case = school.filed(register, 1)
    with time_machine.travel(datetime(2026, 6, 1, tzinfo=SHANGHAI), tick=False):
        filing.check_ready(case)


@pytest.mark.parametrize(
    ("day", "takes"),
    [
        (date(2026, 8, 25), True),
        (date(2026, 11, 1), False),
        (date(2026, 11, 25), False),
        (date(2026, 12, 31), True),
        (date(2027, 6, 30), True),
        (date(2027, 7, 1), False),
    ],
)
def test_a_window_may_cross_the_new_year(day: date, takes: bool) -> None:
    schedule = spec("DXSCB").schedule
    assert schedule is not None
    assert schedule.takes(day) is takes


def test_the_page_says_where_the_year_stands() -> None:
    window = window_of(spec("JYRX"), today=date(2026, 6, 8))
    assert window is not None
    assert not window.is_open
    assert "7月15日（周三）至7月20日（周一）" in window.text
    assert [step.title for step in window.steps if step.state == "now"] == ["异议复核"]
    assert [step.state for step in window.steps].count("past") == 4
    late = window_of(spec("JYRX"), today=date(2026, 11, 22))
    assert late is not None
    assert "2027年5月10日（周一）" in late.text
    assert window_of(spec("XSECS")) is None


def test_a_schedule_without_a_window_takes_applications_all_year() -> None:
    year = Schedule((ScheduleStep(id="pay", from_="02-29", to="02-29"),))
    assert year.takes(date(2027, 1, 1))
    assert year.year_of(date(2027, 2, 1))[0].first == date(2027, 2, 28)


@pytest.mark.django_db
@time_machine.travel(school.SIGN_UP_DAY, tick=False)
def test_a_child_is_signed_up_once_a_year_in_the_words_of_the_bundle(
    register: FakeRegister, departments: FakeDepartments
) -> None:
    first = school.filed(register, 1)
    other = school.guardian(2)
    school.fill_registers(register, other.id_no, school.id_number(1))
    second = school.draft(other, school.id_number(1))
    with pytest.raises(NotEligible, match="该儿童本年度已有报名，请先撤回原报名"):
        hand_in(second)
    assert not OnceOnly.objects.filter(case=second).exists()
    withdrawal.withdraw_case(first.pk, by=first.applicant.actor, reason="")
    assert hand_in(second).submitted_at is not None
    assert list(OnceOnly.objects.filter(is_active=True).values_list("case_id", flat=True)) == [second.pk]


@pytest.mark.django_db
@time_machine.travel(school.SIGN_UP_DAY, tick=False)
def test_a_sign_up_that_was_taken_back_after_its_checks_hinders_no_other(
    register: FakeRegister, departments: FakeDepartments
) -> None:
    departments.say("accepted", item="SIGN_UP")
    first = school.filed(register, 1)
    dispatch.pump()
    states = dict(SubApplication.objects.filter(case=first).values_list("item_id", "state"))
    assert (states["SIGN_UP"], states["VACCINE_CHECK"]) == ("accepted", "approved")
    second = school.draft(first.applicant, school.id_number(1))
    with pytest.raises(NotEligible, match="请先撤回原报名"):
        hand_in(second)
    withdrawal.withdraw_case(first.pk, by=first.applicant.actor, reason="")
    assert Case.objects.get(pk=first.pk).state == "concluded"
    assert hand_in(second).submitted_at is not None


@pytest.mark.django_db
@time_machine.travel(school.SIGN_UP_DAY, tick=False)
def test_the_database_lets_one_of_two_claims_win(register: FakeRegister) -> None:
    claim = OnceOnly.objects.get(case=school.filed(register, 1))
    parent = school.guardian(2)
    other = drafting.start_draft("JYRX", applicant=parent, channel="mobile")
    with pytest.raises(Exception, match="filed_once_at_a_time"):
        OnceOnly.objects.create(
            case=other, bundle_code="JYRX", rule=claim.rule, digest=claim.digest, period=claim.period
        )


def port_call(serial: int, at: datetime) -> Case:
    """A port call with a ship and a planned time, as far as the claim looks at it."""
    agent = school.guardian(serial)
    case = drafting.start_draft("CBJCG", applicant=agent, channel="online")
    case.answers = {**case.answers, "fields": {"imo_no": "9990014", "plan_time": at.isoformat()}}
    case.save(update_fields=["answers"])
    return case


def claimed(case: Case) -> None:
    context = filing.facts.context_of(case)
    everything = filing.forms.Selection(fields=frozenset(f.id for _, _, f in context.spec.walk_fields()))
    intake.claim(case, context, everything)
    Case.objects.filter(pk=case.pk).update(state="submitted", number=str(case.pk)[:20], submitted_at=case.saved_at)


@pytest.mark.django_db
def test_a_ship_has_one_movement_within_the_hours_the_bundle_names(doubles: None) -> None:
    at = datetime(2026, 12, 1, 8, tzinfo=SHANGHAI)
    first = port_call(1, at)
    claimed(first)
    with pytest.raises(NotEligible, match="请在原办件上改计划"):
        claimed(port_call(2, at + timedelta(hours=5, minutes=59)))
    claimed(port_call(3, at + timedelta(hours=6)))
    Case.objects.filter(pk=first.pk).update(state="concluded", outcome="all", closed_at=at, next_at=None)
    claimed(port_call(4, at - timedelta(hours=1)))


@pytest.mark.django_db
def test_answers_that_contradict_each_other_are_named_and_unknown_ones_pass(doubles: None) -> None:
    case = drafting.start_draft("RCRH", applicant=school.guardian(1), channel="online")
    case.answers = {**case.answers, "guidance": {"follow": ["none", "spouse"]}}
    context = filing.facts.context_of(case)
    selection = filing.forms.select(context)
    with pytest.raises(NotReady, match="2 处前后不一致：请填写配偶信息") as refusal:
        intake.check_constraints(case, context, selection)
    assert dict(refusal.value.faults)["constraints.C3"] == "随迁选项互相矛盾"
    case.answers = {**case.answers, "guidance": {}}
    context = filing.facts.context_of(case)
    intake.check_constraints(case, context, filing.forms.select(context))


def test_a_constraint_of_the_planning_refuses_nothing_at_the_door() -> None:
    assert advisory(library.spec("CBJCG")) == {"C1", "C2", "C3", "C4", "C5", "C6"}
    assert advisory(library.spec("TXYJS")) == frozenset()
