"""A fault of ours in one case stops the clock of no other: it rests, a person is told, mended it is forgotten."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from cases.actions.engine import heartbeats, occasions, rounds, sweep
from cases.models import Attention, Case, Heartbeat, RoundFault, SubApplication
from cases.queries import health_now
from cases.states import SubState
from portal.accounts.models import Account
from tests.factories import newborn
from tests.factories.doubles import FakeDepartments

pytestmark = [pytest.mark.django_db, pytest.mark.failing_rounds]
WAITS, UNKNOWN = "MI_JOIN", "GONE"


@pytest.fixture
def pair(lin: Account, chen: Account, departments: FakeDepartments, known_family: None) -> tuple[Case, Case]:
    """Two filed cases that are due to be looked at; the first comes first."""
    found = newborn.submitted(lin, chen), newborn.submitted(lin, chen, children=("陈一言",))
    for hours, case in zip((2, 1), found, strict=True):
        Case.objects.filter(pk=case.pk).update(next_at=timezone.now() - timedelta(hours=hours))
    return found


def _give_items(case: Case, was: str, becomes: str) -> None:
    """An item of a case that waits is one which its definition does not know, or is itself again."""
    assert SubApplication.objects.filter(case=case, item_id=was, state=SubState.WAITING).update(item_id=becomes)


def _is_due(case: Case) -> bool:
    return Case.objects.filter(pk=case.pk, next_at__lte=timezone.now()).exists()


def test_a_case_that_cannot_be_read_keeps_no_other_waiting(pair: tuple[Case, Case]) -> None:
    broken, sound = pair
    _give_items(broken, WAITS, UNKNOWN)
    sweep.sweep()
    assert not _is_due(sound)
    fault = RoundFault.objects.get(row=str(broken.pk), round="engine.sweep.look_again")
    assert (fault.case_id, fault.tries) == (broken.pk, 1) and fault.rests_until > timezone.now()
    assert "rounds_failing" in health_now().alarms


def test_it_rests_longer_each_time_and_others_go_first(pair: tuple[Case, Case]) -> None:
    broken, _ = pair
    _give_items(broken, WAITS, UNKNOWN)
    begin = timezone.now()
    rests = []
    for minutes in (0, 2, 5, 10, 20, 60, 130, 240):
        with time_machine.travel(begin + timedelta(minutes=minutes), tick=False):
            sweep.look_again()
            fault = RoundFault.objects.get(row=str(broken.pk))
            rests.append((fault.rests_until - timezone.now()) / timedelta(minutes=1))
            sweep.look_again()  # at rest: not tried again
            assert RoundFault.objects.get(row=str(broken.pk)).tries == fault.tries
    assert rests == [1, 2, 4, 8, 16, 32, 60, 60]


def test_mended_it_goes_on_and_health_is_quiet(pair: tuple[Case, Case]) -> None:
    broken, _ = pair
    _give_items(broken, WAITS, UNKNOWN)
    sweep.sweep()
    _give_items(broken, UNKNOWN, WAITS)
    RoundFault.objects.update(rests_until=timezone.now())
    sweep.sweep()
    assert not _is_due(broken) and not RoundFault.objects.exists()
    assert "rounds_failing" not in health_now().alarms


def test_a_person_is_told_of_the_case_and_the_fact_closes_it(pair: tuple[Case, Case]) -> None:
    case = pair[0]
    is_broken = True

    def act(case_id: object) -> None:
        if is_broken:
            raise ValueError(case_id)

    due = Case.objects.filter(pk=case.pk)
    assert rounds.each("a round", due, act, case="pk") == 0
    told = Attention.objects.get(case=case, reason=Attention.Reason.FAULT)
    assert told.detail == "定时处理失败：a round" and told.closed_at is None
    is_broken = False
    assert rounds.each("a round", due, act, case="pk") == 0  # at rest
    RoundFault.objects.update(rests_until=timezone.now())
    assert rounds.each("a round", due, act, case="pk") == 1
    told.refresh_from_db()
    assert told.closed_at is not None and not RoundFault.objects.exists()


def test_the_rows_behind_a_full_batch_of_broken_ones_have_their_turn(pair: tuple[Case, Case]) -> None:
    broken, sound = sorted(case.pk for case in pair)
    seen = []

    def act(case_id: object) -> None:
        if case_id == broken:
            raise ValueError
        seen.append(case_id)

    due = Case.objects.filter(pk__in=[broken, sound]).order_by("pk")
    rounds.each("a round", due, act, case="pk", limit=1)
    rounds.each("a round", due, act, case="pk", limit=1)
    assert seen == [sound]


def test_rows_that_stay_as_they_are_hide_nobody(pair: tuple[Case, Case]) -> None:
    seen: list[object] = []
    due = Case.objects.filter(pk__in=[case.pk for case in pair])
    for _ in range(3):
        rounds.each_in_turn("another round", due, seen.append, case="pk", limit=1)
    assert set(seen[:2]) == {case.pk for case in pair} and len(seen) >= 2


def test_a_round_that_fails_as_a_whole_stops_no_other_round(monkeypatch: pytest.MonkeyPatch, db: None) -> None:
    """Every round is listed by its path; one whose table is gone fails each time, and the sign of life still comes."""
    first = occasions.ON_SWEEP[0]
    module, _, name = first.rpartition(".")
    monkeypatch.setattr(f"cases.actions.{module}.{name}", _raise)
    occasions._of.cache_clear()
    heartbeats.forget()
    try:
        sweep.sweep()
    finally:
        occasions._of.cache_clear()
    fault = RoundFault.objects.get()
    assert (fault.round, fault.row, fault.error) == (first, "", "ValueError")
    assert health_now().sweep_age_s == 0
    monkeypatch.undo()
    sweep.sweep()
    assert not RoundFault.objects.exists()


def _raise() -> int:
    raise ValueError


def test_what_was_due_no_more_is_forgotten_after_a_week(pair: tuple[Case, Case]) -> None:
    now = timezone.now()
    RoundFault.objects.create(round="r", row="1", error="E", first_at=now, rests_until=now - timedelta(days=8))
    RoundFault.objects.create(round="r", row="2", error="E", first_at=now, rests_until=now)
    assert rounds.forget_old() == 1
    assert RoundFault.objects.get().row == "2"


class Death(BaseException):
    """The process is gone in the middle of a row: nothing is said or tidied up by it."""


def test_a_row_that_ends_its_process_is_known_after_the_second_death_and_told_of(pair: tuple[Case, Case]) -> None:
    """F41: whoever comes up next announces each row before touching it; the one that kills rests, the other is done."""
    killer, other = sorted(case.pk for case in pair)
    due = Case.objects.filter(pk__in=[killer, other]).order_by("pk")
    done: list[object] = []

    def act(case_id: object) -> None:
        if case_id == killer:
            raise Death
        done.append(case_id)

    deaths = 0
    for _ in range(4):
        try:
            with rounds.to_its_end():
                rounds.each("a round", due, act, case="pk")
        except Death:
            deaths += 1
            Heartbeat.objects.create(name=rounds.SWEEPING, at=timezone.now())  # nobody was there to take it away
    assert deaths == 2 and done == [other, other]
    fault = RoundFault.objects.get()
    assert (fault.row, fault.error) == (str(killer), rounds.DIED) and fault.rests_until > timezone.now()
    assert Attention.objects.filter(case_id=killer, reason=Attention.Reason.FAULT, closed_at=None).exists()


def test_what_ended_its_process_once_is_announced_at_each_further_try(pair: tuple[Case, Case]) -> None:
    killer = pair[0]
    due = Case.objects.filter(pk=killer.pk)
    RoundFault.objects.create(
        round="a round", row=str(killer.pk), case=killer, error=rounds.DIED, first_at=timezone.now(),
        rests_until=timezone.now(),
    )  # fmt: skip

    def die(case_id: object) -> None:
        raise Death

    with pytest.raises(Death):
        rounds.each("a round", due, die, case="pk")
    fault = RoundFault.objects.get()
    assert fault.tries == 2 and fault.rests_until > timezone.now() + timedelta(minutes=1)
    RoundFault.objects.update(rests_until=timezone.now())
    assert rounds.each("a round", due, lambda case_id: None, case="pk") == 1
    assert not RoundFault.objects.exists()


def test_items_of_a_case_at_rest_hide_no_items_behind_them(
    pair: tuple[Case, Case], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweep, "BATCH", 1)
    broken, sound = pair
    for hours, case in ((2, broken), (1, sound)):
        waiting = SubApplication.objects.filter(case=case, item_id=WAITS)
        waiting.update(next_at=timezone.now() - timedelta(hours=hours))
        Case.objects.filter(pk=case.pk).update(next_at=timezone.now() + timedelta(hours=1))
    _give_items(broken, WAITS, UNKNOWN)
    sweep.look_again()
    sweep.look_again()
    assert not SubApplication.objects.filter(case=sound, next_at__lte=timezone.now(), state=SubState.WAITING).exists()
    assert RoundFault.objects.filter(case=broken).exists()
