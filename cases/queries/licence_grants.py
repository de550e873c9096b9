"""Which licences a case may use by a grant of their holder (授权用证)."""

from __future__ import annotations

from collections.abc import Mapping

from django.db.models import QuerySet
from django.utils import timezone

from cases.models import Case, Licence, LicenceGrant


def in_force() -> QuerySet[LicenceGrant]:
    """Grants that count now: not taken back, not run out, of a licence in force. 个人信息保护法 第十五、十九条."""
    rows = LicenceGrant.objects.filter(revoked_at=None, until__gt=timezone.now())
    return rows.filter(licence__state=Licence.State.IN_FORCE)


def standing(case: Case) -> Mapping[tuple[str, str], str]:
    """For a case: (kind, holder's index) -> the id of the grant. One query."""
    rows = in_force().filter(case=case).order_by("given_at")
    found = rows.values_list("licence__code", "holder_index", "pk")
    return {(code, holder): str(pk) for code, holder, pk in found}
