"""Documents (文书): the procedure's papers, issued once in the words of the day and never changed afterwards.

行政许可法 第三十二条第二款: accepting and not accepting are told in writing, dated, under the authority's seal;
第三十八条第二款, 第四十二条, 第四十五条 say the same of refusals, extensions and special procedures.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone

from bundles import queries
from cases import docket
from cases.actions.deciding.document_words import words_of
from cases.actions.deciding.results import new_mark
from cases.actions.engine.events import record
from cases.actions.engine.numbering import document_number
from cases.models import Case, Document, SubApplication
from cases.ports import SYSTEM, Actor
from cases.states import CaseState

Kind = Document.Kind
# The word in front of the number says what kind of paper it is.
NUMBER_WORDS: Mapping[str, str] = {
    Kind.RECEIPT: "收件",
    Kind.ACCEPTANCE: "受理",
    Kind.NOT_ACCEPTED: "不受",
    Kind.SUPPLEMENT: "补正",
    Kind.SPECIAL_PROCEDURE: "特程",
    Kind.EXTENSION: "延期",
    Kind.REJECTION: "不准",
    Kind.CONCLUSION: "办结",
    Kind.LAPSE: "终止",
    Kind.WITHDRAWAL: "撤回",
    Kind.DEFERRED: "容缺",
    Kind.FEE: "缴费",
    Kind.REVOCATION: "撤销",
    Kind.CORRECTION: "更正",
}


def issue(
    case: Case,
    kind: str,
    *,
    sub: SubApplication | None = None,
    values: Mapping[str, Any] | None = None,
    by: Actor = SYSTEM,
) -> Document:
    """Issue a paper of a locked case, about one item or all of it; `values` add to what the case says by itself.

    What each kind states of its own accord, and which values replace it: `document_words`.
    """
    now = timezone.now()
    day = timezone.localdate(now)
    document = Document(
        case=case,
        sub=sub,
        kind=Kind(kind),
        number=document_number(NUMBER_WORDS[Kind(kind)], case.region, day),
        mark=new_mark(),
        department=sub.department if sub else queries.version(case.bundle_version_id).spec.lead,
        values={**words_of(case, Kind(kind), sub), **(values or {})},
        issued_on=day,
        issued_at=now,
    )
    document.sha256 = digest(document)
    docket.insert(document)
    record(
        case, "document.issued", by=by, sub=sub, document=str(document.pk), of_kind=document.kind, no=document.number
    )
    return document


def digest(document: Document) -> str:
    """The fingerprint of a paper: number, day and every word of it."""
    stated = [document.number, str(document.case_id), str(document.sub_id or ""), document.kind]
    row = [*stated, document.issued_on.isoformat(), document.values]
    canonical = json.dumps(row, ensure_ascii=False, sort_keys=True, separators=(",", ":"), cls=DjangoJSONEncoder)
    return sha256(canonical.encode()).hexdigest()


def put_the_end_in_writing(case: Case, subs: list[SubApplication]) -> None:
    """办结通知书 item by item with what can be done about a refusal, or the confirmation that all was taken back."""
    issue(case, Kind.WITHDRAWAL if case.state == CaseState.WITHDRAWN else Kind.CONCLUSION)


def withdraw(case: Case, document: Document, *, by: Actor = SYSTEM) -> Document:
    """Say of a paper that it no longer holds (a cancelled notice); the paper itself stays."""
    if document.withdrawn_at is None:
        document.withdrawn_at = timezone.now()
        document.save(update_fields=["withdrawn_at"])
        record(case, "document.withdrawn", by=by, sub=document.sub, document=str(document.pk), of_kind=document.kind)
    return document
