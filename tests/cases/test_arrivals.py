"""Callbacks are stored at the door and applied by the pump: each once, in order, whatever happens in between."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from cases.actions.delivery import arrivals, dispatch, inbox
from cases.actions.delivery.inbox import Verdict
from cases.actions.engine import sweep
from cases.actions.mending import replay
from cases.models import Arrival, Attention, Case, Event, InboxMessage, SubApplication
from cases.ports import Answer, Callback
from cases.queries import health_now, silent_rows
from portal.accounts.models import Account
from tests.factories import newborn
from tests.factories.callbacks import called_back
from tests.factories.doubles import FakeDepartments
from tests.factories.received import filing_key, staff_of, sub_of

pytestmark = pytest.mark.django_db
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


@pytest.fixture
def case(lin: Account, chen: Account, known_family: None, departments: FakeDepartments) -> Case:
    departments.say("received")
    case = newborn.submitted(lin, chen)
    dispatch.pump()
    return case


@pytest.fixture
def birth(case: Case) -> SubApplication:
    return sub_of(case, "BIRTH_CERT")


def callback(sub: SubApplication, status: str, event_id: str = "", **more: Any) -> Callback:
    answer = Answer(sub.pk, status, **more)
    return Callback(sub.department, event_id or uuid4().hex, filing_key(sub), b'{"said": 1}', {"X-Nonce": "n"}, answer)


def approval(sub: SubApplication, **more: Any) -> Callback:
    return callback(sub, "approved", result=newborn.RESULTS[sub.item_id], **more)


def state_of(sub: SubApplication) -> str:
    return str(SubApplication.objects.get(pk=sub.pk).state)


def open_reasons(case: Case) -> set[str]:
    return set(Attention.objects.filter(case=case, closed_at=None).values_list("reason", flat=True))


# ---- the door ---------------------------------------------------------------------------------------------------


def test_what_the_door_took_is_stored_and_takes_effect_when_the_pump_comes(birth: SubApplication) -> None:
    assert inbox.receive_callback(approval(birth, event_id="e-1")) is Verdict.STORED
    waiting = Arrival.objects.get()
    assert (state_of(birth), waiting.status, waiting.words["body"]) == ("received", "approved", '{"said": 1}')
    dispatch.pump()
    kept = InboxMessage.objects.get(event_id="e-1")
    assert (state_of(birth), kept.verdict, kept.body, kept.headers) == (
        "approved", "applied", '{"said": 1}', {"X-Nonce": "n"},
    )  # fmt: skip
    assert kept.received_at == waiting.received_at and not Arrival.objects.exists()


def test_what_is_stored_is_sealed(birth: SubApplication) -> None:
    inbox.receive_callback(approval(birth))
    with connection.cursor() as cursor:
        cursor.execute("SELECT words FROM cases_arrival")
        assert b"cert_no" not in bytes(cursor.fetchone()[0])


def test_an_event_that_still_waits_is_a_repetition(birth: SubApplication) -> None:
    assert inbox.receive_callback(callback(birth, "accepted", "e-1")) is Verdict.STORED
    assert inbox.receive_callback(approval(birth, event_id="e-1")) is Verdict.DUPLICATE
    dispatch.pump()
    assert inbox.receive_callback(approval(birth, event_id="e-1")) is Verdict.DUPLICATE
    assert (state_of(birth), Arrival.objects.count()) == ("accepted", 0)


def test_an_answer_against_a_decision_is_refused_kept_and_told_to_a_person(birth: SubApplication) -> None:
    assert called_back(approval(birth)) is Verdict.STORED
    assert called_back(callback(birth, "rejected", "e-2")) is Verdict.CONTRADICTION
    assert (state_of(birth), InboxMessage.objects.get(event_id="e-2").verdict) == ("approved", "contradiction")
    assert "contradiction" in open_reasons(birth.case)
    assert inbox.receive_callback(callback(birth, "rejected", "e-2")) is Verdict.DUPLICATE


def test_of_two_answers_that_cross_the_first_decides_and_the_second_is_told_to_a_person(birth: SubApplication) -> None:
    assert inbox.receive_callback(approval(birth)) is Verdict.STORED
    assert inbox.receive_callback(callback(birth, "rejected", "e-2")) is Verdict.STORED
    dispatch.pump()
    assert (state_of(birth), InboxMessage.objects.get(event_id="e-2").verdict) == ("approved", "contradiction")
    assert "contradiction" in open_reasons(birth.case)


def test_a_decision_of_the_department_that_had_it_before_counts_for_nothing(birth: SubApplication) -> None:
    """Handed on to another department between the door and the pump."""
    inbox.receive_callback(approval(birth, event_id="e-1"))
    SubApplication.objects.filter(pk=birth.pk).update(department="GA")
    dispatch.pump()
    assert (state_of(birth), InboxMessage.objects.get(event_id="e-1").verdict) == ("received", "stale")


@pytest.mark.django_db(transaction=True)
def test_the_door_waits_for_nobody_who_works_on_the_case(birth: SubApplication) -> None:
    locked, done = threading.Event(), threading.Event()

    def work() -> None:
        with transaction.atomic():
            list(Case.objects.select_for_update().filter(pk=birth.case_id))
            list(SubApplication.objects.select_for_update().filter(case=birth.case_id))
            locked.set()
            done.wait(60)
        connection.close()

    worker = threading.Thread(target=work)
    worker.start()
    assert locked.wait(60)
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '300ms'")
            assert inbox.receive_callback(approval(birth)) is Verdict.STORED
    finally:
        done.set()
        worker.join()


# ---- taking effect ----------------------------------------------------------------------------------------------


def test_answers_take_effect_in_the_order_they_came(birth: SubApplication) -> None:
    for seq, status in enumerate(("accepted", "special_procedure", "special_procedure_ended"), 1):
        inbox.receive_callback(callback(birth, status, seq=seq, procedure="publicity"))
    inbox.receive_callback(approval(birth, seq=4))
    arrivals.apply_arrived()
    said = InboxMessage.objects.filter(sub=birth).order_by("received_at").values_list("status", "verdict")
    assert [verdict for _, verdict in said] == ["applied"] * 4
    assert state_of(birth) == "approved"


def test_an_event_told_again_while_it_was_being_applied_has_no_second_effect(birth: SubApplication) -> None:
    """The door saw neither the arrival, which had just been taken out, nor its message, not yet committed."""
    called_back(callback(birth, "accepted", "e-1"))
    inbox.receive_callback(approval(birth, event_id="e-2"))
    Arrival.objects.update(event_id="e-1")
    dispatch.pump()
    assert (state_of(birth), Arrival.objects.count(), InboxMessage.objects.count()) == ("accepted", 0, 1)


def test_a_cut_before_the_commit_leaves_everything_to_be_done_again(birth: SubApplication) -> None:
    inbox.receive_callback(approval(birth))

    def cut(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith("SELECT") and "cases_inboxmessage" in sql:  # the row is taken out, nothing is committed
            raise OperationalError("server closed the connection unexpectedly")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(cut):
        arrivals.apply_arrived()
    assert (state_of(birth), Arrival.objects.count(), InboxMessage.objects.count()) == ("received", 1, 0)
    with time_machine.travel(timezone.now() + MINUTE, tick=True):
        sweep.sweep()
    assert (state_of(birth), Arrival.objects.count(), InboxMessage.objects.count()) == ("approved", 0, 1)
    assert Event.objects.filter(case=birth.case, kind="item.approved", sub=birth).count() == 1


def test_the_sweep_finds_what_no_nudge_announced(birth: SubApplication) -> None:
    inbox.receive_callback(approval(birth))
    Arrival.objects.update(next_at=timezone.now() - MINUTE)
    sweep.sweep()
    assert (state_of(birth), Arrival.objects.count()) == ("approved", 0)


# ---- what cannot be applied ----------------------------------------------------------------------------------------


@pytest.fixture
def unreadable(case: Case) -> SubApplication:
    """Something that no version of the engine understands has got in."""
    sub = sub_of(case, "BIRTH_CERT")
    inbox.receive_callback(callback(sub, "unheard_of", "bad"))
    return sub


def test_one_that_cannot_be_applied_harms_no_other_and_is_told_to_a_person(unreadable: SubApplication) -> None:
    inbox.receive_callback(approval(unreadable, event_id="good"))
    arrivals.apply_arrived()
    assert state_of(unreadable) == "approved"
    left = Arrival.objects.get()
    assert (left.event_id, left.last_error, left.next_at > timezone.now()) == ("bad", "回执没能入账：KeyError", True)
    raised = Attention.objects.get(case=unreadable.case, reason="fault", closed_at=None)
    assert (raised.sub, raised.detail) == (unreadable, "回执没能入账：KeyError")


def test_after_some_tries_it_is_set_apart_for_a_day(unreadable: SubApplication) -> None:
    with time_machine.travel(timezone.now(), tick=True) as now:
        arrivals.apply_arrived()
        for _ in range(arrivals.MOST_TRIES - 1):
            now.shift(11 * MINUTE)
            assert arrivals.apply_late() == 1
        left = Arrival.objects.get()
        assert left.next_at - timezone.now() > DAY - MINUTE
        assert arrivals.apply_late() == 0
        assert (silent_rows(), health_now().arrivals) == ((), 0)
        now.shift(DAY)
        assert arrivals.apply_late() == 1


def test_a_person_has_it_tried_again_and_the_fact_closes_the_matter(unreadable: SubApplication) -> None:
    arrivals.apply_arrived()
    raised = Attention.objects.get(sub=unreadable, reason="fault")
    assert replay.send_again(raised.pk, by=staff_of("WJ").actor) == 1
    _mend(unreadable)
    arrivals.apply_late()
    assert (state_of(unreadable), Arrival.objects.count()) == ("accepted", 0)
    assert not Attention.objects.filter(sub=unreadable, reason="fault", closed_at=None).exists()


def test_what_was_mended_meanwhile_closes_its_own_attention(unreadable: SubApplication) -> None:
    arrivals.apply_arrived()
    _mend(unreadable)
    with time_machine.travel(timezone.now() + 11 * MINUTE, tick=True):
        arrivals.apply_late()
    assert state_of(unreadable) == "accepted"
    assert not Attention.objects.filter(sub=unreadable, reason="fault", closed_at=None).exists()


def _mend(sub: SubApplication) -> None:
    """As a newer version of the engine would read it."""
    row = Arrival.objects.get()
    row.words = {**row.words, "answer": {"sub_application_id": str(sub.pk), "status": "accepted"}}
    row.save(update_fields=["words"])


def test_one_that_kills_its_reader_each_time_is_set_apart_and_stops_no_other(birth: SubApplication) -> None:
    """Announced, and never heard of again: that many times, and it is not tried any more."""
    inbox.receive_callback(callback(birth, "accepted", "deadly"))
    Arrival.objects.update(lease_no=arrivals.MOST_TRIES, next_at=timezone.now() - MINUTE)
    inbox.receive_callback(approval(birth, event_id="good"))
    arrivals.apply_arrived()
    arrivals.apply_late()
    left = Arrival.objects.get()
    assert (state_of(birth), left.event_id, left.next_at > timezone.now() + DAY - MINUTE) == (
        "approved", "deadly", True,
    )  # fmt: skip
    raised = Attention.objects.get(case=birth.case, reason="fault", closed_at=None)
    assert raised.detail == "回执没能入账：每次入账时处理进程都中断"


def test_who_lost_the_lease_applies_nothing(birth: SubApplication) -> None:
    inbox.receive_callback(approval(birth))
    row = Arrival.objects.get()
    Arrival.objects.update(lease_no=2, next_at=timezone.now() + MINUTE)
    arrivals._alone(row.pk, 1)
    assert (state_of(birth), Arrival.objects.count()) == ("received", 1)


# ---- seen from outside ------------------------------------------------------------------------------------------


def test_what_waits_shows_in_the_health_figures_and_rings_when_it_gets_old(birth: SubApplication) -> None:
    inbox.receive_callback(approval(birth))
    assert _figures() == {"arrivals": 1, "oldest_arrival_s": 0}
    past = timezone.now() - 2 * MINUTE
    Arrival.objects.update(received_at=past, next_at=past)
    assert _figures()["oldest_arrival_s"] >= 120
    assert {"arrivals_late", "silent_rows"} <= set(health_now().alarms)


def _figures() -> Mapping[str, int]:
    found = health_now()
    return {"arrivals": found.arrivals, "oldest_arrival_s": found.oldest_arrival_s}
