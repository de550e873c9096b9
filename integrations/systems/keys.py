"""The life of a key: issued here and shown once, rotated with an overlap, revoked at once.

While two keys are valid both count in both directions; the younger signs, and whoever does not know it yet is asked
again under the older (integrations.http.client). So nothing is refused while the other side puts the new one in.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from cases.errors import NotReady
from integrations.models import Algorithm, DepartmentKey, DepartmentSystem
from integrations.systems.records import record

LONGEST_OVERLAP = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class IssuedKey:
    """A new key, the only time its secret is seen in the clear."""

    department: str
    key_id: str
    secret: str = field(repr=False)
    algorithm: str
    address: str
    valid_from: datetime
    valid_to: datetime | None

    def as_file(self) -> str:
        """The key as a file to hand over, as the example departments and the conformance kit read it."""
        lines = [
            f"department={self.department}",
            f"key_id={self.key_id}",
            f"secret={self.secret}",
            f"algorithm={self.algorithm}",
            f"address={self.address}",
            f"valid_from={self.valid_from.isoformat()}",
        ]
        return "\n".join(lines + ([f"valid_to={self.valid_to.isoformat()}"] if self.valid_to else [])) + "\n"


@transaction.atomic
def issue_key(
    system: DepartmentSystem,
    *,
    by: AbstractBaseUser | None,
    algorithm: str = "",
    address: str = "",
    valid_to: datetime | None = None,
) -> IssuedKey:
    """Make a key for a system, bound to its address or to the one that is proposed. Valid at once.

    Raises NotReady for an address that is neither, and for an algorithm we do not know.
    """
    held = DepartmentSystem.objects.select_for_update().get(pk=system.pk)
    bound = _bound_address(held, address)
    return _issued(held, by=by, algorithm=_known_algorithm(held, algorithm), address=bound, valid_to=valid_to)


@transaction.atomic
def rotate_key(
    system: DepartmentSystem, *, by: AbstractBaseUser | None, overlap: timedelta, algorithm: str = ""
) -> IssuedKey:
    """Issue a new key that signs from now on; those before it end after `overlap`, in which all of them count.

    A change of algorithm is a rotation too: the algorithm belongs to the key. Raises NotReady.
    """
    if not timedelta(0) < overlap <= LONGEST_OVERLAP:
        raise NotReady("重叠时间应大于0，最长30天；要立即停用旧密钥请用“作废”")
    held = DepartmentSystem.objects.select_for_update().get(pk=system.pk)
    now = timezone.now()
    older = held.keys.filter(revoked_at=None, address__in=["", held.base_url])
    older = older.filter(Q(valid_to=None) | Q(valid_to__gt=now + overlap))
    ending = list(older)
    issued = _issued(held, by=by, algorithm=_known_algorithm(held, algorithm), address=held.base_url, valid_to=None)
    for key in ending:
        key.valid_to = now + overlap
        key.save(update_fields=["valid_to"])
    record(
        held.department, "key.rotated", by=by, key_id=issued.key_id, ends=[key.key_id for key in ending],
        ends_at=(now + overlap).isoformat(),
    )  # fmt: skip
    return issued


@transaction.atomic
def revoke_key(key: DepartmentKey, *, by: AbstractBaseUser | None, reason: str) -> bool:
    """End a key at once, in both directions and all processes; False where it was revoked before. Raises NotReady."""
    if not reason.strip():
        raise NotReady("请写明作废原因")
    held = DepartmentKey.objects.select_for_update().select_related("system").get(pk=key.pk)
    if held.revoked_at is not None:
        return False
    held.revoked_at, held.revoked_for = timezone.now(), reason.strip()[:200]
    held.save(update_fields=["revoked_at", "revoked_for"])
    record(held.system.department, "key.revoked", by=by, key_id=held.key_id, reason=held.revoked_for)
    return True


def _issued(
    system: DepartmentSystem,
    *,
    by: AbstractBaseUser | None,
    algorithm: str,
    address: str,
    valid_to: datetime | None,
) -> IssuedKey:
    secret, key_id = secrets.token_hex(32), _next_id(system)
    key = DepartmentKey(system=system, key_id=key_id, algorithm=algorithm, address=address, valid_to=valid_to)
    key.secret = secret
    key.save()
    record(system.department, "key.issued", by=by, key_id=key_id, algorithm=algorithm, address=address)
    return IssuedKey(system.department, key_id, secret, algorithm, address, key.valid_from, valid_to)


def _next_id(system: DepartmentSystem) -> str:
    """The department's code and the next number."""
    numbers = (re.fullmatch(rf"{re.escape(system.department)}-(\d+)", key.key_id) for key in system.keys.all())
    return f"{system.department}-{max((int(found[1]) for found in numbers if found), default=0) + 1}"


def _known_algorithm(system: DepartmentSystem, algorithm: str) -> str:
    wanted = algorithm or system.algorithm
    if wanted not in Algorithm.values:
        raise NotReady(f"没有这种签名算法：{wanted}")
    return wanted


def _bound_address(system: DepartmentSystem, address: str) -> str:
    proposed = system.changes.filter(state="proposed").values_list("new_url", flat=True)
    wanted = (address or system.base_url).rstrip("/")
    if wanted not in {one.rstrip("/") for one in (system.base_url, *proposed)}:
        raise NotReady("密钥只能绑定到现用地址或正在复核的新地址")
    return wanted
