"""Errands to the licence library: results flow back, older licences lose their validity; nothing of it is lost.

政务数据共享条例: what is decided is returned in time and complete, so that nobody is asked for it again. An errand is
written in the transaction of the decision and carried outside of any; the same one again changes nothing there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog
from django.db import transaction
from django.utils import timezone

from bundles import forms, queries
from bundles.spec import Result as ResultSpec
from cases import outbox, ports
from cases.actions.desk import attention
from cases.actions.engine.events import record
from cases.actions.engine.locking import lock_case
from cases.actions.licences import keeping
from cases.actions.registers import sharing
from cases.actions.registers.facts import context_of
from cases.models import Attention, Case, LicenceErrand, Result, SubApplication
from cases.ports import SYSTEM, GatewayError, LicenceToKeep, Query
from cases.protection import blind_index

log = structlog.get_logger(__name__)
Act, State = LicenceErrand.Act, LicenceErrand.State
BATCH = 20
LEASE = timedelta(seconds=60)
BUDGET_S = 4.0
TRIES_BEFORE_A_PERSON = 5
OF_INSTANCE = "instance"
OLD_ONE_REPLACED = "由新的证照取代"


class _Ambiguous(Exception):
    """Several older licences would fit, and nothing says which is meant: a person decides."""


# ---- written with the decision ------------------------------------------------------------------------------


def after_issue(case: Case, sub: SubApplication, result: Result, declared: ResultSpec) -> None:
    """What the licence library must hear of a new result, or of a new version of one; our own hears it at once."""
    if _is_kept(result):
        keeping.keep(case, result, declared, _holder(case, result))
        _queue(case, result, Act.ISSUE, result.licence_code, _holder(case, result))
        if result.corrected_of is not None:
            keeping.correct(result.corrected_of, result)
            _queue_revocation(case, result.corrected_of, reason=keeping.CORRECTED)
    for act, code in _ends(result, declared):
        holder = _older_holder(case, result, declared)
        match = _match_of(case, result.sub, declared)
        keeping.end_older(result, code, holder, match, is_revoked=act == Act.REVOKE, reason=declared.zh)
        _queue(case, result, act, code, holder, reason=declared.zh)


def _ends(result: Result, declared: ResultSpec) -> Iterator[tuple[str, str]]:
    """The kinds of older licences a result ends, and how; a renewed permit (`licence_from`) ends the one it renews."""
    for act, named in ((Act.SUPERSEDE, declared.supersedes), (Act.REVOKE, declared.revokes)):
        for code in (named,) if isinstance(named, str) else named or ():
            yield act, str(code)
    if declared.licence_from == OF_INSTANCE and _is_kept(result) and result.version == 1:
        yield Act.SUPERSEDE, result.licence_code


def after_revocation(case: Case, result: Result, *, reason: str) -> None:
    """A result that does not hold any more loses its place in both libraries too."""
    keeping.revoke(result, reason)
    _queue_revocation(case, result, reason=reason)


def _queue_revocation(case: Case, result: Result, *, reason: str) -> None:
    if _is_kept(result):
        _queue(case, result, Act.REVOKE, result.licence_code, _holder(case, result), reason=reason)


def _is_kept(result: Result) -> bool:
    """Licences flow back; a mere conclusion or payment does not."""
    return result.kind == "licence" and bool(result.licence_code)


def _queue(case: Case, result: Result, act: str, code: str, holder: Mapping[str, str], *, reason: str = "") -> None:
    LicenceErrand.objects.get_or_create(
        result=result,
        act=act,
        licence_code=code,
        defaults={"holder": dict(holder), "reason": reason[:200], "next_at": timezone.now()},
    )


def _holder(case: Case, result: Result) -> Mapping[str, str]:
    """Whose licence it is: the number on its face, else the applicant's."""
    key = "uscc" if case.applicant_kind == "org" else "id_no"
    return {key: str(result.fields.get(key) or case.applicant_id_no)}


def _older_holder(case: Case, result: Result, declared: ResultSpec) -> Mapping[str, str]:
    """Whose older licences are meant: the party the bundle names, else whoever holds the new one."""
    if not declared.older_of:
        return _holder(case, result)
    found = forms.identity_of(context_of(case), declared.older_of)
    return {"uscc": found.uscc} if found.uscc else {"id_no": found.id_no} if found.id_no else _holder(case, result)


# ---- carried afterwards -------------------------------------------------------------------------------------


def carry() -> int:
    """ON_SWEEP: carry the errands that are due, each by itself; returns how many were tried."""
    now = timezone.now()
    due = LicenceErrand.objects.filter(state=State.DUE, next_at__lte=now)
    found = list(due.order_by("created_at").values_list("pk", "next_at")[:BATCH])
    for pk, seen in found:
        if LicenceErrand.objects.filter(pk=pk, state=State.DUE, next_at=seen).update(next_at=timezone.now() + LEASE):
            _carry_one(pk)
    return len(found)


def _carry_one(errand_id: UUID) -> None:
    errand = LicenceErrand.objects.select_related("result__sub__case").get(pk=errand_id)
    try:
        ids = _act(errand)
    except GatewayError as error:
        _put_off(errand, str(error), permanent=error.permanent)
    except _Ambiguous as error:
        _put_off(errand, str(error), permanent=True)
    except Exception as error:  # a fault of ours: tried again, and a person hears of it
        log.exception("errand.failed", errand=str(errand_id), error=type(error).__name__)
        _put_off(errand, type(error).__name__, permanent=False)
    else:
        _done(errand, ids)


def _act(errand: LicenceErrand) -> list[str]:
    library = ports.licence_library()
    result = errand.result
    if errand.act == Act.ISSUE:
        return [library.issue(_to_keep(errand)).licence_id]
    if errand.act == Act.REVOKE and errand.licence_code == result.licence_code and not result.is_valid:
        ids = [_own_id(errand)]
        library.revoke(errand.licence_code, ids[0], errand.reason)
        return ids
    ids = _older(errand)
    for licence_id in ids:
        if errand.act == Act.SUPERSEDE:
            library.supersede(errand.licence_code, licence_id, _own_id(errand) or OLD_ONE_REPLACED)
        else:
            library.revoke(errand.licence_code, licence_id, errand.reason)
    return ids


def _to_keep(errand: LicenceErrand) -> LicenceToKeep:
    result = errand.result
    return LicenceToKeep(
        code=errand.licence_code,
        holder=errand.holder,
        data=result.fields,
        reference=f"{result.sub_id}/{result.result_id}/{result.version}",
        case_no=result.sub.number,
    )


def _own_id(errand: LicenceErrand) -> str:
    """Under which id the library keeps this very result; asked by its reference where that is not known yet."""
    if errand.result.licence_code != errand.licence_code or not _is_kept(errand.result):
        return ""
    return errand.result.licence_id or ports.licence_library().issue(_to_keep(errand)).licence_id


def _older(errand: LicenceErrand) -> list[str]:
    """The holder's older valid licences that are meant. Raises _Ambiguous where nothing tells which of several."""
    own = _own_id(errand)
    query = Query("licence", errand.licence_code, tuple(errand.holder.items()), "旧证失效", errand.result.sub.number)
    holder = next(iter(errand.holder.values()), "")
    question = sharing.Question(query, blind_index(str(holder)) if holder else "")
    reader = sharing.Reader(case_id=errand.result.sub.case_id)
    (finding,) = sharing.look_up([question], reader=reader, budget_s=BUDGET_S)
    if finding.outcome == "unavailable":
        raise GatewayError("证照库暂时没有回音。", permanent=False)
    match = _match(errand)
    found = [r for r in finding.records if r["licence_id"] != own and _fits(r, match)]
    if len(found) > 1 and not match:
        raise _Ambiguous(f"持证人有 {len(found)} 份同类旧证，请人工确认注销哪一份")
    return [str(r["licence_id"]) for r in found]


def _match(errand: LicenceErrand) -> Mapping[str, Any]:
    """What stands on the face of the licence that is meant, from the form."""
    case = errand.result.sub.case
    declared = licence_declaration(case, errand.result)
    return _match_of(case, errand.result.sub, declared) if declared else {}


def _match_of(case: Case, sub: SubApplication, declared: ResultSpec) -> Mapping[str, Any]:
    if declared.licence_from == OF_INSTANCE:
        return _match_of_instance(case, sub)
    fields = (case.answers or {}).get("fields") or {}
    return {face: fields.get(name) for face, name in (declared.older_match or {}).items()}


def licence_declaration(case: Case, result: Result) -> ResultSpec | None:
    spec = queries.version(case.bundle_version_id).spec
    return next((one for one in spec.results if one.id == result.result_id), None)


def _fits(found: Mapping[str, Any], match: Mapping[str, Any]) -> bool:
    return all(str(found["data"].get(face)) == str(value) for face, value in match.items())


# ---- and written down ---------------------------------------------------------------------------------------


def _done(errand: LicenceErrand, ids: Sequence[str]) -> None:
    with transaction.atomic():
        case = lock_case(errand.result.sub.case_id)
        kept = LicenceErrand.objects.filter(pk=errand.pk, state=State.DUE).update(
            state=State.DONE, next_at=None, licence_ids=list(ids), tries=errand.tries + 1, closed_at=timezone.now()
        )
        if kept and errand.act == Act.ISSUE:
            Result.objects.filter(pk=errand.result_id).update(licence_id=ids[0])
            keeping.confirm(errand.result_id, ids[0])
        attention.close(case, Attention.Reason.NOT_DELIVERED, sub=errand.result.sub)
    if errand.act != Act.ISSUE:
        _mark_own_rows(errand, ids)


def _mark_own_rows(errand: LicenceErrand, ids: Sequence[str]) -> None:
    """Older licences and results of ours that are no longer valid say so themselves, in their own case."""
    with transaction.atomic():
        keeping.end_by_ids(ids, errand.result, is_revoked=errand.act == Act.REVOKE, reason=errand.reason)
    rows = Result.objects.filter(licence_id__in=[i for i in ids if i], superseded_at=None, revoked_at=None)
    for row in rows.exclude(pk=errand.result_id).filter(replaced_at=None).select_related("sub"):
        with transaction.atomic():
            case = lock_case(row.sub.case_id)
            Result.objects.filter(pk=row.pk).update(superseded_at=timezone.now())
            record(case, "result.superseded", by=SYSTEM, sub=row.sub, result=row.result_id)


def _put_off(errand: LicenceErrand, detail: str, *, permanent: bool) -> None:
    """Try again later, without end; refused for good, or too often in vain, a person is told."""
    now, tries = timezone.now(), errand.tries + 1
    again = {"next_at": now + timedelta(seconds=outbox.backoff_s(tries))}
    ended = {"state": State.REFUSED, "next_at": None, "closed_at": now}
    with transaction.atomic():
        case = lock_case(errand.result.sub.case_id)
        LicenceErrand.objects.filter(pk=errand.pk, state=State.DUE).update(
            tries=tries, last_error=detail[:200], **(ended if permanent else again)
        )
        if permanent or tries >= TRIES_BEFORE_A_PERSON:
            reason = Attention.Reason.REFUSED_BY_SYSTEM if permanent else Attention.Reason.NOT_DELIVERED
            attention.raise_attention(case, reason, sub=errand.result.sub, detail=f"证照库：{detail}")


def licence_code_of(case: Case, sub: SubApplication, declared: ResultSpec) -> str:
    """The kind of licence a result is: the declared one, or that of the instance it renews (`licence_from`)."""
    return declared.licence or (_code_of_instance(case, sub) if declared.licence_from == OF_INSTANCE else "")


def _code_of_instance(case: Case, sub: SubApplication) -> str:
    known = queries.registry().licences
    record = _record_of(case, sub)
    named = (str(record.get(key)) for key in forms.KIND_KEYS)
    return next((code for code in named if code in known), "")


def _match_of_instance(case: Case, sub: SubApplication) -> Mapping[str, Any]:
    """The number of the permit an instance renews, under the name it has on the face of its kind.

    A row that was made from a record carries it without the register's prefix: "permit_no" as "no".
    """
    kind = queries.registry().licences.get(_code_of_instance(case, sub))
    if kind is None:
        return {}
    record = _record_of(case, sub)
    names = [name for name in record if name == kind.id_field or kind.id_field.endswith(f"_{name}")]
    number = next((record[name] for name in names if record[name]), None)
    return {kind.id_field: number} if number else {}


def _record_of(case: Case, sub: SubApplication) -> Mapping[str, Any]:
    """The record of a register that an instance was made from; empty for others."""
    found = forms.instances_of(context_of(case), sub.item_id)
    return next((one.record for one in found if one.key == sub.instance_key), {})
