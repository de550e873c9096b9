"""Two people, one task (F37): whoever comes second hears of it, and nothing is decided twice."""

from __future__ import annotations

from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection

from cases.actions.desk import worklist
from cases.errors import CaseError, WrongState
from cases.models import Event
from cases.ports import Actor, Reason
from portal.accounts.models import Account
from tests.factories.desk import current, hukou_task, worker
from tests.factories.doubles import FakeDepartments, FakeLicences, FakeRegister

ROUNDS = 100
Act = Callable[[], Any]


def at_once(acts: list[Act]) -> list[str]:
    """All at the same moment, each on a connection of its own; what became of each."""
    outcomes, start = ["" for _ in acts], Barrier(len(acts))

    def run(n: int) -> None:
        try:
            start.wait()
            acts[n]()
            outcomes[n] = "done"
        except CaseError as error:
            outcomes[n] = type(error).__name__
        finally:
            connection.close()

    threads = [Thread(target=run, args=(n,)) for n in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(outcomes)


@pytest.mark.django_db(transaction=True)
@pytest.mark.timeout(300)
def test_of_two_who_act_at_once_exactly_one_does_a_hundred_times(
    lin: Account, chen: Account, register: FakeRegister, licences: FakeLicences, departments: FakeDepartments
) -> None:
    sub = hukou_task(lin, chen, register, licences, departments)
    people = [worker("officer").actor, worker("colleague").actor]

    def take(by: Actor, version: int) -> Act:
        return lambda: worklist.take(sub.pk, by=by, version=version)

    def refuse(by: Actor, version: int) -> Act:
        return lambda: worklist.reject(sub.pk, [Reason("", "", "不符")], by=by, version=version)

    for _ in range(ROUNDS - 1):
        version = current(sub).version
        assert at_once([take(by, version) for by in people]) == ["ChangedMeanwhile", "done"]
    version = current(sub).version
    last = at_once([refuse(by, version) for by in people])
    assert last in (["ChangedMeanwhile", "done"], ["WrongState", "done"])
    assert Event.objects.filter(sub=sub, kind="item.rejected").count() == 1
    assert Event.objects.filter(sub=sub, kind="item.taken").count() == ROUNDS - 1
    with pytest.raises(WrongState):
        refuse(people[0], current(sub).version)()
