"""The list of a person's cases and drafts, in one query."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from bundles import queries
from cases.models import Case
from cases.queries.people import Person, own_cases
from cases.queries.titles import title_of_case
from cases.queries.wording import day_words, progress_words
from cases.states import SUB_REFUSED, CaseState, SubState


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A case in a list. `headline` says in one line where it is or what to do; `needs_me`: nothing goes on without."""

    id: UUID
    number: str
    title: str
    bundle_code: str
    bundle_zh: str
    bundle_en: str
    state: str
    state_label: str
    outcome: str
    headline: str
    needs_me: bool
    saved_at: datetime
    submitted_at: datetime | None
    due_on: date | None
    total: int
    done: int


def my_cases(account: Person, limit: int = 100, lang: str = "zh") -> tuple[CaseRow, ...]:
    """Own cases and drafts, those that wait for the person first, then the newest. A discarded draft is gone."""
    rows = [_row(case, lang) for case in _counted(own_cases(account))[:limit]]
    return tuple(sorted(rows, key=lambda row: not row.needs_me))


def _counted(cases: QuerySet[Case]) -> QuerySet[Case]:
    shown = cases.exclude(state=CaseState.WITHDRAWN, number=None).defer("answers")
    return shown.annotate(
        total=Count("sub_applications"),
        done=Count("sub_applications", filter=Q(sub_applications__state=SubState.APPROVED)),
        refused=Count("sub_applications", filter=Q(sub_applications__state__in=[*SUB_REFUSED])),
    ).order_by("-saved_at")


def _row(case: Case, lang: str) -> CaseRow:
    spec = queries.version(case.bundle_version_id).spec
    total, done = case.total, case.done  # type: ignore[attr-defined]
    return CaseRow(
        id=case.pk,
        number=case.number or "",
        title=title_of_case(case.title, spec, lang),
        bundle_code=case.bundle_code,
        bundle_zh=spec.zh,
        bundle_en=spec.en,
        state=case.state,
        state_label=str(CaseState(case.state).label),
        outcome=case.outcome,
        headline=_headline(case, total, done),
        needs_me=case.state in (CaseState.DRAFT, CaseState.AWAITING_APPLICANT),
        saved_at=case.saved_at,
        submitted_at=case.submitted_at,
        due_on=case.due_on,
        total=total,
        done=done,
    )


def _headline(case: Case, total: int, done: int) -> str:
    if case.state == CaseState.DRAFT:
        return _("还没提交，点开接着填")
    if case.state == CaseState.AWAITING_PARTIES:
        return _("等对方确认后自动提交")
    if case.state == CaseState.AWAITING_APPLICANT:
        return _("等您处理，处理后继续办")
    words = progress_words(done, total, case.refused)  # type: ignore[attr-defined]
    if case.state == CaseState.CONCLUDED or case.due_on is None:
        return words
    return _("%(words)s，预计%(day)s办完") % {"words": words, "day": day_words(case.due_on)}
