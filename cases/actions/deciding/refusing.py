"""Refusals (不予批准, 不予受理): reasons, the article they rest on, and what can be done against them.

行政许可法 第三十八条第二款; remedies: 行政复议法 第二十条, 行政诉讼法 第四十六条.
"""

from __future__ import annotations

from django.utils import timezone

from bundles import queries
from cases import notices
from cases.actions.deciding import documents
from cases.actions.engine.accepting import count_as_accepted
from cases.actions.engine.events import record
from cases.actions.supplementing import supplements
from cases.models import Case, SubApplication
from cases.ports import Actor, Answer, Reason
from cases.queries.remedies import standard_of

UNSTATED = {"code": "", "about": "", "text": "部门没有写明理由，我们已请部门补充"}


def reject(case: Case, sub: SubApplication, answer: Answer, by: Actor) -> None:
    """Refused, in writing, with reasons and remedy; it never waits for anything. 行政许可法 第三十八条第二款."""
    sub.reasons = reasons_of(case, sub, answer)
    count_as_accepted(case, sub)
    sub.reject(at=timezone.now())
    sub.save(update_fields=["state", "closed_at", "next_at", "reasons", "received_at", "accepted_at"])
    record(case, "item.rejected", by=by, sub=sub, codes=[reason.code for reason in answer.reasons])
    documents.issue(case, "rejection", sub=sub, by=by)
    notices.item_rejected(case, sub)
    supplements.drop_points_of(case, sub)


def refuse_acceptance(case: Case, sub: SubApplication, answer: Answer, by: Actor) -> None:
    """Not accepted, in writing, with the authority to apply to. 行政许可法 第三十二条第一款第一、二项, 第二款."""
    sub.reasons = reasons_of(case, sub, answer)
    sub.refuse_acceptance(at=timezone.now())
    sub.save(update_fields=["state", "closed_at", "next_at", "reasons"])
    record(case, "item.not_accepted", by=by, sub=sub, codes=[reason.code for reason in answer.reasons])
    documents.issue(case, "not_accepted", sub=sub, values={"apply_to": answer.apply_to}, by=by)
    notices.item_not_accepted(case, sub)
    supplements.drop_points_of(case, sub)


def reasons_of(case: Case, sub: SubApplication, answer: Answer) -> list[dict[str, str]]:
    """The reasons as they are kept: code, about, text; article, remedy and `apply_to` where known.

    What the department does not say is taken from the standard reason of the bundle with the same code.
    """
    spec = queries.version(case.bundle_version_id).spec
    kept = [_kept(reason, standard_of(spec, sub.item_id, reason.code)) for reason in answer.reasons] or [dict(UNSTATED)]
    more = {"remedy": answer.remedy, "apply_to": answer.apply_to}
    kept[0] |= {name: text for name, text in more.items() if text}
    return kept


def _kept(reason: Reason, standard: dict[str, str]) -> dict[str, str]:
    more = {"article": reason.article or standard.get("article", ""), "remedy": standard.get("remedy", "")}
    stated = {"code": reason.code, "about": reason.about, "text": reason.text}
    return stated | {name: text for name, text in more.items() if text}
