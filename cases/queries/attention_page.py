"""One attention with everything an operator needs: what was sent, every try, what came back, who did what."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone

from bundles import queries
from bundles.spec import BundleSpec
from cases.models import Arrival, Attention, AttentionAct, Correction, Delivery, InboxMessage, SubApplication
from cases.queries.attention_rules import acts_for
from cases.queries.attentions import OpenAttention, opened
from cases.queries.declared import declared_fields
from cases.queries.department import ResultInput
from cases.queries.nodes import reasons_of
from cases.queries.payload import is_editable, leaves_of
from cases.queries.people import StaffPerson
from cases.queries.proceedings import targets_of
from cases.queries.wording import STATE_WORDS, department_short
from cases.states import DeliveryState, SubState

MOST_ROWS = 50
WAITING = "waiting"
# What the engine itself puts into a body; everything else was stated by, or is about, a person.
HEADS = frozenset({"contract", "bundle", "item", "purpose", "channel", "submitted_at", "due", "round", "callback_url"})
NUMBERS = frozenset({"case_no", "sub_case_no", "sub_application_id", "applicant.kind", "applicant.id_kind"})
OF_A_MATERIAL = frozenset({"id", "source", "code", "media_type", "size"})


@dataclass(frozen=True, slots=True)
class SentValue:
    """A value of the body that was sent. `is_plain`: shown as it is; else by its shape until somebody asks to see."""

    path: str
    label: str
    value: Any
    is_plain: bool
    is_editable: bool


@dataclass(frozen=True, slots=True)
class Try:
    """A promise to the department and how it stands."""

    id: UUID
    purpose: str
    round: int
    key: str
    state: str
    state_label: str
    tries: int
    error: str
    made_at: datetime
    next_at: datetime | None
    closed_at: datetime | None
    is_on_its_way: bool


@dataclass(frozen=True, slots=True)
class HeardMessage:
    """What the department said: with its verdict, applied, stale, against the first decision, or after the end.

    "waiting": it is stored and has not taken effect yet.
    """

    id: UUID
    at: datetime
    status: str
    verdict: str
    receipt_no: str
    reasons: tuple[str, ...]
    values: tuple[SentValue, ...]


@dataclass(frozen=True, slots=True)
class ActDone:
    """What somebody did; `who` is the name of the account, "" for the machine."""

    id: UUID
    at: datetime
    kind: str
    title: str
    text: str
    facts: Mapping[str, Any]
    who: str
    evidence: str


@dataclass(frozen=True, slots=True)
class WaitingCorrection:
    """Values that wait for a second person. `is_mine`: proposed by who looks at them, who cannot confirm."""

    id: UUID
    values: tuple[SentValue, ...]
    reason: str
    who: str
    at: datetime
    is_mine: bool


@dataclass(frozen=True, slots=True)
class AttentionPage:
    row: OpenAttention
    closed_at: datetime | None
    closed_as: str
    next_at: datetime | None
    holder: str
    state: str
    state_label: str
    connect: str
    purpose: str
    body: tuple[SentValue, ...]
    tries: tuple[Try, ...]
    heard: tuple[HeardMessage, ...]
    done: tuple[ActDone, ...]
    correction: WaitingCorrection | None
    may: frozenset[str]
    targets: tuple[tuple[str, str], ...]
    results: tuple[ResultInput, ...]
    can_be_turned: bool
    refused_because: tuple[str, ...]


def attention_page(one: Attention, account: StaffPerson) -> AttentionPage:
    """Everything about one attention. Record the access before you show it: it holds what people stated."""
    sub = one.sub
    spec = queries.version(one.case.bundle_version_id).spec
    tries = _tries(sub)
    heard = _heard(sub, spec)
    may = acts_for(account, one, sub)
    stuck = _to_show(tries)
    return AttentionPage(
        row=opened(one),
        closed_at=one.closed_at,
        closed_as=str(AttentionAct.Kind(one.closed_as).label) if one.closed_as else "",
        next_at=one.next_at,
        holder=one.assigned_to.name if one.assigned_to else "",
        state=sub.state if sub else one.case.state,
        state_label=str(STATE_WORDS[SubState(sub.state)]) if sub else "",
        connect=sub.connect if sub else "",
        purpose=stuck.purpose if stuck else "",
        body=tuple(_values(json.loads(stuck.body), spec)) if stuck else (),
        tries=tuple(_try(row) for row in tries),
        heard=heard,
        done=tuple(_acts(one)),
        correction=_correction(one, account, spec),
        may=may,
        targets=_targets(one, sub) if "reassign" in may else (),
        results=_result_inputs(spec, sub) if sub and "settle" in may else (),
        can_be_turned=any(message.verdict == InboxMessage.Verdict.CONTRADICTION for message in heard),
        refused_because=reasons_of(sub) if sub else (),
    )


def _tries(sub: SubApplication | None) -> list[Delivery]:
    return list(Delivery.objects.filter(sub=sub).order_by("-created_at")[:MOST_ROWS]) if sub else []


def _to_show(tries: list[Delivery]) -> Delivery | None:
    """The promise that is stuck, else the latest."""
    stuck = [row for row in tries if row.state in (DeliveryState.REFUSED, DeliveryState.DUE)]
    return stuck[0] if stuck else tries[0] if tries else None


def _try(row: Delivery) -> Try:
    now = timezone.now()
    return Try(
        id=row.pk,
        purpose=row.purpose,
        round=row.round,
        key=str(row.key),
        state=row.state,
        state_label=str(DeliveryState(row.state).label),
        tries=row.tries,
        error=row.last_error,
        made_at=row.created_at,
        next_at=row.next_at,
        closed_at=row.closed_at,
        is_on_its_way=row.lease_until is not None and row.lease_until > now and row.state == DeliveryState.DUE,
    )


def _values(body: Any, spec: BundleSpec) -> Iterator[SentValue]:
    for leaf in leaves_of(body):
        if leaf.value not in (None, ""):
            yield _value(leaf.path, leaf.value, spec)


def _value(path: str, value: Any, spec: BundleSpec) -> SentValue:
    head, name = path.partition(".")[0], _name(path)
    known = spec.field(name) if head == "fields" and spec.has_field(name) else None
    label = known.zh if known else _result_label(name, spec) if head == "upstream" else ""
    plain = head in HEADS or path in NUMBERS or (head == "materials" and name in OF_A_MATERIAL)
    return SentValue(path, label or path, value, plain, is_editable(path))


def _name(path: str) -> str:
    """The last word of a path that is no position: the field."""
    return next((part for part in reversed(path.split(".")) if not part.isdecimal()), path)


def _result_label(name: str, spec: BundleSpec) -> str:
    for result in spec.results:
        known = declared_fields(result).get(name)
        if known:
            return known[0]
    return ""


def _heard(sub: SubApplication | None, spec: BundleSpec) -> tuple[HeardMessage, ...]:
    """Every message of the department, late and contradicting ones too: kept as evidence, the newest first."""
    if sub is None:
        return ()
    rows = InboxMessage.objects.filter(sub=sub).order_by("-received_at")[:MOST_ROWS]
    waiting = Arrival.objects.filter(sub=sub).order_by("-received_at")[:MOST_ROWS]
    arrived = tuple(_message(row, spec, row.words["body"], WAITING) for row in waiting)
    return (*arrived, *(_message(row, spec, row.body, row.verdict) for row in rows))


def _message(row: InboxMessage | Arrival, spec: BundleSpec, said: str, verdict: str) -> HeardMessage:
    body = _document(said)
    stated = body.get("reasons")
    reasons = tuple(
        str(one.get("text") or "") for one in (stated if isinstance(stated, list) else ()) if isinstance(one, dict)
    )
    result = body.get("result")
    values = tuple(_values({"upstream": result}, spec)) if isinstance(result, dict) else ()
    receipt = str(body.get("receipt_no") or "")
    return HeardMessage(row.pk, row.received_at, row.status, verdict, receipt, reasons, values)


def _document(body: str) -> Mapping[str, Any]:
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _acts(one: Attention) -> Iterator[ActDone]:
    for act in AttentionAct.objects.filter(attention=one).select_related("by", "evidence").order_by("-at")[:MOST_ROWS]:
        title, who = str(AttentionAct.Kind(act.kind).label), act.by.name if act.by else ""
        evidence = (act.evidence.name or "") if act.evidence else ""
        yield ActDone(act.pk, act.at, act.kind, title, act.text or "", act.facts, who, evidence)


def _correction(one: Attention, account: StaffPerson, spec: BundleSpec) -> WaitingCorrection | None:
    waiting = Correction.objects.filter(attention=one, state=Correction.State.PROPOSED).select_related("proposed_by")
    found = waiting.first()
    if found is None:
        return None
    values = tuple(_value(path, value, spec) for path, value in (found.changes or {}).items())
    mine = found.proposed_by_id == account.pk
    return WaitingCorrection(found.pk, values, found.reason, found.proposed_by.name, found.proposed_at, mine)


def _targets(one: Attention, sub: SubApplication | None) -> tuple[tuple[str, str], ...]:
    return tuple((code, department_short(code)) for code in targets_of(one.case, sub)) if sub else ()


def _result_inputs(spec: BundleSpec, sub: SubApplication) -> tuple[ResultInput, ...]:
    listed = spec.reply.choices if spec.reply else {}
    return tuple(
        ResultInput(name, label, kind, result.zh, listed.get(name, ()))
        for result in spec.results_of(sub.item_id)
        for name, (label, kind) in declared_fields(result).items()
    )
