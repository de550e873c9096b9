"""A holder has own licences fetched from the departments that issue them, one kind at a time, to have them at hand.

个人信息保护法 第四十五条: whoever the data is about may see it and have a copy. What a department no longer lists is
in force no more; what came out of a case here stays as its result says.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from bundles import queries
from bundles.spec.registry import LicenceKind
from cases.actions.licences.keeping import BEGINS, ENDS, day_on, end, number_on
from cases.actions.registers import sharing
from cases.errors import CaseError, NotReady
from cases.models import Licence
from cases.ports import Finding, Query
from cases.protection import blind_index
from cases.queries.people import Person
from cases.queries.trust import level_of

BUDGET_S = 4.0
PURPOSE = "本人查看和保管自己的证照"
GONE = "发证部门不再列为有效"
State = Licence.State


def kinds_for(account: Person) -> tuple[LicenceKind, ...]:
    """The kinds of licences that a person, or a company, can hold."""
    holder = "org" if account.identity.kind == "org" else "person"
    return tuple(kind for kind in queries.registry().licences.values() if kind.holder == holder)


def fetch(code: str, *, account: Person) -> int:
    """Ask the department of one kind for what it keeps of this person; how many are in force.

    Raises CaseError for a kind one cannot hold, NotReady where the department does not answer.
    """
    if code not in {kind.code for kind in kinds_for(account)}:
        raise CaseError(_("没有这类证照"))
    holder = _holder_of(account)
    index = blind_index(next(iter(holder.values())))
    query = Query("licence", code, tuple(holder.items()), PURPOSE)
    reader = sharing.Reader(by=account.actor, on_behalf_index=index)
    (finding,) = sharing.look_up([sharing.Question(query, index)], reader=reader, budget_s=BUDGET_S)
    if finding.outcome == "unavailable":
        raise NotReady(_("发证部门的系统暂时没有回音，请稍后再试"))
    return _keep(code, holder, index, finding)


def _holder_of(account: Person) -> dict[str, str]:
    identity = account.identity
    uscc = identity.attributes.get("uscc", "") or identity.id_no
    return {"uscc": uscc} if identity.kind == "org" else {"id_no": identity.id_no}


@transaction.atomic
def _keep(code: str, holder: Mapping[str, str], index: str, finding: Finding) -> int:
    """What came back is kept beside what is known already; what is gone there is in force no more."""
    rows = list(Licence.objects.select_for_update().filter(code=code, holder_index=index))
    ours = {row.licence_id or str(row.pk) for row in rows if row.result_id}
    fetched = {row.licence_id: row for row in rows if not row.result_id}
    listed = {str(record["licence_id"]): record for record in finding.records}
    for licence_id, record in listed.items():
        if licence_id not in ours:
            _put(fetched.get(licence_id), code, holder, index, licence_id, record)
    for licence_id, row in fetched.items():
        if row.state == State.IN_FORCE and licence_id not in listed:
            end(row, State.REVOKED, reason=GONE)
    return len(listed)


def _put(
    row: Licence | None, code: str, holder: Mapping[str, str], index: str, licence_id: str, record: Mapping[str, Any]
) -> None:
    face: dict[str, Any] = dict(record.get("data") or {})
    number, kind = number_on(code, face), queries.registry().licences[code]
    begins = day_on(face, BEGINS) or day_on(record, ["issued_on"])
    row = row or Licence(code=code, holder_index=index, licence_id=licence_id, issued_at=_moment(begins))
    row.department, row.holder, row.face = kind.dept, dict(holder), face
    row.number_index = blind_index(number) if number else ""
    row.trust = level_of(record)
    row.valid_from, row.valid_to = begins, day_on(record, ["valid_to"]) or day_on(face, ENDS)
    row.state, row.ended_at, row.reason, row.superseded_by = State.IN_FORCE, None, None, None
    row.confirmed_at = timezone.now()
    row.save()


def _moment(day: date | None) -> datetime:
    return timezone.make_aware(datetime.combine(day or timezone.localdate(), time()))


def kinds_at_hand(account: Person, held: Sequence[str]) -> tuple[LicenceKind, ...]:
    """The kinds one can ask for, those not held yet in front."""
    return tuple(sorted(kinds_for(account), key=lambda kind: kind.code in held))
