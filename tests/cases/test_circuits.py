"""The circuit breaker of a line to a department: when it opens, what passes meanwhile, what closes it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, connection, connections, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cases import outbox
from cases.actions.delivery import circuits, dispatch
from cases.actions.delivery.circuits import Tally, note, note_calls, note_outcomes
from cases.errors import NotReady
from cases.models import Circuit, Delivery, Maintenance, Outage, SubApplication
from cases.ports import SYSTEM, Actor, Outcome
from cases.queries import case_page
from cases.queries import circuits as lines
from portal.accounts.models import Account
from tests.factories import newborn
from tests.integrations.departments.conftest import filed

BROKEN = Tally(failed=1, error="not sent: connection")
ALIVE = Tally(ok=1)


@pytest.fixture
def sub(db: None) -> SubApplication:
    """A sub-application to hang promises on; nothing of its own is due."""
    found = filed()
    Delivery.objects.all().delete()
    return found


def promise(sub: SubApplication, department: str, count: int, *, first: int = 0) -> list[UUID]:
    """Promises due now, one for each round from `first` on, the earlier rounds longer due."""
    now = timezone.now()
    made = Delivery.objects.bulk_create(
        Delivery(
            sub=sub,
            department=department,
            purpose=Delivery.Purpose.FILE,
            round=first + n,
            target_key=uuid4(),
            body="{}",
            body_sha256="",
            next_at=now - timedelta(minutes=5) + timedelta(seconds=first + n),
        )
        for n in range(count)
    )
    return [one.pk for one in made]


def break_line(department: str, failures: int = 5) -> None:
    for _ in range(failures):
        note({department: BROKEN})


def bring_probe_forward(department: str = "GA") -> None:
    """Let the wait be over: what the database clock does by itself."""
    Circuit.objects.filter(department=department).update(probe_at=timezone.now() - timedelta(seconds=1))
    lines.forget()


def claimed(limit: int = 64, quota: int = 16) -> list[str]:
    return sorted(one.delivery.department for one in outbox.claim(limit, quota))


@pytest.mark.django_db
def test_five_failures_in_a_row_open_the_line_and_begin_one_outage() -> None:
    break_line("GA", 4)
    assert lines.shut_lines() == frozenset() and not Outage.objects.exists()
    break_line("GA", 3)
    assert lines.shut_lines() == {"GA"}
    (outage,) = lines.open_outages()
    assert (outage.department, outage.line, outage.cause) == ("GA", "applications", "not sent: connection")


@pytest.mark.django_db
def test_a_success_in_between_begins_the_count_anew() -> None:
    break_line("GA", 4)
    note({"GA": ALIVE})
    break_line("GA", 4)
    assert lines.shut_lines() == frozenset()


@pytest.mark.django_db
def test_what_gets_through_in_a_batch_outweighs_what_does_not() -> None:
    note({"GA": Tally(ok=1, failed=9)})
    assert lines.line_states() == ()


@pytest.mark.django_db
def test_a_line_that_carries_costs_no_statement_but_the_view() -> None:
    lines.recent_line_states()
    with CaptureQueriesContext(connection) as queries:
        note({"GA": ALIVE, "WJ": Tally(ok=16)})
        assert circuits.may_pass("GA") and lines.shut_lines() == frozenset()
    assert len(queries) == 0 and not Circuit.objects.exists()


@pytest.mark.django_db
def test_a_batch_over_many_lines_is_noted_in_one_statement() -> None:
    lines.recent_line_states()
    with CaptureQueriesContext(connection) as queries:
        note({f"D{n}": Tally(failed=5) for n in range(20)})
    assert len(queries) == 2, "the note, and the move of what waits for the lines that opened"
    assert len(lines.open_outages()) == 20


@pytest.mark.django_db
def test_a_line_closes_by_the_first_success_and_its_outage_ends() -> None:
    break_line("GA")
    note({"GA": ALIVE})
    assert lines.shut_lines() == frozenset() and lines.open_outages() == ()
    outage = Outage.objects.get()
    assert outage.ended_at is not None and outage.ended_by_id is None
    row = Circuit.objects.get()
    assert (row.failures, row.probe_at, row.wait_s) == (0, None, 30)


@pytest.mark.django_db
def test_one_poisoned_sub_application_opens_nothing_however_often_it_is_tried() -> None:
    poisoned = uuid4()
    for _ in range(9):
        note_outcomes([("GA", poisoned, Outcome(poisoned, "unknown", contact="unsure", detail="HTTP 500"))])
    assert lines.shut_lines() == frozenset()
    for _ in range(4):
        other = uuid4()
        note_outcomes([("GA", other, Outcome(other, "unknown", contact="unsure", detail="HTTP 500"))])
    assert lines.shut_lines() == {"GA"}


@pytest.mark.django_db
def test_a_refusal_or_garbage_about_one_case_is_a_sign_of_life() -> None:
    break_line("GA", 4)
    refused = uuid4()
    note_outcomes([("GA", refused, Outcome(refused, "refused", contact="alive", detail="HTTP 422"))])
    break_line("GA", 4)
    assert lines.shut_lines() == frozenset()


@pytest.mark.django_db
def test_a_try_that_shows_nothing_of_the_line_counts_neither_way() -> None:
    break_line("GA", 4)
    queued = uuid4()
    note_outcomes([("GA", queued, Outcome(queued, "unknown", detail="not sent: queue"))])
    break_line("GA", 1)
    assert lines.shut_lines() == {"GA"}


@pytest.mark.django_db
def test_nothing_is_claimed_for_an_open_line_and_everything_for_the_others(sub: SubApplication) -> None:
    promise(sub, "GA", 20)
    promise(sub, "WJ", 3, first=50)
    break_line("GA")
    assert claimed() == ["WJ"] * 3


@pytest.mark.django_db
def test_one_probe_goes_each_wait_and_the_oldest_promise_carries_it(sub: SubApplication) -> None:
    oldest, *_ = promise(sub, "GA", 20)
    break_line("GA")
    bring_probe_forward()
    assert [one.delivery.pk for one in outbox.claim(64, 16)] == [oldest]
    assert outbox.claim(64, 16) == []
    (outage,) = lines.open_outages()
    assert outage.probes == 1
    assert outage.next_probe_at is not None
    assert timedelta(seconds=25) < outage.next_probe_at - timezone.now() <= timedelta(seconds=30)


@pytest.mark.django_db
def test_each_probe_in_vain_doubles_the_wait_up_to_two_minutes(sub: SubApplication) -> None:
    promise(sub, "GA", 9)
    break_line("GA")
    waits = []
    for _ in range(5):
        bring_probe_forward()
        assert len(outbox.claim(64, 16)) == 1
        note({"GA": BROKEN})
        probe_at = Circuit.objects.get().probe_at
        assert probe_at is not None
        waits.append(round((probe_at - timezone.now()).total_seconds()))
    assert waits == [30, 60, 120, 120, 120]


@pytest.mark.django_db
def test_no_probe_is_spent_while_nothing_is_due(sub: SubApplication) -> None:
    break_line("GA")
    bring_probe_forward()
    assert outbox.claim(64, 16) == []
    promise(sub, "GA", 2)
    assert claimed() == ["GA"]


@pytest.mark.django_db
def test_after_the_probe_came_back_everything_goes(sub: SubApplication) -> None:
    promise(sub, "GA", 9)
    break_line("GA")
    bring_probe_forward()
    assert claimed() == ["GA"]
    note({"GA": ALIVE})
    assert claimed() == ["GA"] * 8


def put_off(ids: list[UUID], minutes: int) -> None:
    """As they are after many tries in vain."""
    later = timezone.now() + timedelta(minutes=minutes)
    Delivery.objects.filter(pk__in=ids).update(tries=9, next_at=later)


@pytest.mark.django_db
def test_what_had_to_wait_longer_and_longer_goes_at_once_when_the_line_carries_again(sub: SubApplication) -> None:
    """F27: after an hour of outage nothing waits ten minutes more for its own turn."""
    put_off(promise(sub, "GA", 5), 10)
    put_off(promise(sub, "WJ", 1, first=50), 10)
    break_line("GA")
    note({"GA": ALIVE})
    assert claimed() == ["GA"] * 5


@pytest.mark.django_db
def test_where_few_wait_the_first_of_them_carries_the_next_probe(sub: SubApplication) -> None:
    put_off(promise(sub, "GA", 2), 10)
    break_line("GA")
    circuit = Circuit.objects.get()
    first, second = Delivery.objects.order_by("next_at").values_list("next_at", flat=True)
    assert first == circuit.probe_at and second > timezone.now() + timedelta(minutes=9)


@pytest.mark.django_db
def test_retry_after_keeps_the_whole_department_quiet_and_is_no_failure(sub: SubApplication) -> None:
    promise(sub, "GA", 3)
    busy = uuid4()
    note_outcomes([("GA", busy, Outcome(busy, "unknown", retry_after_s=60, contact="alive", detail="HTTP 429"))])
    assert claimed() == [] and lines.shut_lines() == {"GA"}
    assert lines.open_outages() == ()
    note({"GA": ALIVE})
    assert claimed() == [], "what was on its way when silence was asked for does not end the silence"
    Circuit.objects.update(quiet_until=timezone.now() - timedelta(seconds=1))
    lines.forget()
    assert claimed() == ["GA"] * 3


@pytest.mark.django_db
def test_retry_after_is_obeyed_by_the_probe_too(sub: SubApplication) -> None:
    promise(sub, "GA", 3)
    for _ in range(5):
        note({"GA": Tally(failed=1, pause_s=600, error="HTTP 503")})
    bring_probe_forward()
    assert claimed() == []
    assert not circuits.may_pass("GA", line="applications")


@pytest.mark.django_db
def test_a_department_that_asks_for_a_year_is_asked_again_within_the_hour() -> None:
    note({"GA": Tally(ok=1, pause_s=31_536_000)})
    (state,) = lines.line_states()
    assert state.until is not None and state.until <= timezone.now() + timedelta(hours=1)


@pytest.mark.django_db
def test_announced_maintenance_rests_a_department_and_the_page_can_say_why(sub: SubApplication) -> None:
    promise(sub, "GA", 2)
    now = timezone.now()
    made = circuits.announce_maintenance(
        "GA", starts_at=now - timedelta(minutes=1), ends_at=now + timedelta(hours=2), notice="系统升级", by=SYSTEM
    )
    assert claimed() == [] and not circuits.may_pass("GA")
    why = lines.waiting_words({"GA", "WJ"})
    assert list(why) == ["GA"] and (why["GA"].state, why["GA"].notice) == ("maintenance", "系统升级")
    assert circuits.lift_maintenance(made.pk, by=SYSTEM) and not circuits.lift_maintenance(made.pk, by=SYSTEM)
    assert claimed() == ["GA"] * 2


@pytest.mark.django_db
def test_maintenance_that_is_still_to_come_stops_nothing_yet(sub: SubApplication) -> None:
    promise(sub, "GA", 2)
    now = timezone.now()
    circuits.announce_maintenance(
        "GA", starts_at=now + timedelta(hours=1), ends_at=now + timedelta(hours=2), notice="系统升级", by=SYSTEM
    )
    assert claimed() == ["GA"] * 2
    (planned,) = lines.maintenance_of("GA")
    assert not planned.is_now


@pytest.mark.django_db
def test_maintenance_ends_after_it_starts() -> None:
    now = timezone.now()
    with pytest.raises(NotReady):
        circuits.announce_maintenance("GA", starts_at=now, ends_at=now - timedelta(hours=1), notice="x", by=SYSTEM)
    with pytest.raises(IntegrityError), transaction.atomic():
        Maintenance.objects.create(department="GA", starts_at=now, ends_at=now, notice="x")


@pytest.mark.django_db
def test_a_person_may_close_a_line_and_the_history_names_them(administrator: Account) -> None:
    break_line("GA")
    assert circuits.close_now("GA", by=administrator.actor) == 1
    assert circuits.may_pass("GA", line="applications") and lines.open_outages() == ()
    (past,) = lines.outages_of("GA")
    assert past.ended_by == administrator.username and past.ended_at is not None


@pytest.mark.django_db
def test_registers_and_applications_of_a_department_break_apart() -> None:
    note_calls([("GA", "broken", "no answer: connection")] * 5)
    assert lines.shut_lines("data") == {"GA"} and lines.shut_lines() == frozenset()
    assert not circuits.may_pass("GA") and circuits.may_pass("GA", line="applications")


@pytest.mark.django_db
def test_of_all_callers_of_an_open_line_one_is_let_through_as_the_probe() -> None:
    note_calls([("GA", "unsure", "no answer: deadline")] * 5)
    bring_probe_forward()
    assert [circuits.may_pass("GA") for _ in range(4)] == [True, False, False, False]
    note_calls([("GA", "alive", "")])
    assert circuits.may_pass("GA")


@pytest.mark.django_db
def test_a_line_cannot_be_open_without_a_time_to_probe_it() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Circuit.objects.create(department="GA", opened_at=timezone.now())


def _in_threads(count: int, act: Any) -> list[Any]:
    def run(_: int) -> Any:
        try:
            return act()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


@pytest.mark.django_db(transaction=True)
def test_eight_processes_at_once_win_one_probe_and_lose_no_count(sub: SubApplication) -> None:
    promise(sub, "GA", 30)
    _in_threads(8, lambda: note({"GA": BROKEN, "WJ": BROKEN}))
    assert set(Circuit.objects.values_list("department", "failures")) == {("GA", 8), ("WJ", 8)}
    assert len(lines.open_outages()) == 2
    bring_probe_forward()
    taken = _in_threads(8, lambda: len(outbox.claim(64, 16)))
    assert sorted(taken) == [0, 0, 0, 0, 0, 0, 0, 1]


@pytest.mark.django_db
def test_who_acts_is_written_down_with_the_maintenance(administrator: Account) -> None:
    now = timezone.now()
    by = Actor("operator", str(administrator.pk))
    made = circuits.announce_maintenance("GA", starts_at=now, ends_at=now + timedelta(hours=1), notice="x", by=by)
    assert str(made.announced_by_id) == str(administrator.pk)


@pytest.mark.usefixtures("known_family", "departments")
@pytest.mark.django_db
def test_the_page_of_a_case_says_why_an_item_waits_and_that_nothing_is_to_be_done(lin: Account, chen: Account) -> None:
    case = newborn.submitted(lin, chen)
    dispatch.pump()
    Delivery.objects.filter(sub__case=case).update(state="due", next_at=timezone.now(), lease_until=None)
    waits = SubApplication.objects.filter(case=case, deliveries__state="due").first()
    assert waits is not None
    assert case_page(case).attention == ()
    break_line(waits.department)
    (told,) = case_page(case).attention
    assert "连不上" in told.text and "您不用操作" in told.text and told.dept_code == waits.department
    now = timezone.now()
    until = now + timedelta(hours=2)
    circuits.announce_maintenance(waits.department, starts_at=now, ends_at=until, notice="升级数据库。", by=SYSTEM)
    (told,) = case_page(case).attention
    assert f"{timezone.localtime(until):%H:%M}：升级数据库。到时自动送去" in told.text
    Delivery.objects.filter(sub__case=case).update(state="done", next_at=None)
    assert case_page(case).attention == ()
