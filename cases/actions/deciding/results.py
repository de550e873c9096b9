"""Results of an approval: declared fields, each kept once, with a mark to verify the paper by."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bundles import queries
from bundles.spec import Result as ResultSpec
from cases import docket
from cases.actions.desk import attention
from cases.actions.engine.events import record
from cases.actions.registers import errands
from cases.models import Attention, Case, Result, SubApplication
from cases.ports import Actor
from cases.queries.declared import declared_fields
from cases.queries.merged import with_report
from cases.statements import made

MARK_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
MARK_LENGTH = 16


def issue(case: Case, sub: SubApplication, values: Mapping[str, Any], *, at: datetime, by: Actor) -> None:
    """Keep what a department returned, by the item's declared results; undeclared values are dropped.

    A missing declared field does not undo the approval: a person is told, so that the department sends it.
    """
    values = with_report(case, sub, values)
    lacking: list[str] = []
    for declared in queries.version(case.bundle_version_id).spec.results_of(sub.item_id):
        names = declared_fields(declared)
        fields = {name: values[name] for name in names if name in values}
        lacking += [f"{declared.id}.{name}" for name in names if name not in values]
        current = _current(sub, declared.id)
        if current is None or sub.plan_version > 1:
            keep_version(case, sub, declared, fields, current, at=at, by=by)
    if lacking:
        attention.raise_attention(case, Attention.Reason.BAD_RESULT, sub=sub, detail="、".join(lacking))


def keep_version(
    case: Case,
    sub: SubApplication,
    declared: ResultSpec,
    fields: Mapping[str, Any],
    current: Result | None,
    *,
    at: datetime,
    by: Actor,
    event: str = "result.issued",
) -> Result:
    """A result, or the next version of one that stands already (a live plan was changed, a mistake was corrected)."""
    if current is not None:
        Result.objects.filter(pk=current.pk).update(replaced_at=at)
    kept = made(
        Result,
        sub=sub,
        result_id=declared.id,
        version=current.version + 1 if current else 1,
        corrected_of=current,
        kind=declared.kind,
        licence_code=errands.licence_code_of(case, sub, declared),
        fields=fields,
        mark=new_mark(),
        issued_at=at,
    )
    _keep(case, kept)
    record(case, event, by=by, sub=sub, result=declared.id, result_kind=declared.kind, version=kept.version)
    errands.after_issue(case, sub, kept, declared)
    return kept


def _current(sub: SubApplication, result_id: str) -> Result | None:
    known = docket.kept(Result, sub.case_id)
    if known is None:
        return Result.objects.filter(sub=sub, result_id=result_id, replaced_at=None).first()
    mine = (one for one in known if one.sub_id == sub.pk and one.result_id == result_id and one.replaced_at is None)
    return next(mine, None)


def _keep(case: Case, result: Result) -> None:
    book = docket.current()
    known = book.kept(Result, case.pk) if book else None
    if book is None or known is None:
        result.save(force_insert=True)
    else:
        book.add(result)
        known.append(result)


def new_mark() -> str:
    """A random public mark (80 bits): says nothing about the person and cannot be guessed."""
    return "".join(MARK_ALPHABET[byte % len(MARK_ALPHABET)] for byte in secrets.token_bytes(MARK_LENGTH))
