"""What registers and the licence library have in common: ask many departments at once, and keep the trail of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import Future
from dataclasses import dataclass

from cases.actions.delivery import circuits
from cases.ports import Contact, Finding, Query
from integrations import quotas
from integrations.http import Budget, Call, Failure, Reply, System, client, contact_of, lasting, system_of
from integrations.http.loop import running_loop
from integrations.models import RegisterCall

GRACE_S = 1.0  # beyond the budget, for a loop that is busy; every call ends by itself before


@dataclass(frozen=True, slots=True)
class Question:
    """A query, the department that can answer it, how to ask and how to read the answer.

    `per_minute` and `per_day` are how often the department lets itself be asked through this interface.
    """

    query: Query
    department: str
    call: Callable[[System], Call]
    read: Callable[[Reply], Finding]
    per_minute: int | None = None
    per_day: int | None = None


@dataclass(frozen=True, slots=True)
class Unasked:
    """Why a question was not put at all: a code of `Finding.reason`, and words for operators."""

    reason: str
    detail: str


Ended = Reply | Failure | Unasked
_SILENCES = {"deadline": "slow", "queue": "slow", "circuit": "circuit", "no_key": "off"}


def unavailable(query: Query, detail: str, reason: str = "failed", elapsed_ms: int = 0) -> Finding:
    """Nobody answered, or not as agreed; `detail` is for operators."""
    return Finding(query, "unavailable", detail=detail, reason=reason, elapsed_ms=elapsed_ms)


def ask_all(questions: Sequence[Question], *, budget_s: float) -> list[Finding]:
    """Ask every question at once; findings in the order of the questions, and a row of the trail for each."""
    return begin_all(questions, budget_s=budget_s)()


def begin_all(questions: Sequence[Question], *, budget_s: float) -> Callable[[], list[Finding]]:
    """Start asking and go on; what is given back waits for the answers, so that several can be begun side by side."""
    until = lasting(budget_s)
    shut = {code for code in {question.department for question in questions} if not circuits.may_pass(code)}
    over = quotas.used_up([question for question in questions if question.department not in shut])
    asked = [_begin(question, until, over=over, shut=shut) for question in questions]

    def end() -> list[Finding]:
        ended = [_wait(one, budget_s) for one in asked]
        findings = [_read(question, answer) for question, answer in zip(questions, ended, strict=True)]
        circuits.note_calls(_contacts(questions, ended))
        RegisterCall.objects.bulk_create(map(_trail, questions, findings))
        return findings

    return end


def _begin(
    question: Question, until: Budget, *, over: Collection[str], shut: Collection[str]
) -> Future[Reply | Failure] | Unasked:
    """The call under way, or the reason why none can be made."""
    if question.department in shut:
        return Unasked("circuit", "the line to the department is shut")
    if question.query.code in over:
        return Unasked("quota", "the quota of the interface is used up")
    system = system_of(question.department)
    if system is None:
        return Unasked("off", "no system is configured for the department")
    if not system.enabled:
        return Unasked("off", "the system is switched off")
    return asyncio.run_coroutine_threadsafe(_carry(question.call(system), until), running_loop())


async def _carry(call: Call, until: Budget) -> Reply | Failure:
    return await client().call(call, budget=until)


def _wait(asked: Future[Reply | Failure] | Unasked, budget_s: float) -> Ended:
    if isinstance(asked, Unasked):
        return asked
    try:
        return asked.result(timeout=budget_s + GRACE_S)
    except TimeoutError:
        asked.cancel()
        return Failure("deadline", True, round(budget_s * 1000))


def _contacts(questions: Sequence[Question], ended: Sequence[Ended]) -> list[tuple[str, Contact, str]]:
    """What the calls showed of the lines to their departments."""
    return [
        (question.department, contact_of(one), one.kind if isinstance(one, Failure) else f"HTTP {one.status}")
        for question, one in zip(questions, ended, strict=True)
        if not isinstance(one, Unasked)
    ]


def _read(question: Question, answer: Ended) -> Finding:
    if isinstance(answer, Unasked):
        return unavailable(question.query, answer.detail, answer.reason)
    if isinstance(answer, Failure):
        reason = _SILENCES.get(answer.kind, "down")
        return unavailable(question.query, f"no answer: {answer.kind}", reason, answer.elapsed_ms)
    return question.read(answer)


def _trail(question: Question, finding: Finding) -> RegisterCall:
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
        elapsed_ms=finding.elapsed_ms,
    )
