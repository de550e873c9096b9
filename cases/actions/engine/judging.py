"""Rules of decisions, judged by the portal on real data, with a trace that can be read afterwards.

Only an `auto` decision acts on its rules (秒批): true passes, false applies the rule's `fail`, unknown goes to a
person and refuses nobody. For assist, manual and verify the rules are a pre-check that the deciding person sees.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from typing import Any, NamedTuple
from uuid import UUID

import structlog
from django.db import OperationalError, transaction
from django.utils import timezone

from bundles import forms
from bundles.rules import UNKNOWN, evaluate, judge_to_refuse
from bundles.spec import BundleSpec, Item, Rule
from cases import docket
from cases.actions.deciding import refusing
from cases.actions.delivery.bodies import row_of
from cases.actions.desk import attention
from cases.actions.engine import progress
from cases.actions.engine.events import record
from cases.actions.engine.locking import lock_case_of, lock_on, lock_subs
from cases.actions.fees import charges
from cases.actions.registers import disputes, facts
from cases.actions.supplementing import supplements
from cases.models import Attention, Case, SubApplication
from cases.ports import SYSTEM, Answer, Reason
from cases.prepared import Prepared
from cases.states import SUB_FINAL, SubState

log = structlog.get_logger(__name__)

JUDGING_LEASE = timedelta(seconds=20)  # look-ups have two seconds; whoever died in between is made good soon
FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(minutes=10)
MOST_TRIES = 5
REST = timedelta(days=1)
NEVER_ENDS = "每次判定时处理进程都中断"
REFUSING = frozenset({"reject", "skip"})


@dataclass(frozen=True, slots=True)
class Judged:
    """One rule and what came out: pass, fail or unknown, with everything that was read for it."""

    id: str
    zh: str
    verdict: str
    fail: str
    read: tuple[dict[str, Any], ...] = field(default=())


def judge_ready(limit: int = 32) -> int:
    """Judge sub-applications that are ready and have rules; returns how many. No transaction spans a look-up."""
    judged = 0
    while judged < limit and (taken := take()) is not None:
        judge_or_tell(taken)
        judged += 1
    return judged


class Taken(NamedTuple):
    """A sub-application to be judged. `number`: how often it was begun since its judging last came to an end."""

    sub_id: UUID
    number: int


def take(*, newest: bool = False) -> Taken | None:
    """Take the next one for judging, None where nothing is ready: the lease of each begins when it is judged.

    That is the one which waits longest, or with `newest` the one which waits least, so that behind a backlog somebody
    hears of a new case as well.
    """
    now = timezone.now()
    found = (_TAKE_NEWEST if newest else _TAKE)(now, now + JUDGING_LEASE)
    return Taken(*found[0]) if found else None


def _taking(way: str) -> Prepared:
    text = f"""
UPDATE cases_subapplication SET next_at = $2, judged_no = judged_no + 1 WHERE id = (
    SELECT id FROM cases_subapplication WHERE state = 'ready' AND next_at <= $1
    ORDER BY next_at {way} LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING id, judged_no
"""
    return Prepared(text, "timestamptz", "timestamptz")


_TAKE, _TAKE_NEWEST = _taking("ASC"), _taking("DESC")


def judge_or_tell(taken: Taken) -> None:
    """Judge one; where that fails a person is told, and it is tried again when the lease runs out.

    One whose judging never came to an end, because it fails or kills its process, rests after a few tries: once a
    day, or when a person sends it again, it is tried anew.
    """
    sub_id = taken.sub_id
    if taken.number > MOST_TRIES:
        _set_apart(sub_id)
        return
    try:
        judge(sub_id)
    except OperationalError as error:  # the case is held by somebody for long, or the database goes away: time mends it
        log.warning("judging.postponed", sub=str(sub_id), error=type(error).__name__)
        SubApplication.objects.filter(pk=sub_id).update(judged_no=0)
    except Exception as error:
        log.exception("judging.failed", sub=str(sub_id), error=type(error).__name__)
        _tell(sub_id, type(error).__name__)


def _set_apart(sub_id: UUID) -> None:
    """It stops nobody else any more; a person hears of it, or has heard of what it failed with."""
    log.error("judging.set_apart", sub=str(sub_id))
    _tell(sub_id, NEVER_ENDS)
    rests = SubApplication.objects.filter(pk=sub_id, state=SubState.READY)
    rests.update(next_at=timezone.now() + REST, judged_no=MOST_TRIES - 1)


def _tell(sub_id: UUID, why: str) -> None:
    with transaction.atomic():
        case, sub = lock_case_of(sub_id)
        attention.raise_attention(case, Attention.Reason.FAULT, sub=sub, detail=why)


def judge(sub_id: UUID) -> None:
    """Look up what the rules ask, judge them, act; a death in between leaves the sub-application ready."""
    sub = SubApplication.objects.select_related("case").get(pk=sub_id)
    case = sub.case
    context = facts.context_of(case)
    item = context.spec.item(sub.item_id)
    wanted = _wanted(context, item, row_of(sub))
    if wanted:
        facts.ask(case, wanted, purpose=item.zh)
        context = facts.context_of(case)
    is_silent = any(_is_unavailable(context, lookup) for lookup in wanted)
    scope = forms.scope(context, forms.select(context), row=row_of(sub))
    judged = tuple(_judge(rule, scope) for rule in item.decision.rules)
    with docket.opened() as book:
        (case,) = lock_on(book, [case.pk])
        subs = lock_subs(case)
        fresh = next(one for one in subs if one.pk == sub_id)
        if fresh.state == SubState.READY:
            verdict = _verdict(context.spec, item, judged)
            if verdict in ("pass", "reject", "supplement") and disputes.is_disputed(fresh):
                verdict = "manual"  # a disputed value decides nothing by rule
            if verdict == "manual" and is_silent and _may_ask_again(context.spec, fresh):
                verdict = "wait"
            _act(case, subs, fresh, item, judged, verdict)


def _is_unavailable(context: forms.Context, lookup: forms.Lookup) -> bool:
    return context.facts.get(lookup, forms.RECORDS) is UNKNOWN


def _may_ask_again(spec: BundleSpec, sub: SubApplication) -> bool:
    """Registers that did not answer are asked again for a while before a person is asked (`instant.retry`)."""
    if spec.retry is None or sub.released_at is None:
        return False
    within = timedelta(**{f"{spec.retry.within.unit}s": spec.retry.within.n})
    return timezone.now() - sub.released_at < within


def _verdict(spec: BundleSpec, item: Item, judged: Sequence[Judged]) -> str:
    """What the rules come to: the first fault acts, an open question goes to whoever can answer it."""
    if item.decision.kind != "auto":
        return "advice"
    fault = next((one for one in judged if one.verdict == "fail"), None)
    if fault is not None:
        return fault.fail
    unknown = next((one for one in judged if one.verdict == "unknown"), None)
    if unknown is None:
        return "pass"
    return "supplement" if _unanswered(spec, unknown) else "manual"


def _unanswered(spec: BundleSpec, rule: Judged) -> str:
    """The applicant's own field that a rule could not read, "" where something else was missing."""
    open_ones = [entry for entry in rule.read if entry["value"] == "unknown"]
    names = [entry["key"] for entry in open_ones if entry["kind"] == "name" and spec.has_field(entry["key"])]
    mine = [name for name in names if not spec.field(name).system]
    return mine[0] if mine and len(mine) == len(open_ones) else ""


def _wanted(context: forms.Context, item: Item, row: forms.Row | None) -> list[forms.Lookup]:
    paths = dict.fromkeys(path for rule in item.decision.rules for path in facts.paths_in(rule.expr))
    found = (forms.lookup_for(context, path, row) for path in paths)
    return [lookup for lookup in found if lookup is not None]


def _judge(rule: Rule, scope: Any) -> Judged:
    readings: list[Any] = []
    value = evaluate(rule.expr, scope, trace=readings)
    verdict = "unknown" if value is UNKNOWN or value is None else "pass" if value else "fail"
    if verdict == "fail" and rule.fail in REFUSING and judge_to_refuse(rule.expr, scope) is not False:
        verdict = "unknown"  # only the absence of a record speaks against it
    return Judged(rule.id, rule.zh, verdict, rule.fail, tuple(_readable(reading) for reading in readings))


def _readable(reading: Any) -> dict[str, Any]:
    value = reading.value
    shown = None if value is None else "unknown" if value is UNKNOWN else str(value)
    return {"kind": reading.kind, "key": reading.key, "value": shown}


def _act(
    case: Case,
    subs: list[SubApplication],
    sub: SubApplication,
    item: Item,
    judged: Sequence[Judged],
    verdict: str,
) -> None:
    """Apply the verdict to a locked, ready sub-application and carry the case on."""
    at_issue = next((one for one in judged if one.verdict == ("fail" if _failed(judged) else "unknown")), None)
    sub.trace = [asdict(one) for one in judged]
    sub.judged_no = 0
    sub.save(update_fields=["trace", "judged_no"])
    if verdict != "wait":
        rules = {one.id: one.verdict for one in judged}
        record(case, "item.judged", by=SYSTEM, sub=sub, verdict=verdict, rules=rules)
    if verdict == "reject" and at_issue:
        _reject(case, sub, item, at_issue)
    elif verdict == "supplement" and at_issue:
        _ask(case, sub, item, at_issue)
    elif verdict == "wait":
        _wait(case, sub)
    elif verdict == "skip":
        sub.cancel(at=timezone.now())
        sub.save(update_fields=["state", "closed_at", "next_at"])
        record(case, "item.cancelled", by=SYSTEM, sub=sub)
    else:
        attention.close(case, Attention.Reason.WAITING_FOR_FACT, Attention.Reason.FAULT, sub=sub)
        if verdict == "manual":
            _fall_back(case, sub, item)
        progress.send_out(case, subs, sub)
    if sub.state in SUB_FINAL:
        progress.became_final(case, subs, sub)
    progress.advance(case, subs)


def _fall_back(case: Case, sub: SubApplication, item: Item) -> None:
    """What the rules cannot decide a person does, within the limit the item states for that (`fallback`)."""
    if item.by_hand is not None and not sub.by_person:
        sub.by_person = True
        sub.save(update_fields=["by_person"])
        record(case, "item.went_to_person", by=SYSTEM, sub=sub)


def _failed(judged: Sequence[Judged]) -> bool:
    return any(one.verdict == "fail" for one in judged)


def _reject(case: Case, sub: SubApplication, item: Item, rule: Judged) -> None:
    """Refused by rule, on data that says no. 行政许可法 第三十八条第二款: with reasons."""
    reasons = (Reason(rule.id, "", f"不符合条件：{rule.zh}"),)
    refusing.reject(case, sub, Answer(sub.pk, "rejected", reasons=reasons), SYSTEM)


def _ask(case: Case, sub: SubApplication, item: Item, rule: Judged) -> None:
    """The data says something is missing or does not fit: the applicant is asked, in the bundle's own words."""
    spec = facts.context_of(case).spec
    read = {entry["key"] for entry in rule.read}
    reasons = [
        Reason(reason.code, reason.about or "", reason.zh)
        for reason in spec.reasons.supplement
        if reason.item == item.id and reason.about in read
    ]
    fields = [key for key in read if spec.has_field(key)]
    asked = reasons[:1] or [Reason(rule.id, fields[0] if fields else "", f"请核对：{rule.zh}")]
    supplements.request(case, sub, asked, by=SYSTEM, asked_by=supplements.PORTAL)


def _wait(case: Case, sub: SubApplication) -> None:
    """Not yet: judged again later, sooner at first; a person hears of it when it takes long."""
    now = timezone.now()
    waited = now - (sub.released_at or now)
    sub.next_at = now + min(max(waited, FIRST_WAIT), LONGEST_WAIT)
    sub.save(update_fields=["next_at"])
    if waited > LONGEST_WAIT and not charges.is_due(sub):
        attention.raise_attention(case, Attention.Reason.WAITING_FOR_FACT, sub=sub)
