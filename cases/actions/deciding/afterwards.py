"""What becomes of a result after its decision: corrected in a new version, or taken back.

行政许可法 第六十九条: a decision may be taken back by the authority that made it or the one above; 第七十九条: what was
got by deceit must be. The old paper stays readable, with the reason; whoever has it verified learns that it is void.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from bundles.spec import Result as ResultSpec
from cases import notices
from cases.actions.deciding import documents, results
from cases.actions.desk import attention
from cases.actions.engine.events import record
from cases.actions.engine.locking import lock_case_of
from cases.actions.registers import errands
from cases.errors import CaseError, NotReady, WrongState
from cases.models import Attention, Case, Document, Need, Result, SubApplication
from cases.ports import Actor, Answer
from cases.queries.declared import declared_fields
from cases.states import SubState

CORRECTED, REVOKED = "result_corrected", "result_revoked"
LATER_WORDS = frozenset({CORRECTED, REVOKED})
ARTICLE = "行政许可法 第六十九条"
UNSTATED = "部门没有写明理由，我们已请部门补充"


def revoke(result_id: UUID, reason: str, article: str = ARTICLE, *, by: Actor) -> Result:
    """Take a result back (撤销), with reason, article and remedy in writing. 行政许可法 第六十九条.

    Raises NotReady without a reason, WrongState for one that does not hold any more.
    """
    if not reason.strip():
        raise NotReady(_("请写明撤销的理由，当事人会看到"))
    with transaction.atomic():
        case, sub, row = _lock(result_id)
        _must_hold(row)
        return revoke_locked(case, sub, row, reason=reason.strip(), article=article.strip() or ARTICLE, by=by)


def correct(result_id: UUID, values: Mapping[str, Any], reason: str, *, by: Actor) -> Result:
    """Put a right version in the place of a wrong one (更正); returns the new version.

    Raises NotReady without a reason or a change, CaseError for a field the result does not have, WrongState for a
    result that does not hold any more.
    """
    if not reason.strip():
        raise NotReady(_("请写明更正的理由，当事人会看到"))
    with transaction.atomic():
        case, sub, row = _lock(result_id)
        _must_hold(row)
        unknown = set(values) - set(declared_fields(_declared(case, row)))
        if unknown:
            raise CaseError(_("这份结果没有这些内容：%(names)s") % {"names": _("、").join(sorted(unknown))})
        if not _changes(row, values):
            raise NotReady(_("内容没有变化，不用更正"))
        return correct_locked(case, sub, row, values, reason=reason.strip(), by=by)


def _lock(result_id: UUID) -> tuple[Case, SubApplication, Result]:
    sub_id = Result.objects.values_list("sub_id", flat=True).get(pk=result_id)
    case, sub = lock_case_of(sub_id)
    row = Result.objects.select_for_update().get(pk=result_id)
    row.sub = sub
    return case, sub, row


def _must_hold(row: Result) -> None:
    if not row.is_valid:
        raise WrongState(_("这份结果已经失效（已更正、撤销或被取代），请刷新页面"))


def revoke_locked(case: Case, sub: SubApplication, row: Result, *, reason: str, article: str, by: Actor) -> Result:
    """As `revoke`, on a locked case."""
    row.revoked_at, row.reason, row.article = timezone.now(), reason, article
    row.save(update_fields=["revoked_at", "reason", "article"])
    record(case, "result.revoked", by=by, sub=sub, result=row.result_id, version=row.version)
    title = _declared(case, row).zh
    values = {"result": title, "reason": reason, "article": article}
    documents.issue(case, Document.Kind.REVOCATION, sub=sub, values=values, by=by)
    errands.after_revocation(case, row, reason=reason)
    _tell_downstream(case, sub, row.fields)
    notices.tell(case, "result_revoked", result=title)
    return row


def correct_locked(
    case: Case, sub: SubApplication, row: Result, values: Mapping[str, Any], *, reason: str, by: Actor
) -> Result:
    """As `correct`, on a locked case."""
    changed = _changes(row, values)
    declared = _declared(case, row)
    kept = results.keep_version(
        case, sub, declared, {**row.fields, **values}, row, at=timezone.now(), by=by, event="result.corrected"
    )
    kept.reason = reason
    kept.save(update_fields=["reason"])
    document = {"result": declared.zh, "reason": reason, "changes": _in_words(declared, row, changed)}
    documents.issue(case, Document.Kind.CORRECTION, sub=sub, values=document, by=by)
    _tell_downstream(case, sub, changed)
    notices.tell(case, "result_corrected", result=declared.zh)
    return kept


def _changes(row: Result, values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if row.fields.get(name) != value}


def _in_words(declared: ResultSpec, row: Result, changed: Mapping[str, Any]) -> list[dict[str, str]]:
    labels = declared_fields(declared)
    return [
        {"label": labels[name][0], "before": str(row.fields.get(name, "")), "after": str(value)}
        for name, value in changed.items()
        if name in labels
    ]


def _declared(case: Case, row: Result) -> ResultSpec:
    found = errands.licence_declaration(case, row)
    if found is None:
        raise CaseError(_("这份结果在办件的版本里没有定义"))
    return found


def _tell_downstream(case: Case, sub: SubApplication, names: Iterable[str]) -> None:
    """Whoever worked on with a field that has changed is told: whether their own decision stands, a person judges."""
    touched = set(names)
    for need in Need.objects.filter(upstream=sub).select_related("sub"):
        if touched & set(need.flow) and need.sub.dispatched_at is not None:
            attention.raise_attention(case, Attention.Reason.OUTDATED, sub=need.sub, detail="、".join(touched))


# ---- the word of a department -----------------------------------------------------------------------------------


def hear(case: Case, sub: SubApplication, answer: Answer, by: Actor) -> bool:
    """A department corrects or takes back what it had approved; False where nothing of it is new or can be."""
    if sub.state != SubState.APPROVED:
        return False
    reason = "；".join(r.text for r in answer.reasons if r.text) or UNSTATED
    current = Result.objects.filter(sub=sub, replaced_at=None, revoked_at=None, superseded_at=None)
    heard = [_heard(case, sub, row, answer, reason, by) for row in current]
    if any(heard) and answer.seq is not None:
        sub.last_event_seq = max(answer.seq, sub.last_event_seq or 0)
        sub.save(update_fields=["last_event_seq"])
    return any(heard)


def _heard(case: Case, sub: SubApplication, row: Result, answer: Answer, reason: str, by: Actor) -> bool:
    if answer.result_id not in ("", row.result_id):
        return False
    if answer.status == REVOKED:
        revoke_locked(case, sub, row, reason=reason, article=ARTICLE, by=by)
        return True
    known = declared_fields(_declared(case, row))
    values = {name: value for name, value in answer.result.items() if name in known}
    if not _changes(row, values):
        return False
    correct_locked(case, sub, row, values, reason=reason, by=by)
    return True


def results_of_sub(sub: SubApplication) -> list[Result]:
    """The results of an item that hold now."""
    return list(Result.objects.filter(sub=sub, replaced_at=None, revoked_at=None, superseded_at=None))
