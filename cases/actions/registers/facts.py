"""Asking registers and the licence library for a case, with purpose and consent.

Sources: 政务数据共享条例 (国令809号); 个人信息保护法 第十三、十五条.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from bundles import forms, queries
from bundles.rules import Expression, RuleError, parse
from cases import ports
from cases.actions.registers import sharing
from cases.actions.registers.consents import Consents, counts
from cases.models import Case, Consent, Lookup
from cases.ports import SYSTEM, Actor
from cases.queries import licence_grants
from cases.queries.context import CaseFacts, CaseResults, context_of, digest_of

__all__ = ["CaseFacts", "CaseResults", "ask", "context_of", "digest_of", "paths_in"]

RETRY_AFTER_S = 30
LICENCE_KEEPS_S = 600
FILLED = ["party", "inputs", "outcome", "reason", "records", "as_of", "asked_at", "holds_until"]
Key = tuple[str, str, str]


def ask(
    case: Case,
    lookups: Iterable[forms.Lookup],
    *,
    purpose: str,
    budget_s: float = 2.0,
    refresh_after_s: float | None = None,
    silent_after_s: float = RETRY_AFTER_S,
    by: Actor = SYSTEM,
) -> int:
    """Ask what is new, stale, or was empty or unavailable a while ago; returns how many answers were stored.

    An answer holds as long as its interface says, or `refresh_after_s`; it is used in this case alone. Who gave no
    answer is asked again after `silent_after_s`. What a party has not authorised is not asked and stays unknown.
    Never inside a transaction: the network is slow (raises RuntimeError there).
    """
    with transaction.atomic(durable=True):
        due = _due(case, lookups, refresh_after_s, silent_after_s)
        questions = _permitted(case, due, purpose) if due else {}
    if not questions:
        return 0
    findings = sharing.ask(list(questions.values()), budget_s=budget_s)
    _store(case, due, dict(zip(questions, findings, strict=True)), questions, by)
    return len(findings)


def key_of(lookup: forms.Lookup) -> Key:
    """What tells one question of a case from another; says nothing about the person."""
    return lookup.kind, lookup.code, digest_of(lookup)


def _due(
    case: Case, lookups: Iterable[forms.Lookup], refresh_after_s: float | None, silent_after_s: float
) -> dict[Key, forms.Lookup]:
    wanted = {key_of(lookup): lookup for lookup in lookups}
    if not wanted:
        return {}
    now = timezone.now()
    rows = Lookup.objects.filter(case=case).only("kind", "code", "digest", "outcome", "asked_at", "holds_until")
    fresh = {
        (row.kind, row.code, row.digest) for row in rows if not _is_stale(row, now, refresh_after_s, silent_after_s)
    }
    return {key: lookup for key, lookup in wanted.items() if key not in fresh}


def _is_stale(row: Lookup, now: datetime, refresh_after_s: float | None, silent_after_s: float) -> bool:
    """An answer holds for a while; no record and no answer are asked again sooner."""
    if row.outcome == Lookup.Outcome.UNAVAILABLE:
        return now - row.asked_at >= timedelta(seconds=silent_after_s)
    if refresh_after_s is not None:
        return now - row.asked_at >= timedelta(seconds=refresh_after_s)
    return now >= (row.holds_until or row.asked_at + timedelta(seconds=RETRY_AFTER_S))


def _keeps(lookup: forms.Lookup, finding: ports.Finding) -> timedelta:
    """How long the answer may be used again in its case."""
    if finding.outcome != "found":
        return timedelta(seconds=RETRY_AFTER_S)
    interface = queries.registry().interfaces.get(lookup.code) if lookup.kind == "api" else None
    return timedelta(seconds=interface.keeps_s if interface else LICENCE_KEEPS_S)


def _permitted(case: Case, due: Mapping[Key, forms.Lookup], purpose: str) -> dict[Key, sharing.Question]:
    """The questions that somebody's consent, or the law, allows to put."""
    consents = Consents(case)
    found = {}
    for key, lookup in due.items():
        permit = consents.permit(lookup)
        if permit is not None:
            query = _query(case, lookup, purpose, permit.consent_id)
            found[key] = sharing.Question(query, permit.subject_index, lookup.party)
    return found


def _query(case: Case, lookup: forms.Lookup, purpose: str, consent_id: str | None) -> ports.Query:
    return ports.Query(
        kind=lookup.kind,
        code=lookup.code,
        inputs=lookup.inputs,
        purpose=purpose,
        case_no=case.number or str(case.pk),
        consent_id=consent_id,
    )


def _store(
    case: Case,
    asked: Mapping[Key, forms.Lookup],
    answers: Mapping[Key, ports.Finding],
    questions: Mapping[Key, sharing.Question],
    by: Actor,
) -> None:
    """Write down who was asked, and keep what came back. A register that is down undoes nothing it said before.

    An answer whose consent was withdrawn while the question was under way is not kept. 个人信息保护法 第十五条.
    """
    with transaction.atomic():
        Case.objects.select_for_update().only("pk").get(pk=case.pk)
        reader = sharing.Reader(by, case.pk, case.applicant_index)
        sharing.write_down([questions[key] for key in answers], list(answers.values()), reader)
        known = {(row.kind, row.code, row.digest): row for row in Lookup.objects.filter(case=case)}
        standing = _standing(case)
        kept = []
        for key, finding in answers.items():
            row = known.get(key) or Lookup(case=case, kind=key[0], code=key[1], digest=key[2])
            consent_id = questions[key].query.consent_id
            if consent_id is not None and consent_id not in standing:
                continue
            if not row._state.adding and row.outcome == Lookup.Outcome.FOUND and finding.outcome == "unavailable":
                row.holds_until = timezone.now() + _keeps(asked[key], finding)
            else:
                _fill(row, asked[key], finding)
            kept.append(row)
        Lookup.objects.bulk_create(kept, update_conflicts=True, unique_fields=["id"], update_fields=FILLED)


def _standing(case: Case) -> frozenset[str]:
    """The consents of the case, and the grants of licences for it, that count at this moment."""
    rows = counts(Consent.objects.filter(case=case)).values_list("pk", flat=True)
    return frozenset({*(str(pk) for pk in rows), *licence_grants.standing(case).values()})


def _fill(row: Lookup, lookup: forms.Lookup, finding: ports.Finding) -> Lookup:
    row.party = lookup.party
    row.inputs = dict(lookup.inputs)
    row.outcome = finding.outcome
    row.reason = finding.reason if finding.outcome == "unavailable" else ""
    row.records = [dict(record) for record in finding.records]
    row.as_of = finding.as_of
    row.asked_at = timezone.now()
    row.holds_until = row.asked_at + _keeps(lookup, finding)
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
