"""Whom the portal may talk to: the configured systems of departments, with their keys.

Read once and kept as long as none of its rows is another, because every call and every callback needs it. PostgreSQL
is asked for that every CACHE_S: a key that is revoked stops working in all processes within that time.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.db import connection
from django.utils import timezone

from integrations.http.hosts import is_listed

if TYPE_CHECKING:
    from integrations.models import DepartmentSystem

CACHE_S = 2.0
USES_WRITTEN_EVERY = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A secret shared with one department, and the time in which it counts."""

    key_id: str
    secret: str = field(repr=False)
    algorithm: str
    valid_from: datetime
    valid_to: datetime | None
    revoked_at: datetime | None
    address: str = ""  # the only one it signs for; empty: wherever its system is

    def is_valid(self, at: datetime) -> bool:
        ended = self.valid_to is not None and at >= self.valid_to
        return self.revoked_at is None and self.valid_from <= at and not ended


@dataclass(frozen=True, slots=True)
class System:
    """A department's system as the client needs it. `base_url` has no slash at its end; `quota` is parallel calls.

    `supports_keys`: it does the same thing once, however often it gets the same key. `is_listed`: its host may be
    connected to.
    """

    department: str
    base_url: str
    enabled: bool
    supports_query: bool
    supports_callbacks: bool
    quota: int
    keys: tuple[SigningKey, ...]
    supports_keys: bool = True
    deadline_s: float = 8.0
    is_listed: bool = True

    def signing_keys(self) -> tuple[SigningKey, ...]:
        """Valid keys for this very address, the youngest first: while rotating, the other side may not know it yet."""
        return tuple(key for key in self.valid_keys() if key.address in {"", self.base_url})

    def valid_keys(self) -> tuple[SigningKey, ...]:
        at = timezone.now()
        return tuple(key for key in self.keys if key.is_valid(at))

    def path_of(self, url: str) -> str | None:
        """The path of an address on this system's own host; None when it points elsewhere."""
        mine, other = urlsplit(self.base_url), urlsplit(url)
        if (other.scheme, other.netloc) != (mine.scheme, mine.netloc) or not other.path.startswith("/"):
            return None
        return other.path + (f"?{other.query}" if other.query else "")


@dataclass(frozen=True, slots=True)
class _Held:
    """The systems by department, the stamp of the rows they were read from, and when that was last compared."""

    systems: dict[str, System]
    stamp: str
    compared_at: float


_held: _Held | None = None


def system_of(department: str) -> System | None:
    """The system of a department, or None where none is configured (the department works by hand)."""
    return _all().get(department)


def forget() -> None:
    """Read the configuration anew at the next use; called when it is saved."""
    global _held
    _held = None


def _all() -> dict[str, System]:
    global _held
    if _held is None or time.monotonic() - _held.compared_at > CACHE_S:
        stamp = _stamp()
        known = _held.systems if _held is not None and _held.stamp == stamp else _read()
        _held = _Held(known, stamp, time.monotonic())
        write_uses()
    return _held.systems


_ROWS = " UNION ALL ".join(
    f"SELECT '{table} ' || xmin::text || ctid::text AS row FROM integrations_{table}"
    for table in ("departmentsystem", "departmentkey", "allowedhost")
)
_STAMP = f"SELECT md5(string_agg(row, ' ' ORDER BY row)) FROM ({_ROWS}) AS written"


def _stamp() -> str:
    """Another one whenever a row was added, changed or taken away, by whatever way: which transaction wrote each."""
    with connection.cursor() as cursor:
        cursor.execute(_STAMP)
        return str(cursor.fetchone()[0])


def _read() -> dict[str, System]:
    from integrations.models import AllowedHost, DepartmentSystem  # the models tell this module when they change

    patterns = frozenset(AllowedHost.objects.values_list("pattern", flat=True))
    rows = DepartmentSystem.objects.prefetch_related("keys")
    return {row.department: _system(row, patterns) for row in rows}


_used: set[str] = set()


def note_use(key_id: str) -> None:
    """Remember that a key was used; it is written down when the configuration is next read, not now."""
    _used.add(key_id)


def write_uses() -> None:
    """Write down which keys were used lately, one statement for all; not within somebody's transaction."""
    if not _used or connection.in_atomic_block:
        return
    from integrations.models import DepartmentKey

    now = timezone.now()
    keys = DepartmentKey.objects.filter(key_id__in=_taken()).exclude(last_used_at__gt=now - USES_WRITTEN_EVERY)
    keys.update(last_used_at=now)


def _taken() -> list[str]:
    """The keys that were noted, each handed to one thread only, however many ask at the same moment."""
    taken = []
    with suppress(KeyError):  # empty: another thread may have had the last one
        while True:
            taken.append(_used.pop())
    return taken


def _system(row: DepartmentSystem, patterns: Iterable[str]) -> System:
    keys = sorted(row.keys.all(), key=lambda key: key.valid_from, reverse=True)
    return System(
        department=row.department,
        base_url=row.base_url.rstrip("/"),
        enabled=row.enabled,
        supports_query=row.supports_query,
        supports_callbacks=row.supports_callbacks,
        quota=row.quota,
        keys=tuple(
            SigningKey(
                key.key_id,
                str(key.secret),
                key.algorithm or row.algorithm,
                key.valid_from,
                key.valid_to,
                key.revoked_at,
                key.address.rstrip("/"),
            )
            for key in keys
        ),
        supports_keys=row.supports_keys,
        deadline_s=float(row.deadline_s),
        is_listed=is_listed(row.base_url, patterns),
    )
