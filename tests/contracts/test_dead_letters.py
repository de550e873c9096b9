"""Dead letters over the wire: what the desk sends again is done once, by the department's own record."""

from __future__ import annotations

from typing import Any

import pytest
from pytest_django import Settings

from cases import ports
from cases.actions.delivery import dispatch
from cases.actions.mending import asking, correcting, replay
from cases.actions.mending.asking import Heard
from cases.errors import WrongState
from cases.models import Attention, Case, Delivery, SubApplication
from portal.accounts.models import Account, Role
from tests.factories import newborn
from tests.factories.doubles import FakeLicences, FakeRegister
from tests.factories.mock_process import MockProcess

pytestmark = pytest.mark.django_db


@pytest.fixture
def commission(
    connected: MockProcess, register: FakeRegister, licences: FakeLicences, settings: Settings
) -> MockProcess:
    """The health commission behind its real interface; registers answer from memory."""
    newborn.fill_registers(register, licences)
    settings.DEPARTMENT_GATEWAY = "integrations.departments.gateway.HttpGateway"
    ports.forget_adapters()
    newborn.fill_registers(ports.register(), ports.licence_library())  # type: ignore[arg-type]
    return connected


@pytest.fixture
def parents(db: None) -> tuple[Account, Account]:
    return newborn.account(newborn.LIN, "lin"), newborn.account(newborn.CHEN, "chen")


def member(name: str) -> Account:
    return Account.objects.create_user(name, "a-long-password", role=Role.STAFF, name=name, department="WJ")


def behave(commission: MockProcess, **faults: Any) -> None:
    """From now on so and not as before: faults only where they are named."""
    commission.control("reset")
    usual = {"connect": "api-sync", "decide": "approve", "accept_s": 0, "decide_s": 0}
    commission.control("behaviour", dept="WJ", **usual, faults=faults)


def filed(commission: MockProcess, delivery: Delivery) -> int:
    """How often the department did what stands behind a key, by its own record."""
    record = commission.get(f"/_control/record?dept=WJ&key={delivery.key}")
    return sum(one["effect_counts"].get("filed", 0) for one in record["applications"])


def refused_cases(commission: MockProcess, parents: tuple[Account, Account], count: int) -> list[Attention]:
    behave(commission, error422=True)
    cases = [newborn.submitted(*parents) for _ in range(count)]
    dispatch.pump()
    return list(Attention.objects.filter(case__in=cases, reason="refused_by_system", owner="WJ"))


def births(raised: list[Attention]) -> set[str]:
    subs = SubApplication.objects.filter(pk__in=[one.sub_id for one in raised])
    return set(subs.values_list("state", flat=True))


def test_many_letters_replayed_twice_are_each_done_once(
    commission: MockProcess, parents: tuple[Account, Account]
) -> None:
    raised = refused_cases(commission, parents, 3)
    letters = [Delivery.objects.get(sub_id=one.sub_id, purpose="file") for one in raised]
    assert [filed(commission, one) for one in letters] == [0, 0, 0]
    behave(commission)
    ids, by = [one.pk for one in raised], member("doctor").actor
    assert [one.is_sent for one in replay.replay_many(ids, by=by)] == [True, True, True]
    assert [one.is_sent for one in replay.replay_many(ids, by=by)] == [False, False, False]
    dispatch.pump()
    assert [filed(commission, one) for one in letters] == [1, 1, 1]
    assert births(raised) == {"approved"}


def test_a_corrected_letter_is_done_once_under_its_new_key_and_the_old_one_never(
    commission: MockProcess, parents: tuple[Account, Account]
) -> None:
    raised = refused_cases(commission, parents, 1)[0]
    old = Delivery.objects.get(sub_id=raised.sub_id, purpose="file")
    first, second = member("doctor"), member("second-doctor")
    correction = correcting.propose(raised.pk, {"fields.hospital_no": "Z-1"}, "编号格式改了", by=first.actor)
    behave(commission)
    new = correcting.confirm(correction.pk, by=second.actor)
    dispatch.pump()
    assert (filed(commission, old), filed(commission, new)) == (0, 1)
    assert births([raised]) == {"approved"}


def test_a_department_is_asked_and_what_it_did_and_hid_takes_effect(
    commission: MockProcess, parents: tuple[Account, Account]
) -> None:
    raised = refused_cases(commission, parents, 1)[0]
    by = member("doctor").actor
    behave(commission)
    assert asking.ask_now(raised.pk, by=by) is Heard.NEVER_SEEN
    behave(commission, exec_500=True)
    replay.send_again(raised.pk, by=by)
    dispatch.pump()
    letter = Delivery.objects.get(sub_id=raised.sub_id, purpose="file")
    assert (letter.state, filed(commission, letter)) == ("due", 1)
    behave(commission)
    Attention.objects.create(
        case=Case.objects.get(pk=raised.case_id), sub_id=raised.sub_id, reason="not_delivered", owner="WJ",
        since=raised.since,
    )  # fmt: skip
    open_now = Attention.objects.get(sub_id=raised.sub_id, closed_at=None)
    with pytest.raises(WrongState, match="已经收到"):
        correcting.send_anew(open_now.pk, "换编号", by=by)
    assert filed(commission, letter) == 1
    assert births([raised]) == {"approved"}
