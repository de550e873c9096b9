"""Cases written together: what waits is seen by whoever asks, and one that cannot be written harms no other."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cases import docket, outbox
from cases.actions.delivery import dispatch, recording
from cases.actions.engine.events import broken_link, record
from cases.actions.engine.locking import lock_case, lock_on, lock_subs
from cases.models import Attention, Case, Delivery, Event, SubApplication
from cases.ports import SYSTEM, Answer, Outcome
from portal.accounts.models import Account
from tests.factories import toll
from tests.factories.doubles import FakeDepartments

pytestmark = pytest.mark.django_db
FREE = {"kind": "none"}
VOUCHER = {"voucher_no": "V-1"}


@pytest.fixture
def published(departments: FakeDepartments) -> None:
    toll.publish(FREE)
    departments.say(item="FIRST", result=VOUCHER)
    departments.say(item="SECOND", result={"card_no": "C-1"})


def test_a_statement_sees_what_waits_to_be_written(published: None, lin: Account) -> None:
    case_id = toll.filed(lin).pk
    with docket.opened() as book:
        lock_on(book, [case_id])
        case = lock_case(case_id)
        sub = lock_subs(case)[0]
        sub.held_by = "SOMETHING"
        with CaptureQueriesContext(
            connection,
        ) as asked:
            sub.save(update_fields=["held_by"])
            record(case, "section.saved", by=SYSTEM)
        assert len(asked) == 0
        assert SubApplication.objects.filter(held_by="SOMETHING").count() == 1
        assert Event.objects.filter(case=case, seq=case.last_seq).count() == 1
    assert broken_link(Case.objects.get(pk=case_id)) is None


def test_nothing_of_a_docket_stays_when_it_fails(published: None, lin: Account) -> None:
    case_id = toll.filed(lin).pk
    events = Event.objects.count()
    with pytest.raises(ZeroDivisionError), docket.opened() as book:
        lock_on(book, [case_id])
        record(lock_case(case_id), "section.saved", by=SYSTEM)
        raise ZeroDivisionError
    assert Event.objects.count() == events
    assert docket.current() is None


def test_one_case_that_cannot_be_written_harms_no_other(published: None, lin: Account) -> None:
    bad, good = toll.filed(lin), toll.filed(lin)
    _refuse_results_of(bad)
    dispatch.pump()
    assert toll.states(good) == {"FIRST": "approved", "SECOND": "approved"}
    assert toll.states(bad) == {"FIRST": "dispatched", "SECOND": "waiting"}
    assert Attention.objects.get(case=bad, closed_at=None).reason == Attention.Reason.FAULT
    tried = Delivery.objects.get(sub__case=bad)
    assert (tried.state, tried.tries, tried.ask_first) == ("due", 1, True)
    assert broken_link(Case.objects.get(pk=good.pk)) is None


def test_what_an_answer_lets_go_is_sent_without_another_claim(
    published: None, lin: Account, departments: FakeDepartments
) -> None:
    case = toll.filed(lin)
    with CaptureQueriesContext(connection) as asked:
        dispatch.pump()
    assert [one.sub_application_id for one in departments.parcels] == [sub.pk for sub in subs_of(case)]
    texts = [query["sql"] for query in asked.captured_queries]
    sent = _places(texts, "EXECUTE insert", "cases_delivery")
    claimed = _places(texts, "EXECUTE with", "cases_circuit")
    decided = _places(texts, "EXECUTE insert", "cases_result")
    assert claimed
    assert len(sent) == 1
    assert not [place for place in claimed if sent[0] < place < decided[-1]], "nothing was claimed in between"


@pytest.mark.parametrize(("places", "is_woken"), [(1, False), (0, True)])
def test_whoever_carries_is_woken_only_for_what_is_not_taken_along(
    published: None, lin: Account, places: int, is_woken: bool, django_capture_on_commit_callbacks: Any
) -> None:
    toll.filed(lin)
    (first,) = outbox.claim(8, 8)
    answer = Answer(first.delivery.sub_id, "approved", result=VOUCHER)
    carrier = outbox.Carrier({}, places)
    connection.run_on_commit.clear()  # whom the filing wakes
    with django_capture_on_commit_callbacks() as afterwards:
        recording.record([(first, Outcome(first.delivery.pk, "done", answer))], carrier)
    (second,) = Delivery.objects.exclude(pk=first.delivery.pk)
    assert [one.delivery.pk for one in carrier.taken] == [second.pk] * places
    assert (outbox._send_nudge in afterwards) is is_woken


def _places(texts: list[str], verb: str, table: str) -> list[int]:
    return [
        place
        for place, text in enumerate(texts)
        if any(one.strip().startswith(verb) and table in one for one in text.split(";"))
    ]


def subs_of(case: Case) -> list[SubApplication]:
    return list(SubApplication.objects.filter(case=case).order_by("seq"))


def _refuse_results_of(case: Case) -> None:
    """The database does not take results of this case: a fault that shows only when all is written."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION refuse_result() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'no room for this result'; END $$"
        )
        sub = SubApplication.objects.filter(case=case, item_id="FIRST").get()
        cursor.execute(
            "CREATE TRIGGER refuse_result BEFORE INSERT ON cases_result FOR EACH ROW "
            f"WHEN (NEW.sub_id = '{sub.pk}') EXECUTE FUNCTION refuse_result()"
        )
