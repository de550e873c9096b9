from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from cases.errors import NotReady, WrongState
from integrations.http import system_of
from integrations.models import AllowedHost, DepartmentKey, DepartmentSystem, SystemChange, SystemRecord
from integrations.systems import confirm_change, decline_change, issue_key, propose_change, switch_off
from portal.accounts.models import Account
from tests.integrations.systems.conftest import NEW, OLD


def in_force() -> tuple[str, bool]:
    return DepartmentSystem.objects.values_list("base_url", "enabled").get()


def test_an_address_changes_only_when_a_second_person_confirms(
    system: DepartmentSystem, wang: Account, zhao: Account
) -> None:
    """A35: a department's address is not changed by one administrator alone."""
    change = propose_change(system, by=wang, new_url=NEW, reason="机房搬迁", keeps_keys=True)
    assert in_force() == (OLD, True)
    with pytest.raises(WrongState, match="提出人"):
        confirm_change(change, by=wang)
    assert in_force() == (OLD, True)
    confirm_change(change, by=zhao)
    assert in_force() == (NEW, True)
    kinds = SystemRecord.objects.order_by("pk").values_list("kind", "by__username")
    assert list(kinds) == [("address.proposed", "wang"), ("address.confirmed", "zhao")]
    with pytest.raises(WrongState):
        confirm_change(change, by=zhao)


def test_the_database_itself_refuses_one_pair_of_eyes(system: DepartmentSystem, wang: Account) -> None:
    change = propose_change(system, by=wang, new_url=NEW, reason="机房搬迁", keeps_keys=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        SystemChange.objects.filter(pk=change.pk).update(state="confirmed", decided_by=wang)


def test_a_key_is_bound_to_its_address_the_new_one_needs_its_own(
    system: DepartmentSystem, wang: Account, zhao: Account
) -> None:
    change = propose_change(system, by=wang, new_url=NEW, reason="机房搬迁")
    with pytest.raises(NotReady, match="还没有密钥"):
        confirm_change(change, by=zhao)
    assert in_force() == (OLD, True)
    issued = issue_key(system, by=wang, address=NEW)
    before = system_of("GA")
    assert before is not None and [key.key_id for key in before.signing_keys()] == ["GA-1"]
    confirm_change(change, by=zhao)
    after = system_of("GA")
    assert after is not None and [key.key_id for key in after.signing_keys()] == [issued.key_id]
    assert len(after.valid_keys()) == 2, "callbacks that are on their way still count under the old key"


def test_keys_may_be_taken_along_on_purpose(system: DepartmentSystem, wang: Account, zhao: Account) -> None:
    confirm_change(propose_change(system, by=wang, new_url=NEW, reason="换域名", keeps_keys=True), by=zhao)
    after = system_of("GA")
    assert after is not None and [key.key_id for key in after.signing_keys()] == ["GA-1"]


def test_a_system_is_switched_off_by_one_person_and_on_again_by_two(
    system: DepartmentSystem, wang: Account, zhao: Account
) -> None:
    assert switch_off(system, by=wang) and not switch_off(system, by=wang)
    change = propose_change(system, by=wang, new_url=OLD, reason="恢复")
    assert in_force() == (OLD, False)
    confirm_change(change, by=zhao)
    assert in_force() == (OLD, True)


def test_one_change_waits_at_a_time_and_may_be_dropped(system: DepartmentSystem, wang: Account, zhao: Account) -> None:
    change = propose_change(system, by=wang, new_url=NEW, reason="机房搬迁", keeps_keys=True)
    with pytest.raises(WrongState):
        propose_change(system, by=zhao, new_url="http://127.0.0.3:1/GA", reason="另一个")
    decline_change(change, by=zhao)
    assert in_force() == (OLD, True)
    with pytest.raises(WrongState):
        confirm_change(change, by=zhao)


@pytest.mark.parametrize(
    "url",
    [
        "http://evil.example/departments/GA",
        "http://10.0.0.8/departments/GA",
        "http://8.8.8.8/",
        "http://127.1:1/GA",
        "http://2130706433/",
        "ftp://127.0.0.1/",
        "http://u:p@127.0.0.1/",
        OLD,
    ],
)
def test_an_address_off_the_list_cannot_even_be_proposed(system: DepartmentSystem, wang: Account, url: str) -> None:
    with pytest.raises(NotReady):
        propose_change(system, by=wang, new_url=url, reason="x")
    assert not SystemChange.objects.exists()


def test_a_host_that_left_the_list_meanwhile_is_not_confirmed(
    system: DepartmentSystem, wang: Account, zhao: Account
) -> None:
    listed = AllowedHost.objects.create(pattern="*.gov.example")
    change = propose_change(system, by=wang, new_url="https://ga.gov.example/v1", reason="上云", keeps_keys=True)
    listed.delete()
    with pytest.raises(NotReady):
        confirm_change(change, by=zhao)
    assert in_force() == (OLD, True)


def test_a_key_cannot_be_made_for_an_address_that_nobody_proposed(system: DepartmentSystem, wang: Account) -> None:
    with pytest.raises(NotReady):
        issue_key(system, by=wang, address=NEW)
    assert DepartmentKey.objects.count() == 1
