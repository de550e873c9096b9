"""Tasks from hand to hand, somebody to stand in, several taken at once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from cases.actions.deadlines import limits
from cases.actions.desk import handovers, posts, worklist
from cases.errors import ChangedMeanwhile, NotReady
from cases.models import Event, Pause, StaffMail, SubApplication
from cases.queries import worklist as worklist_of
from portal.accounts.models import Account
from tests.factories.desk import current, hukou_task, worker
from tests.factories.doubles import FakeDepartments, FakeLicences, FakeRegister

pytestmark = pytest.mark.django_db


@pytest.fixture
def sub(
    lin: Account, chen: Account, register: FakeRegister, licences: FakeLicences, departments: FakeDepartments
) -> SubApplication:
    return hukou_task(lin, chen, register, licences, departments)


def test_a_task_passes_to_a_colleague_and_to_nobody_else(sub: SubApplication) -> None:
    officer, colleague, teacher = worker("officer"), worker("colleague", email="c@x.gov.cn"), worker("t", "JY")
    worklist.take(sub.pk, by=officer.actor, version=sub.version)
    for stranger in (teacher, officer):
        with pytest.raises(NotReady):
            handovers.hand_over(sub.pk, stranger.pk, by=officer.actor, version=current(sub).version)
    handovers.hand_over(sub.pk, colleague.pk, by=officer.actor, version=current(sub).version)
    assert current(sub).assigned_to_id == colleague.pk
    assert Event.objects.filter(sub=sub, kind="item.handed_over").count() == 1
    assert sub.number in StaffMail.objects.get(kind="handover").body
    with pytest.raises(ChangedMeanwhile):
        handovers.hand_over(sub.pk, officer.pk, by=colleague.actor, version=sub.version)


def test_everything_goes_over_at_once_before_a_holiday(sub: SubApplication) -> None:
    officer, colleague = worker("officer"), worker("colleague")
    worklist.take(sub.pk, by=officer.actor, version=sub.version)
    assert handovers.hand_over_all(colleague.pk, by=officer.actor) == 1
    assert handovers.hand_over_all(colleague.pk, by=officer.actor) == 0
    assert [row.is_mine for row in worklist_of(colleague).rows] == [True]


def test_who_stands_in_has_the_tasks_in_the_own_hands_for_those_days(sub: SubApplication) -> None:
    officer, colleague, third = worker("officer"), worker("colleague"), worker("third")
    worklist.take(sub.pk, by=officer.actor, version=sub.version)
    today = timezone.localdate()
    posts.go_away(by=officer.actor, since=today, until=today + timedelta(days=3), substitute=colleague.pk)
    (row,) = worklist_of(colleague, held="mine").rows
    assert row.is_mine and row.held_for
    assert worklist_of(third, held="mine").rows == ()
    posts.come_back(by=officer.actor)
    assert worklist_of(colleague, held="mine").rows == ()


@pytest.mark.parametrize("days", [(3, 1), (-9, -5)])
def test_nobody_is_away_backwards_or_in_the_past(sub: SubApplication, days: tuple[int, int]) -> None:
    since, until = (timezone.localdate() + timedelta(days=n) for n in days)
    with pytest.raises(NotReady):
        posts.go_away(by=worker("officer").actor, since=since, until=until, substitute=None)


def test_nobody_of_another_department_stands_in(sub: SubApplication) -> None:
    today, teacher = timezone.localdate(), worker("t", "JY")
    with pytest.raises(NotReady):
        posts.go_away(by=worker("officer").actor, since=today, until=today, substitute=teacher.pk)


def test_several_are_taken_at_once_and_a_colleagues_stay_with_him(sub: SubApplication) -> None:
    officer, colleague = worker("officer"), worker("colleague")
    taken, missed = worklist.take_many({sub.pk: sub.version}, by=officer.actor)
    assert ([one.pk for one in taken], missed) == ([sub.pk], [])
    taken, missed = worklist.take_many({sub.pk: current(sub).version}, by=colleague.actor)
    assert (taken, missed) == ([], [sub.pk]) and current(sub).assigned_to_id == officer.pk


@pytest.mark.parametrize("kind", [kind for kind in Pause.Kind if kind != Pause.Kind.SUPPLEMENT])
def test_the_worklist_says_why_a_clock_stands_still(sub: SubApplication, kind: Pause.Kind) -> None:
    officer = worker("officer")
    limits.pause(sub.case, [sub], sub, kind, about="x")
    (row,) = worklist_of(officer, colour="paused").rows
    assert row.colour == "paused" and row.stopped and row.stopped.kind == kind
    assert row.stopped.text == str(kind.label)
    assert worklist_of(officer).counts.by_colour == {"paused": 1}
    assert worklist_of(officer, colour="green").rows == ()


def test_a_stretch_that_lets_the_clock_run_pauses_nothing(sub: SubApplication) -> None:
    limits.pause(sub.case, [sub], sub, Pause.Kind.PROCEDURE, about="x", reason="鉴定", in_clock=True)
    (row,) = worklist_of(worker("officer")).rows
    assert row.stopped is None and row.colour != "paused"


def test_a_fresh_task_names_what_came_before_it(sub: SubApplication) -> None:
    (row,) = worklist_of(worker("officer")).rows
    assert "出生医学证明" in row.upstream[0]
