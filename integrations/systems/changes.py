"""A department's address, and whether it is live: never by one person alone (四眼原则).

One administrator proposes, another one confirms; until then the old address stays in force. A key belongs to an
address: the new one needs keys of its own, or the explicit word that the old ones are taken along. To switch a system
off is safe and needs one person; to switch it on again is a change.
"""

from __future__ import annotations

from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from cases.errors import NotReady, WrongState
from integrations.http.hosts import is_listed
from integrations.models import AllowedHost, DepartmentSystem, SystemChange, valid_base_url
from integrations.systems.records import record


@transaction.atomic
def propose_change(
    system: DepartmentSystem, *, by: AbstractBaseUser, new_url: str, reason: str, keeps_keys: bool = False
) -> SystemChange:
    """Propose another address, or the present one again to switch the system on. Raises NotReady and WrongState."""
    held = DepartmentSystem.objects.select_for_update().get(pk=system.pk)
    url = new_url.strip().rstrip("/")
    _check_address(url)
    if not reason.strip():
        raise NotReady("请写明变更理由")
    if held.enabled and url == held.base_url.rstrip("/"):
        raise NotReady("新地址与现用地址相同")
    if held.changes.filter(state=SystemChange.State.PROPOSED).exists():
        raise WrongState("已有一项变更在等复核")
    change = SystemChange.objects.create(
        system=held, old_url=held.base_url, new_url=url, keeps_keys=keeps_keys, reason=reason.strip()[:200],
        proposed_by_id=by.pk,
    )  # fmt: skip
    record(held.department, "address.proposed", by=by, old=held.base_url, new=url, keeps_keys=keeps_keys)
    return change


@transaction.atomic
def confirm_change(change: SystemChange, *, by: AbstractBaseUser) -> DepartmentSystem:
    """Put a proposed address in force and the system on, as another person than proposed it.

    Raises NotReady where the new address has no key, or its host left the list; WrongState for one's own proposal.
    """
    held = _locked(change, by)
    _check_address(held.new_url)
    system = DepartmentSystem.objects.select_for_update().get(pk=held.system_id)
    old = system.base_url.rstrip("/")
    _bind_keys(system, old, held.new_url, keeps=held.keeps_keys or old == held.new_url)
    system.base_url, system.enabled = held.new_url, True
    system.save(update_fields=["base_url", "enabled", "updated"])
    _decide(held, SystemChange.State.CONFIRMED, by)
    record(
        system.department, "address.confirmed", by=by, old=old, new=held.new_url, proposed_by=str(held.proposed_by_id)
    )
    return system


@transaction.atomic
def decline_change(change: SystemChange, *, by: AbstractBaseUser) -> None:
    """Drop a proposal; one's own too. Raises WrongState when it was decided already."""
    held = _open(change)
    _decide(held, SystemChange.State.DECLINED, by)
    record(held.system.department, "address.declined", by=by, new=held.new_url)


@transaction.atomic
def switch_off(system: DepartmentSystem, *, by: AbstractBaseUser) -> bool:
    """Send nothing more to a system; what is promised waits. False where it was off."""
    held = DepartmentSystem.objects.select_for_update().get(pk=system.pk)
    if not held.enabled:
        return False
    held.enabled = False
    held.save(update_fields=["enabled", "updated"])
    record(held.department, "system.switched_off", by=by)
    return True


def _check_address(url: str) -> None:
    try:
        valid_base_url(url)
    except ValidationError as error:
        raise NotReady(error.messages[0]) from error
    if not is_listed(url, AllowedHost.objects.values_list("pattern", flat=True)):
        raise NotReady("这个主机不在允许的主机之内；请先核实，再加入“允许的主机”")


def _bind_keys(system: DepartmentSystem, old: str, new: str, *, keeps: bool) -> None:
    """Keys without an address were for the old one. The new address must have one, own or taken along."""
    system.keys.filter(address="").update(address=old)
    if keeps:
        for key in system.keys.filter(address=old, revoked_at=None):
            key.address = new
            key.save(update_fields=["address"])
    now = timezone.now()
    valid = system.keys.filter(address=new, revoked_at=None, valid_from__lte=now).exclude(valid_to__lte=now)
    if not valid.exists():
        raise NotReady("新地址还没有密钥：请先为新地址发放密钥，或明确沿用原密钥")


def _open(change: SystemChange) -> SystemChange:
    held = SystemChange.objects.select_for_update(of=("self",)).select_related("system").get(pk=change.pk)
    if held.state != SystemChange.State.PROPOSED:
        raise WrongState("这项变更已经处理过了")
    return held


def _locked(change: SystemChange, by: AbstractBaseUser) -> SystemChange:
    held = _open(change)
    if held.proposed_by_id == by.pk:
        raise WrongState("提出人不能复核自己的变更，请另一位管理员复核")
    return held


def _decide(change: SystemChange, state: SystemChange.State, by: AbstractBaseUser) -> None:
    change.state, change.decided_by_id, change.decided_at = state, by.pk, timezone.now()
    change.save(update_fields=["state", "decided_by", "decided_at"])
