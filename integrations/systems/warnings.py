"""Keys that need somebody soon: about to end without a successor, ended, or missing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from django.utils import timezone

from integrations.models import DepartmentSystem

SOON = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class KeyWarning:
    """A live system whose last key for its address ends soon, or that has none any more."""

    department: str
    kind: Literal["ending", "none"]
    ends_at: datetime | None = None

    @property
    def sentence(self) -> str:
        if self.kind == "none":
            return f"{self.department} 没有有效密钥：请求发不出去，回调收不进来。"
        ends = timezone.localtime(self.ends_at) if self.ends_at else None
        return f"{self.department} 的密钥将于 {ends:%Y-%m-%d %H:%M} 到期，还没有新的，请轮换。"


def key_warnings() -> tuple[KeyWarning, ...]:
    """What is wrong with the keys of live systems, or will be within two weeks; for health and the administration."""
    now, found = timezone.now(), []
    for system in DepartmentSystem.objects.filter(enabled=True).prefetch_related("keys"):
        address = system.base_url.rstrip("/")
        ends = [
            key.valid_to
            for key in system.keys.all()
            if key.revoked_at is None
            and key.valid_from <= now
            and (key.valid_to is None or key.valid_to > now)
            and key.address.rstrip("/") in {"", address}
        ]
        if not ends:
            found.append(KeyWarning(system.department, "none"))
        elif None not in ends and (last := max(one for one in ends if one)) < now + SOON:
            found.append(KeyWarning(system.department, "ending", last))
    return tuple(found)


def alarms() -> tuple[str, ...]:
    """For the health check: whether somebody has to look after keys."""
    return ("keys_ending",) if key_warnings() else ()
