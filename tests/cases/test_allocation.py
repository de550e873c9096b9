"""Allocation: one run for a batch, on frozen data, tried, shown, published at one moment, and repeatable."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from cases.actions.applying import withdrawal
from cases.actions.batches import allocation, placing, scoring
from cases.actions.batches.seating import Entry, Seating, seat_all
from cases.actions.delivery import dispatch
from cases.actions.engine.sweep import sweep
from cases.errors import NotReady, WrongState
from cases.models import (
    AllocationPlace,
    AllocationRun,
    AllocationSeat,
    AllocationStep,
    Case,
    PointsSheet,
    Result,
    SubApplication,
)
from cases.ports import Actor
from cases.queries.allocation import place_of
from tests.factories import school
from tests.factories.doubles import FakeDepartments, FakeRegister, RecordingNotifier

GROUPS = ("policy", "migrant")
SCHOOLS = ("甲", "乙", "丙")
LEAD = Actor("staff", id="jy-1", department="JY")


# ---- who gets which seat (pure) -----------------------------------------------------------------------------

entry = st.builds(
    Entry,
    key=st.uuids().map(str),
    group=st.sampled_from(GROUPS),
    points=st.one_of(st.integers(0, 5).map(Decimal)),
    ties=st.tuples(st.one_of(st.none(), st.integers(0, 2).map(Decimal))),
    choices=st.lists(st.sampled_from(SCHOOLS), max_size=3, unique=True).map(tuple),
    adjusts=st.booleans(),
)
entries = st.lists(entry, max_size=25, unique_by=lambda one: one.key)
capacities = st.fixed_dictionaries({school_name: st.integers(0, 4) for school_name in SCHOOLS})


@given(entries, capacities)
@settings(max_examples=150, deadline=None)
def test_nobody_with_more_points_loses_a_chosen_seat_to_somebody_with_fewer(
    people: list[Entry], seats: dict[str, int]
) -> None:
    lines = {one.key: one for one in seat_all(people, GROUPS, seats, "seed")}
    by_key = {one.key: one for one in people}
    for mine in people:
        got = lines[mine.key]
        better = mine.choices[: got.number - 1] if got.number else mine.choices
        for other in lines.values():
            ahead = by_key[other.key]
            if other.choice in better and ahead.group == mine.group and ahead.points is not None:
                assert ahead.points >= mine.points, (mine, other)


@given(entries, capacities)
@settings(max_examples=100, deadline=None)
def test_no_choice_gives_more_seats_than_it_has_and_no_seat_stays_that_somebody_wants(
    people: list[Entry], seats: dict[str, int]
) -> None:
    lines = seat_all(people, GROUPS, seats, "seed")
    left = {name: seats[name] - sum(one.choice == name for one in lines) for name in seats}
    assert all(count >= 0 for count in left.values())
    by_key = {one.key: one for one in people}
    for one in lines:
        if one.number is None:
            assert all(left[choice] == 0 for choice in by_key[one.key].choices)
            assert not by_key[one.key].adjusts or not any(left.values())


@given(entries, capacities, st.randoms())
@settings(max_examples=50, deadline=None)
def test_the_same_data_and_seed_give_the_same_seats_in_whatever_order_they_come(
    people: list[Entry], seats: dict[str, int], random: object
) -> None:
    shuffled = list(people)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert seat_all(people, GROUPS, seats, "one") == seat_all(shuffled, GROUPS, seats, "one")


def test_an_earlier_group_comes_first_whatever_its_points() -> None:
    first = Entry("a", "policy", Decimal(0), (), ("甲",))
    second = Entry("b", "migrant", Decimal(90), (), ("甲",))
    assert seat_all([second, first], GROUPS, {"甲": 1}, "s") == [
        Seating("a", "policy", 1, "甲", 1), Seating("b", "migrant", 1, "", None),
    ]  # fmt: skip


def test_equal_points_are_told_apart_by_the_tie_breaks_and_the_lot_last() -> None:
    people = [
        Entry(key, "migrant", Decimal(50), (tie,), ("甲",)) for key, tie in (("a", Decimal(1)), ("b", Decimal(2)))
    ]
    assert seat_all(people, GROUPS, {"甲": 1}, "s")[0].key == "b"
    equal = [Entry(key, "migrant", Decimal(50), (None,), ("甲",)) for key in "abcdefgh"]
    winners = {seat_all(equal, GROUPS, {"甲": 1}, seed)[0].key for seed in map(str, range(20))}
    assert len(winners) > 1


def test_a_seat_left_over_goes_to_who_accepts_any_only_after_all_choices() -> None:
    people = [
        Entry("a", "migrant", Decimal(90), (), ("乙",), adjusts=True),
        Entry("b", "migrant", Decimal(10), (), ("甲",)),
    ]
    seats = {one.key: (one.choice, one.number) for one in seat_all(people, GROUPS, {"甲": 1, "丙": 1}, "s")}
    assert seats == {"a": ("丙", 0), "b": ("甲", 1)}


# ---- a run over filed cases ---------------------------------------------------------------------------------


@pytest.fixture
def departments(departments: FakeDepartments) -> FakeDepartments:
    """Everybody checks and says yes."""
    departments.say(item="SIGN_UP", result={"receipt_no": "R1", "batch": "2026"})
    departments.say(item="POINTS", result={"points_total": 50, "detail": "见积分表", "rank": 1})
    return departments


def waiting(register: FakeRegister, serial: int, **how: object) -> Case:
    """A family of its own whose child waits for nothing but the run."""
    case = school.filed(register, serial, **how)
    for _ in range(4):
        dispatch.pump()
    scoring.compute_due()
    return Case.objects.get(pk=case.pk)


def allot(case: Case) -> SubApplication:
    return SubApplication.objects.get(case=case, item_id="ALLOT")


@pytest.mark.django_db
def test_a_batch_runs_from_frozen_data_to_seats_that_all_see_at_one_moment(
    register: FakeRegister, departments: FakeDepartments, notifier: RecordingNotifier
) -> None:
    with time_machine.travel(school.SIGN_UP_DAY, tick=False):
        strong = waiting(register, 1, si_months=90)
        weak = waiting(register, 2, si_months=20, adjust=False)
        policy = waiting(register, 3, guidance={"child_kind": "local_house"})
        AllocationSeat.objects.create(bundle_code="JYRX", batch="2026", choice="第一小学", capacity=2)
        assert allot(strong).held_by == "allocation", allot(strong).state

        run = allocation.freeze("JYRX", "2026", by=LEAD)
        assert run.report["by_group"] == {"local_house": 1, "migrant": 2}
        with pytest.raises(WrongState, match="不能再做这一步"):
            allocation.publish(run.pk, by=LEAD, supervisor="监督员甲")
        run = allocation.try_out(run.pk, by=LEAD)
        assert (run.report["placed"], run.report["not_placed"]) == (2, 1)
        assert place_of(strong) is None
        run = allocation.publicise(run.pk, by=LEAD)
        sweep()
        assert len([m for m in notifier.messages if m.template == "points_public"]) == 3
        shown = place_of(strong)
        assert shown is not None
        assert (shown.rank, shown.choice, shown.is_published) == (1, "", False)
        with pytest.raises(NotReady, match="期满后才能公布"):
            allocation.publish(run.pk, by=LEAD, supervisor="监督员甲")
        assert allot(strong).state == "waiting"

    with time_machine.travel(school.SIGN_UP_DAY + timedelta(days=20), tick=False):
        with pytest.raises(NotReady, match="监督员"):
            allocation.publish(run.pk, by=LEAD, supervisor=" ")
        run = allocation.publish(run.pk, by=LEAD, supervisor="监督员甲")
        seen = [place_of(case) for case in (strong, weak, policy)]
        assert [(one.choice, one.is_published) for one in seen if one] == [
            ("第一小学", True), ("", True), ("第一小学", True),
        ]  # fmt: skip
        sweep()
        assert [allot(case).state for case in (strong, weak, policy)] == ["approved", "rejected", "approved"]
        assert allot(weak).reasons[0]["text"] == "志愿学校学位已满且不服从统筹"
        notice = Result.objects.get(sub=allot(strong)).fields
        assert (notice["school"], notice["batch"], notice["report_date"]) == ("第一小学", "2026", "2026-09-01")
        assert notice["points"] == PointsSheet.objects.get(pk=strong.pk).total
        assert AllocationRun.objects.get(pk=run.pk).settled_at is not None
        steps = list(AllocationStep.objects.filter(run=run).values_list("kind", "done_by", "supervisor"))
        assert {kind for kind, _, _ in steps} == {"frozen", "tried", "publicity", "published"}
        assert steps[-1] == ("published", "jy-1", "监督员甲")
        with pytest.raises(WrongState):
            allocation.try_out(run.pk, by=LEAD)


@pytest.mark.django_db
@time_machine.travel(school.SIGN_UP_DAY, tick=False)
def test_the_frozen_data_and_the_seed_can_be_replayed_after_the_world_has_changed(
    register: FakeRegister, departments: FakeDepartments
) -> None:
    for serial in (1, 2, 3):
        waiting(register, serial, si_months=30 * serial)
    AllocationSeat.objects.create(bundle_code="JYRX", batch="2026", choice="第一小学", capacity=1)
    run = allocation.try_out(allocation.freeze("JYRX", "2026", by=LEAD).pk, by=LEAD)
    before = list(AllocationPlace.objects.filter(run=run).values_list("sub_id", "rank", "choice"))
    AllocationSeat.objects.update(capacity=3)
    for case in Case.objects.all():
        school.fill_registers(register, case.applicant_id_no, "x", si_months=99)
    again = allocation.try_out(run.pk, by=LEAD)
    assert list(AllocationPlace.objects.filter(run=again).values_list("sub_id", "rank", "choice")) == before
    assert again.fingerprint == run.fingerprint


@pytest.mark.django_db
@time_machine.travel(school.SIGN_UP_DAY, tick=False)
def test_open_points_and_objections_keep_a_run_from_being_published(
    register: FakeRegister, departments: FakeDepartments
) -> None:
    clear, unclear = waiting(register, 1), waiting(register, 2, bonus=("honour",))
    AllocationSeat.objects.create(bundle_code="JYRX", batch="2026", choice="第一小学", capacity=1)
    run = allocation.try_out(allocation.freeze("JYRX", "2026", by=LEAD).pk, by=LEAD)
    assert (run.report["entries"], run.report["held_why"]) == (1, {"points": 1})
    assert any("1 件积分或分组没有核定" in text for text in allocation.lacks(run, supervisor="甲"))
    assert allot(unclear).state == "waiting"
    scoring.object_to(clear.pk, "P11", "少算了", by=clear.applicant.actor)
    assert any("1 个积分异议没有复核" in text for text in allocation.lacks(run, supervisor="甲"))
    frozen = allocation.freeze("JYRX", "2026", by=LEAD)
    assert frozen.pk == run.pk
    assert any("再试算一次" in text for text in allocation.lacks(frozen, supervisor="甲"))


@pytest.mark.django_db
@time_machine.travel(school.SIGN_UP_DAY, tick=False)
def test_filings_still_with_departments_stay_for_the_next_run_only_when_somebody_says_so(
    register: FakeRegister, departments: FakeDepartments
) -> None:
    waiting(register, 1)
    departments.say("received", item="SIGN_UP")
    waiting(register, 2)
    AllocationSeat.objects.create(bundle_code="JYRX", batch="2026", choice="第一小学", capacity=1)
    run = allocation.try_out(allocation.freeze("JYRX", "2026", by=LEAD).pk, by=LEAD)
    assert run.report["not_ready"] == 1
    assert any("留到下一批" in text for text in allocation.lacks(run, supervisor="甲"))
    assert not any("留到下一批" in text for text in allocation.lacks(run, supervisor="甲", leave_out=True))


@pytest.mark.django_db
@time_machine.travel(school.SIGN_UP_DAY, tick=False)
def test_a_seat_of_a_filing_taken_back_meanwhile_is_there_for_the_next_run(
    register: FakeRegister, departments: FakeDepartments
) -> None:
    case = waiting(register, 1)
    AllocationSeat.objects.create(bundle_code="JYRX", batch="2026", choice="第一小学", capacity=1)
    run = allocation.try_out(allocation.freeze("JYRX", "2026", by=LEAD).pk, by=LEAD)
    AllocationRun.objects.filter(pk=run.pk).update(published_at=timezone.now(), state="published")
    withdrawal.withdraw_case(case.pk, by=case.applicant.actor, reason="")
    assert placing.settle_published() == 1
    assert allot(case).state == "withdrawn"
    assert allocation.freezing.seats_left("JYRX", "2026") == {"第一小学": 1}


@pytest.mark.django_db
@time_machine.travel(school.SIGN_UP_DAY, tick=False)
def test_a_child_of_the_special_list_is_left_to_its_department(
    register: FakeRegister, departments: FakeDepartments
) -> None:
    ordinary = waiting(register, 2)
    spec = allocation.queries.published("JYRX").spec
    sub = allot(ordinary)
    assert allocation.gate(ordinary, sub, spec.item("ALLOT")) is not None
    ordinary.answers = {**ordinary.answers, "guidance": {**ordinary.answers["guidance"], "special": "yes"}}
    assert allocation.gate(ordinary, sub, spec.item("ALLOT")) is None


@pytest.mark.django_db
def test_a_run_needs_seats_and_somebody_who_waits(departments: FakeDepartments) -> None:
    with pytest.raises(NotReady, match="没有等派位的申请"):
        allocation.freeze("JYRX", "2026", by=LEAD)
    with pytest.raises(Exception, match="没有配置统一派位"):
        allocation.freeze("XSECS", "2026", by=LEAD)


@pytest.mark.django_db
@time_machine.travel(school.SIGN_UP_DAY, tick=False)
def test_the_command_runs_a_trial_with_its_counts(
    register: FakeRegister, departments: FakeDepartments, capsys: pytest.CaptureFixture[str]
) -> None:
    waiting(register, 1)
    AllocationSeat.objects.create(bundle_code="JYRX", batch="2026", choice="第一小学", capacity=1)
    call_command("allocate", "JYRX", "--trial")
    assert "随迁子女：1 件，派到 1 件" in capsys.readouterr().out
    with pytest.raises(CommandError, match="监督员"):
        call_command("allocate", "JYRX", "--publish")
