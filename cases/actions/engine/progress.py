"""What can go on now: releases what has waited, cancels what cannot be, asks the applicant, closes the case.

Everything here runs inside the transaction that recorded the change, on a locked case.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import Enum
from uuid import UUID

from django.utils import timezone

from bundles import forms, queries
from cases import docket, notices, outbox
from cases.actions.deadlines import limits, pauses
from cases.actions.delivery.bodies import change_body, filing_body
from cases.actions.desk import attention
from cases.actions.engine import occasions
from cases.actions.engine.events import record
from cases.actions.registers.facts import context_of
from cases.models import Attention, Case, Delivery, Need, PlanVersion, SubApplication, Supplement
from cases.models.sub_application import Choice
from cases.plan import TOGETHER
from cases.ports import SYSTEM
from cases.queries.upstream import needs_of
from cases.states import CASE_FINAL, SUB_ACCEPTED_OR_LATER, SUB_FINAL, CaseState, Outcome, SubState

RECHECK = timedelta(hours=1)
FIRST_QUERY = timedelta(seconds=30)
LONGEST_QUERY = timedelta(hours=1)


class Standing(Enum):
    """How an edge, or all edges of a sub-application together, stand."""

    OPEN = 0
    MET = 1
    ASK = 2
    CANCEL = 3


def advance(case: Case, subs: list[SubApplication]) -> None:
    """Carry a locked case as far as its facts allow, then settle its own state."""
    moved = True
    while moved:
        by_id = {sub.pk: sub for sub in subs}
        needs = _needs_of(case)
        waiting = [sub for sub in subs if sub.state == SubState.WAITING]
        moved = any([_step(case, subs, sub, _standing(sub, needs[sub.pk], by_id)) for sub in waiting])
    occasions.before_settling(case, subs)
    settle(case, subs)


def became_final(case: Case, subs: list[SubApplication], sub: SubApplication) -> None:
    """Whatever follows from a sub-application's end: its clock stops, the rest of the engine has its say."""
    pauses.end_all(sub)
    occasions.after_final(case, subs, sub)


def _needs_of(case: Case) -> Mapping[UUID, list[Need]]:
    needs: dict[UUID, list[Need]] = defaultdict(list)
    for need in needs_of(case):
        needs[need.sub_id].append(need)
    return needs


def _standing(sub: SubApplication, needs: Iterable[Need], subs: Mapping[UUID, SubApplication]) -> Standing:
    """All edges together: the worst one counts."""
    needs = list(needs)
    standings = [_edge(sub, need, needs, subs) for need in needs if not need.alternative_of]
    for worst in (Standing.CANCEL, Standing.ASK, Standing.OPEN):
        if worst in standings:
            return worst
    return Standing.MET


def _edge(sub: SubApplication, need: Need, needs: Sequence[Need], subs: Mapping[UUID, SubApplication]) -> Standing:
    upstream = subs[need.upstream_id]
    if _is_met(need.need, upstream):
        return Standing.MET
    if upstream.state not in SUB_FINAL:
        return Standing.OPEN
    if need.if_rejected == "continue":
        return Standing.MET
    if need.if_rejected == "cancel" or sub.choice == Choice.STOP:
        return Standing.CANCEL
    way_out = _way_out(upstream, needs, subs)
    if way_out is Standing.CANCEL or sub.choice == Choice.GO_ON:
        return way_out
    return Standing.ASK


def _way_out(failed: SubApplication, needs: Sequence[Need], subs: Mapping[UUID, SubApplication]) -> Standing:
    """What is left after a refusal: the alternative where there is one, else going on without the result."""
    instead = [subs[need.upstream_id].state for need in needs if need.alternative_of == failed.item_id]
    if all(state == SubState.APPROVED for state in instead):
        return Standing.MET
    return Standing.CANCEL if any(state in SUB_FINAL - {SubState.APPROVED} for state in instead) else Standing.OPEN


def _is_met(need: str, upstream: SubApplication) -> bool:
    if need == "approved":
        return upstream.state == SubState.APPROVED
    if need == "accepted":
        return upstream.state in SUB_ACCEPTED_OR_LATER
    if need == TOGETHER:
        return upstream.state not in (SUB_FINAL | {SubState.WAITING}) - {SubState.APPROVED}
    is_overdue = upstream.due_on is not None and upstream.due_on < timezone.localdate()
    return upstream.state in SUB_FINAL or (need == Need.FINISHED_OR_OVERDUE and is_overdue)


def _step(case: Case, subs: list[SubApplication], sub: SubApplication, standing: Standing) -> bool:
    """Act on one waiting sub-application; True when it moved and others may move with it."""
    if standing is Standing.MET:
        return _release_unless_closed(case, subs, sub)
    if standing is Standing.CANCEL:
        call_off(case, subs, sub)
        return True
    if standing is Standing.ASK and sub.choice == "":
        sub.choice = Choice.ASKED
        sub.save(update_fields=["choice"])
        record(case, "item.choice_asked", by=SYSTEM, sub=sub)
        notices.choice_needed(case)
    return False


def call_off(case: Case, subs: list[SubApplication], sub: SubApplication) -> None:
    """Cancel what waits: what it depends on was refused, or there is nothing for it to do."""
    sub.cancel(at=timezone.now())
    sub.save(update_fields=["state", "closed_at", "next_at"])
    record(case, "item.cancelled", by=SYSTEM, sub=sub)
    became_final(case, subs, sub)


def _release_unless_closed(case: Case, subs: list[SubApplication], sub: SubApplication) -> bool:
    """Release what nothing upstream holds, unless a gate of its own is closed; the page says which."""
    gate = occasions.closed_gate(case, sub, queries.version(case.bundle_version_id).spec.item(sub.item_id))
    if gate is None:
        release(case, subs, sub)
        return True
    if sub.held_by != gate.code:
        record(case, "item.held", by=SYSTEM, sub=sub, gate=gate.code)
    sub.held_by, sub.next_at = gate.code, gate.until or timezone.now() + RECHECK
    sub.save(update_fields=["held_by", "next_at"])
    return False


def release(case: Case, subs: list[SubApplication], sub: SubApplication) -> None:
    """Let a waiting sub-application go: to be judged where it has rules, else straight to its department."""
    now = timezone.now()
    sub.release(at=now)
    sub.held_by, sub.next_at = "", now
    sub.save(update_fields=["state", "released_at", "held_by", "next_at"])
    record(case, "item.released", by=SYSTEM, sub=sub)
    item = queries.version(case.bundle_version_id).spec.item(sub.item_id)
    if item.decision.rules:
        outbox.nudge()
    else:
        send_out(case, subs, sub)


def send_out(case: Case, subs: list[SubApplication], sub: SubApplication) -> None:
    """Promise a ready sub-application to its department, or lay it on the department's worklist."""
    now = timezone.now()
    sub.dispatch(at=now)
    sub.due_on = limits.committed_due(case, sub, now).on
    sub.next_at = now + (RECHECK if sub.connect == "manual" else FIRST_QUERY)
    sub.save(update_fields=["state", "dispatched_at", "due_on", "next_at"])
    record(case, "item.dispatched", by=SYSTEM, sub=sub, department=sub.department, connect=sub.connect)
    if sub.connect != "manual":
        _promise(case, sub)
    occasions.after_sending(case, subs, sub, queries.version(case.bundle_version_id).spec.item(sub.item_id))


def _promise(case: Case, sub: SubApplication) -> None:
    """File it; what was filed under an earlier version of the plan is changed instead."""
    filed = outbox.filing_of(sub) if sub.plan_version > 1 else None
    if filed is None:
        context = context_of(case)
        outbox.promise(sub, Delivery.Purpose.FILE, filing_body(case, sub, context, forms.select(context)))
        return
    plan = PlanVersion.objects.filter(case=case).order_by("-number").first()
    values = {path: new for path, (_, new) in plan.values.items()} if plan else {}
    outbox.promise(sub, Delivery.Purpose.CHANGE, change_body(case, sub, values), target=filed)


def next_query(sub: SubApplication, now: datetime) -> datetime:
    """When to ask a department that has not decided: at first soon, then about as long again as it already took."""
    waited = now - (sub.dispatched_at or now)
    return now + min(max(waited, FIRST_QUERY), LONGEST_QUERY)


def settle(case: Case, subs: list[SubApplication]) -> None:
    """Bring the state of a locked case in line with its sub-applications."""
    if case.state in CASE_FINAL or case.state == CaseState.DRAFT or not subs:
        return
    if all(sub.state in SUB_FINAL for sub in subs) and not occasions.keeps_open(case, subs):
        _close(case, subs)
        return
    if case.state == CaseState.SUBMITTED and any(sub.received_at or sub.closed_at for sub in subs):
        case.start()
    if _waits_for_applicant(case, subs):
        if case.state != CaseState.AWAITING_APPLICANT:
            case.ask_applicant()
    elif case.state == CaseState.AWAITING_APPLICANT:
        case.resume()
    now = timezone.now()
    if case.next_at is None or not now + RECHECK / 2 < case.next_at <= now + RECHECK:
        case.next_at = now + RECHECK
    case.save(update_fields=["state", "next_at"])
    limits.recompute(case, subs)


def _waits_for_applicant(case: Case, subs: list[SubApplication]) -> bool:
    asked = any(sub.state == SubState.WAITING and sub.choice == Choice.ASKED for sub in subs)
    is_open = asked or _has_open_notice(case)
    return is_open or occasions.waits_for_applicant(case, subs)


def _has_open_notice(case: Case) -> bool:
    if docket.has_none(Supplement, case.pk):
        return False
    return Supplement.objects.filter(case=case, state=Supplement.State.OPEN).exists()


def _close(case: Case, subs: Sequence[SubApplication]) -> None:
    """Every sub-application is final: concluded, or withdrawn when nothing else happened."""
    now = timezone.now()
    if all(sub.state == SubState.WITHDRAWN for sub in subs):
        case.withdraw(at=now)
        case.save(update_fields=["state", "closed_at", "next_at"])
        record(case, "case.withdrawn", by=SYSTEM)
        notices.withdrawn(case)
        occasions.after_closing(case, list(subs))
        return
    approved = sum(sub.state == SubState.APPROVED for sub in subs)
    outcome = Outcome.ALL if approved == len(subs) else Outcome.PARTLY if approved else Outcome.NONE
    case.conclude(outcome=outcome, at=now)
    case.save(update_fields=["state", "outcome", "closed_at", "next_at"])
    record(case, "case.concluded", by=SYSTEM, outcome=outcome.value, approved=approved, items=len(subs))
    notices.concluded(case)
    occasions.after_closing(case, list(subs))
    attention.close_all(case, except_for=(Attention.Reason.CONTRADICTION, Attention.Reason.LATE_ANSWER))
