"""The list of a person's cases and drafts: so many of them from a place on, in one query."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Case as Case_
from django.db.models import Count, OuterRef, QuerySet, When
from django.utils.translation import gettext as _

from bundles import queries
from cases.models import Case, SubApplication
from cases.queries.people import Person, own_cases
from cases.queries.titles import title_of_case
from cases.queries.wording import day_words, progress_words
from cases.states import SUB_REFUSED, CaseState, SubState

NEEDS_ME = frozenset({CaseState.DRAFT, CaseState.AWAITING_APPLICANT})


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


def my_cases(
    account: Person, limit: int = 100, lang: str = "zh", *, offset: int = 0, states: Collection[str] = ()
) -> tuple[CaseRow, ...]:
    """Own cases and drafts, those that wait for the person first, then the newest. A discarded draft is gone."""
    items = SubApplication.objects.filter(case=OuterRef("pk")).order_by().values("state")
    mine = _shown(account).defer("answers").annotate(
        waits=Case_(When(state__in=NEEDS_ME, then=0), default=1), items=ArraySubquery(items)
    )  # fmt: skip
    if states:
        mine = mine.filter(state__in=states)
    return tuple(_row(case, lang) for case in mine.order_by("waits", "-saved_at", "pk")[offset : offset + limit])


def count_cases(account: Person) -> Mapping[str, int]:
    """How many own cases and drafts there are, by their state; one query."""
    return dict(_shown(account).order_by().values_list("state").annotate(count=Count("pk")))


def _shown(account: Person) -> QuerySet[Case]:
    return own_cases(account).exclude(state=CaseState.WITHDRAWN, number=None)


def _row(case: Case, lang: str) -> CaseRow:
    spec = queries.version(case.bundle_version_id).spec
    items = Counter[str](case.items)  # type: ignore[attr-defined]
    total, done = items.total(), items[SubState.APPROVED]
    refused = sum(items[state] for state in SUB_REFUSED)
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
        headline=_headline(case, total, done, refused),
        needs_me=case.state in NEEDS_ME,
        saved_at=case.saved_at,
        submitted_at=case.submitted_at,
        due_on=case.due_on,
        total=total,
        done=done,
    )


def _headline(case: Case, total: int, done: int, refused: int) -> str:
    if case.state == CaseState.DRAFT:
        return _("还没提交，点开接着填")
    if case.state == CaseState.AWAITING_PARTIES:
        return _("等对方确认后自动提交")
    if case.state == CaseState.AWAITING_APPLICANT:
        return _("等您处理，处理后继续办")
    words = progress_words(done, total, refused)
    if case.state == CaseState.CONCLUDED or case.due_on is None:
        return words
    return _("%(words)s，预计%(day)s办完") % {"words": words, "day": day_words(case.due_on)}
