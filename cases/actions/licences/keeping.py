"""Licences are kept from the results of cases, and follow them: corrected, taken back, superseded, run out.

国令716号 第十条: an electronic licence equals the paper while it is in force. One result is one licence, once; what
ends a result ends its licence in the same transaction, whatever the department's library has heard of it by then.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.utils import timezone

from bundles import queries
from bundles.spec import Result as ResultSpec
from cases import docket
from cases.models import Case, Licence, LicenceGrant, Result
from cases.protection import blind_index

State, Trust = Licence.State, Licence.Trust
# What days on the face of a licence are called, the more telling first.
BEGINS = ("valid_from", "issue_date", "reg_date")
ENDS = ("valid_to", "term_to")
MOST_COPIES = 99
CORRECTED = "已更正，由新版本取代"


def keep(case: Case, result: Result, declared: ResultSpec, holder: Mapping[str, str]) -> None:
    """A result that is a licence goes into the library, in the transaction that keeps the result.

    Until the department's own library has taken it (数据回流) it is the checked data of an authority: level B.
    """
    number, registry = number_on(result.licence_code, result.fields), queries.registry()
    known = registry.licences.get(result.licence_code)
    docket.insert(
        Licence(
            code=result.licence_code,
            department=known.dept if known else result.sub.department,
            result=result,
            holder_index=index_of_holder(holder),
            number_index=blind_index(number) if number else "",
            holder=dict(holder),
            face=dict(result.fields),
            trust=Trust.B,
            copies=copies_of(case, declared),
            valid_from=day_on(result.fields, BEGINS) or timezone.localdate(result.issued_at),
            valid_to=day_on(result.fields, ENDS),
            issued_at=result.issued_at,
        )
    )


def index_of_holder(holder: Mapping[str, str]) -> str:
    number = next((value for value in holder.values() if value), "")
    return blind_index(str(number)) if number else ""


def number_on(code: str, face: Mapping[str, Any]) -> str:
    """The number a licence is found by: the field its kind names, else the first number on its face."""
    known = queries.registry().licences.get(code)
    named = face.get(known.id_field) if known else None
    return str(named or next((value for name, value in face.items() if name.endswith("_no") and value), ""))


def day_on(face: Mapping[str, Any], names: Iterable[str]) -> date | None:
    """The first of these days that stands on a face; None for words like 长期."""
    for name in names:
        try:
            return date.fromisoformat(str(face.get(name) or "")[:10])
        except ValueError:
            continue
    return None


def copies_of(case: Case, declared: ResultSpec) -> int:
    """How many paper copies go with it (`copies`): a number, or the field of the form that says it."""
    stated = declared.copies
    if isinstance(stated, str):
        stated = ((case.answers or {}).get("fields") or {}).get(stated)
    try:
        return min(max(int(str(stated)), 0), MOST_COPIES)
    except ValueError:
        return 1


# ---- what ends one ------------------------------------------------------------------------------------------


def correct(old: Result, new: Result) -> None:
    """A corrected result: the new version's licence takes the place of the old one's. 行政许可法 第六十九条."""
    newer = Licence.objects.filter(result=new).first()
    for licence in Licence.objects.select_for_update().filter(result=old, state=State.IN_FORCE):
        end(licence, State.SUPERSEDED, reason=CORRECTED, by=newer)


def revoke(result: Result, reason: str) -> None:
    """A result was taken back: so is its licence. 行政许可法 第六十九、七十条."""
    for licence in Licence.objects.select_for_update().filter(result=result).exclude(state=State.REVOKED):
        end(licence, State.REVOKED, reason=reason)


def end(licence: Licence, state: str, *, reason: str = "", by: Licence | None = None) -> None:
    """A licence is in force no more; whoever was allowed to use it may not any more either."""
    licence.state, licence.ended_at, licence.reason = state, timezone.now(), reason or None
    licence.superseded_by = by if state == State.SUPERSEDED else None
    licence.save(update_fields=["state", "ended_at", "reason", "superseded_by"])
    LicenceGrant.objects.filter(licence=licence, revoked_at=None).update(revoked_at=timezone.now())


def end_older(
    result: Result, code: str, holder: Mapping[str, str], match: Mapping[str, Any], *, is_revoked: bool, reason: str
) -> None:
    """A new result ends its holder's older licence of a kind: the one that matches, or the only one.

    Where several would do and nothing tells them apart, none: the department's library decides with a person.
    """
    rows = Licence.objects.select_for_update().filter(code=code, holder_index=index_of_holder(holder))
    older = [one for one in rows.filter(state=State.IN_FORCE).exclude(result=result) if _fits(one, match)]
    if len(older) > 1 and not match:
        return
    newer = Licence.objects.filter(result=result, code=code).first()
    for licence in older:
        _end_as(licence, is_revoked=is_revoked, reason=reason, newer=newer)


def _fits(licence: Licence, match: Mapping[str, Any]) -> bool:
    return all(str(licence.face.get(name)) == str(value) for name, value in match.items())


def _end_as(licence: Licence, *, is_revoked: bool, reason: str, newer: Licence | None) -> None:
    if is_revoked:
        end(licence, State.REVOKED, reason=reason)
    else:
        end(licence, State.SUPERSEDED, reason=reason, by=newer)


# ---- what the department's library says ---------------------------------------------------------------------


def confirm(result_id: UUID, licence_id: str) -> None:
    """The department's library has taken it: level A, under the id it has there. The same one fetched before yields."""
    now = timezone.now()
    own = Licence.objects.select_for_update().filter(result_id=result_id).first()
    if own is None:
        return
    own.licence_id, own.confirmed_at, own.trust = licence_id, now, Trust.A
    own.save(update_fields=["licence_id", "confirmed_at", "trust"])
    fetched = Licence.objects.select_for_update().filter(result=None, code=own.code, licence_id=licence_id)
    for same in fetched.filter(state=State.IN_FORCE):
        LicenceGrant.objects.filter(licence=same, revoked_at=None).update(licence=own)
        end(same, State.SUPERSEDED, by=own)


def end_by_ids(ids: Iterable[str], result: Result, *, is_revoked: bool, reason: str) -> None:
    """The department's library has ended these, at the word of a newer result of ours."""
    newer = Licence.objects.filter(result=result).first()
    rows = Licence.objects.select_for_update().filter(licence_id__in=[one for one in ids if one])
    for licence in rows.filter(state=State.IN_FORCE).exclude(result=result):
        _end_as(licence, is_revoked=is_revoked, reason=reason, newer=newer)


def expire() -> int:
    """ON_SWEEP: what ran out yesterday or before is in force no more. 行政许可法 第五十条; 第七十条第一项."""
    ran_out = Licence.objects.filter(state=State.IN_FORCE, valid_to__lt=timezone.localdate())
    return ran_out.update(state=State.EXPIRED, ended_at=timezone.now())
