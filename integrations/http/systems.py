"""Whom the portal may talk to: the configured systems of departments, with their keys.

Read once and kept for a moment, because every call and every callback needs it. A key that is revoked stops
working in all processes within CACHE_S.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.utils import timezone

if TYPE_CHECKING:
    from integrations.models import DepartmentSystem

CACHE_S = 2.0


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A secret shared with one department, and the time in which it counts."""

    key_id: str
    secret: str = field(repr=False)
    algorithm: str
    valid_from: datetime
    valid_to: datetime | None
    revoked_at: datetime | None

    def is_valid(self, at: datetime) -> bool:
        ended = self.valid_to is not None and at >= self.valid_to
        return self.revoked_at is None and self.valid_from <= at and not ended


@dataclass(frozen=True, slots=True)
class System:
    """A department's system as the client needs it. `base_url` has no slash at its end; `quota` is parallel calls."""

    department: str
    base_url: str
    enabled: bool
    supports_query: bool
    supports_callbacks: bool
    quota: int
    keys: tuple[SigningKey, ...]

    def signing_key(self) -> SigningKey | None:
        """The youngest valid key: during a rotation both sides know the old one too."""
        return next(iter(self.valid_keys()), None)

    def valid_keys(self) -> tuple[SigningKey, ...]:
        at = timezone.now()
        return tuple(key for key in self.keys if key.is_valid(at))

    def path_of(self, url: str) -> str | None:
        """The path of an address on this system's own host; None when it points elsewhere."""
        mine, other = urlsplit(self.base_url), urlsplit(url)
        if (other.scheme, other.netloc) != (mine.scheme, mine.netloc) or not other.path.startswith("/"):
            return None
        return other.path + (f"?{other.query}" if other.query else "")


_held: tuple[float, dict[str, System]] | None = None


def system_of(department: str) -> System | None:
    """The system of a department, or None where none is configured (the department works by hand)."""
    return _all().get(department)


def forget() -> None:
    """Read the configuration anew at the next use; called when it is saved."""
    global _held
    _held = None


def _all() -> dict[str, System]:
    global _held
    if _held is None or time.monotonic() - _held[0] > CACHE_S:
        _held = (time.monotonic(), _read())
    return _held[1]


def _read() -> dict[str, System]:
    from integrations.models import DepartmentSystem  # the models tell this module when they change

    rows = DepartmentSystem.objects.prefetch_related("keys")
    return {row.department: _system(row) for row in rows}


def _system(row: DepartmentSystem) -> System:
    keys = sorted(row.keys.all(), key=lambda key: key.valid_from, reverse=True)
    return System(
        department=row.department,
        base_url=row.base_url.rstrip("/"),
        enabled=row.enabled,
        supports_query=row.supports_query,
        supports_callbacks=row.supports_callbacks,
        quota=row.quota,
        keys=tuple(
            SigningKey(key.key_id, str(key.secret), row.algorithm, key.valid_from, key.valid_to, key.revoked_at)
            for key in keys
        ),
    )
