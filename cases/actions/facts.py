"""Asking registers and the licence library for a case, with purpose and consent.

Sources: 政务数据共享条例; 个人信息保护法 第十三条.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from bundles import forms
from bundles.rules import Expression, RuleError, parse
from cases import ports
from cases.actions.consents import Consents
from cases.models import Case, Lookup
from cases.queries.context import CaseFacts, CaseResults, context_of, digest_of

__all__ = ["CaseFacts", "CaseResults", "ask", "context_of", "digest_of", "paths_in"]

RETRY_AFTER_S = 30
SHORTEST_BUDGET_S = 0.2
Key = tuple[str, str, str]


def ask(
    case: Case,
    lookups: Iterable[forms.Lookup],
    *,
    purpose: str,
    budget_s: float = 2.0,
    refresh_after_s: float = 600,
) -> int:
    """Ask what is new, stale, or was empty or unavailable a while ago; returns how many answers were stored.

    What a party has not authorised is not asked and stays unknown. Never inside a transaction: the network is slow
    (raises RuntimeError there).
    """
    with transaction.atomic(durable=True):
        due = _due(case, lookups, refresh_after_s)
        consents = Consents(case) if due else None
    queries = {}
    for key, lookup in due.items():
        permit = consents.permit(lookup) if consents else None
        if permit is not None:
            queries[key] = _query(case, lookup, purpose, permit.consent_id)
    findings = _findings(list(queries.values()), budget_s)
    by_query = {finding.query: finding for finding in findings}
    answers = {key: by_query.get(query) or _silence(query) for key, query in queries.items()}
    _store(case, due, answers)
    return len(answers)


def _due(case: Case, lookups: Iterable[forms.Lookup], refresh_after_s: float) -> dict[Key, forms.Lookup]:
    wanted = {(lookup.kind, lookup.code, digest_of(lookup)): lookup for lookup in lookups}
    if not wanted:
        return {}
    now = timezone.now()
    asked = Lookup.objects.filter(case=case).values_list("kind", "code", "digest", "outcome", "asked_at")
    fresh = {
        (kind, code, digest)
        for kind, code, digest, outcome, asked_at in asked
        if not _is_stale(outcome, asked_at, now, refresh_after_s)
    }
    return {key: lookup for key, lookup in wanted.items() if key not in fresh}


def _is_stale(outcome: str, asked_at: datetime, now: datetime, refresh_after_s: float) -> bool:
    """An answer holds for a while; no record and no answer are asked again sooner."""
    holds_s = refresh_after_s if outcome == Lookup.Outcome.FOUND else min(RETRY_AFTER_S, refresh_after_s)
    return now - asked_at >= timedelta(seconds=holds_s)


def _query(case: Case, lookup: forms.Lookup, purpose: str, consent_id: str | None) -> ports.Query:
    return ports.Query(
        kind=lookup.kind,
        code=lookup.code,
        inputs=lookup.inputs,
        purpose=purpose,
        case_no=case.number or str(case.pk),
        consent_id=consent_id,
    )


def _findings(queries: Sequence[ports.Query], budget_s: float) -> list[ports.Finding]:
    """Licences first, within half the budget when registers are asked as well; what is left is the registers'."""
    licences = [query for query in queries if query.kind == "licence"]
    interfaces = [query for query in queries if query.kind == "api"]
    ends = time.monotonic() + budget_s
    findings: list[ports.Finding] = []
    if licences:
        share = budget_s / 2 if interfaces else budget_s
        findings += ports.licence_library().search(licences, budget_s=share)
    if interfaces:
        left = max(ends - time.monotonic(), SHORTEST_BUDGET_S)
        findings += ports.register().look_up(interfaces, budget_s=left)
    return findings


def _silence(query: ports.Query) -> ports.Finding:
    return ports.Finding(query, "unavailable", detail="no answer")


def _store(case: Case, asked: Mapping[Key, forms.Lookup], answers: Mapping[Key, ports.Finding]) -> None:
    """Write what came back. A register that is down for a moment does not undo what it said before."""
    if not answers:
        return
    with transaction.atomic():
        Case.objects.select_for_update().only("pk").get(pk=case.pk)
        known = {(row.kind, row.code, row.digest): row for row in Lookup.objects.filter(case=case)}
        for key, finding in answers.items():
            row = known.get(key) or Lookup(case=case, kind=key[0], code=key[1], digest=key[2])
            if row.pk and row.outcome == Lookup.Outcome.FOUND and finding.outcome == "unavailable":
                continue
            _fill(row, asked[key], finding).save()


def _fill(row: Lookup, lookup: forms.Lookup, finding: ports.Finding) -> Lookup:
    row.party = lookup.party
    row.inputs = dict(lookup.inputs)
    row.outcome = finding.outcome
    row.records = [dict(record) for record in finding.records]
    row.as_of = finding.as_of
    row.asked_at = timezone.now()
    return row


def paths_in(text: str) -> tuple[str, ...]:
    """The paths of registers and licences that an expression reads, each once, those inside row tests included."""
    return tuple(dict.fromkeys(_paths(_parsed(text))))


def _paths(expression: Expression | None) -> Iterator[str]:
    for call in expression.calls if expression else ():
        constants = [arg for arg in call.args if isinstance(arg, str)]
        if call.function == "fact":
            yield from constants[:1]
        elif call.function in ("any_row", "all_rows"):
            yield from _paths(_parsed(constants[-1]) if constants else None)


def _parsed(text: str) -> Expression | None:
    try:
        return parse(text)
    except RuleError:
        return None
