"""Items that end because what was needed did not come (终止办理): one way for papers, answers, fees and visits."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils import timezone

from cases.actions.applying import withdrawal
from cases.actions.deadlines import pauses
from cases.actions.deciding import documents
from cases.actions.engine import progress
from cases.actions.engine.events import record
from cases.models import Case, SubApplication
from cases.ports import SYSTEM


def lapse(
    case: Case, subs: list[SubApplication], sub: SubApplication, *, code: str, why: str, lines: Sequence[str] = ()
) -> None:
    """End one item of a locked case, in writing; a department that may have it hears of it; the caller goes on.

    `why` and `lines` are read by the applicant in the paper, `code` stands in the history. 行政许可法 第三十八条第二款:
    an ending against the applicant's wish is written, with its reason.
    """
    withdrawal.call_back(sub, why)
    sub.reasons = [{"code": "", "about": "", "text": why}]
    sub.lapse(at=timezone.now())
    sub.save(update_fields=["state", "closed_at", "next_at", "reasons"])
    pauses.end_all(sub)
    record(case, "item.lapsed", by=SYSTEM, sub=sub, why=code)
    documents.issue(case, documents.Kind.LAPSE, sub=sub, values={"why": why, "lines": list(lines)})
    progress.became_final(case, subs, sub)
