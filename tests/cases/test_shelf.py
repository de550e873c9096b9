"""Cases kept between answers: used only where nobody has written anything of them since."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.utils import timezone

from cases import docket
from cases.actions.desk import attention
from cases.actions.engine.events import record
from cases.actions.engine.locking import lock_case, lock_on
from cases.actions.engine.shelf import Shelf
from cases.models import Attention, Case, SubApplication
from cases.ports import SYSTEM
from portal.accounts.models import Account
from tests.factories import toll
from tests.factories.doubles import FakeDepartments

pytestmark = pytest.mark.django_db


@pytest.fixture
def published(departments: FakeDepartments) -> None:
    toll.publish({"kind": "none"})


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


def taken_up(case: Case, shelf: Shelf) -> Case:
    """One round of work on a case that leaves an event, as an answer does."""
    with docket.opened() as book:
        (found,) = lock_on(book, [case.pk], shelf)
        record(found, "item.released", by=SYSTEM)
    shelf.put(book, [found])
    return found


def test_what_nobody_has_touched_is_not_read_again(published: None, lin: Account, shelf: Shelf) -> None:
    case = toll.filed(lin)
    first = taken_up(case, shelf)
    assert taken_up(case, shelf) is first


def note_event(case: Case) -> None:
    record(lock_case(case.pk), "item.released", by=SYSTEM)


def take_in_hand(case: Case) -> None:
    SubApplication.objects.filter(case=case, seq=2).update(by_person=True)


@pytest.mark.parametrize("write", [note_event, take_in_hand])
def test_what_somebody_else_has_written_is_read_again(
    published: None, lin: Account, shelf: Shelf, write: Callable[[Case], None]
) -> None:
    case = toll.filed(lin)
    first = taken_up(case, shelf)
    write(case)
    again = taken_up(case, shelf)
    assert again is not first
    assert again.last_seq == Case.objects.get(pk=case.pk).last_seq


def test_what_most_cases_have_nothing_of_is_asked_every_time(published: None, lin: Account, shelf: Shelf) -> None:
    case = toll.filed(lin)
    taken_up(case, shelf)
    now = timezone.now()
    Attention.objects.create(case=case, reason=Attention.Reason.FAULT, since=now, next_at=now)
    with docket.opened() as book:
        (found,) = lock_on(book, [case.pk], shelf)
        attention.close_all(found)
    assert not Attention.objects.filter(case=case, closed_at=None).exists()


def test_nothing_is_kept_for_long(published: None, lin: Account, shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    case = toll.filed(lin)
    first = taken_up(case, shelf)
    monkeypatch.setattr("cases.actions.engine.shelf.KEEPS_S", 0.0)
    assert taken_up(case, shelf) is not first


def test_a_round_that_failed_leaves_nothing_behind(published: None, lin: Account, shelf: Shelf) -> None:
    case = toll.filed(lin)
    before = taken_up(case, shelf)
    with pytest.raises(RuntimeError), docket.opened() as book:
        (found,) = lock_on(book, [case.pk], shelf)
        record(found, "item.released", by=SYSTEM)
        raise RuntimeError("the line broke")
    after = taken_up(case, shelf)
    assert after is not before
    assert after.last_seq == Case.objects.get(pk=case.pk).last_seq
