"""What registers and the licence library have in common: ask many departments at once, and keep the trail of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from cases.ports import Finding, Query
from integrations.http import Call, Failure, Reply, System, call_all, system_of
from integrations.models import RegisterCall


@dataclass(frozen=True, slots=True)
class Question:
    """A query, the department that can answer it, how to ask and how to read the answer."""

    query: Query
    department: str
    call: Callable[[System], Call]
    read: Callable[[Reply], Finding]


def unavailable(query: Query, detail: str) -> Finding:
    """Nobody answered, or not as agreed; `detail` is for operators."""
    return Finding(query, "unavailable", detail=detail)


def ask_all(questions: Sequence[Question], *, budget_s: float) -> list[Finding]:
    """Ask every question at once; findings in the order of the questions, and a row of the trail for each."""
    calls = [_call(question) for question in questions]
    ended = iter(call_all([call for call in calls if isinstance(call, Call)], budget_s=budget_s))
    answers = [next(ended) if isinstance(call, Call) else call for call in calls]
    findings = [_read(question, answer) for question, answer in zip(questions, answers, strict=True)]
    RegisterCall.objects.bulk_create(
        _trail(question, answer, finding)
        for question, answer, finding in zip(questions, answers, findings, strict=True)
    )
    return findings


def _call(question: Question) -> Call | str:
    """The call to make, or the reason why none can be made."""
    system = system_of(question.department)
    if system is None:
        return "no system is configured for the department"
    return question.call(system) if system.enabled else "the system is switched off"


def _read(question: Question, answer: Reply | Failure | str) -> Finding:
    if isinstance(answer, str):
        return unavailable(question.query, answer)
    if isinstance(answer, Failure):
        return unavailable(question.query, f"no answer: {answer.kind}")
    return question.read(answer)


def _trail(question: Question, answer: Reply | Failure | str, finding: Finding) -> RegisterCall:
    query = question.query
    return RegisterCall(
        kind=query.kind,
        code=query.code[:64],
        department=question.department,
        purpose=query.purpose[:200],
        case_no=query.case_no,
        sub_application_id=query.sub_application_id,
        consent_id=query.consent_id or "",
        outcome=finding.outcome,
        elapsed_ms=0 if isinstance(answer, str) else answer.elapsed_ms,
    )
