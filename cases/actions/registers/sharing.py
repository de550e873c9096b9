"""The one door to registers and the licence library: everything asked there is asked at once and leaves a trail.

政务数据共享条例 (国令809号): data is used for the stated purpose only, and every use can be shown. Records of use:
个人信息保护法 第五十六条. The trail is written in one statement, in the transaction that keeps the answers.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.utils import timezone

from bundles import queries
from cases import ports
from cases.actions.licences import shelf
from cases.models import DataCall
from cases.ports import SYSTEM, Actor

SHORTEST_BUDGET_S = 0.2
PURPOSE_MAX = 200


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked, about whom (an index), and in which role that person stands in the case."""

    query: ports.Query
    subject_index: str = ""
    party: str = ""


@dataclass(frozen=True, slots=True)
class Reader:
    """Who asks, for which case, on whose behalf (an index; empty where nobody applied)."""

    by: Actor = SYSTEM
    case_id: UUID | None = None
    on_behalf_index: str = ""


def ask(questions: Sequence[Question], *, budget_s: float) -> list[ports.Finding]:
    """Licences and registers side by side, all at once; one finding a question, in their order.

    Never inside a transaction. What does not answer within the budget is unavailable.
    """
    ends = time.monotonic() + budget_s
    doors: dict[str, Callable[[], ports.LicenceLibrary | ports.Register]] = {
        "licence": ports.licence_library,
        "api": ports.register,
    }
    begun: list[tuple[list[int], Callable[[], Sequence[ports.Finding]]]] = []
    for kind, door in doors.items():
        places = [n for n, question in enumerate(questions) if question.query.kind == kind]
        if places:
            left = max(ends - time.monotonic(), SHORTEST_BUDGET_S)
            begun.append((places, door().begin([questions[n].query for n in places], budget_s=left)))
    found: dict[int, ports.Finding] = {}
    for places, end in begun:
        found.update(zip(places, end(), strict=True))
    return shelf.supplement([found[n] for n in range(len(questions))])


def write_down(questions: Sequence[Question], findings: Sequence[ports.Finding], reader: Reader) -> None:
    """The trail of what was asked, in one statement: call it in the transaction that keeps the answers."""
    DataCall.objects.bulk_create(
        _row(question, finding, reader) for question, finding in zip(questions, findings, strict=True)
    )


def look_up(questions: Sequence[Question], *, reader: Reader, budget_s: float) -> list[ports.Finding]:
    """Ask and write down, for callers that keep the answers somewhere else than with a case."""
    findings = ask(questions, budget_s=budget_s)
    write_down(questions, findings, reader)
    return findings


def _row(question: Question, finding: ports.Finding, reader: Reader) -> DataCall:
    query = question.query
    return DataCall(
        at=timezone.now(),
        kind=query.kind,
        code=query.code[:64],
        department=department_of(query.kind, query.code),
        purpose=query.purpose[:PURPOSE_MAX],
        case_id=reader.case_id,
        case_no=query.case_no,
        sub_application_id=query.sub_application_id,
        subject_index=question.subject_index,
        party=question.party,
        caller_kind=reader.by.kind,
        caller_id=reader.by.id,
        on_behalf_index=reader.on_behalf_index,
        consent_id=query.consent_id or "",
        outcome=finding.outcome,
        reason=(finding.reason or "failed") if finding.outcome == "unavailable" else "",
        as_of=finding.as_of,
        elapsed_ms=finding.elapsed_ms,
    )


def department_of(kind: str, code: str) -> str:
    """The department that keeps a register or issues a kind of licence; empty for an unknown one."""
    registry = queries.registry()
    found = registry.licences.get(code) if kind == "licence" else registry.interfaces.get(code)
    return found.dept if found else ""
