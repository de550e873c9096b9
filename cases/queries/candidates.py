"""What searches found about a person, for that person: state, reason, what can be answered and until when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.utils import timezone

from bundles import queries
from cases.models import Candidate
from cases.queries.people import Person, indexes_of

State = Candidate.State


@dataclass(frozen=True, slots=True)
class CandidateView:
    """One finding. `name` shows the family name alone: the page opens without signing in."""

    id: UUID
    bundle_name: str
    summary: str
    name: str
    state: str
    state_label: str
    reason: str
    answer_by: date | None
    can_answer: bool
    can_refuse: bool
    can_object: bool
    case_id: UUID | None
    period: str


def candidate_view(candidate: Candidate, lang: str = "zh") -> CandidateView:
    spec = queries.version(candidate.bundle_version_id).spec
    in_time = candidate.answer_by is not None and timezone.localdate() <= candidate.answer_by
    objects = any(one.act == "visit" for one in (spec.proactive.classes if spec.proactive else ()))
    return CandidateView(
        id=candidate.pk,
        bundle_name=spec.en if lang == "en" and spec.en else spec.zh,
        summary=spec.summary.en if lang == "en" and spec.summary.en else spec.summary.zh,
        name=masked(candidate.name),
        state=candidate.state,
        state_label=str(State(candidate.state).label),
        reason=(candidate.reason or "") if candidate.state == State.NOT_ENTITLED else "",
        answer_by=candidate.answer_by,
        can_answer=candidate.state == State.ASKED,
        can_refuse=candidate.state == State.ASKED or (candidate.state == State.GRANTED and in_time),
        can_object=candidate.state == State.NOT_ENTITLED and objects,
        case_id=candidate.case_id,
        period=candidate.period,
    )


def candidates_of(person: Person, lang: str = "zh") -> list[CandidateView]:
    """The findings about somebody signed in, the newest first."""
    mine = Candidate.objects.filter(id_index__in=indexes_of(person)).exclude(state=State.WAITING)
    return [candidate_view(candidate, lang) for candidate in mine.order_by("-selected_at")]


def masked(name: str) -> str:
    """郑**: enough to know who is meant, too little to learn a name from a link."""
    return name[:1] + "*" * max(1, len(name) - 1)
